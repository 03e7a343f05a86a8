"""The org behind the wire: its set-up, its records, its rules and its sessions."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from simulator.salesforce import timestamps
from simulator.salesforce.bulk.jobs import Jobs
from simulator.salesforce.call import Call
from simulator.salesforce.catalogue import STANDARD
from simulator.salesforce.credentials import Credentials
from simulator.salesforce.cursors import Cursors
from simulator.salesforce.duplicate_rules import index_for, read_duplicate_rules
from simulator.salesforce.errors import SalesforceError, not_found
from simulator.salesforce.ids import make_id
from simulator.salesforce.logins import Logins
from simulator.salesforce.quotas import Quotas
from simulator.salesforce.recycle_bin import RecycleBin
from simulator.salesforce.schema import Field, SObject, build_schema
from simulator.salesforce.sessions import Sessions
from simulator.salesforce.settings import Settings
from simulator.salesforce.store import Record, Store
from simulator.salesforce.transactions import Transactions
from simulator.salesforce.validation_rules import read_validation_rules
from simulator.salesforce.writes import WriteOptions, Writer

ORGANIZATION_ID = make_id("00D", 1)
INTEGRATION_USER_ID = make_id("005", 1)
SET_UP_SWITCHES = frozenset(
    {
        "missing_objects", "object_permissions", "missing_fields", "read_only_fields", "required_fields",
        "not_external_id_fields", "not_unique_fields", "case_sensitive_fields", "restricted_picklists",
        "picklist_values", "extra_fields", "duplicate_rules", "validation_rules",
    }
)  # fmt: skip


class Engine:
    def __init__(self) -> None:
        self.settings = Settings()
        self.counters: Counter[str] = Counter()
        self.jobs = Jobs()
        self.reset()

    def reset(self) -> None:
        """As on the first day; whoever holds the settings or the counters keeps holding them."""
        self._assign(Settings())
        self.counters.clear()
        self.schema = build_schema(STANDARD, self.settings)
        self.schema_changed_at = timestamps.now()
        self.store = Store(self.schema)
        self.recycle_bin = RecycleBin(self.settings, self.store, self.counters)
        self.transactions = Transactions(self.settings, self.counters)
        self.writer = Writer(self.settings, self.store, self.counters, self.recycle_bin, self.transactions)
        self.sessions = Sessions(self.settings, ORGANIZATION_ID)
        self.logins = Logins(self.settings, self.sessions, self.counters, INTEGRATION_USER_ID)
        self.cursors = Cursors(self.settings)
        self.jobs.closed = True
        self.jobs = Jobs()
        self.quotas = Quotas(self.settings, self.counters)
        self._put("Organization", ORGANIZATION_ID, Name="Simulated Org", OrganizationType="Developer Edition")
        username = self.logins.credentials.username
        name = {"Name": "Integration User", "FirstName": "Integration", "LastName": "User"}
        self._put(
            "User", INTEGRATION_USER_ID, **name, Username=username, Email=username, IsActive=True, UserType="Standard"
        )

    def configure(self, changes: Mapping[str, Any]) -> None:
        """All changes or none; ValueError names the first that makes no sense."""
        changed = self.settings.accepted(changes)
        commands = {name for name in ("expire_tokens", "expire_cursors") if changes.get(name)}
        if not SET_UP_SWITCHES.isdisjoint(changes):
            self._set_up(changed)
        if changed.hold_commits and not self.settings.hold_commits:
            self.transactions.hold()
        self._assign(replace(changed, expire_tokens=False, expire_cursors=False))
        if "expire_tokens" in commands:
            self.sessions.expire_all()
        if "expire_cursors" in commands:
            self.cursors.expire_all()
        if "random_seed" in changes:
            self.writer.random.seed(self.settings.random_seed)
            self.transactions.random.seed(self.settings.random_seed)

    def adopt_credentials(self, credentials: Credentials) -> None:
        self.logins.adopt(credentials)
        table = self.store.tables["User"]
        user = table.rows[INTEGRATION_USER_ID[:15]]
        self.store.put(table, {**user, "Username": credentials.username})

    def require_object(self, name: str) -> SObject:
        sobject = self.schema.find(name)
        if sobject is None or "read" not in sobject.permissions:
            raise not_found()
        return sobject

    def require_key_field(self, sobject: SObject, name: str) -> Field:
        field = sobject.find_field(name)
        if field is None or not (field.external_id or field.id_lookup):
            raise not_found(f"Provided external ID field does not exist or is not accessible: {name}")
        return field

    def find_record(self, sobject: SObject, short_id: str | None) -> Record | None:
        return self.store.tables[sobject.name].rows.get(short_id) if short_id else None

    def _set_up(self, settings: Settings) -> None:
        schema = build_schema(STANDARD, settings)
        duplicate_rules = read_duplicate_rules(settings.duplicate_rules, schema)
        validation_rules = read_validation_rules(settings.validation_rules, schema, self.store)
        self.schema = schema
        self.schema_changed_at = timestamps.now()
        self.store.fit(schema)
        self.writer.duplicate_rules = duplicate_rules
        self.writer.validation_rules = validation_rules
        index_for(duplicate_rules, self.store)

    def _assign(self, settings: Settings) -> None:
        for field in fields(Settings):
            setattr(self.settings, field.name, getattr(settings, field.name))

    def _put(self, object_name: str, record_id: str, **values: Any) -> None:
        now = timestamps.now()
        audit = {"CreatedDate": now, "LastModifiedDate": now, "SystemModstamp": now}
        self.store.put(self.store.tables[object_name], {"Id": record_id, **values, **audit})


def write_options(call: Call) -> WriteOptions:
    header = call.header_options("Sforce-Duplicate-Rule-Header")
    return WriteOptions(call.user_id, call.version, allow_duplicates=header.get("allowsave") == "true")


def require_fields(sobject: SObject, names: list[str]) -> list[Field]:
    found = []
    for name in names:
        field = sobject.find_field(name)
        if field is None:
            raise SalesforceError("INVALID_FIELD", f"No such column '{name}' on entity '{sobject.name}'.")
        found.append(field)
    return found


def render(record: Record, sobject: SObject, names: list[str], root: str) -> dict[str, Any]:
    url = f"{root}/sobjects/{sobject.name}/{record['Id']}"
    return {"attributes": {"type": sobject.name, "url": url}} | {name: record.get(name) for name in names}
