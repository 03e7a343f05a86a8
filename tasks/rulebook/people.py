"""Who takes part: the contact segment, leads and contacts, as section 5 has them."""

from tasks.contracts.reasons import Reason
from tasks.rulebook.articles import (
    DUPLICATES,
    ERROR_SCREEN,
    NOT_SYNCING,
    QUESTIONS,
    SEGMENTS,
    SETTINGS,
    STAGE_TRANSITIONS,
    TRIGGERS,
)
from tasks.rulebook.rule import Rule

INCLUSION = (
    Rule(
        "5.1",
        "Without a contact segment every contact qualifies.",
        (Reason.C3_QUALIFYING_CONTACT,),
        QUESTIONS,
    ),
    Rule(
        "5.2",
        "Any HubSpot list can be the segment. Choosing one looks again at the companies it may decide differently"
        " about; nobody has to wait for their next change.",
        (Reason.N3_NONE_QUALIFIES, Reason.PENDING_CONTACT_SYNC),
        SEGMENTS,
    ),
    Rule(
        "5.3",
        "A contact that enters the segment lets its companies be decided about again.",
        (Reason.N3_NONE_QUALIFIES, Reason.C3_QUALIFYING_CONTACT),
        TRIGGERS,
    ),
    Rule(
        "5.4",
        "The contact segment keeps no account from getting its company.",
        (Reason.ACCOUNT_NEW,),
        SEGMENTS,
    ),
    Rule(
        "5.5",
        "Leaving the segment ends no link and forgets no id; a deletion in Salesforce is noticed all the same, so"
        " nothing is orphaned.",
        (Reason.LINKED_ALREADY,),
        SEGMENTS,
    ),
    Rule(
        "5.6",
        "Who is in the segment is asked when the decision is made. A list that is worked out late only delays it, as"
        " entering the list is a change of its own.",
        (Reason.N3_NONE_QUALIFIES,),
        SEGMENTS,
    ),
    Rule(
        "5.7",
        "A contact without an e-mail address is not looked for in Salesforce, and brings no account.",
        (Reason.CONTACT_WITHOUT_EMAIL, Reason.PENDING_CONTACT_SYNC),
        NOT_SYNCING,
    ),
    Rule(
        "5.8",
        "People are created on neither side. `default_object` says what a contact without a Salesforce record is going"
        " to be, and so whether its company may expect an account.",
        (Reason.CONTACT_NOT_IN_SALESFORCE, Reason.C3_QUALIFYING_CONTACT, Reason.PENDING_CONTACT_SYNC),
        SETTINGS,
    ),
    Rule(
        "5.9",
        "A Salesforce record with the contact's address is the person, whatever `default_object` says.",
        (Reason.CONTACT_LINKED,),
        DUPLICATES,
    ),
    Rule(
        "5.10",
        "When a lead is converted, its contact goes on with the Salesforce contact that it became.",
        (Reason.CONTACT_LINKED,),
        ERROR_SCREEN,
    ),
    Rule(
        "5.11",
        "No lifecycle stage converts a lead, and HubSpot's own lead records are not read.",
        (Reason.N2_ALL_LEADS,),
        STAGE_TRANSITIONS,
    ),
    Rule(
        "5.12",
        "Whether somebody becomes a lead or a contact is decided in Salesforce, person by person; Tandem follows what"
        " it finds there.",
        (Reason.CONTACT_LINKED,),
        SETTINGS,
    ),
)
