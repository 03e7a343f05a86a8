"""Where what is documented leaves several readings: the one Tandem follows, A1 to A23."""

from tasks.contracts.errors import ProblemClass
from tasks.contracts.reasons import Reason
from tasks.rulebook.articles import (
    ACCOUNT_CREATION,
    AUTO_ASSOCIATION,
    DUPLICATES,
    OWNERS,
    QUESTIONS,
    SEGMENTS,
    SETTINGS,
    STAGES_BETWEEN,
)
from tasks.rulebook.rule import Rule

CHOICES = (
    Rule(
        "A1",
        "A contact that qualifies and contacts that are all leads: not creating wins. It takes a contact that both"
        " qualifies and can be put on an account.",
        (Reason.N2_ALL_LEADS, Reason.PENDING_CONTACT_SYNC),
        ACCOUNT_CREATION,
    ),
    Rule(
        "A2",
        "The same contacts means at least one of them; the record with most of them is taken, and a tie is a question.",
        (Reason.LINKED_BY_CONTACTS, Reason.CONFLICT_CONTACTS),
        SETTINGS,
    ),
    Rule(
        "A3",
        "The ledger says who is linked. Both CRMs get a copy in fields of Tandem's own, and what HubSpot's own"
        " integration left behind is read once, to find the account.",
        (Reason.LINKED_BY_STORED_ID, Reason.IDS_WRITTEN),
    ),
    Rule("A4", "Without a contact segment everybody qualifies.", (Reason.C3_QUALIFYING_CONTACT,), QUESTIONS),
    Rule(
        "A5",
        "A company counts as made by HubSpot itself only where HubSpot says so; otherwise its contacts decide, which"
        " comes to the same where contacts sync as contacts.",
        (Reason.C1_AUTO_CREATED, Reason.C3_QUALIFYING_CONTACT),
        AUTO_ASSOCIATION,
    ),
    Rule(
        "A6",
        "Of several contacts with different stages the most advanced counts, forward only.",
        (Reason.STAGE_RAISED, Reason.STAGE_KEPT),
    ),
    Rule(
        "A7",
        "A contact that moves in Salesforce gets the new company as its primary one, and is taken off the old one only"
        " if Tandem had put it there. A primary company changed in HubSpot moves the contact in Salesforce only where"
        " the operator wants both ways, and no account is ever taken from anybody.",
        (Reason.CONTACT_MOVED_IN_HUBSPOT, Reason.CONTACT_MOVED_IN_SALESFORCE),
    ),
    Rule(
        "A8",
        "Companies lift their contacts only where it is switched on, and not where HubSpot is known to do it itself. No"
        " API tells that: as long as nobody has said so, the operator is warned.",
        (Reason.STAGE_LIFTED_CONTACT,),
        STAGES_BETWEEN,
    ),
    Rule(
        "A9",
        "A first sync never empties a field: what Salesforce has counts, and what it lacks HubSpot fills.",
        (Reason.FIELD_SALESFORCE_WINS, Reason.FIELD_SALESFORCE_BLANK),
    ),
    Rule(
        "A10",
        "A deleted account leaves its company, and the link rests until it is restored; the operator may have the"
        " company archived or the link cleared instead.",
        (
            Reason.COMPANY_ARCHIVED,
            Reason.LINK_CLEARED,
            Reason.LINK_RESTORED,
            Reason.LINK_RELEASED,
        ),
    ),
    Rule(
        "A11",
        "Merged accounts: an account without a company inherits the link. With two companies a person is asked, or the"
        " companies are merged where the operator wants that.",
        (
            Reason.CONFLICT_ACCOUNTS_MERGED,
            Reason.COMPANIES_MERGED,
            Reason.CONFLICT_KEY,
        ),
    ),
    Rule(
        "A12",
        "A deleted company is remembered: it is not made again because its account is edited, unless the operator wants"
        " that; restored, it gets its link back.",
        (Reason.COMPANY_DELETED, Reason.COMPANY_RESTORED, Reason.CONFLICT_RECORD_TAKEN, Reason.STORED_ID_KEPT),
    ),
    Rule(
        "A13",
        "Merged companies: the link goes to the survivor, whatever its id. Where both were linked, a person says which"
        " account survives.",
        (Reason.CONFLICT_COMPANIES_MERGED,),
    ),
    Rule(
        "A14",
        "A contact outside the segment shares nothing of its own, while the fields of its linked company go on"
        " syncing.",
        (Reason.CONTACT_OUTSIDE_SEGMENT,),
        SEGMENTS,
    ),
    Rule(
        "A15",
        "When the last contact leaves the segment, a link that exists goes on.",
        (Reason.LINKED_ALREADY,),
        SEGMENTS,
    ),
    Rule(
        "A16",
        "Person accounts are people: none is given a company or adopted for one, whatever names it.",
        (Reason.PERSON_ACCOUNT,),
    ),
    Rule(
        "A17",
        "The operator may say in SOQL which accounts get a company; the others are not linked either, but links that"
        " exist stay, and a person's Sync passes the filter.",
        (Reason.ACCOUNT_FILTERED_OUT,),
        SEGMENTS,
    ),
    Rule(
        "A18",
        "Of several Salesforce records with one address: a contact before a lead, never one that is converted or"
        " deleted, then the one it was before, then the oldest.",
        (Reason.CONTACT_LINKED,),
        DUPLICATES,
    ),
    Rule(
        "A19",
        "An owner who is nobody on the other side is replaced on neither, and a person is told; a new account gets the"
        " fallback owner, or the integration user.",
        (Reason.OWNER_UNMATCHED, Reason.OWNER_AMBIGUOUS),
        OWNERS,
    ),
    Rule(
        "A20",
        "It takes one contact that qualifies and is, or will be, a Salesforce contact; either by itself is not enough.",
        (Reason.C3_QUALIFYING_CONTACT, Reason.PENDING_CONTACT_SYNC, Reason.N3_NONE_QUALIFIES),
        ACCOUNT_CREATION,
    ),
    Rule(
        "A21",
        "A company segment is a gate before the contacts are asked, and decides alone only where the operator wants"
        " it.",
        (Reason.COMPANY_NOT_IN_SEGMENT, Reason.COMPANY_SEGMENT, Reason.N1_NO_CONTACTS),
        SEGMENTS,
    ),
    Rule(
        "A22",
        "`other` comes last in the portal's list without being more advanced than `customer`: it has no rank unless the"
        " operator wants HubSpot's strict order.",
        (Reason.STAGE_UNRANKED, Reason.STAGE_NO_CANDIDATE),
    ),
    Rule(
        "A23",
        "A person's Sync passes the segments, with a warning on the timeline; a segment that is gone does not stop it.",
        (Reason.SEGMENT_OVERRIDDEN, Reason.MANUAL, ProblemClass.CONFIG),
        SETTINGS,
    ),
)
