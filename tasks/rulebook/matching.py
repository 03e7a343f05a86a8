"""Which records are one customer: linking as section 4 has it, and decision table T2."""

from tasks.contracts.errors import ProblemClass
from tasks.contracts.reasons import Reason
from tasks.rulebook.articles import ACCOUNTS, COMPANIES_API, DEDUPLICATION, DUPLICATES, MERGE_CALL, SETTINGS
from tasks.rulebook.rule import Rule

LINKING = (
    Rule(
        "4.1",
        "Once two records are linked, the link in the ledger alone says so; nothing is searched for again, whatever"
        " becomes of domains, names and contacts.",
        (Reason.LINKED_ALREADY,),
        ACCOUNTS,
    ),
    Rule(
        "4.2",
        "An account that is not linked yet is linked with the company that shares its contacts; the same domain or the"
        " same name by itself links nothing.",
        (Reason.LINKED_BY_CONTACTS,),
        SETTINGS,
    ),
    Rule(
        "4.3",
        "One contact on both records is enough to bind an account to a company that is there already.",
        (Reason.LINKED_BY_CONTACTS,),
        SETTINGS,
    ),
    Rule(
        "4.4",
        "The account's id is written to a property of Tandem's own. The one that HubSpot's own integration keeps is"
        " read as evidence and never written.",
        (Reason.LINKED_BY_STORED_ID, Reason.IDS_WRITTEN),
    ),
    Rule(
        "4.5",
        "HubSpot does not keep two companies from having one domain, so companies are searched by id and by domain"
        " right before one is created, and two records that create for the same domain wait for each other.",
        (Reason.SUGGEST_DOMAIN, Reason.CONFLICT_DOMAIN, ProblemClass.TRANSIENT),
        DEDUPLICATION,
    ),
    Rule(
        "4.6",
        "Several companies that carry one account's id are reported, never silently kept: one is linked and the others"
        " are listed.",
        (Reason.CONFLICT_DUP_LINK,),
    ),
    Rule("4.7", "Companies may be merged in HubSpot while they sync: the link follows the survivor."),
    Rule(
        "4.8",
        "Contacts and leads are found by e-mail address. Of several the same one is taken every time, and the choice"
        " does not move to another one because that was edited later.",
        (Reason.CONTACT_LINKED,),
        DUPLICATES,
    ),
    Rule(
        "4.9",
        "Whichever Salesforce record is kept in a merge is followed, and the loser's deletion deletes nothing in"
        " HubSpot.",
        (),
        MERGE_CALL,
    ),
    Rule("4.10", "Opportunities and deals are neither created nor matched with each other."),
    Rule(
        "4.11",
        "Where contacts sync as leads, a company that HubSpot made itself waits for a Salesforce contact.",
        (Reason.PENDING_CONTACT_SYNC,),
        SETTINGS,
    ),
)

T2 = (
    Rule(
        "T2.1",
        "An account that was merged into another one is looked at as that one; a deleted one matches nobody.",
        (Reason.ACCOUNT_MERGED, Reason.ACCOUNT_DELETED),
        MERGE_CALL,
    ),
    Rule(
        "T2.2",
        "An id decides first: our link, our key on the account, or an id stored on the company. Where several companies"
        " carry one account's id, the linked one is kept, then the one the account names, then the one with most"
        " contacts, then the oldest; where a company's ids contradict a link, a person is asked.",
        (
            Reason.LINKED_ALREADY,
            Reason.LINKED_BY_KEY,
            Reason.LINKED_BY_STORED_ID,
            Reason.CONFLICT_DUP_LINK,
        ),
    ),
    Rule(
        "T2.3",
        "Then shared contacts, counted only where the company is their primary one: the most win, a tie is a question,"
        " and nothing is taken from a linked pair.",
        (Reason.LINKED_BY_CONTACTS, Reason.CONFLICT_CONTACTS),
        SETTINGS,
    ),
    Rule(
        "T2.4",
        "Then the registrable web domain, unless anybody could have it: ignored, suggested or followed, as the operator"
        " chose. Where several records have it, or another pair does, or name or country speak against it, a person is"
        " asked.",
        (
            Reason.LINKED_BY_DOMAIN,
            Reason.SUGGEST_DOMAIN,
            Reason.SUGGEST_DOMAIN_DOUBTFUL,
            Reason.CONFLICT_DOMAIN,
            Reason.CONFLICT_DOMAIN_TAKEN,
            Reason.SUGGEST_MERGE,
        ),
        COMPANIES_API,
    ),
    Rule(
        "T2.5",
        "Then, only where the operator wants it, the name: a question, never a link.",
        (Reason.SUGGEST_NAME, Reason.SUGGEST_SIMILAR_NAME),
    ),
    Rule("T2.6", "None of these: the account gets a company of its own.", (Reason.COMPANY_CREATED,), ACCOUNTS),
)
