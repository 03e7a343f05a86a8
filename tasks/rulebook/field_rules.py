"""Whose value counts, field by field: section 7.1, and what else a mapping says: section 7.2."""

from tasks.contracts.errors import ProblemClass
from tasks.contracts.reasons import Reason
from tasks.rulebook.articles import MAPPINGS, OWNERS, PEOPLE, PLACES
from tasks.rulebook.rule import Rule

PREFER, ALWAYS, TWO_WAY = "7.1.prefer_salesforce", "7.1.always_salesforce", "7.1.two_way"
WINS, CLEARED = (Reason.FIELD_SALESFORCE_WINS,), (Reason.FIELD_SALESFORCE_CLEARED,)

TRUTH_TABLE = (
    Rule(f"{PREFER}.salesforce_set", "Salesforce got a value: HubSpot gets it.", WINS, MAPPINGS),
    Rule(f"{PREFER}.salesforce_cleared", "Salesforce's value was removed: HubSpot's is too.", CLEARED, MAPPINGS),
    Rule(
        f"{PREFER}.hubspot_over_blank",
        "HubSpot got a value where Salesforce has none and had none: Salesforce gets it.",
        (Reason.FIELD_SALESFORCE_BLANK,),
        MAPPINGS,
    ),
    Rule(
        f"{PREFER}.hubspot_over_value",
        "HubSpot's value was changed where Salesforce has one: HubSpot is set back to Salesforce's.",
        WINS,
        MAPPINGS,
    ),
    Rule(
        f"{PREFER}.hubspot_cleared",
        "HubSpot's value was removed: Salesforce keeps its own, and HubSpot gets it back.",
        WINS,
        MAPPINGS,
    ),
    Rule(f"{ALWAYS}.salesforce_set", "Salesforce got a value: HubSpot gets it.", WINS, MAPPINGS),
    Rule(f"{ALWAYS}.salesforce_cleared", "Salesforce's value was removed: HubSpot's is too.", CLEARED, MAPPINGS),
    Rule(
        f"{ALWAYS}.hubspot_over_blank",
        "HubSpot got a value where Salesforce has none: it stays, and never goes to Salesforce.",
        (Reason.FIELD_NEVER_PUSHED,),
        MAPPINGS,
    ),
    Rule(
        f"{ALWAYS}.hubspot_over_value",
        "HubSpot's value was changed where Salesforce has one: HubSpot is set back to Salesforce's.",
        WINS,
        MAPPINGS,
    ),
    Rule(
        f"{ALWAYS}.hubspot_cleared",
        "HubSpot's value was removed: Salesforce keeps its own, and HubSpot gets it back.",
        WINS,
        MAPPINGS,
    ),
    Rule(
        f"{TWO_WAY}.salesforce_set",
        "Only Salesforce's value has changed: HubSpot gets it.",
        (Reason.FIELD_SALESFORCE_CHANGED,),
        MAPPINGS,
    ),
    Rule(
        f"{TWO_WAY}.salesforce_cleared",
        "Only Salesforce's value was removed: HubSpot's is too.",
        (Reason.FIELD_SALESFORCE_CHANGED,),
        MAPPINGS,
    ),
    Rule(
        f"{TWO_WAY}.hubspot_over_blank",
        "HubSpot got a value where Salesforce has none: Salesforce gets it.",
        (Reason.FIELD_SALESFORCE_BLANK, Reason.FIELD_HUBSPOT_CHANGED),
        MAPPINGS,
    ),
    Rule(
        f"{TWO_WAY}.hubspot_over_value",
        "HubSpot's value was changed where Salesforce has one: the newer of the two counts.",
        (Reason.FIELD_HUBSPOT_CHANGED, Reason.FIELD_HUBSPOT_NEWER, Reason.FIELD_SALESFORCE_NEWER),
        MAPPINGS,
    ),
    Rule(
        f"{TWO_WAY}.hubspot_cleared",
        "Only HubSpot's value was removed: Salesforce's is too.",
        (Reason.FIELD_HUBSPOT_CHANGED,),
        MAPPINGS,
    ),
    Rule(
        "7.1.dont_sync",
        "A field that is not to be synced is written on neither side, whatever happens.",
        (Reason.FIELD_NOT_SYNCED,),
        MAPPINGS,
    ),
    Rule(
        "7.1.baseline",
        "The value both sides agreed on last is kept for every field: it alone tells a field that was just emptied in"
        " Salesforce from one that never held anything.",
        (Reason.FIELD_SALESFORCE_CLEARED, Reason.FIELD_SALESFORCE_BLANK),
    ),
    Rule(
        "7.1.times",
        "In a two-way field times matter only where both sides have moved since they agreed; at the same time, or one"
        " that nobody knows, Salesforce's value counts.",
        (Reason.FIELD_HUBSPOT_NEWER, Reason.FIELD_SALESFORCE_NEWER),
    ),
)

MAPPING = (
    Rule(
        "7.2.1",
        "A mapping that was changed is applied to a record the next time it is looked at, or at once to all that are"
        " asked for.",
        (),
        MAPPINGS,
    ),
    Rule(
        "7.2.2",
        "A property and a field are each mapped once. A second entry for one of them is refused by line, as are types"
        " that do not go together.",
        (),
        MAPPINGS,
    ),
    Rule("7.2.3", "An entry that names no rule prefers Salesforce.", (Reason.FIELD_SALESFORCE_WINS,)),
    Rule("7.2.4", "Only what the mapping names is carried; no property is created and nothing is mapped by itself."),
    Rule("7.2.5", "No entry is sacred: each can be left out of the mapping.", (), PEOPLE),
    Rule(
        "7.2.6",
        "An owner is carried both ways, and to Salesforce only as an active user with the owner's e-mail address, or"
        " one the mapping names for that owner.",
        (Reason.OWNER_UNMATCHED, Reason.OWNER_AMBIGUOUS, Reason.OWNER_INACTIVE),
        OWNERS,
    ),
    Rule(
        "7.2.6a",
        "A new account belongs to the user behind the company's owner, else to the fallback owner of the mapping, else"
        " to the integration user.",
        (),
        OWNERS,
    ),
    Rule(
        "7.2.6b",
        "On the first sync of a pair Salesforce's active owner wins, and one who is not active is replaced by"
        " HubSpot's; afterwards the most recent change counts.",
        (Reason.FIELD_SALESFORCE_WINS, Reason.FIELD_OWNER_REPLACED),
        OWNERS,
    ),
    Rule(
        "7.2.6c",
        "Standard, partner, guest and queue users can be owners in HubSpot; in Salesforce no record is given to a"
        " queue.",
        (Reason.OWNER_UNMATCHED, Reason.OWNER_INACTIVE),
        OWNERS,
    ),
    Rule("7.2.7", "A custom property that holds a HubSpot user cannot be mapped; its entry is refused.", (), MAPPINGS),
    Rule("7.2.8", "One entry for contacts feeds the field of that name on contacts and on leads.", (), PEOPLE),
    Rule(
        "7.2.9",
        "A choice that the other side does not have is left out, and the check of the mapping names it beforehand; a"
        " value map gives it a counterpart.",
        (Reason.VALUE_UNKNOWN_IN_HUBSPOT, Reason.VALUE_UNKNOWN_IN_SALESFORCE),
    ),
    Rule(
        "7.2.10",
        "Where the org has lists of countries and states, their codes are written, the country first; a state without a"
        " country, or not of that country, is left out.",
        (Reason.STATE_WITHOUT_COUNTRY, Reason.STATE_NOT_IN_COUNTRY, Reason.VALUE_AMBIGUOUS, ProblemClass.DATA),
        PLACES,
    ),
)
