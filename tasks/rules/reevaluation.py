"""Which outcomes may turn out differently once a switch is changed: "setting changes", as decision table T1 has it."""

from collections.abc import Mapping
from dataclasses import dataclass

from tasks.contracts.reasons import Reason


@dataclass(frozen=True, slots=True)
class Review:
    """The records for which this task ended with one of these codes are looked at again."""

    task: str
    codes: frozenset[str]


LEFT_ALONE_BY_CONTACTS = frozenset(
    {Reason.N1_NO_CONTACTS, Reason.N2_ALL_LEADS, Reason.N3_NONE_QUALIFIES, Reason.PENDING_CONTACT_SYNC}
)
LEFT_ALONE = LEFT_ALONE_BY_CONTACTS | {Reason.COMPANY_NOT_IN_SEGMENT}
DOMAIN_QUESTIONS = frozenset(
    {
        Reason.SUGGEST_DOMAIN,
        Reason.SUGGEST_DOMAIN_DOUBTFUL,
        Reason.CONFLICT_DOMAIN,
        Reason.CONFLICT_DOMAIN_TAKEN,
    }
)
NAME_QUESTIONS = frozenset({Reason.SUGGEST_NAME, Reason.SUGGEST_SIMILAR_NAME})
FILTER_REFUSED = "ACCOUNT_FILTER_REFUSED"
"""What is parked for it asks for another filter."""
SEGMENT_GONE = "SEGMENT_GONE"
"""What is parked for it asks for another list."""
RESTING = frozenset({Reason.LINK_RESTS_ACCOUNT})
STAGE_DECIDED = frozenset({Reason.STAGE_RAISED, Reason.STAGE_KEPT, Reason.STAGE_SET_BACK, Reason.STAGE_NO_CANDIDATE})


def _account(codes: frozenset[str]) -> Review:
    return Review("create_account", codes)


def _company(codes: frozenset[str]) -> Review:
    return Review("create_company", codes)


def _fate(codes: frozenset[str]) -> tuple[Review, ...]:
    """Either task may have found out what became of a link."""
    return (Review("follow_deletion", codes), Review("follow_merge", codes))


STAGES_AGAIN = (Review("propagate_lifecycle_stage", STAGE_DECIDED),)

DOMAINS_AGAIN = (
    # The domain is asked about before it is asked who may have an account.
    _account(DOMAIN_QUESTIONS | NAME_QUESTIONS | LEFT_ALONE | {Reason.SUGGEST_MERGE}),
    # And after it is asked which account may have a company.
    _company(DOMAIN_QUESTIONS | NAME_QUESTIONS),
)

REVIEWS: Mapping[str, tuple[Review, ...]] = {
    "company_sync": (
        # A linked company goes on from there by itself.
        _account(frozenset({Reason.OBJECT_SYNC_OFF})),
        _company(frozenset({Reason.OBJECT_SYNC_OFF})),
        Review("link_contact", frozenset({Reason.OBJECT_SYNC_OFF})),
        *_fate(frozenset({Reason.OBJECT_SYNC_OFF})),
        Review("follow_person", frozenset({Reason.OBJECT_SYNC_OFF})),
    ),
    # What polls find is decided about as if it had been announced.
    "hubspot_polling": (),
    "salesforce_polling": (),
    "default_object": (_account(frozenset({Reason.PENDING_CONTACT_SYNC})),),
    "contact_segment": (_account(frozenset({Reason.N3_NONE_QUALIFIES, Reason.PENDING_CONTACT_SYNC, SEGMENT_GONE})),),
    "company_segment": (_account(LEFT_ALONE | {SEGMENT_GONE}),),
    "company_segment_alone": (_account(LEFT_ALONE_BY_CONTACTS),),
    "domain_match": DOMAINS_AGAIN,
    "opt_out_domains": DOMAINS_AGAIN,
    "name_match": (_account(NAME_QUESTIONS), _company(NAME_QUESTIONS)),
    # It is asked before the account is matched.
    "account_filter": (_company(DOMAIN_QUESTIONS | NAME_QUESTIONS | {Reason.ACCOUNT_FILTERED_OUT, FILTER_REFUSED}),),
    "account_from_primary_company": (),  # only a contact that moves from now on is followed
    "keep_former_company": (),
    "deleted_accounts": _fate(RESTING),
    "merged_accounts": (Review("follow_merge", frozenset({Reason.CONFLICT_ACCOUNTS_MERGED})),),
    "deleted_people": (Review("follow_person", frozenset({Reason.PERSON_DELETED})),),
    "recreate_deleted_companies": (_company(frozenset({Reason.COMPANY_DELETED})),),
    "opportunity_signals": STAGES_AGAIN,
    "stage_to_contacts": STAGES_AGAIN,
    "hubspot_cascade": STAGES_AGAIN,
    "stages_of_all_contacts": STAGES_AGAIN,
    "rank_other": (Review("propagate_lifecycle_stage", STAGE_DECIDED | {Reason.STAGE_UNRANKED}),),
}
"""By switch. A linked company stays linked and a stage stays as far as it is, whatever is switched."""

ENDS_LINKED = frozenset(
    {
        Reason.LINKED_ALREADY,
        Reason.LINKED_BY_KEY,
        Reason.LINKED_BY_STORED_ID,
        Reason.LINKED_BY_CONTACTS,
        Reason.LINKED_BY_DOMAIN,
        Reason.LINKED_AFTER_RACE,
    }
)
ENDS_OF_CREATE_ACCOUNT = (
    ENDS_LINKED | LEFT_ALONE | {Reason.OBJECT_SYNC_OFF, Reason.COMPANY_GONE, Reason.ACCOUNT_CREATED}
)
ENDS_OF_CREATE_COMPANY = ENDS_LINKED | {
    Reason.OBJECT_SYNC_OFF,
    Reason.ACCOUNT_GONE,
    Reason.ACCOUNT_MERGED,
    Reason.ACCOUNT_DELETED,
    Reason.PERSON_ACCOUNT,
    Reason.ACCOUNT_FILTERED_OUT,
    Reason.ACCOUNT_UNTOUCHED,
    Reason.COMPANY_DELETED,
    Reason.COMPANY_CREATED,
    # The linked, or the best company was kept of several that carry the account's id.
    Reason.CONFLICT_DUP_LINK,
}
ENDS_OF_FATES = frozenset(
    {
        Reason.OBJECT_SYNC_OFF,
        Reason.LINK_STANDS,
        Reason.LINK_RESTS_ACCOUNT,
        Reason.LINK_RESTS_COMPANY,
        Reason.LINK_CLEARED,
        Reason.LINK_RELEASED,
        Reason.LINK_RESTORED,
        Reason.LINK_FOLLOWED_ACCOUNT,
        Reason.LINK_FOLLOWED_COMPANY,
        Reason.LINK_MERGED,
        Reason.COMPANIES_MERGED,
        Reason.COMPANY_MERGED,
        Reason.COMPANY_RESTORED,
        Reason.COMPANY_GONE,
    }
)
ENDS: Mapping[str, frozenset[str]] = {
    "create_account": ENDS_OF_CREATE_ACCOUNT,
    "create_company": ENDS_OF_CREATE_COMPANY,
    "link_contact": frozenset(
        {
            Reason.OBJECT_SYNC_OFF,
            Reason.CONTACT_GONE,
            Reason.CONTACT_LINKED,
            Reason.CONTACT_NOT_IN_SALESFORCE,
            Reason.CONTACT_WITHOUT_EMAIL,
        }
    ),
    "follow_deletion": ENDS_OF_FATES,
    "follow_merge": ENDS_OF_FATES,
    "follow_person": frozenset(
        {
            Reason.OBJECT_SYNC_OFF,
            Reason.CONTACT_DELETED,
            Reason.CONTACT_MERGED,
            Reason.PERSON_DELETED,
            Reason.PERSON_MERGED,
            Reason.PERSON_CONVERTED,
            Reason.PERSON_STANDS,
        }
    ),
    "propagate_lifecycle_stage": STAGE_DECIDED | {Reason.STAGE_UNRANKED},
}
"""The codes each task ends with, unless it parks: a record's timeline is told by several tasks."""


def reviews_after(name: str, value: object) -> tuple[Review, ...]:
    """What is to be looked at again once this switch has this value.

    Switched off, a switch only forbids what it allowed, and what was done while it was on stays done.
    """
    return () if value is False else REVIEWS[name]
