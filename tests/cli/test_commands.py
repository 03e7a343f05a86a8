"""The command line on a real ledger: what it prints, for people and for programs, and how it ends."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner, Result

from tasks.contracts.fates import Note, Settlement
from tasks.contracts.reasons import Reason
from tasks.contracts.records import AccountId, CompanyId, Kind, Lane, Link, LinkState, Owed, Verdict
from tasks.contracts.tools import Parked, Subject
from workers.cli.deployment import open_ledger
from workers.cli.main import app
from workers.ledger.owed_book import PostgresOwedBook
from workers.ledger.postgres_ledger import LinkRequest, PostgresLedger, SettleRequest, VerdictRequest
from workers.settings import read_settings

COMPANY = "20000000042"
ACCOUNT = "001000000000042AAA"
SENTENCE = "company 20000000042 has neither a name nor a domain"


@pytest.fixture
def tandem(empty_ledger, services, monkeypatch) -> Iterator[Callable[..., Result]]:
    url, _ = empty_ledger
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("REDIS_URL", services.redis_url)
    read_settings.cache_clear()
    open_ledger.cache_clear()
    yield lambda *words, stdin=None: CliRunner().invoke(app, [*words], input=stdin)
    open_ledger().dispose()
    open_ledger.cache_clear()
    read_settings.cache_clear()


@dataclass
class Told:
    engine: Engine

    def park(self, *record_ids: str) -> None:
        book = PostgresOwedBook(self.engine)
        book.owe([Owed("create_account", one) for one in record_ids])
        jobs = book.claim("create_account", Lane.LIVE, first=record_ids, limit=100, ttl=timedelta(seconds=30))
        assert len(jobs) == len(record_ids)
        book.settle([Parked(job, SENTENCE, "DATA", "COMPANY_UNNAMED", "Give it a name.", {}) for job in jobs])


@pytest.fixture
def told(empty_ledger) -> Told:
    return Told(empty_ledger[1])


def printed(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_why_tells_the_decision_in_plain_words(tandem, empty_ledger):
    ledger = PostgresLedger(empty_ledger[1])
    verdict = Verdict(Reason.N2_ALL_LEADS, {"contacts": ["1", "2"]})
    ledger.record_verdicts([VerdictRequest(Subject(Kind.COMPANY, COMPANY), verdict, then=(), as_of=ledger.now())])
    result = tandem("why", "company", COMPANY)
    assert result.exit_code == 0
    assert "all its contacts are leads in Salesforce" in result.stdout
    assert "contacts: 1, 2" in result.stdout
    timeline = printed(tandem("why", "company", COMPANY, "--json"))["timeline"]
    assert [one["code"] for one in timeline["decided"]] == ["N2_ALL_LEADS"]


def test_why_knows_the_account_of_a_link(tandem, empty_ledger):
    ledger = PostgresLedger(empty_ledger[1])
    link = Link(CompanyId(COMPANY), AccountId(ACCOUNT))
    verdict = Verdict(Reason.ACCOUNT_CREATED, {"account": ACCOUNT})
    ledger.record_links([LinkRequest(link, verdict, fence=1, then=(), as_of=ledger.now())])
    for words in (("company", COMPANY), ("account", ACCOUNT), ("account", ACCOUNT[:15])):
        assert f"company {COMPANY} with account {ACCOUNT}" in tandem("why", *words).stdout


def test_why_tells_of_a_merge_and_its_undoing(tandem, empty_ledger):
    ledger = PostgresLedger(empty_ledger[1])
    survivor = AccountId("001000000000043AAA")
    link, followed = Link(CompanyId(COMPANY), AccountId(ACCOUNT)), Link(CompanyId(COMPANY), survivor)
    resting = Link(CompanyId(COMPANY), survivor, LinkState.SF_DELETED)
    ledger.record_links([LinkRequest(link, Verdict(Reason.LINKED_BY_KEY), fence=1, then=(), as_of=ledger.now())])
    for was, becomes, reason in (
        (link, followed, Reason.LINK_FOLLOWED_ACCOUNT),
        (followed, resting, Reason.LINK_RESTS_ACCOUNT),
    ):
        verdict = Verdict(reason, {"company": COMPANY, "account": survivor})
        notes = (Note(Kind.COMPANY, COMPANY, verdict), Note(Kind.ACCOUNT, ACCOUNT, verdict))
        ledger.settle(SettleRequest(Settlement(was, becomes, notes=notes), fence=2, then=(), as_of=ledger.now()))
    story = " ".join(tandem("why", "company", COMPANY).stdout.split())
    assert "The account was merged into another one in Salesforce; the link follows the survivor." in story
    assert f"account: {survivor}" in story
    assert f"company {COMPANY} with account {survivor}; the link rests, because the account is deleted" in story
    assert story.index("LINK_FOLLOWED_ACCOUNT") < story.index("LINK_RESTS_ACCOUNT")
    assert "LINK_FOLLOWED_ACCOUNT" in tandem("why", "account", ACCOUNT).stdout, "the loser's own timeline tells it too"


def test_why_says_when_there_is_nothing_to_tell(tandem):
    result = tandem("why", "company", COMPANY)
    assert result.exit_code == 1
    assert "Nobody has announced it" in result.stdout
    assert f"tandem sync company {COMPANY}" in result.stdout


def test_what_is_parked_is_listed_replayed_and_dismissed(tandem, told):
    told.park(COMPANY, "7", "8")
    assert SENTENCE in tandem("parked", "list").stdout
    assert [one["record_id"] for one in printed(tandem("parked", "list", "--json", "7"))] == ["7"]
    assert "1 records are dismissed" in tandem("parked", "dismiss", "7", "--why", "a test record", "--by", "ann").stdout
    assert "2 records are owed again" in tandem("parked", "replay", "--code", "COMPANY_UNNAMED", "--by", "ann").stdout
    assert printed(tandem("parked", "list", "--json")) == []
    story = tandem("why", "company", "7").stdout
    assert "A person decided that nothing is to be done." in story
    assert "a test record" in story


@pytest.mark.parametrize("command", [("replay",), ("dismiss", "--why", "x")])
def test_nobody_decides_about_everything_by_accident(tandem, told, command):
    told.park(COMPANY)
    result = tandem("parked", *command)
    assert result.exit_code == 2
    assert len(printed(tandem("parked", "list", "--json"))) == 1
    assert tandem("parked", *command, "--all").exit_code == 0


def test_a_dismissal_needs_a_reason(tandem, told):
    told.park(COMPANY)
    assert tandem("parked", "dismiss", COMPANY).exit_code == 2
    assert tandem("parked", "dismiss", COMPANY, "--why", " ").exit_code == 2


def test_status_counts_what_is_owed_and_what_gave_up(tandem, told, empty_ledger):
    told.park(COMPANY)
    PostgresOwedBook(empty_ledger[1]).owe([Owed("link_company", "9"), Owed("link_company", "10")])
    told_status = printed(tandem("status", "--json"))
    assert {one["task"]: one["owed"] for one in told_status["owed"]} == {"create_account": 0, "link_company": 2}
    assert [(one["code"], one["rows"]) for one in told_status["parked"]] == [("COMPANY_UNNAMED", 1)]
    assert told_status["workers"] == []
    assert "No worker answers." in tandem("status").stdout


def test_switches_are_shown_and_set(tandem):
    assert printed(tandem("switch", "list", "--json"))["company_sync"] is False
    assert tandem("switch", "set", "company_sync", "true").exit_code == 0
    assert tandem("switch", "set", "contact_segment", "501").exit_code == 0
    switches = printed(tandem("switch", "list", "--json"))
    assert (switches["company_sync"], switches["contact_segment"]) == (True, "501")
    assert tandem("switch", "set", "contact_segment", "null").exit_code == 0
    assert printed(tandem("switch", "list", "--json"))["contact_segment"] is None


@pytest.mark.parametrize(
    ("name", "value"), [("company_sink", "true"), ("company_sync", "maybe"), ("domain_match", "x")]
)
def test_a_switch_that_cannot_be_set_so_stays_as_it_is(tandem, name, value):
    before = printed(tandem("switch", "list", "--json"))
    result = tandem("switch", "set", name, value)
    assert result.exit_code == 1
    assert name in str(result.exception)
    assert printed(tandem("switch", "list", "--json")) == before


GOOD = {"version": 1, "event_id": "e1", "record": "hubspot.company", "id": COMPANY}


@pytest.mark.parametrize(
    "text",
    [json.dumps(GOOD), json.dumps([GOOD, {**GOOD, "event_id": "e2"}]), json.dumps(GOOD) + "\n\n" + json.dumps(GOOD)],
)
def test_announce_takes_an_event_a_list_or_a_line_each(tandem, tmp_path, text):
    file = tmp_path / "changes.json"
    file.write_text(text)
    assert tandem("announce", str(file)).exit_code == 0
    assert "announced" in tandem("announce", "-", stdin=text).stdout


def test_announce_says_what_is_wrong_and_announces_the_rest(tandem):
    result = tandem("announce", "-", stdin=json.dumps([{**GOOD, "version": 9}, GOOD, {"x": 1}]))
    assert result.exit_code == 1
    assert "1 changes announced" in result.stdout
    assert result.stderr.count("not announced") == 2


def test_announce_says_which_line_it_cannot_read_and_announces_the_others(tandem):
    lines = [json.dumps(GOOD), "{not json", json.dumps({**GOOD, "event_id": "e2"}), json.dumps({**GOOD, "id": 7})]
    result = tandem("announce", "-", stdin="\n".join(lines))
    assert result.exit_code == 1
    assert "2 changes announced" in result.stdout
    assert "line 2: is not JSON" in result.stderr
    assert "line 4: id: " in result.stderr


def test_announce_takes_more_events_than_fit_into_one_message(tandem):
    events = [{**GOOD, "event_id": f"e{number}"} for number in range(1_001)]
    result = tandem("announce", "-", stdin=json.dumps(events))
    assert result.exit_code == 0, result.stderr
    assert "1001 changes announced" in result.stdout


@pytest.mark.parametrize("text", ["{not json", "[1, 2", "[" * 100_000])
def test_announce_refuses_what_is_not_json(tandem, text):
    result = tandem("announce", "-", stdin=text)
    assert result.exit_code == 1
    assert "is not JSON" in str(result.exception)


def test_announce_says_that_a_file_is_not_there(tandem):
    assert "cannot be read" in str(tandem("announce", "nowhere.json").exception)


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("sync", "company", "acme.com"), "is not a HubSpot id"),
        (("sync", "lead", "00Q000000000001AAA"), "takes a company or a contact"),
        (("sync", "contact", "5", "--force"), "--force is for companies"),
    ],
)
def test_sync_refuses_what_it_cannot_sync(tandem, words, problem):
    result = tandem(*words)
    assert result.exit_code == 1
    assert problem in str(result.exception)


def test_sync_makes_the_record_owed_and_says_when_nobody_did_it_yet(tandem):
    result = tandem("sync", "company", COMPANY, "--force", "--wait", "0.5")
    assert result.exit_code == 1
    assert f"tandem why company {COMPANY}" in result.stdout
    (row,) = printed(tandem("status", "--json"))["owed"]
    assert (row["task"], row["owed"]) == ("create_account", 1)


def test_health_is_bad_only_when_work_lies_there_and_nobody_holds_any(tandem, empty_ledger):
    engine = empty_ledger[1]
    assert tandem("health", "--looks", "1").exit_code == 0
    book = PostgresOwedBook(engine)
    book.owe([Owed("link_company", "9"), Owed("link_company", "10")])
    assert tandem("health", "--looks", "1").exit_code == 0, "it has only just become due"
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE owed SET owed_since = now() - interval '5 minutes', not_before = owed_since - interval '5 minutes'"
        )
    result = tandem("health", "--looks", "1")
    assert result.exit_code == 1
    assert "nobody works on any" in str(result.exception)
    book.claim("link_company", Lane.LIVE, first=["9"], limit=1, ttl=timedelta(seconds=30))
    assert tandem("health", "--looks", "1").exit_code == 0


def test_the_demo_refuses_a_ledger_that_is_in_use(tandem, told):
    told.park(COMPANY)
    result = tandem("demo", "--companies", "300")
    assert result.exit_code == 1
    assert "in use" in result.stdout


def test_chaos_refuses_somebody_elses_redis(tandem):
    result = tandem("demo", "--companies", "300", "--chaos")
    assert result.exit_code == 1
    assert "REDIS_URL" in result.stdout
