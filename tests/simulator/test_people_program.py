"""The program that lets people work: its journal, its pace, and how it ends."""

import json
import signal
import subprocess
import sys

from tests.simulator import people_fixtures as fixtures

started_office, office = fixtures.started_office, fixtures.office


def command(office, *arguments):
    urls = ("--hubspot-url", office.url, "--salesforce-url", office.url)
    return [sys.executable, "-m", "simulator.people", *urls, *arguments]


def test_the_program_keeps_a_journal_and_sums_it_up(office, tmp_path):
    journal = tmp_path / "people.jsonl"
    arguments = ("--rate", "1000", "--actions", "40", "--seed", "7", "--journal", str(journal))
    weight = ("--weight", "hubspot.change_stage=0")
    done = subprocess.run(command(office, *arguments, *weight), capture_output=True, text=True, check=True)
    acts = [json.loads(line) for line in journal.read_text().splitlines()]
    summary = json.loads(done.stdout)
    assert len(acts) == summary["acts"] == 40
    assert sum(sum(outcomes.values()) for outcomes in summary["by_act"].values()) == 40
    assert (summary["outcomes"], summary["refusals"], summary["waits"]) == ({"done": 40}, {}, 0)
    assert "hubspot.change_stage" not in summary["by_act"]


def test_the_program_keeps_pace_and_stops_when_told(office, tmp_path):
    journal = tmp_path / "people.jsonl"
    journal.touch()
    arguments = ("--rate", "20", "--seconds", "600", "--journal", str(journal))
    with subprocess.Popen(command(office, *arguments), stdout=subprocess.PIPE, text=True) as program:
        try:
            while len(journal.read_text().splitlines()) < 10:
                assert program.poll() is None
            program.send_signal(signal.SIGTERM)
            summary = json.loads(program.communicate(timeout=60)[0])
        finally:
            program.kill()
    assert program.returncode == 0
    assert summary["acts"] == len(journal.read_text().splitlines())
    assert summary["seconds"] >= 9 / 20


def test_the_program_says_why_it_cannot_begin(office):
    failed = subprocess.run(command(office, "--hubspot-token", "wrong"), capture_output=True, text=True, check=False)
    assert failed.returncode == 1
    assert failed.stderr.startswith("Cannot begin: 401 INVALID_AUTHENTICATION")
