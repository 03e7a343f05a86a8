"""Merging records of one object: the winner inherits what hangs on the losers, and those are deleted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from simulator.salesforce.engine import Engine
from simulator.salesforce.errors import SalesforceError
from simulator.salesforce.ids import find_short_id
from simulator.salesforce.schema import SObject
from simulator.salesforce.store import Record, Table
from simulator.salesforce.writes import WriteOptions, demand

MERGEABLE = frozenset({"Account", "Contact", "Lead"})


@dataclass(frozen=True, slots=True)
class Merged:
    winner_id: str
    loser_ids: tuple[str, ...]
    moved_ids: tuple[str, ...]  # of what hung on the losers


@dataclass(frozen=True, slots=True)
class Merge:
    """`values` go into the winner."""

    sobject: SObject
    winner_id: str
    loser_ids: Sequence[str]
    values: Mapping[str, Any]


def merge(engine: Engine, wish: Merge, options: WriteOptions) -> Merged:
    """All or nothing."""
    if wish.sobject.name not in MERGEABLE:
        raise SalesforceError("INVALID_TYPE", f"sObject type '{wish.sobject.name}' cannot be merged", fields=[])
    most = engine.settings.mergeable_records - 1
    if not 1 <= len(wish.loser_ids) <= most:
        raise SalesforceError(
            "NUMBER_OUTSIDE_VALID_RANGE", f"between 1 and {most} records can be merged into another", fields=[]
        )
    demand(wish.sobject, "update")
    with engine.store.transaction() as roll_back:
        try:
            return _merge(engine, wish, options)
        except SalesforceError:
            roll_back()
            raise


def _merge(engine: Engine, wish: Merge, options: WriteOptions) -> Merged:
    table = engine.store.tables[wish.sobject.name]
    winner = _live(table, wish.winner_id)
    losers = [_live(table, loser_id) for loser_id in wish.loser_ids]
    if len({record["Id"] for record in (winner, *losers)}) <= len(losers):
        raise SalesforceError("DUPLICATE_VALUE", "a record is named twice in one merge", fields=["Id"])
    moved = [child_id for loser in losers for child_id in _move_children(engine, table, loser, winner, options)]
    for loser in losers:
        current = table.rows[loser["Id"][:15]]
        engine.writer.delete(wish.sobject, current, options, MasterRecordId=winner["Id"])
    # Only now are the losers' keys free for the winner to take over.
    engine.writer.update(wish.sobject, table.rows[winner["Id"][:15]], wish.values, options)
    engine.counters["records.merged"] += len(losers)
    return Merged(winner["Id"], tuple(loser["Id"] for loser in losers), tuple(moved))


def _move_children(engine: Engine, parents: Table, loser: Record, winner: Record, options: WriteOptions) -> list[str]:
    moved = []
    for table in engine.store.tables.values():
        for field in table.sobject.fields.values():
            if field.reference_to != parents.sobject.name or field.name == "MasterRecordId":
                continue
            for child in table.find(field, loser["Id"]):
                if table is parents:
                    _demand_no_circle(table, child, winner)
                engine.writer.rewrite(table.sobject, child, {field.name: winner["Id"]}, options)
                moved.append(child["Id"])
    return moved


def _demand_no_circle(table: Table, child: Record, winner: Record) -> None:
    """A loser's child must not be the winner, nor stand above it."""
    above: Record | None = winner
    seen: set[str] = set()
    while above is not None and above["Id"] not in seen:
        if above["Id"] == child["Id"]:
            raise SalesforceError("CIRCULAR_DEPENDENCY", "attempt to create a circular relationship", fields=[])
        seen.add(above["Id"])
        above = table.rows.get(above.get("ParentId", "")[:15])


def _live(table: Table, record_id: str) -> Record:
    short_id = find_short_id(record_id)
    if short_id is None or not short_id.startswith(table.sobject.prefix):
        raise SalesforceError("MALFORMED_ID", f"malformed id {record_id}", fields=["Id"])
    record = table.rows.get(short_id)
    if record is None:
        raise SalesforceError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", fields=[])
    if record.get("IsDeleted"):
        raise SalesforceError("ENTITY_IS_DELETED", "entity is deleted", fields=[])
    return record
