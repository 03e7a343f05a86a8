"""The ledger as a flow sees it: one record's questions, gathered into multi-row statements."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TypeVar

from tasks.contracts.fields import FieldMemory, FieldReport
from tasks.contracts.reasons import Reason
from tasks.contracts.records import (
    AccountId,
    Association,
    CompanyId,
    ContactId,
    ContactLink,
    Identity,
    Kind,
    Lane,
    Link,
    Owed,
    PersonId,
    Place,
    StageName,
    Verdict,
)
from tasks.contracts.tools import Subject
from workers.gather import Gather
from workers.ledger.field_book import FieldBook
from workers.ledger.postgres_ledger import Following, LinkRequest, PostgresLedger, VerdictRequest
from workers.telemetry.logs import get_logger
from workers.toolbox.reach import reach_ledger

log = get_logger(__name__)

LIFECYCLE_STAGE = "lifecyclestage"
PLACE_FIELDS = ("account in Salesforce", "account in HubSpot")
"""Under which a contact's place is remembered, in the order of `Place`."""
OURS = "ours"
URGENCY = tuple(Lane)
"""The most urgent lane first."""

K = TypeVar("K")
V = TypeVar("V")


class LedgerBatches:
    """What the flows of one slice ask the ledger, many requests at a time."""

    def __init__(
        self, ledger: PostgresLedger, book: FieldBook, *, on_paused_field: Callable[[], None] = lambda: None
    ) -> None:
        self._ledger = ledger
        self._book = book
        self._on_paused_field = on_paused_field
        self.owed_next: list[Owed] = []
        """What the slice made owed; woken when the slice is done."""

    def links(self, requests: Sequence[tuple[CompanyId, ...]]) -> list[list[Link]]:
        return _lookups(self._ledger.find_links, requests)

    def links_of_accounts(self, requests: Sequence[tuple[AccountId, ...]]) -> list[list[Link]]:
        return _lookups(self._ledger.find_links_of_accounts, requests)

    def contact_links(self, requests: Sequence[tuple[ContactId, ...]]) -> list[list[ContactLink]]:
        return _lookups(self._ledger.find_contact_links, requests)

    def contact_links_of_account(self, requests: Sequence[AccountId]) -> list[list[ContactLink]]:
        found = reach_ledger(partial(self._ledger.find_contact_links_of_accounts, requests))
        return [list(found.get(account_id, ())) for account_id in requests]

    def contact_links_of_people(self, requests: Sequence[tuple[PersonId, ...]]) -> list[list[ContactLink]]:
        wanted = list(dict.fromkeys(person_id for ids in requests for person_id in ids))
        found = reach_ledger(partial(self._ledger.find_contact_links_of_people, wanted))
        return [[link for one in dict.fromkeys(ids) for link in found.get(one, ())] for ids in requests]

    def claims(self, requests: Sequence[tuple[Subject, tuple[Identity, ...]]]) -> Sequence[Mapping[Identity, Subject]]:
        return reach_ledger(partial(self._ledger.claim_identities, requests))

    def creators(self, requests: Sequence[tuple[Subject, tuple[Identity, ...]]]) -> list[list[Subject]]:
        return reach_ledger(partial(self._ledger.find_creators, requests))

    def record_links(self, requests: Sequence[LinkRequest]) -> Sequence[object]:
        answers = reach_ledger(partial(self._ledger.record_links, requests))
        for request, answer in zip(requests, answers, strict=True):
            if answer is None:
                self.owed_next += request.then
        return answers

    def record_contact_links(self, requests: Sequence[tuple[ContactLink, ...]]) -> list[None]:
        reach_ledger(partial(self._ledger.record_contact_links, [link for links in requests for link in links]))
        return [None] * len(requests)

    def record_verdicts(self, requests: Sequence[VerdictRequest]) -> list[None]:
        reach_ledger(partial(self._ledger.record_verdicts, requests))
        for request in requests:
            self.owed_next += request.then
            if request.verdict.code == Reason.SEGMENT_OVERRIDDEN:
                about, segments = request.subject, request.verdict.evidence.get("segments")
                log.warning("segment.overridden", kind=about.kind.value, record_id=about.record_id, segments=segments)
        return [None] * len(requests)

    def owe(self, requests: Sequence[Following]) -> list[None]:
        reach_ledger(partial(self._ledger.owe, requests))
        for request in requests:
            self.owed_next += request.then
        return [None] * len(requests)

    def our_associations(self, requests: Sequence[tuple[Association, ...]]) -> list[list[Association]]:
        wanted = {(Kind.CONTACT, str(one.contact_id), _on(one)) for request in requests for one in request}
        written = reach_ledger(partial(self._ledger.find_all_written, sorted(wanted)))
        ours = {key for key, value in written.items() if value}
        return [
            [one for one in dict.fromkeys(request) if (Kind.CONTACT, one.contact_id, _on(one)) in ours]
            for request in requests
        ]

    def record_our_associations(self, requests: Sequence[tuple[tuple[Association, ...], str]]) -> list[None]:
        rows = [(Kind.CONTACT, str(one.contact_id), _on(one), mark) for request, mark in requests for one in request]
        reach_ledger(partial(self._ledger.record_written, rows))
        return [None] * len(requests)

    def places(self, requests: Sequence[tuple[ContactId, ...]]) -> list[dict[ContactId, Place]]:
        wanted = sorted({contact_id for contact_ids in requests for contact_id in contact_ids})
        sides = [
            reach_ledger(partial(self._ledger.find_written, Kind.CONTACT, wanted, field)) for field in PLACE_FIELDS
        ]
        found = {one: Place(*(_account(side.get(one)) for side in sides)) for one in wanted if one in sides[0]}
        return [{one: found[one] for one in contact_ids if one in found} for contact_ids in requests]

    def record_places(self, requests: Sequence[tuple[ContactId, Place]]) -> list[None]:
        rows = [
            (Kind.CONTACT, str(contact_id), field, account_id or "")
            for contact_id, place in requests
            for field, account_id in zip(PLACE_FIELDS, (place.in_salesforce, place.in_hubspot), strict=True)
        ]
        reach_ledger(partial(self._ledger.record_written, rows))
        return [None] * len(requests)

    def written_stages(self, requests: Sequence[tuple[ContactId, ...]]) -> list[dict[ContactId, StageName]]:
        wanted = sorted({contact_id for contact_ids in requests for contact_id in contact_ids})
        found = reach_ledger(partial(self._ledger.find_written, Kind.CONTACT, wanted, LIFECYCLE_STAGE))
        return [{one: StageName(found[one]) for one in contact_ids if one in found} for contact_ids in requests]

    def record_written_stages(self, requests: Sequence[tuple[tuple[ContactId, ...], StageName]]) -> list[None]:
        rows = [(Kind.CONTACT, one, LIFECYCLE_STAGE, str(stage)) for ids, stage in requests for one in ids]
        reach_ledger(partial(self._ledger.record_written, rows))
        return [None] * len(requests)

    def field_memories(self, requests: Sequence[Link]) -> list[FieldMemory]:
        return reach_ledger(partial(self._book.find_memories, requests))

    def record_fields(self, requests: Sequence[tuple[Link, FieldReport]]) -> list[None]:
        told = {one.field: one for _, report in requests for one in report.left_out}
        for field in reach_ledger(partial(self._book.record, requests)):
            self._on_paused_field()
            log.error("field.paused", field=field, code=told[field].code, remedy=told[field].remedy)
        return [None] * len(requests)

    def record_derived(self, requests: Sequence[tuple[CompanyId, Mapping[str, str]]]) -> list[None]:
        reach_ledger(partial(self._book.record_derived, requests))
        return [None] * len(requests)


class GatheredLedger:
    """The `Ledger` of one run; what it makes owed inherits the run's lane and its idea of fresh."""

    def __init__(self, gather: Gather, batches: LedgerBatches, *, lane: Lane, as_of: datetime) -> None:
        self._ask = gather.ask
        self._batches = batches
        self._lane = lane
        self._as_of = as_of

    async def find_link(self, company_id: CompanyId) -> Link | None:
        found: list[Link] = await self._ask(self._batches.links, (company_id,))
        return found[0] if found else None

    async def find_links(self, company_ids: Sequence[CompanyId]) -> Sequence[Link]:
        found: Sequence[Link] = await self._ask(self._batches.links, tuple(company_ids)) if company_ids else ()
        return found

    async def find_links_of_accounts(self, account_ids: Sequence[AccountId]) -> Sequence[Link]:
        if not account_ids:
            return ()
        found: Sequence[Link] = await self._ask(self._batches.links_of_accounts, tuple(account_ids))
        return found

    async def find_contact_links(self, contact_ids: Sequence[ContactId]) -> Sequence[ContactLink]:
        found: Sequence[ContactLink] = await self._ask(self._batches.contact_links, tuple(contact_ids))
        return found

    async def find_contact_links_of_account(self, account_id: AccountId) -> Sequence[ContactLink]:
        found: Sequence[ContactLink] = await self._ask(self._batches.contact_links_of_account, account_id)
        return found

    async def find_contact_links_of_people(self, person_ids: Sequence[PersonId]) -> Sequence[ContactLink]:
        found: Sequence[ContactLink] = await self._ask(self._batches.contact_links_of_people, tuple(person_ids))
        return found

    async def claim_identities(self, holder: Subject, identities: Sequence[Identity]) -> Mapping[Identity, Subject]:
        if not identities:
            return {}
        held: Mapping[Identity, Subject] = await self._ask(self._batches.claims, (holder, tuple(identities)))
        return held

    async def find_creators(self, asking: Subject, identities: Sequence[Identity]) -> Sequence[Subject]:
        if not identities:
            return ()
        found: Sequence[Subject] = await self._ask(self._batches.creators, (asking, tuple(identities)))
        return found

    async def record_link(self, link: Link, verdict: Verdict, *, fence: int, then: Sequence[Owed] = ()) -> None:
        request = LinkRequest(link, verdict, fence=fence, then=self._in_lane(then), as_of=self._as_of)
        await self._ask(self._batches.record_links, request)

    async def record_contact_links(self, contact_links: Sequence[ContactLink]) -> None:
        await self._ask(self._batches.record_contact_links, tuple(contact_links))

    async def record_verdict(self, subject: Subject, verdict: Verdict, *, then: Sequence[Owed] = ()) -> None:
        request = VerdictRequest(subject, verdict, then=self._in_lane(then), as_of=self._as_of)
        await self._ask(self._batches.record_verdicts, request)

    async def owe(self, then: Sequence[Owed]) -> None:
        await self._ask(self._batches.owe, Following(self._in_lane(then), as_of=self._as_of))

    async def find_our_associations(self, associations: Sequence[Association]) -> Sequence[Association]:
        if not associations:
            return ()
        found: Sequence[Association] = await self._ask(self._batches.our_associations, tuple(associations))
        return found

    async def record_our_associations(self, associations: Sequence[Association]) -> None:
        await self._ask(self._batches.record_our_associations, (tuple(associations), OURS))

    async def forget_our_associations(self, associations: Sequence[Association]) -> None:
        await self._ask(self._batches.record_our_associations, (tuple(associations), ""))

    async def find_places(self, contact_ids: Sequence[ContactId]) -> Mapping[ContactId, Place]:
        found: Mapping[ContactId, Place] = await self._ask(self._batches.places, tuple(contact_ids))
        return found

    async def record_place(self, contact_id: ContactId, place: Place) -> None:
        await self._ask(self._batches.record_places, (contact_id, place))

    async def find_written_stages(self, contact_ids: Sequence[ContactId]) -> Mapping[ContactId, StageName]:
        found: Mapping[ContactId, StageName] = await self._ask(self._batches.written_stages, tuple(contact_ids))
        return found

    async def record_written_stages(self, contact_ids: Sequence[ContactId], stage: StageName) -> None:
        await self._ask(self._batches.record_written_stages, (tuple(contact_ids), stage))

    async def find_field_memory(self, link: Link) -> FieldMemory:
        memory: FieldMemory = await self._ask(self._batches.field_memories, link)
        return memory

    async def record_fields(self, link: Link, report: FieldReport) -> None:
        await self._ask(self._batches.record_fields, (link, report))

    async def record_derived(self, company_id: CompanyId, values: Mapping[str, str]) -> None:
        await self._ask(self._batches.record_derived, (company_id, values))

    def _in_lane(self, then: Sequence[Owed]) -> tuple[Owed, ...]:
        """What a first load makes owed is not more urgent than the load; a flow does not know which lane it runs in."""
        return tuple(replace(one, lane=max(one.lane, self._lane, key=URGENCY.index)) for one in then)


def _on(association: Association) -> str:
    """Under which it is remembered at the contact that we made it."""
    return f"on company {association.company_id}"


def _account(account_id: str | None) -> AccountId | None:
    return AccountId(account_id) if account_id else None


def _lookups(find: Callable[[Sequence[K]], Mapping[K, V]], requests: Sequence[tuple[K, ...]]) -> list[list[V]]:
    wanted = list(dict.fromkeys(key for keys in requests for key in keys))
    found = reach_ledger(partial(find, wanted))
    return [[found[key] for key in dict.fromkeys(keys) if key in found] for keys in requests]
