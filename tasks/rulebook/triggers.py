"""What sets a sync off, how soon, and what it costs: section 6."""

from tasks.contracts.errors import ProblemClass
from tasks.contracts.reasons import Reason
from tasks.rulebook.articles import CALL_LIMIT, ERRORS, INSTALLING, RETRIES, SUSPENSION, TRIGGERS
from tasks.rulebook.rule import Rule

CHANGES = (
    Rule(
        "6.1",
        "Both CRMs can be polled, which finds what no event told. Polls are frequent while things change, and slow down"
        " where nothing does or calls run short.",
        (),
        TRIGGERS,
    ),
    Rule(
        "6.2",
        "HubSpot's webhooks about companies and contacts are followed: created, changed, associated, merged, deleted,"
        " restored. Forms, e-mails and other activities set nothing off by themselves.",
        (),
        TRIGGERS,
    ),
    Rule(
        "6.3",
        "Accounts, contacts, leads, opportunities and contact roles that were changed in Salesforce are found by their"
        " stamp; a change in nothing that Tandem reads sets nothing off.",
        (),
        TRIGGERS,
    ),
    Rule(
        "6.4",
        "A field that Salesforce calculates may only be mapped with `always_salesforce`. It is carried when its record"
        " is looked at for another reason: that it alone has a new value, Salesforce tells nobody.",
        (Reason.FIELD_SALESFORCE_WINS,),
        TRIGGERS,
    ),
    Rule(
        "6.5",
        "A person can have a company synced at any time: by command, by HTTP, or with a change event that asks for it.",
        (Reason.MANUAL,),
        TRIGGERS,
    ),
    Rule(
        "6.6",
        "A change that no field rule carries costs a look and writes nothing.",
        (Reason.FIELD_NOT_SYNCED, Reason.FIELD_NEVER_PUSHED),
        TRIGGERS,
    ),
    Rule(
        "6.7",
        "What the records of a slice ask for at the same moment is one call, so a record costs a part of a call.",
        (),
        INSTALLING,
    ),
    Rule(
        "6.8",
        "Calls keep within a budget of each day and leave a reserve to others. Without quota the work stays owed, is"
        " not failing, and goes on when there is some again.",
        (ProblemClass.TRANSIENT,),
        ERRORS,
    ),
    Rule(
        "6.9",
        "What fails for the moment is tried again after twice the wait each time, at most five minutes, and is parked"
        " for a person at the eighth failure; a CRM that does not answer at all is waited for at least six hours.",
        (ProblemClass.TRANSIENT,),
        RETRIES,
    ),
    Rule(
        "6.10",
        "A CRM that refuses the connection itself is asked by one probe at a time, for as long as it takes, and a"
        " person is told once; meanwhile no record is parked for it and none uses up an attempt.",
        (ProblemClass.HALT,),
        SUSPENSION,
    ),
    Rule(
        "6.11",
        "Health, mappings and the history of every record can be read by programs, and the mapping that HubSpot's own"
        " integration exports can be taken over.",
        (),
        CALL_LIMIT,
    ),
)
