"""Lifecycle stages: section 8 and decision table T3."""

from tasks.contracts.reasons import Reason
from tasks.rulebook.articles import (
    ACCOUNTS,
    COMPANIES_API,
    STAGE_TRANSITIONS,
    STAGES,
    STAGES_BETWEEN,
    STAGES_IN_FORMS,
    STAGES_OF_ONES_OWN,
)
from tasks.rulebook.rule import Rule

RAISED, KEPT = (Reason.STAGE_RAISED,), (Reason.STAGE_KEPT,)

LIFECYCLE = (
    Rule(
        "8.1",
        "The order of stages is read from the portal; stages of its own take the place they have there.",
        (Reason.STAGE_RAISED, Reason.STAGE_KEPT),
        STAGES_OF_ONES_OWN,
    ),
    Rule(
        "8.2.1",
        "By itself a stage only moves forward: from blank to anything, from a lower one to a higher one.",
        (Reason.STAGE_RAISED, Reason.STAGE_KEPT),
        STAGES,
    ),
    Rule(
        "8.2.2",
        "Moving back is two writes, first blank and then the stage, each compared with what HubSpot reports afterwards;"
        " a journal has it finished whatever becomes of the run between them. A write that changed nothing is noticed.",
        (Reason.STAGE_SET_BACK, Reason.STAGE_REFUSED),
        COMPANIES_API,
    ),
    Rule(
        "8.2.3",
        "Where the operator wants it, a company lifts the contacts whose primary company it is, and never lowers one.",
        (Reason.STAGE_LIFTED_CONTACT,),
        STAGES_BETWEEN,
    ),
    Rule(
        "8.2.4",
        "A contact that moves forward lifts its primary company.",
        RAISED,
        ACCOUNTS,
    ),
    Rule(
        "8.2.5",
        "With both directions on, one contact lifts its company and the company its other contacts.",
        (Reason.STAGE_RAISED, Reason.STAGE_LIFTED_CONTACT),
        STAGES_BETWEEN,
    ),
    Rule(
        "8.2.6",
        "Deals move no stage here; where HubSpot itself moved a stage because of one, it is not moved back.",
        KEPT,
        STAGES_BETWEEN,
    ),
    Rule(
        "8.2.7",
        "A Salesforce contact with a role in an open opportunity speaks for `opportunity`, in a won one for `customer`,"
        " also if the role came after the win. Opportunities without roles say nothing, and the operator can switch all"
        " of it off.",
        RAISED,
        STAGE_TRANSITIONS,
    ),
    Rule(
        "8.2.8",
        "A company that Tandem creates is given no stage: it has what the portal gives new companies, until a contact"
        " lifts it.",
        RAISED,
        STAGES_IN_FORMS,
    ),
    Rule("8.2.9", "A stage in HubSpot changes nothing in Salesforce by itself.", (), STAGE_TRANSITIONS),
    Rule(
        "8.2.10",
        "Of contacts with different stages the most advanced one counts, whoever changed last.",
        RAISED,
    ),
)

T3 = (
    Rule(
        "T3.1",
        "Contacts have a say if this is their primary company and they are in Salesforce, or all of them where the"
        " operator wants that; the company's own stage is what they are compared with.",
        (Reason.STAGE_NO_CANDIDATE,),
    ),
    Rule(
        "T3.2",
        "Stages rank as in the portal. `other` and stages that are deleted or unknown have no rank: they neither win"
        " nor lose by themselves, unless the operator has `other` ranked.",
        (Reason.STAGE_UNRANKED, Reason.STAGE_NO_CANDIDATE),
    ),
    Rule(
        "T3.3",
        "The highest stage is taken where the company has none or a lower one; otherwise nothing changes.",
        (Reason.STAGE_RAISED, Reason.STAGE_KEPT),
    ),
    Rule(
        "T3.4",
        "An open opportunity counts as at least `opportunity`, a won one as at least `customer`, for the contact who"
        " has a role in it.",
        RAISED,
        STAGE_TRANSITIONS,
    ),
    Rule(
        "T3.5",
        "Backwards only when a person asks for it: cleared, looked at, set, looked at.",
        (Reason.STAGE_SET_BACK, Reason.STAGE_REFUSED),
    ),
    Rule(
        "T3.6",
        "Where it is switched on, contacts whose primary company this is and who are behind it are lifted; nobody is"
        " lowered.",
        (Reason.STAGE_LIFTED_CONTACT, Reason.STAGE_REFUSED),
        STAGES_BETWEEN,
    ),
    Rule(
        "T3.7",
        "A stage that Tandem itself gave a contact has no say when it comes back.",
        (Reason.STAGE_KEPT, Reason.STAGE_NO_CANDIDATE),
    ),
)
