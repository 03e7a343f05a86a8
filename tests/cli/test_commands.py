"""The command line on a real ledger: what it prints, for people and for programs, and how it ends."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import version
from typing import Any
from unittest.mock import ANY

import pytest
import typer
from sqlalchemy import Engine
from typer.testing import Result

from tasks.contracts.feeds import Noted, Place
from tasks.contracts.machinery import Parked
from tasks.contracts.reasons import IN_PLAIN_WORDS, WHAT_TO_DO, Reason
from tasks.contracts.records import AccountId, CompanyId, Kind, Lane, Link, Owed, Verdict
from tasks.contracts.tools import Subject
from workers.cli.main import app
from workers.coordination.budget import Allowance, Budget
from workers.ledger.owed_book import PostgresOwedBook
from workers.ledger.poll_book import PostgresPollBook
from workers.ledger.postgres_ledger import LinkRequest, PostgresLedger, VerdictRequest
from workers.settings import read_settings
from workers.toolbox.hands import connect_redis

COMPANY = "20000000042"
ACCOUNT = "001000000000042AAA"
SENTENCE = "company 20000000042 has neither a name nor a domain"


@dataclass
class Told:
    engine: Engine

    def park(
        self, *record_ids: str, problem: str = SENTENCE, code: str = Reason.COMPANY_UNNAMED, **evidence: object
    ) -> None:
        book = PostgresOwedBook(self.engine)
        book.owe([Owed("create_account", one) for one in record_ids])
        jobs = book.claim("create_account", Lane.LIVE, first=record_ids, limit=100, ttl=timedelta(seconds=30))
        assert len(jobs) == len(record_ids)
        remedy = WHAT_TO_DO[Reason(code)]
        book.settle([Parked(job, problem, "DATA", code, remedy, evidence) for job in jobs])


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


def test_why_says_when_there_is_nothing_to_tell(tandem):
    result = tandem("why", "company", COMPANY)
    assert result.exit_code == 1
    assert f"Nobody has announced company {COMPANY}" in result.stdout
    assert f"tandem sync company {COMPANY}" in result.stdout


TAKEN = f"company {COMPANY}: {IN_PLAIN_WORDS[Reason.CONFLICT_DOMAIN_TAKEN]}"


def test_what_is_parked_comes_with_what_to_do_and_what_to_decide_by(tandem, told):
    told.park(COMPANY, problem=TAKEN, code=Reason.CONFLICT_DOMAIN_TAKEN, accounts=[ACCOUNT], domains=["acme.com"])
    for words in (("parked", "list"), ("why", "company", COMPANY)):
        shown = tandem(*words).stdout
        assert WHAT_TO_DO[Reason.CONFLICT_DOMAIN_TAKEN] in shown
        assert f"accounts: {ACCOUNT}" in shown
        assert "domains: acme.com" in shown
    (listed,) = printed(tandem("parked", "list", "--json"))
    assert listed["remedy"] == WHAT_TO_DO[Reason.CONFLICT_DOMAIN_TAKEN]
    assert listed["evidence"] == {"accounts": [ACCOUNT], "domains": ["acme.com"]}


def test_why_says_once_what_a_record_is_parked_with(tandem, told):
    told.park(COMPANY, problem=TAKEN, code=Reason.CONFLICT_DOMAIN_TAKEN)
    sentence = IN_PLAIN_WORDS[Reason.CONFLICT_DOMAIN_TAKEN]
    assert tandem("why", "company", COMPANY).stdout.count(sentence) == 1
    assert tandem("parked", "dismiss", COMPANY, "--why", "a test record", "--by", "ann").exit_code == 0
    assert tandem("why", "company", COMPANY).stdout.count(sentence) == 1


def test_why_says_also_what_is_wrong_with_this_very_record(tandem, told):
    told.park(COMPANY, problem=f"account {ACCOUNT} carries the id of company 2", code=Reason.CONFLICT_DUP_LINK)
    shown = tandem("why", "company", COMPANY).stdout
    assert shown.count(f"account {ACCOUNT} carries the id of company 2") == 1
    assert shown.count(IN_PLAIN_WORDS[Reason.CONFLICT_DUP_LINK]) == 1


RUN_UNTIL_STOPPED = {"up", "demo", "worker", "beat", "flower", "receiver"}
"""They have no answer to give: they show what they do, and log it as JSON."""


def options_of(command: Any, name: str) -> Iterator[tuple[str, set[str]]]:
    if hasattr(command, "commands"):
        for one in command.commands.values():
            yield from options_of(one, f"{name} {one.name}")
    else:
        yield name, {option for parameter in command.params for option in parameter.opts}


COMMANDS = dict(options_of(typer.main.get_command(app), ""))


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - {f" {one}" for one in RUN_UNTIL_STOPPED}))
def test_a_command_that_answers_answers_in_json_on_request(name):
    assert "--json" in COMMANDS[name]


def test_what_runs_until_it_is_stopped_is_a_command():
    assert {f" {one}" for one in RUN_UNTIL_STOPPED} < set(COMMANDS)


def test_the_version_is_that_of_the_package(tandem):
    assert tandem("--version").stdout == f"tandem {version('tandem')}\n"


def in_json(result: Result, *, status: int = 0) -> Any:
    assert result.exit_code == status, result.output
    return json.loads(result.stdout)


def test_what_commands_do_is_told_in_json_too(tandem, told):
    told.park(COMPANY, "7")
    assert in_json(tandem("parked", "replay", "7", "--json")) == {"replayed": 1, "fields": 0}
    assert in_json(tandem("parked", "dismiss", COMPANY, "--why", "x", "--json")) == {"dismissed": 1}
    assert in_json(tandem("switch", "set", "contact_segment", "501", "--json")) == {
        "contact_segment": "501",
        "looked_at_again": 0,
    }
    assert in_json(tandem("announce", "-", "--json", stdin=json.dumps([GOOD, {"x": 1}])), status=1) == {
        "announced": 1,
        "confirmed": False,
        "refused": [{"place": "event 2", "problem": ANY}],
    }
    owed = in_json(tandem("sync", "company", COMPANY, "--wait", "0", "--json"))
    assert (owed["id"], owed["is_owed"]) == (COMPANY, True)
    assert [one["task"] for one in owed["timeline"]["owed"]] == ["create_account"]
    health = in_json(tandem("health", "--looks", "1", "--json"))
    assert health == {"is_healthy": True, "attendance": {"open": 2, "overdue": 0, "held": 0}}
    assert in_json(tandem("migrate", "--json"))["revision"]


@pytest.mark.parametrize("command", [("replay",), ("dismiss", "--why", "x")])
def test_a_decision_about_nothing_says_so_and_ends_with_a_status_of_its_own(tandem, told, command):
    told.park(COMPANY)
    result = tandem("parked", *command, "--code", "CONFLICT_DOMAIN")
    assert result.exit_code == 3
    assert "Nothing that is parked matches" in result.stdout
    assert not any(in_json(tandem("parked", *command, "8", "--json"), status=3).values())


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


def test_status_tells_how_far_every_poll_has_come_and_what_it_waits_for(tandem, empty_ledger):
    book = PostgresPollBook(empty_ledger[1])
    turn = book.begin("hubspot")
    assert turn is not None
    book.note(turn, Noted({"hubspot.company": Place(turn.now, turn.now, is_read=True)}))
    book.finish(turn, after=timedelta(minutes=1), quiet=0, problem="HubSpot: 403 MISSING_SCOPES")
    (cursor,) = printed(tandem("status", "--json"))["cursors"]
    assert (cursor["cursor"], cursor["reads"], cursor["is_complete"]) == ("hubspot", "hubspot.company", True)
    shown = tandem("status").stdout
    assert "hubspot.company" in shown
    assert "MISSING_SCOPES" in shown


def test_status_counts_what_is_owed_and_what_gave_up(tandem, told, empty_ledger):
    told.park(COMPANY)
    PostgresOwedBook(empty_ledger[1]).owe([Owed("link_company", "9"), Owed("link_company", "10")])
    told_status = printed(tandem("status", "--json"))
    assert {one["task"]: one["owed"] for one in told_status["owed"]} == {"create_account": 0, "link_company": 2}
    assert [(one["code"], one["rows"]) for one in told_status["parked"]] == [("COMPANY_UNNAMED", 1)]
    assert told_status["workers"] == []
    assert "No worker answers." in tandem("status").stdout


def test_status_tells_the_quota_its_shares_and_the_switches(tandem, services):
    settings = read_settings()
    with connect_redis(settings) as connection:
        Budget(connection, settings).note_usage(Allowance.SALESFORCE_DAY, used=1_234, limit=15_000)
        Budget(connection, settings).punish(Allowance.HUBSPOT_DAY, timedelta(seconds=90))
    hubspot, salesforce = printed(tandem("status", "--json"))["quota"]
    assert {name: salesforce[name] for name in ("used", "limit", "reserve", "live_until", "others_until")} == {
        "used": 1_234,
        "limit": 15_000,
        "reserve": 3_000,
        "live_until": 12_000,
        "others_until": 6_000,
    }
    assert (hubspot["limit"], 80 < hubspot["closed_for"] <= 90) == (625_000, True)
    shown = tandem("status").stdout
    for words in ("1,234", "15,000", "3,000", "12,000", "6,000", "24 hours after", "midnight", "hubspot has refused"):
        assert words in shown
    assert re.search(r"^company_sync +false", shown, re.MULTILINE)


def test_setting_a_switch_says_how_many_records_are_looked_at_again(tandem, told):
    told.park(COMPANY, "7", code=Reason.SUGGEST_DOMAIN)
    assert "2 records are looked at again" in tandem("switch", "set", "domain_match", "auto").stdout
    assert "0 records are looked at again" in tandem("switch", "set", "domain_match", "auto").stdout
    assert printed(tandem("parked", "list", "--json")) == []


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
        (("sync", "lead", "00Q000000000001AAA"), "takes a company, a contact or an account"),
        (("sync", "contact", "5", "--force"), "--force is for companies"),
        (("why", "company", "acme.com"), "is not a HubSpot id"),
        (("why", "contact", "0"), "is not a HubSpot id"),
        (("why", "account", "acme.com"), "is not a Salesforce id"),
    ],
)
def test_what_is_no_record_is_refused_before_anything_is_recommended(tandem, words, problem):
    result = tandem(*words)
    assert result.exit_code == 1
    assert problem in str(result.exception)
    assert "tandem sync" not in result.output


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
