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
SEGMENT_GONE = "SEGMENT_GONE"
"""What is parked for it asks for another list."""
STAGE_DECIDED = frozenset({Reason.STAGE_RAISED, Reason.STAGE_KEPT, Reason.STAGE_SET_BACK, Reason.STAGE_NO_CANDIDATE})


def _account(codes: frozenset[str]) -> Review:
    return Review("create_account", codes)


def _company(codes: frozenset[str]) -> Review:
    return Review("create_company", codes)


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
    "account_from_primary_company": (),  # only a contact that moves from now on is followed
    "keep_former_company": (),
    "recreate_deleted_companies": (),  # nobody remembers yet which company was deleted
    "opportunity_signals": STAGES_AGAIN,
    "stage_to_contacts": STAGES_AGAIN,
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
    "propagate_lifecycle_stage": STAGE_DECIDED | {Reason.STAGE_UNRANKED},
}
"""The codes each task ends with, unless it parks: a record's timeline is told by several tasks."""


def reviews_after(name: str, value: object) -> tuple[Review, ...]:
    """What is to be looked at again once this switch has this value.

    Switched off, a switch only forbids what it allowed, and what was done while it was on stays done.
    """
    return () if value is False else REVIEWS[name]
