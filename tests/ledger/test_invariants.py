"""Every invariant holds in a ledger that works, and finds the row that breaks it."""

import pytest
from sqlalchemy import Engine, text

from tasks.contracts.machinery import Done, Later, Parked
from tasks.contracts.records import Identity, Kind, Owed
from tasks.contracts.tools import Subject
from tests.ledger.samples import ACME, LONG, account, link, link_request
from workers.ledger.invariants import INVARIANTS, check_invariants, find_violations
from workers.ledger.postgres_ledger import PostgresLedger

OPEN_CLAIM = "INSERT INTO owed (task, record_id, lane) VALUES ('create_account', '1', 'live')"
AGO = "now() - interval '11 minutes'"

CLAIM = "INSERT INTO identity_claims (kind, value, holder_kind, holder_id) VALUES"
PLANTED = {
    "one_link_per_account": (
        f"INSERT INTO links VALUES ('1', '{account(1)}', 0), ('2', '{account(1)[:15]}', 0)",
        f"account {account(1)[:15]}: companies 1, 2",
    ),
    "links_are_explained": (f"INSERT INTO links VALUES ('1', '{account(1)}', 0)", "company 1"),
    "fences_are_ahead": (f"INSERT INTO links VALUES ('1', '{account(1)}', 999999)", "company 1: fence 999999"),
    "claims_are_on_ones_own": (
        (
            f"INSERT INTO links VALUES ('1', '{account(1)}', 0);"
            f"{CLAIM} ('account', '{account(1)}', 'hubspot.company', '2')"
        ),
        f"account {account(1)}: claimed by hubspot.company 2",
    ),
    "claims_have_a_reason": (
        f"{CLAIM} ('domain', 'acme.example', 'hubspot.company', '1')",
        "domain acme.example: claimed by hubspot.company 1",
    ),
    "done_within_requested": (
        (
            "ALTER TABLE owed DROP CONSTRAINT ck_owed_done_within_requested;"
            "INSERT INTO owed (task, record_id, lane, done) VALUES ('create_account', '1', 'live', 2)"
        ),
        "create_account 1: 2 done, 0 forced of 1",
    ),
    "claims_on_work_are_on_open_work": (
        (
            "INSERT INTO owed (task, record_id, lane, done, claim_token, claimed_until)"
            " VALUES ('create_account', '1', 'live', 1, 'x', now())"
        ),
        "create_account 1",
    ),
    "dead_workers_are_replaced": (
        (
            "INSERT INTO owed (task, record_id, lane, claim_token, claimed_until)"
            f" VALUES ('create_account', '1', 'live', 'x', {AGO})"
        ),
        "create_account 1: claim expired at ",
    ),
    "nothing_is_forgotten": (
        f"INSERT INTO owed (task, record_id, lane, woken_at, not_before) VALUES ('a', '1', 'live', {AGO}, {AGO})",
        "a 1: woken last at ",
    ),
    "parked_work_says_what_to_do": (
        "INSERT INTO owed (task, record_id, lane, problem, parked_at) VALUES ('a', '1', 'live', 'odd', now())",
        "a 1",
    ),
}


def test_every_invariant_has_its_bad_row() -> None:
    assert [one.name for one in INVARIANTS] == list(PLANTED)


@pytest.mark.parametrize("name", PLANTED)
def test_the_row_that_breaks_it_is_found(engine: Engine, name: str) -> None:
    statements, row = PLANTED[name]
    with engine.connect() as connection:
        for statement in statements.split(";"):
            connection.execute(text(statement))
        found = {violation.invariant: violation.rows for violation in find_violations(connection)}
        connection.rollback()
    assert len(found[name]) == 1
    assert found[name][0].startswith(row)


def test_a_claim_on_another_company_is_found(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.execute(text(OPEN_CLAIM))
        planted = "('company', '2', 'hubspot.company', '1'), ('company', '1', 'hubspot.company', '1')"
        connection.execute(text(f"{CLAIM} {planted}"))
        found = find_violations(connection)
        connection.rollback()
    assert [(one.invariant, one.rows) for one in found] == [
        ("claims_are_on_ones_own", ("company 2: claimed by hubspot.company 1",))
    ]


def test_they_hold_where_all_kinds_of_work_went_on(engine: Engine, ledger: PostgresLedger, book, claim_one) -> None:
    (fence,) = ledger.draw_fences(1)
    jobs = [claim_one(str(number)) for number in range(1, 6)]
    own = (ACME, Identity("company", "1"), Identity("account", account(1)))
    others = [(Subject(Kind.COMPANY, one), (Identity("domain", f"{one}.example"),)) for one in ("2", "3")]
    ledger.claim_identities([(Subject(Kind.COMPANY, "1"), own), *others])
    ledger.record_links([link_request(link(1, 1), fence=fence, then=[Owed("link_company", "1")])])
    book.settle(
        [
            Done(jobs[0]),
            Parked(jobs[1], "no name", "DATA", "X", "Name it.", {}),
            Done(jobs[2]),
            Later(jobs[3], LONG, "503", "TRANSIENT", counts=True),
        ]
    )
    assert check_invariants(engine) == []


def test_a_violation_shows_what_it_is_about_and_only_some_of_the_rows(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO links SELECT n, n || 'x', 0 FROM generate_series(1, 30) n"))
    (violation,) = check_invariants(engine)
    assert (violation.invariant, len(violation.rows)) == ("links_are_explained", 20)
    assert violation.says == "Every linked company has a verdict on its timeline."
