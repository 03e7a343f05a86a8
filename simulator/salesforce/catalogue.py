"""The standard objects of an org, and the two custom fields that carry HubSpot's ids."""

from dataclasses import replace

from simulator.salesforce.schema import Field

INDUSTRIES = (
    "Agriculture", "Apparel", "Banking", "Biotechnology", "Chemicals", "Communications", "Construction",
    "Consulting", "Education", "Electronics", "Energy", "Engineering", "Entertainment", "Environmental",
    "Finance", "Food & Beverage", "Government", "Healthcare", "Hospitality", "Insurance", "Machinery",
    "Manufacturing", "Media", "Not For Profit", "Other", "Recreation", "Retail", "Shipping", "Technology",
    "Telecommunications", "Transportation", "Utilities",
)  # fmt: skip
RATINGS = ("Hot", "Warm", "Cold")
SALUTATIONS = ("Mr.", "Ms.", "Mrs.", "Dr.", "Prof.")
LEAD_SOURCES = ("Web", "Phone Inquiry", "Partner Referral", "Purchased List", "Other")
ACCOUNT_TYPES = (
    "Prospect", "Customer - Direct", "Customer - Channel", "Channel Partner / Reseller",
    "Installation Partner", "Technology Partner", "Other",
)  # fmt: skip
OWNERSHIPS = ("Public", "Private", "Subsidiary", "Other")
LEAD_STATUSES = (
    "Open - Not Contacted",
    "Working - Contacted",
    "Closed - Converted",
    "Closed - Not Converted",
)
STAGES = (
    "Prospecting", "Qualification", "Needs Analysis", "Value Proposition", "Id. Decision Makers",
    "Perception Analysis", "Proposal/Price Quote", "Negotiation/Review", "Closed Won", "Closed Lost",
)  # fmt: skip
CLOSED_STAGES = frozenset({"Closed Won", "Closed Lost"})
USER_TYPES = ("Standard", "PowerPartner", "CSPLitePortal", "CustomerSuccess", "PowerCustomerSuccess", "Guest")
ROLES = (
    "Business User", "Decision Maker", "Economic Buyer", "Economic Decision Maker", "Evaluator",
    "Executive Sponsor", "Influencer", "Technical Buyer", "Other",
)  # fmt: skip


def text(name: str, length: int, label: str = "") -> Field:
    return Field(name, length=length, label=label)


def phone(name: str) -> Field:
    return Field(name, "phone", length=40)


def picklist(name: str, values: tuple[str, ...], length: int = 255) -> Field:
    return Field(name, "picklist", length=length, values=values)


def required(name: str, length: int, label: str = "") -> Field:
    return Field(name, length=length, label=label, nillable=False)


def child_of_account(children: str) -> Field:
    link = Field("AccountId", "reference", length=18, reference_to="Account", relationship="Account", cascade=True)
    return replace(link, children=children)


def kept_by_salesforce(name: str, kind: str, length: int = 0) -> Field:
    return Field(name, kind, length=length, createable=False, updateable=False, nillable=kind != "boolean")


def set_by_salesforce(name: str, to: str, relationship: str = "") -> Field:
    return Field(
        name,
        "reference",
        length=18,
        createable=False,
        updateable=False,
        reference_to=to,
        relationship=relationship,
    )


def address(kind: str) -> tuple[Field, ...]:
    return (
        Field(f"{kind}Street", "textarea", length=255),
        text(f"{kind}City", 40),
        text(f"{kind}State", 80),
        text(f"{kind}PostalCode", 20),
        text(f"{kind}Country", 80),
    )


def external_id(name: str) -> Field:
    return Field(name, length=20, external_id=True, unique=True, id_lookup=True)


ID = Field("Id", "id", length=18, createable=False, updateable=False, nillable=False, id_lookup=True)
OWNER = Field(
    "OwnerId",
    "reference",
    length=18,
    reference_to="User",
    relationship="Owner",
    nillable=False,
    default="$user",
)
DESCRIPTION = Field("Description", "textarea", length=32_000)
AUDIT = (
    ID,
    kept_by_salesforce("IsDeleted", "boolean"),
    kept_by_salesforce("CreatedDate", "datetime"),
    set_by_salesforce("CreatedById", "User", "CreatedBy"),
    kept_by_salesforce("LastModifiedDate", "datetime"),
    set_by_salesforce("LastModifiedById", "User", "LastModifiedBy"),
    kept_by_salesforce("SystemModstamp", "datetime"),
)

ACCOUNT = (
    *AUDIT,
    set_by_salesforce("MasterRecordId", "Account", "MasterRecord"),
    required("Name", 255, label="Account Name"),
    picklist("Type", ACCOUNT_TYPES),
    Field("ParentId", "reference", length=18, reference_to="Account", relationship="Parent", children="ChildAccounts"),
    *address("Billing"),
    *address("Shipping"),
    phone("Phone"),
    phone("Fax"),
    text("AccountNumber", 40),
    Field("Website", "url", length=255),
    text("Sic", 20, label="SIC Code"),
    picklist("Industry", INDUSTRIES),
    Field("AnnualRevenue", "currency"),
    Field("NumberOfEmployees", "int", digits=8, label="Employees"),
    picklist("Ownership", OWNERSHIPS),
    text("TickerSymbol", 20),
    DESCRIPTION,
    picklist("Rating", RATINGS),
    text("Site", 80, label="Account Site"),
    OWNER,
    picklist("AccountSource", LEAD_SOURCES),
    text("DunsNumber", 9, label="D-U-N-S Number"),
    text("Tradestyle", 255),
    text("NaicsCode", 8, label="NAICS Code"),
    text("NaicsDesc", 120, label="NAICS Description"),
    text("YearStarted", 4),
    text("SicDesc", 80, label="SIC Description"),
    external_id("HubSpot_Company_Id__c"),
)
CONTACT = (
    *AUDIT,
    set_by_salesforce("MasterRecordId", "Contact", "MasterRecord"),
    child_of_account("Contacts"),
    required("LastName", 80),
    text("FirstName", 40),
    picklist("Salutation", SALUTATIONS, 40),
    kept_by_salesforce("Name", "string", 121),
    Field("Email", "email", length=80, id_lookup=True),
    text("Title", 128),
    text("Department", 80),
    phone("Phone"),
    phone("MobilePhone"),
    phone("Fax"),
    *address("Mailing"),
    picklist("LeadSource", LEAD_SOURCES),
    Field("Birthdate", "date"),
    Field("HasOptedOutOfEmail", "boolean", nillable=False),
    DESCRIPTION,
    OWNER,
    external_id("HubSpot_Contact_Id__c"),
)
LEAD = (
    *AUDIT,
    set_by_salesforce("MasterRecordId", "Lead", "MasterRecord"),
    required("LastName", 80),
    text("FirstName", 40),
    picklist("Salutation", SALUTATIONS, 40),
    kept_by_salesforce("Name", "string", 121),
    text("Title", 128),
    required("Company", 255),
    text("Street", 255),
    text("City", 40),
    text("State", 80),
    text("PostalCode", 20),
    text("Country", 80),
    phone("Phone"),
    phone("MobilePhone"),
    Field("Email", "email", length=80, id_lookup=True),
    Field("Website", "url", length=255),
    DESCRIPTION,
    picklist("LeadSource", LEAD_SOURCES),
    Field("Status", "picklist", length=255, values=LEAD_STATUSES, nillable=False, default="Open - Not Contacted"),
    picklist("Industry", INDUSTRIES),
    picklist("Rating", RATINGS),
    Field("AnnualRevenue", "currency"),
    Field("NumberOfEmployees", "int", digits=8, label="Employees"),
    Field("HasOptedOutOfEmail", "boolean", nillable=False),
    OWNER,
    kept_by_salesforce("IsConverted", "boolean"),
    kept_by_salesforce("ConvertedDate", "date"),
    set_by_salesforce("ConvertedAccountId", "Account", "ConvertedAccount"),
    set_by_salesforce("ConvertedContactId", "Contact", "ConvertedContact"),
    set_by_salesforce("ConvertedOpportunityId", "Opportunity", "ConvertedOpportunity"),
    external_id("HubSpot_Contact_Id__c"),
)
OPPORTUNITY = (
    *AUDIT,
    child_of_account("Opportunities"),
    required("Name", 120),
    DESCRIPTION,
    Field("StageName", "picklist", length=255, values=STAGES, nillable=False, label="Stage"),
    Field("Amount", "currency", digits=16, scale=2),
    Field("Probability", "percent", digits=3),
    Field("CloseDate", "date", nillable=False),
    text("Type", 255),
    text("NextStep", 255),
    picklist("LeadSource", LEAD_SOURCES),
    kept_by_salesforce("IsClosed", "boolean"),
    kept_by_salesforce("IsWon", "boolean"),
    OWNER,
)
OPPORTUNITY_CONTACT_ROLE = (
    *AUDIT,
    Field(
        "OpportunityId",
        "reference",
        length=18,
        reference_to="Opportunity",
        relationship="Opportunity",
        nillable=False,
        updateable=False,
        children="OpportunityContactRoles",
        cascade=True,
    ),
    Field(
        "ContactId",
        "reference",
        length=18,
        reference_to="Contact",
        relationship="Contact",
        nillable=False,
        children="OpportunityContactRoles",
        cascade=True,
    ),
    picklist("Role", ROLES, 40),
    Field("IsPrimary", "boolean", nillable=False),
)
USER = (
    *(field for field in AUDIT if field.name != "IsDeleted"),
    Field("Username", length=80, nillable=False, createable=False, updateable=False),
    text("FirstName", 40),
    required("LastName", 80),
    kept_by_salesforce("Name", "string", 121),
    Field("Email", "email", length=128),
    text("Alias", 8),
    Field("IsActive", "boolean", nillable=False, default=True),
    Field("UserType", "picklist", length=40, values=USER_TYPES, createable=False, updateable=False, default="Standard"),
)
ORGANIZATION = (
    *(field for field in AUDIT if field.name != "IsDeleted"),
    required("Name", 80),
    text("InstanceName", 5),
    text("OrganizationType", 40),
    Field("IsSandbox", "boolean", nillable=False),
)

STANDARD: dict[str, tuple[str, tuple[Field, ...]]] = {
    "Account": ("001", ACCOUNT),
    "Contact": ("003", CONTACT),
    "Lead": ("00Q", LEAD),
    "Opportunity": ("006", OPPORTUNITY),
    "OpportunityContactRole": ("00K", OPPORTUNITY_CONTACT_ROLE),
    "User": ("005", USER),
    "Organization": ("00D", ORGANIZATION),
}
