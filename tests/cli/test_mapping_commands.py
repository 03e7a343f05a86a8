"""What the command line says about the mapping of fields, and about fields that could not be carried."""

import json

import pytest

from tasks.contracts.errors import ProblemClass
from tasks.contracts.fields import FieldReport, LeftOut
from tests.ledger.samples import link, link_request, owed_row
from workers.ledger.field_book import FieldBook
from workers.ledger.postgres_ledger import PostgresLedger

TOO_LONG = LeftOut("Phone", ProblemClass.DATA, "STRING_TOO_LONG", "Salesforce refused it", "Shorten it.", "x")
READ_ONLY = LeftOut("Fax", ProblemClass.CONFIG, "INVALID_FIELD_FOR_INSERT_UPDATE", "read-only", "Grant it.", "x")
EXPORT = "HubSpot Field Name,Salesforce Field Name,Sync Rule\nphone,Phone,Two-way\nName!,Name,Two-way\n"


@pytest.fixture
def left_out(empty_ledger) -> None:
    _, engine = empty_ledger
    PostgresLedger(engine).record_links([link_request(link(7, 7))])
    FieldBook(engine).record([(link(7, 7), FieldReport({}, (TOO_LONG, READ_ONLY)))])


@pytest.mark.usefixtures("left_out")
def test_parked_fields_are_listed_with_what_to_do(tandem):
    told = tandem("parked", "fields").stdout
    assert all(word in told for word in ("Phone", "STRING_TOO_LONG", "Shorten it.", "Fax"))
    (one,) = json.loads(tandem("parked", "fields", "--code", "STRING_TOO_LONG", "--json").stdout)
    assert (one["record_id"], one["field"], one["problem_class"]) == ("7", "Phone", "DATA")


@pytest.mark.usefixtures("left_out")
def test_a_parked_field_stands_among_all_that_is_parked(tandem):
    told = tandem("parked", "list").stdout
    assert all(word in told for word in ("Phone", "STRING_TOO_LONG", "Shorten it.", "Fax"))
    assert "Nothing is parked" not in told
    assert [one["field"] for one in json.loads(tandem("parked", "list", "7", "--json").stdout)] == ["Fax", "Phone"]
    assert "Nothing is parked" in tandem("parked", "list", "8").stdout


@pytest.mark.usefixtures("left_out")
def test_why_tells_which_fields_are_left_out(tandem):
    told = tandem("why", "company", "7").stdout
    assert "Phone is left out (STRING_TOO_LONG): Salesforce refused it Shorten it." in told


@pytest.mark.usefixtures("left_out")
def test_status_raises_the_alarm_about_a_paused_field(tandem):
    told = tandem("status").stdout
    assert "2 parked fields" in told
    assert "Field Fax is paused for every company" in told


@pytest.mark.usefixtures("left_out")
def test_a_replay_owes_the_records_and_resumes_the_field(tandem, empty_ledger):
    _, engine = empty_ledger
    assert "1 parked fields are tried again" in tandem("parked", "replay", "--code", READ_ONLY.code).stdout
    assert FieldBook(engine).find_paused() == {}
    assert owed_row(engine, "7", "sync_fields")


@pytest.mark.usefixtures("left_out")
def test_applying_the_mapping_owes_every_linked_company_in_the_backfill_lane(tandem, empty_ledger):
    assert "1 linked companies" in tandem("mapping", "apply").stdout
    assert owed_row(empty_ledger[1], "7", "sync_fields").lane == "backfill"


def test_the_mapping_is_shown_with_its_version(tandem):
    assert "annualrevenue" in tandem("mapping", "show").stdout
    assert len(json.loads(tandem("mapping", "show", "--json").stdout)["version"]) == 16


def test_the_default_mapping_is_printed_as_a_file(tandem, tmp_path):
    path = tmp_path / "own.toml"
    path.write_text(tandem("mapping", "default").stdout)
    assert tandem("mapping", "show", "--file", str(path)).exit_code == 0


def test_an_export_becomes_a_file_and_what_is_lost_is_told(tandem, tmp_path):
    export, out = tmp_path / "export.csv", tmp_path / "mapping.toml"
    export.write_text(EXPORT)
    result = tandem("mapping", "import", str(export), "--out", str(out))
    assert result.exit_code == 0
    assert "line 3" in result.stderr
    assert 'rule = "two_way"' in out.read_text()


def test_a_file_with_a_mistake_fails_the_check_with_its_line(tandem, tmp_path):
    path = tmp_path / "bad.toml"
    path.write_text('version = 1\n[[company]]\nhubspot = "phone"\nsalesforce = "Phone"\nrule = "often"\n')
    result = tandem("mapping", "check", "--file", str(path))
    assert result.exit_code == 1
    assert "line 5, company[1].rule" in result.stdout


@pytest.mark.usefixtures("left_out")
def test_what_the_mapping_commands_do_is_told_in_json_too(tandem, tmp_path):
    export = tmp_path / "export.csv"
    export.write_text(EXPORT)
    assert json.loads(tandem("mapping", "apply", "--json").stdout) == {"owed": 1}
    assert "[[company]]" in json.loads(tandem("mapping", "default", "--json").stdout)["mapping"]
    imported = json.loads(tandem("mapping", "import", str(export), "--json").stdout)
    assert [one["line"] for one in imported["remarks"] if one["is_lost"]] == [3]
    assert "two_way" in imported["mapping"]
