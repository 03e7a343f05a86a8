"""People at work: what their journal says is what has happened, and the same seed does the same again."""

from dataclasses import asdict

import pytest

from simulator.people.actor import Actor
from simulator.people.journal import Journal
from tests.simulator import people_fixtures as fixtures
from tests.simulator.people_fixtures import KINDS

started_office, office = fixtures.started_office, fixtures.office

COMPANIES, CONTACTS = "/crm/v3/objects/companies", "/crm/v3/objects/contacts"
SHORT = {"Account": "001", "Contact": "003", "Lead": "00Q", "Opportunity": "006", "OpportunityContactRole": "00K"}
OBJECTS = {prefix: name for name, prefix in SHORT.items()}


def read_hubspot(office, record, names=()):
    asked = f"?properties={','.join(names)}" if names else ""
    return office.hubspot(f"{COMPANIES}/{record}{asked}") or office.hubspot(f"{CONTACTS}/{record}{asked}")


def companies_of(office, contact):
    """Type ids by company."""
    found = office.hubspot(f"/crm/v4/objects/contacts/{contact}/associations/companies")["results"]
    return {str(each["toObjectId"]): {kind["typeId"] for kind in each["associationTypes"]} for each in found}


def read_salesforce(office, record, fields):
    return office.salesforce(OBJECTS[record[:3]], record, ", ".join(fields))


def has_values(office, act):
    record = (act.created or act.records)[0]
    if act.system == "hubspot":
        held = read_hubspot(office, record, act.fields)["properties"]
    else:
        held = read_salesforce(office, record, act.fields)
    return {name: held[name] for name in act.fields} == act.fields


def is_gone(office, act):
    if act.system == "hubspot":
        return read_hubspot(office, act.records[0]) is None
    return read_salesforce(office, act.records[0], ["IsDeleted"])["IsDeleted"]


def is_merged(office, act):
    survivor, loser = act.records
    if act.system == "hubspot":
        return read_hubspot(office, loser)["id"] == survivor
    held = read_salesforce(office, loser, ["IsDeleted", "MasterRecordId"])
    return (held["IsDeleted"], held["MasterRecordId"]) == (True, survivor)


def is_associated(office, act):
    contact, company, *former = act.records
    types = companies_of(office, contact)
    wanted = {279} if act.act == "associate_contact" else {279, 1}
    return wanted <= types[company] and not set(former) & set(types)


def is_back(office, act):
    return not read_salesforce(office, act.records[0], ["IsDeleted"])["IsDeleted"]


def is_converted(office, act):
    fields = ("IsConverted", "ConvertedAccountId", "ConvertedContactId", "ConvertedOpportunityId")
    held = read_salesforce(office, act.records[0], fields)
    made = {held[name] for name in fields[1:] if held[name]} - {act.fields.get("accountId")}
    wants_none = act.fields.get("doNotCreateOpportunity") == "true"
    return held["IsConverted"] and made == set(act.created) and (held[fields[3]] is None) == wants_none


def is_a_role(office, act):
    held = read_salesforce(office, act.created[0], act.fields)
    return act.records == (held["OpportunityId"], held["ContactId"]) and has_values(office, act)


PROOFS = {
    "create": has_values, "edit": has_values, "change_stage": has_values, "change_owner": has_values,
    "delete": is_gone, "merge": is_merged, "associate": is_associated, "change_primary": is_associated,
    "undelete": is_back, "convert": is_converted, "add_role": is_a_role,
}  # fmt: skip


def proof_of(act):
    if act.act == "move_contact":
        return is_associated if act.system == "hubspot" else has_values
    [proof] = [proof for name, proof in PROOFS.items() if act.act.startswith(name)]
    return proof


@pytest.mark.parametrize("name", [name for name in KINDS if name != "salesforce.undelete"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_the_journal_says_was_done_can_be_read_back(office, name, seed):
    before = office.state()
    [act] = office.work(acts=1, seed=seed, weights={name: 1})
    assert (f"{act.system}.{act.act}", act.outcome, act.calls_done >= 1) == (name, "done", True)
    assert office.state() != before
    assert proof_of(act)(office, act)


@pytest.mark.parametrize("deleting", ["delete_company", "delete_contact"])
def test_what_was_archived_can_be_restored_by_hand(office, deleting):
    deleted, restored = office.work(acts=2, weights={f"hubspot.{deleting}": 1, "hubspot.restore": 1e9})
    assert (deleted.act, restored.act, restored.outcome) == (deleting, "restore", "done")
    assert restored.records == deleted.records
    assert read_hubspot(office, restored.records[0])["archived"] is False


@pytest.mark.parametrize("deleting", ["delete_account", "delete_contact", "delete_lead"])
def test_what_was_deleted_can_be_restored(office, deleting):
    deleted, restored = office.work(acts=2, weights={f"salesforce.{deleting}": 1, "salesforce.undelete": 1e9})
    assert (deleted.act, restored.act, restored.outcome) == (deleting, "undelete", "done")
    assert restored.records == deleted.records
    assert is_back(office, restored)


@pytest.mark.parametrize("kind", ["companies", "contacts"])
def test_a_merge_that_makes_a_new_record_tells_its_id(office, kind):
    office.server.configure({"hubspot": {"merge_makes_new_id": True}})
    acts = office.work(acts=3, weights={f"hubspot.merge_{kind}": 1})
    assert [act.outcome for act in acts] == ["done"] * 3
    last = acts[-1]
    assert {read_hubspot(office, each)["id"] for each in last.records} == set(last.created)


def test_the_same_seed_does_the_same_again(office):
    def run(seed):
        office.begin_again()
        return [{**asdict(act), "at": ""} for act in office.work(acts=150, seed=seed)]

    first = run(7)
    assert len({each["act"] for each in first}) > 20
    assert run(7) == first
    assert run(8) != first


def test_all_that_was_created_and_not_taken_away_is_there(office):
    acts = office.work(acts=300)
    assert [act for act in acts if act.outcome not in {"done", "ignored"}] == []
    created = {each for act in acts for each in act.created if act.act.startswith("create_")}
    touched = {each for act in acts for each in act.records if act.act.startswith(("delete", "merge", "convert"))}
    state = office.state()
    held = {each["id"] for kind in ("companies", "contacts") for each in state["hubspot"][kind] if not each["archived"]}
    held |= {each["Id"] for name in SHORT for each in state["salesforce"][name] if not each["IsDeleted"]}
    children_of_the_touched = {
        each["Id"] for name in ("Contact", "Opportunity") for each in state["salesforce"][name]
        if each.get("AccountId") in touched
    }  # fmt: skip
    assert created - touched - children_of_the_touched <= held
    assert len(created & held) > 30


def test_a_stage_the_portal_does_not_take_back_is_ignored(office):
    acts = office.work(acts=60, weights={"hubspot.change_stage": 1})
    assert {act.outcome for act in acts} == {"done", "ignored"}
    last = {act.records[0]: act for act in acts if act.outcome == "done"}
    assert all(has_values(office, act) for act in last.values())


@pytest.mark.parametrize(
    ("fault", "outcome", "code", "waits"),
    [({"kind": "status", "status": 429, "headers": {"Retry-After": "0.01"}, "times": 3}, "done", "", 3),
     ({"kind": "status", "status": 423, "headers": {"Retry-After": "0.01"}, "times": 2}, "done", "", 2),
     ({"kind": "status", "status": 429, "body": {"policyName": "DAILY", "category": "RATE_LIMITS"}}, "refused",
      "RATE_LIMITS", 0),
     ({"kind": "html"}, "refused", "NOT_JSON", 0),
     ({"kind": "html", "status": 200}, "unanswered", "", 0),
     ({"kind": "cut_after_commit"}, "unanswered", "", 0),
     ({"kind": "truncate"}, "unanswered", "", 0)],
    ids=["told-to-wait", "locked", "the-day-is-used-up", "maintenance", "a-page", "cut", "half-an-answer"],
)  # fmt: skip
@pytest.mark.parametrize("name", ["hubspot.create_company", "salesforce.create_account"])
def test_people_wait_when_told_to_and_note_what_went_wrong(office, name, fault, outcome, code, waits):
    office.server.faults.add({"path": "/(companies|Account)$", "method": "POST", **fault})
    [act] = office.work(acts=1, weights={name: 1})
    assert (act.outcome, act.code) == (outcome, code)
    assert sum(line.waits for line in office.lines) == waits


@pytest.mark.parametrize("fault", [{"kind": "html"}, {"kind": "html", "status": 200}])
def test_a_page_in_place_of_an_envelope_is_no_answer_either(office, fault):
    office.server.faults.add({"path": "/Soap/", **fault})
    [act] = office.work(acts=1, weights={"salesforce.merge_accounts": 1})
    assert (act.outcome, act.code) == (("unanswered", "") if "status" in fault else ("refused", "NOT_SOAP"))


def test_a_refusal_is_noted_with_its_reason_and_work_goes_on(office):
    rule = {"object": "Account", "where": "Name != null", "message": "No accounts today"}
    office.server.configure({"salesforce": {"validation_rules": [rule]}})
    acts = office.work(acts=20, weights={"salesforce.create_account": 1, "salesforce.create_lead": 1})
    refused = [act for act in acts if act.act == "create_account"]
    assert {(act.outcome, act.status, act.code) for act in refused} == {
        ("refused", 400, "FIELD_CUSTOM_VALIDATION_EXCEPTION")
    }
    assert refused[0].message == "No accounts today"
    assert {act.outcome for act in acts if act.act == "create_lead"} == {"done"}


@pytest.mark.parametrize("name", ["salesforce.edit_account", "salesforce.merge_accounts", "salesforce.convert_lead"])
def test_a_session_that_has_ended_is_opened_again(office, name):
    office.server.configure({"salesforce": {"token_calls": 7}})
    assert [act.outcome for act in office.work(acts=3, weights={name: 1})] == ["done"] * 3


@pytest.mark.parametrize("weights", [{"hubspot.fly": 1.0}, {}])
def test_people_who_cannot_do_anything_do_not_begin(weights):
    with pytest.raises(ValueError, match=r"unknown act|nothing is left"):
        Actor([], Journal(), seed=1, weights=weights)


def test_some_customers_and_persons_are_entered_in_both_crms(office):
    creating = ("create_company", "create_contact")
    acts = office.work(acts=60, weights={**{f"hubspot.{name}": 1 for name in creating}, "salesforce.create_account": 1,
                                         "salesforce.create_contact": 1})  # fmt: skip
    assert {act.outcome for act in acts} == {"done"}

    def entered(system, *names):
        values = [act.fields[name] for act in acts if act.system == system for name in names if name in act.fields]
        assert len(values) == len(set(values))
        return {value.removeprefix("https://") for value in values}

    assert entered("hubspot", "domain") & entered("salesforce", "Website")
    assert entered("hubspot", "email") & entered("salesforce", "Email")
