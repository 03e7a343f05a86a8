"""The records everybody speaks of: frozen values, one name each, ids that cannot be swapped."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType

CompanyId = NewType("CompanyId", str)
"""A HubSpot company: decimal digits."""
ContactId = NewType("ContactId", str)
"""A HubSpot contact: decimal digits."""
AccountId = NewType("AccountId", str)
"""A Salesforce account, always in the 18-character form."""
PersonId = NewType("PersonId", str)
"""A Salesforce contact or lead, always in the 18-character form."""
StageName = NewType("StageName", str)
"""The internal value of a lifecycle stage; custom stages have opaque ones."""

BLANK_STAGE = StageName("")


class Kind(StrEnum):
    """The kinds of record that work can be owed for, named as producers name them."""

    COMPANY = "hubspot.company"
    CONTACT = "hubspot.contact"
    ACCOUNT = "salesforce.account"
    SALESFORCE_CONTACT = "salesforce.contact"
    LEAD = "salesforce.lead"
    OPPORTUNITY = "salesforce.opportunity"

    @property
    def noun(self) -> str:
        """`company`: which CRM it is in goes without saying where an id follows."""
        return self.partition(".")[2]


class PersonKind(StrEnum):
    """What a person is on the Salesforce side."""

    CONTACT = "contact"
    LEAD = "lead"


class Lane(StrEnum):
    """Who goes first: a customer waiting, a first load, or housekeeping. One queue each."""

    LIVE = "live"
    BACKFILL = "backfill"
    MAINTENANCE = "maintenance"


@dataclass(frozen=True, slots=True)
class Company:
    """A HubSpot company as last read. Absent values are empty strings, as HubSpot has no null for text."""

    id: CompanyId
    name: str = ""
    domain: str = ""
    website: str = ""
    additional_domains: tuple[str, ...] = ()
    lifecycle_stage: StageName = BLANK_STAGE
    account_id: AccountId | None = None
    """What our own link property says; the ledger's links outrank it."""
    native_account_id: AccountId | None = None
    """What HubSpot's own integration left in `salesforceaccountid`; read for migration, never written."""
    created_automatically: bool = False
    """HubSpot itself made it from a contact's e-mail domain."""
    country: str = ""
    """As somebody wrote it: a code, or a name in any language."""
    created_at: datetime | None = None
    mapped: Mapping[str, str | None] = field(default_factory=dict)
    """By property, those of the field mapping. Blank is blank; null: HubSpot did not say."""


@dataclass(frozen=True, slots=True)
class Contact:
    """A HubSpot contact as last read."""

    id: ContactId
    email: str = ""
    """In lower case, however it was typed."""
    lifecycle_stage: StageName = BLANK_STAGE


@dataclass(frozen=True, slots=True)
class Association:
    """A contact sits on a company. A contact has at most one primary company."""

    company_id: CompanyId
    contact_id: ContactId
    is_primary: bool = False


@dataclass(frozen=True, slots=True)
class Account:
    """A Salesforce account as last read."""

    id: AccountId
    name: str = ""
    website: str = ""
    company_id: CompanyId | None = None
    """Our key on the account: the id of the company it belongs to."""
    is_person_account: bool = False
    country: str = ""
    """As somebody wrote it: a code, or a name in any language."""
    parent_id: AccountId | None = None
    created_at: datetime | None = None
    modified_at: datetime | None = None
    """When somebody last edited it (`LastModifiedDate`); `SystemModstamp` moves by itself as well."""
    is_deleted: bool = False
    master_id: AccountId | None = None
    """The account this one was merged into; a merged account is deleted as well."""


@dataclass(frozen=True, slots=True)
class Person:
    """A Salesforce contact or lead as last read."""

    id: PersonId
    kind: PersonKind
    email: str
    """In lower case, however it was typed."""
    created_at: datetime
    account_id: AccountId | None = None
    """Of a converted lead: the account it was converted into."""
    is_converted: bool = False
    contact_id: "PersonId | None" = None
    """Of a converted lead: the Salesforce contact it became."""

    @property
    def is_private(self) -> bool:
        """A Salesforce contact that belongs to no account."""
        return self.kind is PersonKind.CONTACT and self.account_id is None


@dataclass(frozen=True, slots=True)
class SyncingContact:
    """A contact of a company together with the person behind it in Salesforce."""

    contact: Contact
    is_primary: bool
    """The company in question is the contact's primary one."""
    person: Person | None = None
    """None: it is not in Salesforce (yet)."""

    @property
    def is_lead(self) -> bool:
        """It syncs as a Salesforce lead."""
        return self.person is not None and self.person.kind is PersonKind.LEAD


@dataclass(frozen=True, slots=True)
class OpportunitySignal:
    """What the opportunities say in which a Salesforce contact has a role."""

    person_id: PersonId
    has_open: bool = False
    has_won: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """The two records are one customer. Each company and each account is in at most one link."""

    company_id: CompanyId
    account_id: AccountId


@dataclass(frozen=True, slots=True)
class ContactLink:
    """The HubSpot contact and the Salesforce contact or lead are one person."""

    contact_id: ContactId
    person_id: PersonId
    kind: PersonKind
    account_id: AccountId | None = None
    """The account the Salesforce contact was on when last seen."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a contact sits, or was last seen to sit."""

    in_salesforce: AccountId | None
    """The account of the Salesforce contact."""
    in_hubspot: AccountId | None
    """The account that its primary company is linked with; None where it has none."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Something that only one customer can be: taken as a lease while working, as a claim before creating."""

    kind: str
    value: str

    def __str__(self) -> str:
        """The one spelling used in Redis keys and in messages."""
        return f"{self.kind}:{self.value}"


@dataclass(frozen=True, slots=True)
class Owed:
    """A task has to be run for a record."""

    task: str
    record_id: str
    lane: Lane = Lane.LIVE
    forced: bool = False
    """A person asked for it: the Sync button."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided about a record and why: one entry of its timeline."""

    code: str
    """The reason code, from `tasks.contracts.reasons`."""
    evidence: Mapping[str, object] = field(default_factory=dict)
    """Ids, domains and counts the decision rests on. JSON values; never a person's name or e-mail address."""


class DomainMatch(StrEnum):
    """What an account with the company's web domain is worth as evidence."""

    OFF = "off"
    """Nothing, as in HubSpot's own integration."""
    SUGGEST = "suggest"
    """A person is asked."""
    AUTO = "auto"
    """The only account with that domain is adopted, unless name or country speak against it."""


class NameMatch(StrEnum):
    """What the same name in the same country is worth as evidence; it never links anything by itself."""

    OFF = "off"
    SUGGEST = "suggest"
    """A person is asked."""


@dataclass(frozen=True, slots=True)
class Switches:
    """What the operator decides while the system runs: the same for every worker, kept in the ledger."""

    company_sync: bool = False
    hubspot_polling: bool = False
    salesforce_polling: bool = False
    default_object: PersonKind = PersonKind.CONTACT
    """What a HubSpot contact without a Salesforce record is going to become."""
    contact_segment: str | None = None
    """HubSpot list id; contacts outside do not qualify. None: every contact qualifies."""
    company_segment: str | None = None
    """HubSpot list id; companies outside get no account."""
    company_segment_alone: bool = False
    """The company segment decides by itself; contacts are not asked (account-only mode)."""
    domain_match: DomainMatch = DomainMatch.SUGGEST
    name_match: NameMatch = NameMatch.OFF
    opt_out_domains: tuple[str, ...] = ()
    """Domains that identify nobody here, beside free mail and the shared ones that are known; at most 1,000."""
    account_from_primary_company: bool = False
    """A contact whose primary company is changed in HubSpot moves to that company's account in Salesforce as well."""
    keep_former_company: bool = False
    """A contact that moved to another account stays on its former company, also where Tandem had put it there."""
    recreate_deleted_companies: bool = False
    """A company that was deleted in HubSpot comes back when its account is edited."""
    opportunity_signals: bool = True
    """Open and won opportunities take part in a contact's stage."""
    stage_to_contacts: bool = False
    """Companies lift their contacts. Never together with HubSpot's own setting of that kind."""
    stages_of_all_contacts: bool = False
    """Contacts that do not sync take part in their company's stage as well."""
    rank_other: bool = False
    """`other` takes its place in the portal's order, as in HubSpot's own ladder: last, so that it beats `customer`."""
