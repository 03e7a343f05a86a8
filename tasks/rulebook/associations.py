"""Which contact belongs where: section 9."""

from tasks.contracts.reasons import Reason
from tasks.rulebook.articles import AUTO_ASSOCIATION, ERRORS, OPPORTUNITIES, PEOPLE, STAGES_BETWEEN
from tasks.rulebook.rule import Rule

ASSOCIATIONS = (
    Rule(
        "9.1",
        "A Salesforce contact's account and the association of its HubSpot contact with the account's company are one"
        " and the same fact: each is brought in line with the other.",
        (Reason.IDS_WRITTEN,),
        PEOPLE,
    ),
    Rule(
        "9.2",
        "A contact whose account has no company yet waits for it, without polling, and is taken in when there is one.",
        (),
        ERRORS,
    ),
    Rule(
        "9.3",
        "Only a contact's primary company counts for its account and for stages; other associations are left alone.",
        (Reason.IDS_WRITTEN,),
        STAGES_BETWEEN,
    ),
    Rule(
        "9.4", "A contact that moves to another account in Salesforce gets that account's company as its primary one."
    ),
    Rule(
        "9.5",
        "A second company that HubSpot makes beside the account's by itself gets no second account: it is a question.",
        (Reason.CONFLICT_DOMAIN_TAKEN,),
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
