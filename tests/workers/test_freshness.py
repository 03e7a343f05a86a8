"""Facts from the ledger's snapshots instead of the CRM, as long as they can be read."""

from collections.abc import Sequence

from sqlalchemy import Engine

from tasks.contracts.records import Company, CompanyId
from workers.ledger.postgres_ledger import PostgresLedger
from workers.toolbox.freshness import Shelf, Wanted


def test_a_snapshot_of_another_version_is_read_anew_and_costs_nobody_else_anything(engine: Engine):
    ledger = PostgresLedger(engine)
    shelf: Shelf[Company | None] = Shelf(ledger, "company", Company | None)
    read_at = ledger.now()
    ledger.record_snapshots("company", {"1": {"id": "1", "name": "Acme"}, "2": {"number": 2}}, read_at=read_at)
    asked: list[str] = []

    def read_now(ids: Sequence[str]) -> dict[str, Company]:
        asked.extend(ids)
        return {one: Company(CompanyId(one), name="Zeta") for one in ids}

    for _ in range(2):
        facts = shelf.read([Wanted("1", read_at), Wanted("2", read_at)], read_now)
        assert {key: getattr(fact, "name", fact) for key, fact in facts.items()} == {"1": "Acme", "2": "Zeta"}
    assert asked == ["2"]
