"""What becomes of a link when its records are deleted, merged or restored: section 10."""

from tasks.contracts.reasons import Reason
from tasks.rulebook.articles import DELETIONS_CALL, DUPLICATES, ERROR_SCREEN, MERGE_CALL, SETTINGS
from tasks.rulebook.rule import Rule

FATES = (
    Rule(
        "10.1",
        "A Salesforce lead or contact was deleted: the HubSpot contact stays, or is archived where the operator wants"
        " that.",
        (
            Reason.PERSON_DELETED,
            Reason.CONTACT_ARCHIVED,
        ),
        SETTINGS,
    ),
    Rule(
        "10.2", "The same while the contact is outside the segment: it is noticed, and the contact stays in any case."
    ),
    Rule(
        "10.3",
        "A HubSpot contact was deleted: nothing happens in Salesforce.",
        (Reason.CONTACT_GONE, Reason.CONTACT_DELETED),
        SETTINGS,
    ),
    Rule(
        "10.4",
        "An account was deleted: its company stays, and the link rests.",
        (Reason.ACCOUNT_GONE, Reason.LINK_RESTS_ACCOUNT, Reason.LINK_STANDS),
    ),
    Rule(
        "10.5",
        "Accounts were merged: the link follows the survivor. If both had companies, a person is asked about these"
        " two.",
        (Reason.LINK_FOLLOWED_ACCOUNT,),
        MERGE_CALL,
    ),
    Rule(
        "10.6",
        "Salesforce contacts were merged: the HubSpot contact goes on with the survivor.",
        (
            Reason.PERSON_MERGED,
            Reason.PERSON_STANDS,
        ),
        ERROR_SCREEN,
    ),
    Rule(
        "10.7",
        "HubSpot contacts were merged: only the survivor keeps syncing; Salesforce is left alone.",
        (Reason.CONTACT_MERGED,),
    ),
    Rule(
        "10.8",
        "HubSpot companies may be merged while they sync: the link follows the survivor.",
        (
            Reason.LINK_FOLLOWED_COMPANY,
            Reason.COMPANY_MERGED,
            Reason.LINK_MERGED,
        ),
    ),
    Rule(
        "10.9",
        "A HubSpot company was deleted: its account stays, and editing the account does not bring the company back"
        " unless the operator wants that.",
        (Reason.COMPANY_GONE, Reason.COMPANY_DELETED, Reason.LINK_RESTS_COMPANY, Reason.TOMBSTONED),
    ),
    Rule(
        "10.10",
        "The losers of a merge are found among the deleted records, with the record that survived.",
        (Reason.ACCOUNT_MERGED,),
        MERGE_CALL,
    ),
    Rule(
        "10.11",
        "Deletions are read on from the date the last answer covered; where the list does not go back far enough, every"
        " record that is known is asked for.",
        (),
        DELETIONS_CALL,
    ),
    Rule(
        "10.12",
        "A merge in HubSpot cannot be undone and may give the survivor a new id: it is found by what it says it"
        " absorbed, never by the old id.",
        (),
        DUPLICATES,
    ),
)
