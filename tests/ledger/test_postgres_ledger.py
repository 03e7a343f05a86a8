"""Timelines, snapshots, baselines, switches and cursors: what is remembered, and what it may be replaced by."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from tasks.contracts.records import DomainMatch, Kind, Owed, PersonKind, Switches, Verdict
from tasks.create_account import create_account
from tasks.link_company import link_company
from tasks.link_contact import link_contact
from tasks.propagate_lifecycle_stage import propagate_lifecycle_stage
from tests.ledger.samples import EARLIER, LATER, codes, execute, owed_row, verdict_request
from workers.ledger.engine import make_engine
from workers.ledger.postgres_ledger import PostgresLedger
from workers.ledger.verdicts import KIND_OF_TASK

NO = Verdict("N1_NO_CONTACTS", {"contacts": 0})
TOO_MANY_FOR_PARAMETERS = [str(number) for number in range(1, 65_600)]
YES = Verdict("C3_QUALIFYING_CONTACT", {"contacts": 1})


class TestVerdicts:
    def test_saying_the_same_again_is_no_entry_but_what_follows_is_owed(self, engine: Engine, ledger) -> None:
        ledger.record_verdicts([verdict_request("1", NO)])
        ledger.record_verdicts([verdict_request("1", NO, Owed("create_account", "1"), as_of=LATER)])
        assert codes(engine) == [NO.code]
        assert owed_row(engine).as_of == LATER

    def test_other_evidence_is_another_entry(self, engine: Engine, ledger: PostgresLedger) -> None:
        ledger.record_verdicts([verdict_request("1", NO)])
        ledger.record_verdicts([verdict_request("1", Verdict(NO.code, {"contacts": 2}))])
        assert codes(engine) == [NO.code, NO.code]

    def test_only_the_last_entry_counts_also_within_one_call(self, engine: Engine, ledger) -> None:
        ledger.record_verdicts([verdict_request("1", NO)])
        ledger.record_verdicts([verdict_request("1", one) for one in (NO, YES, YES, NO)])
        assert codes(engine) == [NO.code, YES.code, NO.code]

    def test_records_do_not_share_a_timeline(self, engine: Engine, ledger: PostgresLedger) -> None:
        ledger.record_verdicts([verdict_request(one, NO) for one in ("1", "2", "1")])
        assert codes(engine, "1") == codes(engine, "2") == [NO.code]

    @pytest.mark.parametrize("task", [create_account, link_company, link_contact, propagate_lifecycle_stage])
    def test_what_becomes_of_a_task_stands_on_its_own_records_timeline(self, task) -> None:
        assert KIND_OF_TASK[task.name] is task.of


class TestSnapshots:
    def test_only_what_is_fresh_enough_is_found(self, ledger: PostgresLedger) -> None:
        ledger.record_snapshots("company", {"1": {"name": "Acme"}, "2": {"name": "Zeta"}}, read_at=LATER)
        wanted = [("company", "1", LATER), ("company", "2", LATER + timedelta(microseconds=1)), ("contact", "1", LATER)]
        assert ledger.find_snapshots(wanted) == {("company", "1"): {"name": "Acme"}}

    def test_absence_is_a_fact(self, ledger: PostgresLedger) -> None:
        ledger.record_snapshots("company", {"1": None, "2": []}, read_at=LATER)
        found = ledger.find_snapshots([("company", one, EARLIER) for one in "123"])
        assert found == {("company", "1"): None, ("company", "2"): []}

    def test_a_slow_reader_does_not_replace_what_was_read_later(self, ledger: PostgresLedger) -> None:
        ledger.record_snapshots("company", {"1": "new"}, read_at=LATER)
        ledger.record_snapshots("company", {"1": "old", "2": "old"}, read_at=EARLIER)
        found = ledger.find_snapshots([("company", one, EARLIER) for one in "12"])
        assert found == {("company", "1"): "new", ("company", "2"): "old"}

    def test_what_was_read_before_our_own_write_does_not_replace_it(self, ledger: PostgresLedger) -> None:
        before = ledger.now()
        ledger.record_snapshots("company", {"1": {"phone": ""}}, read_at=before)
        slow = ledger.now()
        ledger.patch_snapshots("company", {"1": {"phone": "555"}})
        ledger.record_snapshots("company", {"1": {"phone": ""}}, read_at=slow)
        assert ledger.find_snapshots([("company", "1", before)]) == {("company", "1"): {"phone": "555"}}
        assert ledger.find_snapshots([("company", "1", slow)]) == {}
        ledger.record_snapshots("company", {"1": {"phone": "777"}}, read_at=ledger.now())
        assert ledger.find_snapshots([("company", "1", slow)]) == {("company", "1"): {"phone": "777"}}

    def test_our_own_write_is_put_on_top_and_makes_nothing_fresher(self, ledger: PostgresLedger) -> None:
        ledger.record_snapshots("company", {"1": {"name": "Acme", "stage": "lead"}, "2": None}, read_at=EARLIER)
        ledger.patch_snapshots("company", {one: {"stage": "customer"} for one in "123"})
        found = ledger.find_snapshots([("company", one, EARLIER) for one in "123"])
        assert found == {("company", "1"): {"name": "Acme", "stage": "customer"}, ("company", "2"): None}
        assert ledger.find_snapshots([("company", "1", LATER)]) == {}

    def test_what_is_forgotten_is_read_anew(self, ledger: PostgresLedger) -> None:
        ledger.record_snapshots("company", {"1": {}, "2": {}}, read_at=LATER)
        ledger.record_snapshots("contact", {"1": {}}, read_at=LATER)
        ledger.forget_snapshots("company", ["1"])
        found = ledger.find_snapshots([(kind, one, EARLIER) for kind in ("company", "contact") for one in "12"])
        assert set(found) == {("company", "2"), ("contact", "1")}


def test_what_we_wrote_is_remembered_by_record_and_field(ledger: PostgresLedger) -> None:
    ledger.record_written([(Kind.CONTACT, "1", "stage", "lead"), (Kind.CONTACT, "1", "stage", "customer")])
    ledger.record_written([(Kind.CONTACT, "2", "stage", "lead"), (Kind.COMPANY, "1", "stage", "other")])
    ledger.record_written([(Kind.CONTACT, "2", "stage", "evangelist"), (Kind.CONTACT, "2", "name", "x")])
    assert ledger.find_written(Kind.CONTACT, ["1", "2", "3"], "stage") == {"1": "customer", "2": "evangelist"}


class TestSwitches:
    def test_until_somebody_decides_the_defaults_hold(self, ledger: PostgresLedger) -> None:
        assert ledger.read_switches() == Switches()

    def test_a_switch_is_what_was_set_last(self, engine: Engine, ledger: PostgresLedger) -> None:
        ledger.write_switch("company_sync", False, "ann")
        ledger.write_switch("company_sync", True, "bob")
        ledger.write_switch("default_object", "lead", "bob")
        ledger.write_switch("domain_match", "auto", "bob")
        ledger.write_switch("contact_segment", "17", "bob")
        ledger.write_switch("company_segment", None, "bob")
        ledger.write_switch("opt_out_domains", ["our-agency.com", "acme.com"], "bob")
        assert ledger.read_switches() == Switches(
            company_sync=True,
            default_object=PersonKind.LEAD,
            domain_match=DomainMatch.AUTO,
            contact_segment="17",
            opt_out_domains=("our-agency.com", "acme.com"),
        )

    @pytest.mark.parametrize(
        ("name", "value", "problem"),
        [
            ("compny_sync", True, "there is no switch compny_sync; there are account_from_primary_company, "),
            ("company_sync", "yes", "company_sync: 'yes' is not true or false"),
            ("company_sync", 1, "company_sync: 1 is not true or false"),
            ("default_object", "account", "default_object: 'account' is not one of contact, lead"),
            ("contact_segment", 17, "contact_segment: 17 is not a text, or nothing at all"),
            ("opt_out_domains", "acme.com", "opt_out_domains: 'acme.com' is not a list of texts"),
            ("opt_out_domains", ["acme.com", "acme"], "opt_out_domains: 'acme' is no domain"),
        ],
    )
    def test_what_makes_no_sense_is_refused_in_plain_words(self, ledger, name, value, problem) -> None:
        with pytest.raises(ValueError, match=problem):
            ledger.write_switch(name, value, "ann")
        assert ledger.read_switches() == Switches()

    def test_company_sync_is_on_since_it_was_switched_on(self, ledger: PostgresLedger) -> None:
        assert ledger.find_switched_on_at() is None
        before = ledger.now()
        ledger.write_switch("company_sync", True, "ann")
        since = ledger.find_switched_on_at()
        assert since
        assert since >= before
        ledger.write_switch("company_sync", True, "bob")
        assert ledger.find_switched_on_at() == since
        ledger.write_switch("company_sync", False, "bob")
        assert ledger.find_switched_on_at() is None
        ledger.write_switch("company_sync", True, "bob")
        again = ledger.find_switched_on_at()
        assert again
        assert again > since

    def test_nobody_switches_anonymously(self, ledger: PostgresLedger) -> None:
        with pytest.raises(ValueError, match="who"):
            ledger.write_switch("company_sync", True, "")

    def test_a_switch_of_an_older_version_is_ignored(self, engine: Engine, ledger: PostgresLedger) -> None:
        execute(engine, "INSERT INTO switches (name, value, changed_by) VALUES ('gone', '1', 'ann')")
        assert ledger.read_switches() == Switches()


def test_a_cursor_is_where_it_was_moved_to(ledger: PostgresLedger) -> None:
    assert ledger.read_cursor("poll") == {}
    ledger.move_cursor("poll", {"after": 1})
    ledger.move_cursor("poll", {"after": 2})
    assert ledger.read_cursor("poll") == {"after": 2}


def test_time_goes_on_within_the_database(ledger: PostgresLedger) -> None:
    first = ledger.now()
    assert first.tzinfo is not None
    assert ledger.now() > first


def test_no_statement_and_no_lock_is_waited_for_for_ever(database_url: str, ledger, book) -> None:
    book.owe([Owed("create_account", "1")])
    engine = make_engine(
        database_url, lock_timeout=timedelta(milliseconds=100), statement_timeout=timedelta(milliseconds=300)
    )
    with pytest.raises(DBAPIError, match="statement timeout"):
        execute(engine, "SELECT pg_sleep(5)")
    with engine.begin() as holder:
        holder.exec_driver_sql("SELECT 1 FROM owed FOR UPDATE")
        with pytest.raises(DBAPIError, match="lock timeout"):
            execute(engine, "UPDATE owed SET lane = 'backfill'")
    engine.dispose()


def test_an_error_does_not_tell_what_the_statement_was_given(engine: Engine) -> None:
    with pytest.raises(DBAPIError) as error:
        execute(engine, "SELECT CAST(:who AS text), 1 / 0", who="anna@example.com")
    assert "anna" not in str(error.value)


@pytest.mark.parametrize(
    "ask",
    [
        lambda ledger, ids: ledger.find_links(ids),
        lambda ledger, ids: ledger.find_links_of_accounts(ids),
        lambda ledger, ids: ledger.find_contact_links(ids),
        lambda ledger, ids: ledger.find_contact_links_of_accounts(ids),
        lambda ledger, ids: ledger.find_written(Kind.CONTACT, ids, "lifecyclestage"),
    ],
    ids=["links", "links_of_accounts", "contact_links", "contact_links_of_accounts", "written"],
)
def test_a_slice_may_ask_about_more_contacts_than_a_statement_takes_parameters(ledger: PostgresLedger, ask) -> None:
    assert ask(ledger, TOO_MANY_FOR_PARAMETERS) == {}


def test_as_many_snapshots_may_be_forgotten(ledger: PostgresLedger) -> None:
    ledger.record_snapshots("contact", {"1": None, "0": None}, read_at=EARLIER)
    ledger.forget_snapshots("contact", TOO_MANY_FOR_PARAMETERS)
    assert ledger.find_snapshots([("contact", one, EARLIER) for one in "01"]) == {("contact", "0"): None}
