"""What the checker reads, from both CRMs and from the journal, is what is there and what people did."""

import subprocess
import sys

import pytest

from tests.simulator import people_fixtures as fixtures
from workers.demo.people_at_work.journal import Act, read_journal
from workers.demo.people_at_work.reading import read_world
from workers.demo.people_at_work.world import World, short

started_office, office = fixtures.started_office, fixtures.office
APPLICATION = (fixtures.APPLICATION.consumer_key, fixtures.APPLICATION.consumer_secret)
MAPPING = {"name": "Name", "numberofemployees": "NumberOfEmployees"}


@pytest.fixture
def read(office):
    def read() -> World:
        return read_world(office.url, fixtures.TOKEN, office.url, APPLICATION, mapping=MAPPING)

    return read


def state(office, system, name):
    return office.state()[system][name]


def test_everything_that_is_there_is_read_whoever_did_what(office, read):
    assert {act.outcome for act in office.work(acts=300)} <= {"done", "ignored"}
    world = read()
    companies = state(office, "hubspot", "companies")
    assert set(world.companies) == {each["id"] for each in companies if not each["archived"]}
    assert world.archived_companies == {each["id"] for each in companies if each["archived"]} != set()
    assert {each.id for each in world.contacts} == {
        each["id"] for each in state(office, "hubspot", "contacts") if not each["archived"]
    }
    accounts = state(office, "salesforce", "Account")
    assert {key: one.is_deleted for key, one in world.accounts.items()} == {
        short(each["Id"]): each["IsDeleted"] for each in accounts
    }
    masters = {short(each["Id"]): short(each["MasterRecordId"]) for each in accounts if "MasterRecordId" in each}
    assert {key: one.master_id for key, one in world.accounts.items() if one.master_id} == masters != {}
    people = [*state(office, "salesforce", "Contact"), *state(office, "salesforce", "Lead")]
    assert {each.id for each in world.people} == {
        short(each["Id"]) for each in people if not each["IsDeleted"] and not each.get("IsConverted")
    }
    assert {each.is_lead for each in world.people} == {True, False}
    roles = [each for each in state(office, "salesforce", "OpportunityContactRole") if not each["IsDeleted"]]
    assert len(world.roles) == len(roles) > 0


def test_merged_companies_and_primary_ones_are_told_from_others(office, read):
    merged = office.work(acts=2, weights={"hubspot.merge_companies": 1})
    moved = office.work(acts=5, weights={"hubspot.change_primary_company": 1})
    world = read()
    for merge in merged:
        assert world.survivor_of[merge.records[1]] in world.companies
    primary = {each.id: each.company_id for each in world.contacts}
    assert {act.records[0]: primary[act.records[0]] for act in moved} == {
        act.records[0]: act.records[1] for act in moved
    }


def test_values_are_read_with_their_past_and_who_wrote_them(office, read):
    acts = office.work(acts=30, weights={"hubspot.edit_company": 1, "salesforce.edit_account": 1})
    world = read()
    names = [act for act in acts if act.system == "hubspot" and "name" in act.fields]
    last = {act.records[0]: act.fields["name"] for act in names}
    for company_id, name in last.items():
        company = world.companies[company_id]
        assert company.properties["name"] == company.history["name"][0].value == name
        assert company.history["name"][0].by == "1000001"
        assert len(company.history["name"]) == 1 + sum(act.records[0] == company_id for act in names)
    employees = {
        short(act.records[0]): act.fields["NumberOfEmployees"] for act in acts if "NumberOfEmployees" in act.fields
    }
    held = {key: world.accounts[key].values["NumberOfEmployees"] for key in employees}
    assert held == employees != {}


def test_the_stages_of_contacts_are_read_with_who_wrote_them(office, read):
    acts = [act for act in office.work(acts=30, weights={"hubspot.change_stage": 1}) if act.outcome == "done"]
    written = {act.records[0]: (act.fields["lifecyclestage"], "1000001") for act in acts}
    contacts = {each.id: (each.stage, each.stage_by) for each in read().contacts}
    assert {key: contacts[key] for key in contacts.keys() & written} == {
        key: stage for key, stage in written.items() if key in contacts
    }
    assert contacts.keys() & written


def test_stages_come_in_the_portals_order_and_owners_by_their_address(office, read):
    world = read()
    assert list(world.stages)[:2] == ["subscriber", "lead"]
    assert list(world.stages)[-1] == "other"
    assert world.email_of_owner["72"] == world.email_of_owner["005Vr0000000009"] == "two@example.com"


def test_the_journal_is_read_as_it_was_written(office, tmp_path):
    path = tmp_path / "people.jsonl"
    urls = ("--hubspot-url", office.url, "--salesforce-url", office.url)
    pace = ("--rate", "1000", "--actions", "60", "--seed", "7", "--journal", str(path))
    command = [sys.executable, "-m", "simulator.people", *urls, *pace]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    journal = read_journal(path)
    assert len(journal.acts) == 60
    assert journal.last_at == journal.acts[-1].at >= journal.acts[0].at
    created = journal.created("salesforce", "create_account")
    assert set(map(short, created)) <= {short(each["Id"]) for each in state(office, "salesforce", "Account")}
    assert created
    assert all(isinstance(act, Act) and act.calls_done for act in journal.acts if act.is_done)
