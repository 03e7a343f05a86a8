"""The ledger in Postgres: what the tasks remember, many records at a time, one transaction per call."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, func, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from tasks.contracts.errors import ProblemClass, Rejected, SyncError
from tasks.contracts.feeds import Sighting
from tasks.contracts.records import (
    AccountId,
    CompanyId,
    ContactId,
    ContactLink,
    Identity,
    Kind,
    Link,
    PersonId,
    PersonKind,
    Switches,
)
from tasks.contracts.tools import Subject
from workers.ledger import snapshots
from workers.ledger.claims import claim_identities, find_creators
from workers.ledger.links import LinkRequest, write_links
from workers.ledger.models import FENCES, BaselineRow, ContactLinkRow, CursorRow, LinkRow
from workers.ledger.owing import Following, Request, owe_rows
from workers.ledger.rows import TIME, given_rows, is_among, texts
from workers.ledger.sightings import KINDS, patch_sightings, record_sightings
from workers.ledger.switches import change_switch, find_switched_on_at, read_switches, write_switch
from workers.ledger.verdicts import VerdictRequest, append_verdicts

__all__ = ["Following", "LinkRequest", "PostgresLedger", "VerdictRequest"]

DEADLOCK = "40P01"


class PostgresLedger:
    """Safe to share between threads; an engine is not to be shared between processes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def now(self) -> datetime:
        """The database's clock, which is everybody's."""
        with self._engine.connect() as connection:
            return connection.execute(select(func.clock_timestamp(type_=TIME))).scalar_one()

    def draw_fences(self, n: int) -> list[int]:
        """Each larger than every fence drawn before."""
        with self._engine.begin() as connection:
            drawn = select(func.nextval(FENCES.name)).select_from(func.generate_series(1, n).table_valued("n"))
            return sorted(connection.scalars(drawn))

    # Links

    def find_links(self, company_ids: Sequence[CompanyId]) -> dict[CompanyId, Link]:
        return {link.company_id: link for link in self._links(is_among(LinkRow.company_id, company_ids))}

    def find_links_of_accounts(self, account_ids: Sequence[AccountId]) -> dict[AccountId, Link]:
        return {link.account_id: link for link in self._links(is_among(LinkRow.account_id, account_ids))}

    def record_links(self, requests: Sequence[LinkRequest]) -> list[SyncError | None]:
        """Link, verdict and what follows, all or nothing per request; the answer says why not."""
        try:
            with self._engine.begin() as connection:
                return write_links(connection, requests)
        except DBAPIError as problem:
            is_refusal = isinstance(problem, DataError | IntegrityError)
            if len(requests) == 1 and is_refusal:
                return [_refused(requests[0])]
            if len(requests) == 1 or not (is_refusal or _is_deadlock(problem)):
                raise
        # Alone, each gets what it deserves: a row that is refused, or two batches that met crosswise.
        return [answer for request in requests for answer in self.record_links([request])]

    def find_contact_links(self, contact_ids: Sequence[ContactId]) -> dict[ContactId, ContactLink]:
        found = self._contact_links(is_among(ContactLinkRow.contact_id, contact_ids))
        return {link.contact_id: link for link in found}

    def find_contact_links_of_people(self, person_ids: Sequence[PersonId]) -> dict[PersonId, list[ContactLink]]:
        """Several contacts may be one person in Salesforce."""
        found: dict[PersonId, list[ContactLink]] = {}
        for link in self._contact_links(is_among(ContactLinkRow.person_id, person_ids)):
            found.setdefault(link.person_id, []).append(link)
        return found

    def find_contact_links_of_accounts(self, account_ids: Sequence[AccountId]) -> dict[AccountId, list[ContactLink]]:
        found: dict[AccountId, list[ContactLink]] = {}
        for link in self._contact_links(is_among(ContactLinkRow.account_id, account_ids)):
            if link.account_id:
                found.setdefault(link.account_id, []).append(link)
        return found

    def record_contact_links(self, contact_links: Sequence[ContactLink]) -> None:
        """The last word about a contact wins, also within one call."""
        latest = {one.contact_id: one for one in contact_links}
        columns = ("contact_id", "person_id", "kind", "account_id")
        given = given_rows(
            [{name: getattr(one, name) for name in columns} for one in latest.values()], **texts(*columns)
        )
        statement = insert(ContactLinkRow).from_select(columns, select(given).order_by(given.c.contact_id))
        changes = {name: statement.excluded[name] for name in columns[1:]}
        with self._engine.begin() as connection:
            connection.execute(
                statement.on_conflict_do_update(
                    index_elements=[ContactLinkRow.contact_id], set_={**changes, "seen_at": func.now()}
                )
            )

    # Claims and verdicts

    def claim_identities(
        self, requests: Sequence[tuple[Subject, tuple[Identity, ...]]]
    ) -> list[dict[Identity, Subject]]:
        """For each request everything is claimed, or nothing; then the answer names who stands in the way."""
        with self._engine.begin() as connection:
            return claim_identities(connection, requests)

    def find_creators(self, requests: Sequence[tuple[Subject, tuple[Identity, ...]]]) -> list[list[Subject]]:
        """For each request, who else is about to get a counterpart for one of its identities."""
        with self._engine.connect() as connection:
            return find_creators(connection, requests)

    def record_verdicts(self, requests: Sequence[VerdictRequest]) -> None:
        """Verdicts and what follows from them; a verdict that the timeline ends with already is not repeated."""
        with self._engine.begin() as connection:
            append_verdicts(connection, [(one.subject, one.verdict) for one in requests])
            owe_rows(connection, [Request(owed, one.as_of) for one in requests for owed in one.then])

    def owe(self, requests: Sequence[Following]) -> None:
        with self._engine.begin() as connection:
            owe_rows(connection, [Request(owed, one.as_of) for one in requests for owed in one.then])

    # Snapshots and baselines

    def find_snapshots(self, wanted: Sequence[snapshots.Wanted]) -> dict[tuple[str, str], Any]:
        """Those read at or after the moment asked for; None says that the record was absent."""
        with self._engine.connect() as connection:
            return snapshots.find_snapshots(connection, wanted)

    def record_snapshots(self, kind: str, bodies: Mapping[str, Any], *, read_at: datetime) -> None:
        """Keep what was read; never in place of something read later."""
        with self._engine.begin() as connection:
            snapshots.record_snapshots(connection, kind, bodies, read_at=read_at)

    def patch_snapshots(self, kind: str, patches: Mapping[str, Mapping[str, object]]) -> None:
        """Put what we wrote ourselves on top of what was read, where something was."""
        with self._engine.begin() as connection:
            snapshots.patch_snapshots(connection, kind, patches)
            if seen_as := KINDS.get(kind):
                patch_sightings(connection, seen_as, patches)

    def record_own_writes(
        self, kind: Kind, patches: Mapping[str, Mapping[str, object]], created: Mapping[str, Mapping[str, object]]
    ) -> None:
        """Put what we wrote ourselves on top of what polls saw, so that none of it is news to them."""
        if not patches and not created:
            return
        with self._engine.begin() as connection:
            patch_sightings(connection, kind, patches)
            record_sightings(connection, [Sighting(kind, record_id, facts) for record_id, facts in created.items()])

    def forget_snapshots(self, kind: str, record_ids: Iterable[str]) -> None:
        """The next one who asks reads anew."""
        with self._engine.begin() as connection:
            snapshots.forget_snapshots(connection, kind, record_ids)

    def find_companies_by_domain(self, domains: Iterable[str]) -> dict[str, list[str]]:
        """By domain the companies that had it when they were read last."""
        with self._engine.connect() as connection:
            return snapshots.find_companies_by_domain(connection, domains)

    def find_written(self, kind: Kind, record_ids: Sequence[str], field: str) -> dict[str, str]:
        """What we last wrote to this field of these records."""
        query = select(BaselineRow.record_id, BaselineRow.value).where(
            BaselineRow.kind == kind, BaselineRow.field == field, is_among(BaselineRow.record_id, record_ids)
        )
        with self._engine.connect() as connection:
            return dict(connection.execute(query).all())

    def find_all_written(self, wanted: Sequence[tuple[Kind, str, str]]) -> dict[tuple[Kind, str, str], str]:
        """The same for different fields: by kind, record id and field."""
        names = ("kind", "record_id", "field")
        given = given_rows([dict(zip(names, one, strict=True)) for one in wanted], **texts(*names))
        columns = [BaselineRow.__table__.c[name] for name in names]
        query = select(*columns, BaselineRow.value).where(tuple_(*columns).in_(select(*given.c)))
        with self._engine.connect() as connection:
            rows = connection.execute(query)
            return {(Kind(row.kind), row.record_id, row.field): row.value for row in rows}

    def record_written(self, rows: Sequence[tuple[Kind, str, str, str]]) -> None:
        """Kind, record id, field, value; the last word wins, also within one call."""
        latest = {(kind, record_id, field): value for kind, record_id, field, value in rows}
        key = ("kind", "record_id", "field")
        listed = [{**dict(zip(key, place, strict=True)), "value": value} for place, value in latest.items()]
        given = given_rows(listed, **texts(*key, "value"))
        written = select(given).order_by(*(given.c[name] for name in key))
        statement = insert(BaselineRow).from_select([*key, "value"], written)
        with self._engine.begin() as connection:
            connection.execute(
                statement.on_conflict_do_update(
                    index_elements=key, set_={"value": statement.excluded.value, "written_at": func.now()}
                )
            )

    # What the operator decides, and how far the polls are

    def read_switches(self) -> Switches:
        with self._engine.connect() as connection:
            return read_switches(connection)

    def find_switched_on_at(self) -> datetime | None:
        """When company sync was switched on; None while it is off."""
        with self._engine.connect() as connection:
            return find_switched_on_at(connection)

    def write_switch(self, name: str, value: object, by: str) -> int:
        """Returns how many records are looked at again because of it.

        ValueError, in words for the operator, if there is no such switch or it cannot be set to this.
        """
        with self._engine.begin() as connection:
            return change_switch(connection, name, value, by)

    def write_switch_from_now_on(self, name: str, value: object, by: str) -> None:
        """As above, but what was decided before stands."""
        with self._engine.begin() as connection:
            write_switch(connection, name, value, by)

    def read_cursor(self, name: str) -> dict[str, Any]:
        """Empty if it has never moved."""
        with self._engine.connect() as connection:
            position = connection.scalar(select(CursorRow.position).where(CursorRow.name == name))
        return position or {}

    def move_cursor(self, name: str, position: Mapping[str, Any]) -> None:
        row = insert(CursorRow).values(name=name, position=dict(position))
        moved = {"position": row.excluded.position, "moved_at": func.now()}
        with self._engine.begin() as connection:
            connection.execute(row.on_conflict_do_update(index_elements=[CursorRow.name], set_=moved))

    def _links(self, where: Any) -> list[Link]:
        with self._engine.connect() as connection:
            rows = connection.execute(select(LinkRow.company_id, LinkRow.account_id).where(where))
            return [Link(CompanyId(company_id), AccountId(account_id)) for company_id, account_id in rows]

    def _contact_links(self, where: Any) -> list[ContactLink]:
        query = select(ContactLinkRow).where(where).order_by(ContactLinkRow.contact_id)
        with self._engine.connect() as connection:
            return [_contact_link(row) for row in connection.execute(query)]


def _contact_link(row: Any) -> ContactLink:
    account_id = AccountId(row.account_id) if row.account_id else None
    return ContactLink(ContactId(row.contact_id), PersonId(row.person_id), PersonKind(row.kind), account_id)


def _is_deadlock(problem: DBAPIError) -> bool:
    return getattr(problem.orig, "sqlstate", None) == DEADLOCK


def _refused(request: LinkRequest) -> SyncError:
    return Rejected(
        f"the ledger refused what was to be remembered about company {request.link.company_id}",
        problem_class=ProblemClass.UNKNOWN,
        code="LEDGER_REFUSED",
        remedy="This is a fault in Tandem itself: please report it.",
    )
