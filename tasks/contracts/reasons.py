"""Every reason code a verdict can carry: the sentence `tandem why` prints for it, and what a person can do about it."""

from collections.abc import Mapping
from enum import StrEnum


class Reason(StrEnum):
    """One code per outcome; each has its sentence in `IN_PLAIN_WORDS`, those that park also one in `WHAT_TO_DO`."""

    # May this company have an account? (decision table T1)
    OBJECT_SYNC_OFF = "OBJECT_SYNC_OFF"
    MANUAL = "MANUAL"
    SEGMENT_OVERRIDDEN = "SEGMENT_OVERRIDDEN"
    COMPANY_NOT_IN_SEGMENT = "COMPANY_NOT_IN_SEGMENT"
    COMPANY_SEGMENT = "COMPANY_SEGMENT"
    N1_NO_CONTACTS = "N1_NO_CONTACTS"
    N3_NONE_QUALIFIES = "N3_NONE_QUALIFIES"
    N2_ALL_LEADS = "N2_ALL_LEADS"
    C2_PRIVATE_CONTACT = "C2_PRIVATE_CONTACT"
    C1_AUTO_CREATED = "C1_AUTO_CREATED"
    C3_QUALIFYING_CONTACT = "C3_QUALIFYING_CONTACT"
    PENDING_CONTACT_SYNC = "PENDING_CONTACT_SYNC"
    # May this account have a company?
    ACCOUNT_NEW = "ACCOUNT_NEW"
    ACCOUNT_EDITED = "ACCOUNT_EDITED"
    ACCOUNT_IMPORTED = "ACCOUNT_IMPORTED"
    ACCOUNT_FROM_LEAD = "ACCOUNT_FROM_LEAD"
    ACCOUNT_UNTOUCHED = "ACCOUNT_UNTOUCHED"
    ACCOUNT_DELETED = "ACCOUNT_DELETED"
    ACCOUNT_MERGED = "ACCOUNT_MERGED"
    ACCOUNT_FILTERED_OUT = "ACCOUNT_FILTERED_OUT"
    PERSON_ACCOUNT = "PERSON_ACCOUNT"
    PERSON_WITHOUT_ACCOUNT = "PERSON_WITHOUT_ACCOUNT"
    COMPANY_DELETED = "COMPANY_DELETED"
    # Which account is it, which company is it? (decision table T2, from either side)
    ACCOUNT_CREATED = "ACCOUNT_CREATED"
    COMPANY_CREATED = "COMPANY_CREATED"
    LINKED_ALREADY = "LINKED_ALREADY"
    LINKED_BY_KEY = "LINKED_BY_KEY"
    LINKED_BY_STORED_ID = "LINKED_BY_STORED_ID"
    LINKED_BY_CONTACTS = "LINKED_BY_CONTACTS"
    LINKED_BY_DOMAIN = "LINKED_BY_DOMAIN"
    LINKED_AFTER_RACE = "LINKED_AFTER_RACE"
    CONFLICT_DUP_LINK = "CONFLICT_DUP_LINK"
    CONFLICT_CONTACTS = "CONFLICT_CONTACTS"
    CONFLICT_DOMAIN = "CONFLICT_DOMAIN"
    CONFLICT_DOMAIN_TAKEN = "CONFLICT_DOMAIN_TAKEN"
    SUGGEST_MERGE = "SUGGEST_MERGE"
    SUGGEST_DOMAIN = "SUGGEST_DOMAIN"
    SUGGEST_DOMAIN_DOUBTFUL = "SUGGEST_DOMAIN_DOUBTFUL"
    SUGGEST_NAME = "SUGGEST_NAME"
    SUGGEST_SIMILAR_NAME = "SUGGEST_SIMILAR_NAME"
    # The records themselves
    ACCOUNT_GONE = "ACCOUNT_GONE"
    COMPANY_GONE = "COMPANY_GONE"
    COMPANY_UNNAMED = "COMPANY_UNNAMED"
    CONTACT_GONE = "CONTACT_GONE"
    # Linking
    IDS_WRITTEN = "IDS_WRITTEN"
    CONTACT_GIVEN_ACCOUNT = "CONTACT_GIVEN_ACCOUNT"
    CONTACT_ASSOCIATED = "CONTACT_ASSOCIATED"
    CONTACT_LINKED = "CONTACT_LINKED"
    CONTACT_MOVED_IN_HUBSPOT = "CONTACT_MOVED_IN_HUBSPOT"
    CONTACT_MOVED_IN_SALESFORCE = "CONTACT_MOVED_IN_SALESFORCE"
    WAITING_FOR_ACCOUNT = "WAITING_FOR_ACCOUNT"
    CONTACT_NOT_IN_SALESFORCE = "CONTACT_NOT_IN_SALESFORCE"
    CONTACT_WITHOUT_EMAIL = "CONTACT_WITHOUT_EMAIL"
    # Which lifecycle stage wins? (decision table T3)
    STAGE_RAISED = "STAGE_RAISED"
    STAGE_KEPT = "STAGE_KEPT"
    STAGE_UNRANKED = "STAGE_UNRANKED"
    STAGE_SET_BACK = "STAGE_SET_BACK"
    STAGE_REFUSED = "STAGE_REFUSED"
    STAGE_NO_CANDIDATE = "STAGE_NO_CANDIDATE"
    STAGE_LIFTED_CONTACT = "STAGE_LIFTED_CONTACT"
    # Which side's value counts? (field rules)
    FIELDS_SYNCED = "FIELDS_SYNCED"
    FIELD_AGREED = "FIELD_AGREED"
    FIELD_SALESFORCE_WINS = "FIELD_SALESFORCE_WINS"
    FIELD_SALESFORCE_BLANK = "FIELD_SALESFORCE_BLANK"
    FIELD_SALESFORCE_CLEARED = "FIELD_SALESFORCE_CLEARED"
    FIELD_SALESFORCE_CHANGED = "FIELD_SALESFORCE_CHANGED"
    FIELD_HUBSPOT_CHANGED = "FIELD_HUBSPOT_CHANGED"
    FIELD_SALESFORCE_NEWER = "FIELD_SALESFORCE_NEWER"
    FIELD_HUBSPOT_NEWER = "FIELD_HUBSPOT_NEWER"
    FIELD_OWNER_REPLACED = "FIELD_OWNER_REPLACED"
    FIELD_NEVER_PUSHED = "FIELD_NEVER_PUSHED"
    FIELD_NOT_SYNCED = "FIELD_NOT_SYNCED"
    CONTACT_OUTSIDE_SEGMENT = "CONTACT_OUTSIDE_SEGMENT"
    # A value that cannot be carried
    VALUE_NOT_A_NUMBER = "VALUE_NOT_A_NUMBER"
    VALUE_NOT_WHOLE = "VALUE_NOT_WHOLE"
    VALUE_NOT_A_BOOLEAN = "VALUE_NOT_A_BOOLEAN"
    VALUE_NOT_A_DATE = "VALUE_NOT_A_DATE"
    VALUE_NOT_AN_EMAIL = "VALUE_NOT_AN_EMAIL"
    VALUE_OUT_OF_RANGE = "VALUE_OUT_OF_RANGE"
    VALUE_TOO_LONG = "VALUE_TOO_LONG"
    VALUE_REQUIRED = "VALUE_REQUIRED"
    VALUE_UNKNOWN_IN_HUBSPOT = "VALUE_UNKNOWN_IN_HUBSPOT"
    VALUE_UNKNOWN_IN_SALESFORCE = "VALUE_UNKNOWN_IN_SALESFORCE"
    VALUE_AMBIGUOUS = "VALUE_AMBIGUOUS"
    STATE_WITHOUT_COUNTRY = "STATE_WITHOUT_COUNTRY"
    STATE_NOT_IN_COUNTRY = "STATE_NOT_IN_COUNTRY"
    OWNER_UNMATCHED = "OWNER_UNMATCHED"
    OWNER_AMBIGUOUS = "OWNER_AMBIGUOUS"
    OWNER_INACTIVE = "OWNER_INACTIVE"
    PROPERTY_MISSING = "PROPERTY_MISSING"
    FIELD_MISSING = "FIELD_MISSING"
    # A record that gave up
    PARKED = "PARKED"
    REPLAYED = "REPLAYED"
    DISMISSED = "DISMISSED"


IN_PLAIN_WORDS: dict[Reason, str] = {
    Reason.OBJECT_SYNC_OFF: "Company sync is switched off, so nothing is done; looked at again when it is on.",
    Reason.MANUAL: "Gets its counterpart: a person pressed Sync.",
    Reason.SEGMENT_OVERRIDDEN: "Warning: a segment would not have let it have an account, but a person pressed Sync.",
    Reason.COMPANY_NOT_IN_SEGMENT: "The company is not in the company segment.",
    Reason.COMPANY_SEGMENT: "Gets an account: it is in the company segment, and the segment alone decides.",
    Reason.N1_NO_CONTACTS: "No account: the company has no contacts.",
    Reason.N3_NONE_QUALIFIES: "No account: none of its contacts is in the contact segment.",
    Reason.N2_ALL_LEADS: "No account: all its contacts are leads in Salesforce, and a lead cannot carry an account.",
    Reason.C2_PRIVATE_CONTACT: "Gets an account: a qualifying contact is a Salesforce contact without an account.",
    Reason.C1_AUTO_CREATED: "Gets an account: HubSpot made the company itself, and contacts sync as contacts.",
    Reason.C3_QUALIFYING_CONTACT: "Gets an account: a qualifying contact is, or will be, a Salesforce contact.",
    Reason.PENDING_CONTACT_SYNC: "Not yet: no contact is a Salesforce contact; looked at again when one becomes one.",
    Reason.ACCOUNT_NEW: "Gets a company: the account was created after company sync was switched on.",
    Reason.ACCOUNT_EDITED: "Gets a company: the account was edited in Salesforce after company sync was switched on.",
    Reason.ACCOUNT_IMPORTED: "Gets a company: the account was imported.",
    Reason.ACCOUNT_FROM_LEAD: "Gets a company: a lead was converted into the account.",
    Reason.ACCOUNT_UNTOUCHED: "Not yet: the account is older than company sync and was neither edited nor imported"
    " since.",
    Reason.ACCOUNT_DELETED: "The account is deleted in Salesforce.",
    Reason.ACCOUNT_MERGED: "The account was merged into another one, which is looked at in its place.",
    Reason.ACCOUNT_FILTERED_OUT: "No company: the account does not pass the account filter.",
    Reason.PERSON_ACCOUNT: "A person account is a person, and no company.",
    Reason.PERSON_WITHOUT_ACCOUNT: "No company: the lead, or contact, belongs to no account.",
    Reason.COMPANY_DELETED: "No new company: the account's company was deleted in HubSpot.",
    Reason.ACCOUNT_CREATED: "The account was created in Salesforce and linked.",
    Reason.COMPANY_CREATED: "The company was created in HubSpot and linked.",
    Reason.LINKED_ALREADY: "Already linked; nothing to do.",
    Reason.LINKED_BY_KEY: "Linked: the account already carries this company's id.",
    Reason.LINKED_BY_STORED_ID: "Linked: the company already carries this account's id.",
    Reason.LINKED_BY_CONTACTS: "Linked: the company's contacts belong to the account in Salesforce.",
    Reason.LINKED_BY_DOMAIN: "Linked: no other company and no other account has the same web domain.",
    Reason.LINKED_AFTER_RACE: "Someone else created it at the same moment; that one was adopted.",
    Reason.CONFLICT_DUP_LINK: "Several records claim this one. Several accounts: a person has to choose. Several"
    " companies: the linked one was kept, or else the one with most contacts, or the oldest; the others are listed.",
    Reason.CONFLICT_CONTACTS: "Its contacts point to several accounts, or companies, equally; a person has to choose.",
    Reason.CONFLICT_DOMAIN: "Several accounts, or companies, share the web domain; a person has to choose.",
    Reason.CONFLICT_DOMAIN_TAKEN: "The web domain already belongs to another linked pair; a person has to say"
    " whether this is the same customer.",
    Reason.SUGGEST_MERGE: "HubSpot made this company by itself for a web domain whose company is linked already. Most"
    " likely it is to be merged into that one.",
    Reason.SUGGEST_DOMAIN: "One record has the same web domain; a person has to confirm that it is the same customer.",
    Reason.SUGGEST_DOMAIN_DOUBTFUL: "One record has the same web domain, but name or country speak against it; a person"
    " has to say whether it is the same customer.",
    Reason.SUGGEST_NAME: "Same name, same country; a person has to say whether it is the same customer.",
    Reason.SUGGEST_SIMILAR_NAME: "A very similar name; a person has to say whether it is the same customer.",
    Reason.ACCOUNT_GONE: "The account is not in Salesforce (deleted for good, or never there).",
    Reason.COMPANY_GONE: "The company does not exist in HubSpot (deleted, merged away or never there).",
    Reason.COMPANY_UNNAMED: "The company has neither a name nor a domain; Salesforce requires a name.",
    Reason.CONTACT_GONE: "The contact does not exist in HubSpot (deleted, merged away or never there).",
    Reason.IDS_WRITTEN: "Each side now carries the other's id.",
    Reason.CONTACT_GIVEN_ACCOUNT: "The Salesforce contact had no account and was put on this one.",
    Reason.CONTACT_ASSOCIATED: "The contact was associated with the company its Salesforce account belongs to.",
    Reason.CONTACT_LINKED: "The contact's Salesforce record was found by e-mail address.",
    Reason.CONTACT_MOVED_IN_HUBSPOT: "It moved to another account in Salesforce, and so to that account's company.",
    Reason.CONTACT_MOVED_IN_SALESFORCE: "Its primary company was changed in HubSpot, and so its account in Salesforce.",
    Reason.WAITING_FOR_ACCOUNT: "Its account in Salesforce has no company yet; it is looked at again once it has one.",
    Reason.CONTACT_NOT_IN_SALESFORCE: "No Salesforce contact or lead has this contact's e-mail address.",
    Reason.CONTACT_WITHOUT_EMAIL: "The contact has no e-mail address, so it cannot be found in Salesforce.",
    Reason.STAGE_RAISED: "The company's lifecycle stage was raised to its most advanced contact's.",
    Reason.STAGE_KEPT: "The company's lifecycle stage is already as far as any contact's; stages never move back.",
    Reason.STAGE_UNRANKED: "The company's stage has no rank in the portal's order, so nothing replaces it by itself.",
    Reason.STAGE_SET_BACK: "A person asked for the stage to follow the contacts, so it was cleared and set back.",
    Reason.STAGE_REFUSED: "HubSpot answered the change of stage with success but kept the old stage.",
    Reason.STAGE_NO_CANDIDATE: "No contact that counts has a stage with a rank.",
    Reason.STAGE_LIFTED_CONTACT: "The contact was lifted to its primary company's stage.",
    Reason.FIELDS_SYNCED: "Fields were carried across, each by its rule.",
    Reason.FIELD_AGREED: "Both sides have the same value.",
    Reason.FIELD_SALESFORCE_WINS: "Salesforce has a value, and under the field's rule that is the one that counts.",
    Reason.FIELD_SALESFORCE_BLANK: "Salesforce has no value and never had one, so HubSpot's was carried over.",
    Reason.FIELD_SALESFORCE_CLEARED: "The value was removed in Salesforce, so it was removed in HubSpot too.",
    Reason.FIELD_SALESFORCE_CHANGED: "Only Salesforce's value had changed, so HubSpot got it.",
    Reason.FIELD_HUBSPOT_CHANGED: "Only HubSpot's value had changed, so Salesforce got it.",
    Reason.FIELD_SALESFORCE_NEWER: "Both values had changed; Salesforce's change is not the older one, so it counts.",
    Reason.FIELD_HUBSPOT_NEWER: "Both values had changed; HubSpot's change is the newer one, so it counts.",
    Reason.FIELD_OWNER_REPLACED: "Salesforce's owner is not an active user, so HubSpot's was carried over.",
    Reason.FIELD_NEVER_PUSHED: "Salesforce has no value, and under the field's rule HubSpot's is never carried over.",
    Reason.FIELD_NOT_SYNCED: "The field's rule is not to sync it.",
    Reason.CONTACT_OUTSIDE_SEGMENT: "The contact is not in the contact segment, so nothing about it is carried over.",
    Reason.VALUE_NOT_A_NUMBER: "The value is not a number.",
    Reason.VALUE_NOT_WHOLE: "The field takes whole numbers only.",
    Reason.VALUE_NOT_A_BOOLEAN: "The value is neither true nor false.",
    Reason.VALUE_NOT_A_DATE: "The value is not a date.",
    Reason.VALUE_NOT_AN_EMAIL: "The value is not an e-mail address.",
    Reason.VALUE_OUT_OF_RANGE: "The number or date is outside what the other side takes.",
    Reason.VALUE_TOO_LONG: "The text is longer than the other side takes.",
    Reason.VALUE_REQUIRED: "The field may not be blank in Salesforce.",
    Reason.VALUE_UNKNOWN_IN_HUBSPOT: "No option of the HubSpot property means this value.",
    Reason.VALUE_UNKNOWN_IN_SALESFORCE: "The Salesforce picklist does not have this value.",
    Reason.VALUE_AMBIGUOUS: "Several values of the Salesforce picklist could be meant.",
    Reason.STATE_WITHOUT_COUNTRY: "Salesforce takes a state only together with a country, and there is none.",
    Reason.STATE_NOT_IN_COUNTRY: "The state is not one of the country's, so Salesforce would take neither.",
    Reason.OWNER_UNMATCHED: "The owner on one side is nobody we know on the other; both owners stay.",
    Reason.OWNER_AMBIGUOUS: "Several Salesforce users have the owner's e-mail address; both owners stay.",
    Reason.OWNER_INACTIVE: "The owner's Salesforce user is not active; both owners stay.",
    Reason.PROPERTY_MISSING: "HubSpot did not say what the property holds; it may have been deleted.",
    Reason.FIELD_MISSING: "Salesforce did not say what the field holds; it may have been deleted or hidden.",
    Reason.PARKED: "Gave up for now; a person is needed.",
    Reason.REPLAYED: "A person asked for another try.",
    Reason.DISMISSED: "A person decided that nothing is to be done.",
}

_COUNTERPART_BY_HAND = (
    "create an account in Salesforce with the company's id in that field, or a company in HubSpot with the account's id"
    " in that property."
)
_ONE_CUSTOMER_OR_TWO = (
    "The same customer: write the account's id into the company's `sf_account_id`, or the company's id into the"
    f" account's `HubSpot_Company_Id__c`. Another customer: {_COUNTERPART_BY_HAND} Then `tandem parked replay ID`."
)

WHAT_TO_DO: Mapping[Reason, str] = {
    Reason.CONFLICT_DUP_LINK: "Make the ids in the CRMs agree: a company's `sf_account_id` names its account, that"
    " account's `HubSpot_Company_Id__c` names the company, and nothing else names either. Correct or clear what is"
    " wrong; an account that is linked stays with its company. One customer twice: merge this company into the other"
    " one in HubSpot. Then `tandem parked replay ID`.",
    Reason.CONFLICT_CONTACTS: "Choose which two belong together: write the account's id into the company's"
    " `sf_account_id`, or the company's id into the account's `HubSpot_Company_Id__c`, or put the contacts on it: in"
    " Salesforce on the account, in HubSpot on the company as their primary one. Then `tandem parked replay ID`.",
    Reason.CONFLICT_DOMAIN: "Choose which two belong together: write the account's id into the company's"
    " `sf_account_id`, or the company's id into the account's `HubSpot_Company_Id__c`. None of them:"
    f" {_COUNTERPART_BY_HAND} Then `tandem parked replay ID`.",
    Reason.CONFLICT_DOMAIN_TAKEN: "Another customer: `tandem sync company ID --force` (or `tandem sync account ID"
    " --force`) gives it a counterpart of its own. The same customer: merge it into the linked one where it lives, in"
    " HubSpot or in Salesforce, then `tandem parked replay ID`.",
    Reason.SUGGEST_MERGE: "The same customer: merge it in HubSpot into the company that is linked, then `tandem parked"
    " replay ID`. Another customer: `tandem sync company ID --force` gives it an account of its own.",
    Reason.SUGGEST_DOMAIN: _ONE_CUSTOMER_OR_TWO,
    Reason.SUGGEST_DOMAIN_DOUBTFUL: _ONE_CUSTOMER_OR_TWO,
    Reason.SUGGEST_NAME: _ONE_CUSTOMER_OR_TWO,
    Reason.SUGGEST_SIMILAR_NAME: _ONE_CUSTOMER_OR_TWO,
    Reason.PERSON_ACCOUNT: "Write the right account's id into the company's `sf_account_id`, or clear it, and clear"
    " `HubSpot_Company_Id__c` on the person account. Then `tandem parked replay ID`.",
    Reason.ACCOUNT_GONE: "Restore the account from Salesforce's recycle bin, then `tandem parked replay ID`. If it is"
    " to stay deleted, `tandem parked dismiss ID --why TEXT`; a link cannot be ended yet.",
    Reason.COMPANY_UNNAMED: "Give the company a name or a domain in HubSpot; it is tried again when it changes, or with"
    " `tandem parked replay ID`.",
    Reason.STAGE_REFUSED: "Somebody moved the stage at the same moment, or a workflow holds it. It is looked at again"
    " when the company or a contact changes, or with `tandem parked replay ID`.",
}
"""For every reason that records are parked with. Names of fields are those that Tandem has unless told otherwise."""
