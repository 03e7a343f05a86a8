"""Which contact belongs where: section 9."""

from tasks.contracts.reasons import Reason
from tasks.rulebook.articles import AUTO_ASSOCIATION, ERRORS, OPPORTUNITIES, PEOPLE, STAGES_BETWEEN
from tasks.rulebook.rule import Rule

ASSOCIATIONS = (
    Rule(
        "9.1",
        "Whoever is on a linked account in Salesforce sits on its company in HubSpot as well, and a Salesforce contact"
        " without an account is put on that of its primary company.",
        (Reason.IDS_WRITTEN,),
        PEOPLE,
    ),
    Rule(
        "9.2",
        "A contact whose account has no company yet waits for it, without polling, and is taken in when there is one.",
        (Reason.WAITING_FOR_ACCOUNT,),
        ERRORS,
    ),
    Rule(
        "9.3",
        "Only a contact's primary company counts for its account and for stages; other associations are left alone.",
        (Reason.IDS_WRITTEN,),
        STAGES_BETWEEN,
    ),
    Rule(
        "9.4",
        "A contact that moves to another account in Salesforce gets that account's company as its primary one.",
        (Reason.CONTACT_MOVED_IN_HUBSPOT,),
    ),
    Rule(
        "9.5",
        "A second company that HubSpot makes by itself beside the account's gets no second account: a person is asked"
        " whether the two are to be merged.",
        (Reason.SUGGEST_MERGE,),
        AUTO_ASSOCIATION,
    ),
    Rule("9.6", "Parent accounts become parent companies only where the operator wants it."),
    Rule(
        "9.7",
        "Opportunities are read for the stage of the contacts who have a role in them, and for nothing else.",
        (Reason.STAGE_RAISED,),
        OPPORTUNITIES,
    ),
)
