"""People work under names of their own, as long as they are let, and what they need is seeded."""

import time
from collections.abc import Callable

import pytest

from workers.demo.people_at_work import office
from workers.demo.people_at_work.journal import read_journal
from workers.demo.people_at_work.office import APP_ID, People
from workers.demo.people_at_work.sources import APP_ID as TANDEMS_APP
from workers.demo.people_at_work.sources import USER_ID
from workers.demo.simulated_crms import SimulatedCrms
from workers.demo.story import Author, Expected, Phase

PATIENCE = 60


@pytest.fixture(scope="module")
def crms(tmp_path_factory):
    author = Author(seed=1)
    for _ in range(3):
        author.contact(author.company(Expected(Phase.MAIN, "C3_QUALIFYING_CONTACT")))
        author.salesforce_contact("ann@one.com", account=author.account())
    with SimulatedCrms(tmp_path_factory.mktemp("crms") / "simulator.log") as crms:
        crms.seed(author.story)
        yield crms


def wait(people: People, is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline, people.log_path.read_text()
        time.sleep(0.05)


def test_people_work_until_their_time_is_over_and_nobody_takes_them_for_tandem(crms, tmp_path):
    with People(tmp_path, crms_url=crms.url, control_url=crms.control_url, seconds=4) as people:
        wait(people, lambda: people.exit_status is not None)
        assert people.exit_status == 0, people.log_path.read_text()
    journal = read_journal(people.journal_path)
    assert len(journal.acts) == people.acts > 0
    assert [act for act in journal.acts if not act.is_done] == []
    counted = crms.counters()
    assert counted["hubspot"][f"writes_by_app_{APP_ID}"] > 0
    assert f"writes_by_app_{TANDEMS_APP}" not in counted["hubspot"]
    of_people = f"records.written_by.{office.USER_IDS[0]}"
    written = {name[: len(of_people)]: times for name, times in counted["salesforce"].items() if "written_by" in name}
    assert set(written) == {of_people}
    assert USER_ID in {user["Id"] for user in crms.state("salesforce")["User"]}


def test_whoever_leaves_early_takes_people_along(crms, tmp_path):
    with People(tmp_path, crms_url=crms.url, control_url=crms.control_url, seconds=600) as people:
        wait(people, lambda: people.acts > 0)
        assert people.exit_status is None
    assert people.exit_status == 0
    assert len(read_journal(people.journal_path).acts) == people.acts


def test_people_who_cannot_begin_say_why(crms, tmp_path):
    with People(tmp_path, crms_url="http://127.0.0.1:1", control_url=crms.control_url, seconds=4) as people:
        wait(people, lambda: people.exit_status is not None)
    assert people.exit_status != 0
    assert "Cannot begin" in people.log_path.read_text()
