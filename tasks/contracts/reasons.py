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
    # Which account is it? (decision table T2, from the company's side)
    ACCOUNT_CREATED = "ACCOUNT_CREATED"
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
    SUGGEST_DOMAIN = "SUGGEST_DOMAIN"
    PERSON_ACCOUNT = "PERSON_ACCOUNT"
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
    # A record that gave up
    PARKED = "PARKED"
    REPLAYED = "REPLAYED"
    DISMISSED = "DISMISSED"


IN_PLAIN_WORDS: dict[Reason, str] = {
    Reason.OBJECT_SYNC_OFF: "Company sync is switched off, so nothing is done; looked at again when it is on.",
    Reason.MANUAL: "Gets an account: a person pressed Sync.",
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
    Reason.ACCOUNT_CREATED: "The account was created in Salesforce and linked.",
    Reason.LINKED_ALREADY: "Already linked; nothing to do.",
    Reason.LINKED_BY_KEY: "Adopted the account that already carries this company's id.",
    Reason.LINKED_BY_STORED_ID: "Adopted the account whose id the company already carries.",
    Reason.LINKED_BY_CONTACTS: "Adopted the account its contacts belong to in Salesforce.",
    Reason.LINKED_BY_DOMAIN: "Adopted the only account with the same web domain.",
    Reason.LINKED_AFTER_RACE: "Someone else created the account at the same moment; that one was adopted.",
    Reason.CONFLICT_DUP_LINK: "Several accounts claim this company; a person has to choose.",
    Reason.CONFLICT_CONTACTS: "Its contacts sit on several accounts equally; a person has to choose.",
    Reason.CONFLICT_DOMAIN: "Several accounts, or companies, share the web domain; a person has to choose.",
    Reason.CONFLICT_DOMAIN_TAKEN: "The web domain already belongs to another company's account; a person has to say"
    " whether this is the same customer.",
    Reason.SUGGEST_DOMAIN: "One account has the same web domain; a person has to confirm that it is the same customer.",
    Reason.PERSON_ACCOUNT: "The account that is named is a person account: a person, and no company.",
    Reason.ACCOUNT_GONE: "The linked account is not in Salesforce (deleted, or merged away).",
    Reason.COMPANY_GONE: "The company does not exist in HubSpot (deleted, merged away or never there).",
    Reason.COMPANY_UNNAMED: "The company has neither a name nor a domain; Salesforce requires a name.",
    Reason.CONTACT_GONE: "The contact does not exist in HubSpot (deleted, merged away or never there).",
    Reason.IDS_WRITTEN: "Each side now carries the other's id.",
    Reason.CONTACT_GIVEN_ACCOUNT: "The Salesforce contact had no account and was put on this one.",
    Reason.CONTACT_ASSOCIATED: "The contact was associated with the company its Salesforce account belongs to.",
    Reason.CONTACT_LINKED: "The contact's Salesforce record was found by e-mail address.",
    Reason.CONTACT_NOT_IN_SALESFORCE: "No Salesforce contact or lead has this contact's e-mail address.",
    Reason.CONTACT_WITHOUT_EMAIL: "The contact has no e-mail address, so it cannot be found in Salesforce.",
    Reason.STAGE_RAISED: "The company's lifecycle stage was raised to its most advanced contact's.",
    Reason.STAGE_KEPT: "The company's lifecycle stage is already as far as any contact's; stages never move back.",
    Reason.STAGE_UNRANKED: "The company's stage has no rank in the portal's order, so nothing replaces it by itself.",
    Reason.STAGE_SET_BACK: "A person asked for the stage to follow the contacts, so it was cleared and set back.",
    Reason.STAGE_REFUSED: "HubSpot answered the change of stage with success but kept the old stage.",
    Reason.STAGE_NO_CANDIDATE: "No contact that counts has a stage with a rank.",
    Reason.STAGE_LIFTED_CONTACT: "The contact was lifted to its primary company's stage.",
    Reason.PARKED: "Gave up for now; a person is needed.",
    Reason.REPLAYED: "A person asked for another try.",
    Reason.DISMISSED: "A person decided that nothing is to be done.",
}

WHAT_TO_DO: Mapping[Reason, str] = {
    Reason.CONFLICT_DUP_LINK: "Make the ids in the CRMs agree: a company's `sf_account_id` names its account, that"
    " account's `HubSpot_Company_Id__c` names the company, and nothing else names either. Correct or clear what is"
    " wrong; an account that is linked stays with its company. One customer twice: merge this company into the other"
    " one in HubSpot. Then `tandem parked replay ID`.",
    Reason.CONFLICT_CONTACTS: "Choose the account: write its id into the company's `sf_account_id`, or the company's id"
    " into its `HubSpot_Company_Id__c`, or put the company's contacts on it in Salesforce. Then `tandem parked replay"
    " ID`.",
    Reason.CONFLICT_DOMAIN: "Choose the account: write its id into the company's `sf_account_id`, or the company's id"
    " into its `HubSpot_Company_Id__c`. None of them: create one in Salesforce with the company's id in that field."
    " Then `tandem parked replay ID`.",
    Reason.CONFLICT_DOMAIN_TAKEN: "Another customer: `tandem sync company ID --force` gives it an account of its own."
    " The same customer: merge it in HubSpot into the company that has the account, then `tandem parked replay ID`.",
    Reason.SUGGEST_DOMAIN: "The same customer: write the account's id into the company's `sf_account_id`, or the"
    " company's id into the account's `HubSpot_Company_Id__c`. Another customer: create an account in Salesforce with"
    " the company's id in that field. Then `tandem parked replay ID`.",
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
