"""When a company gets an account: the conditions of section 3, and the order in which decision table T1 asks them."""

from tasks.contracts.errors import ProblemClass
from tasks.contracts.reasons import Reason
from tasks.rulebook.articles import ACCOUNT_CREATION, ACCOUNTS, ERRORS, SEGMENTS, TRIGGERS
from tasks.rulebook.rule import Rule

CONDITIONS = (
    Rule(
        "C1",
        "A company that HubSpot made itself gets an account where contacts sync as Salesforce contacts, if one of its"
        " qualifying contacts is one or will be one.",
        (Reason.C1_AUTO_CREATED,),
        ACCOUNT_CREATION,
    ),
    Rule(
        "C2",
        "A company gets an account if it is the primary company of a qualifying contact who is a Salesforce contact"
        " without an account; that person is then put on the new account.",
        (Reason.C2_PRIVATE_CONTACT, Reason.IDS_WRITTEN),
        ACCOUNT_CREATION,
    ),
    Rule(
        "C3",
        "A company gets an account if a qualifying contact is a Salesforce contact, or will be one.",
        (Reason.C3_QUALIFYING_CONTACT,),
        ACCOUNT_CREATION,
    ),
    Rule(
        "N1",
        "A company without contacts gets no account by itself.",
        (Reason.N1_NO_CONTACTS,),
        ACCOUNT_CREATION,
    ),
    Rule(
        "N2",
        "A company whose contacts are all Salesforce leads gets no account by itself: a lead cannot be put on one.",
        (Reason.N2_ALL_LEADS,),
        ACCOUNT_CREATION,
    ),
    Rule(
        "N3",
        "A company none of whose contacts is in the contact segment gets no account by itself.",
        (Reason.N3_NONE_QUALIFIES,),
        ACCOUNT_CREATION,
    ),
    Rule(
        "M1",
        "Pressing Sync on a company creates its account although none of the conditions holds; what is linked or"
        " matched already is not created a second time.",
        (Reason.MANUAL,),
        ACCOUNTS,
    ),
    Rule(
        "M2",
        "The conditions are not asked only once: whatever happens to the company or to one of its contacts later lets"
        " the company be decided about again.",
        (Reason.N1_NO_CONTACTS, Reason.C3_QUALIFYING_CONTACT),
        TRIGGERS,
    ),
    Rule(
        "M3",
        "Before an account is created, one with the company's key, stored id, contacts or domain is looked for. If a"
        " duplicate rule of the org refuses the new account all the same, a person is told which account it found.",
        (Reason.SUGGEST_DOMAIN, ProblemClass.CONFLICT),
        ERRORS,
    ),
)

T1 = (
    Rule(
        "T1.1",
        "While company sync is off nothing is decided and nobody is asked, Sync or not.",
        (Reason.OBJECT_SYNC_OFF,),
        ACCOUNTS,
    ),
    Rule(
        "T1.2",
        "A company that T2 finds an account for is linked with it, and none of the later rows is asked.",
        (
            Reason.LINKED_BY_KEY,
            Reason.LINKED_BY_STORED_ID,
            Reason.LINKED_BY_CONTACTS,
            Reason.LINKED_BY_DOMAIN,
            Reason.LINKED_AFTER_RACE,
        ),
    ),
    Rule(
        "T1.3",
        "Pressing Sync creates the account; a segment that would have said no is overridden with a warning.",
        (Reason.MANUAL, Reason.SEGMENT_OVERRIDDEN, Reason.ACCOUNT_CREATED),
        ACCOUNTS,
    ),
    Rule(
        "T1.4",
        "Where a company segment is chosen, a company outside it gets no account.",
        (Reason.COMPANY_NOT_IN_SEGMENT,),
        SEGMENTS,
    ),
    Rule(
        "T1.5",
        "Where the company segment decides alone, a company in it gets an account, and its contacts are not asked.",
        (Reason.COMPANY_SEGMENT,),
        SEGMENTS,
    ),
    Rule("T1.6", "No contacts: no account.", (Reason.N1_NO_CONTACTS,), ACCOUNT_CREATION),
    Rule(
        "T1.7",
        "A contact segment is chosen and none of the contacts is in it: no account.",
        (Reason.N3_NONE_QUALIFIES,),
        ACCOUNT_CREATION,
    ),
    Rule(
        "T1.8",
        "All contacts are leads, in the segment or not: no account.",
        (Reason.N2_ALL_LEADS,),
        ACCOUNT_CREATION,
    ),
    Rule(
        "T1.9",
        "A qualifying contact whose primary company this is is a Salesforce contact without an account: an account is"
        " created.",
        (Reason.C2_PRIVATE_CONTACT,),
        ACCOUNT_CREATION,
    ),
    Rule(
        "T1.10",
        "HubSpot made the company itself and contacts sync as contacts: an account is created, but only if a qualifying"
        " contact can be put on it.",
        (Reason.C1_AUTO_CREATED, Reason.PENDING_CONTACT_SYNC),
        ACCOUNT_CREATION,
    ),
    Rule(
        "T1.11",
        "A qualifying contact is a Salesforce contact, or has an e-mail address and will be one: an account is"
        " created.",
        (Reason.C3_QUALIFYING_CONTACT,),
        ACCOUNT_CREATION,
    ),
    Rule(
        "T1.12",
        "Otherwise no account for now; the company is decided about again when a contact becomes a Salesforce contact.",
        (Reason.PENDING_CONTACT_SYNC,),
        ACCOUNT_CREATION,
    ),
)
