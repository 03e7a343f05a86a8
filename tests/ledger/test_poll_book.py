"""The cursors of polls: they move with what they make owed, for one holder at a time."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError

from tasks.contracts.changes import Change, What
from tasks.contracts.errors import Busy
from tasks.contracts.feeds import ROLE, Fate, Noted, Place, Sighting, Turn
from tasks.contracts.records import (
    ContactId,
    ContactLink,
    Kind,
    Lane,
    Owed,
    PersonId,
    PersonKind,
)
from tasks.rules.routing import choose_tasks
from tests.ledger.samples import account, at_once, link, link_request
from workers.ledger.models import ChangeRow, CursorRow
from workers.ledger.poll_book import PostgresPollBook, read_cursors
from workers.ledger.postgres_ledger import PostgresLedger

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PLACE = Place(NOW, NOW + timedelta(minutes=1), NOW, "7")
PERSON, OPPORTUNITY = "003000000000001AAA", "006000000000001AAA"
COMPANY = Sighting(Kind.COMPANY, "7", {"id": "7", "name": "Acme"}, NOW)


@pytest.fixture
def polls(engine: Engine) -> PostgresPollBook:
    return PostgresPollBook(engine)


def begin(polls: PostgresPollBook, name: str = "poll") -> Turn:
    turn = polls.begin(name)
    assert turn is not None
    return turn


def change(record: Kind, record_id: str, event_id: str = "poll:1") -> Change:
    return Change(version=1, event_id=event_id, record=record, id=record_id, what=What.CHANGED)


def routed(record: Kind, record_id: str) -> list[tuple[Change, Sequence[Owed]]]:
    one = change(record, record_id)
    return [(one, choose_tasks(one))]


def noted(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.scalars(select(ChangeRow.event_id)))


def test_a_cursor_stands_where_it_was_left(polls):
    turn = begin(polls)
    assert turn.position == {}
    polls.note(turn, Noted({"one": PLACE}))
    polls.note(turn, Noted({"other": PLACE}))
    polls.note(turn, Noted({"one": replace(PLACE, is_read=True)}))
    polls.finish(turn, after=timedelta(), quiet=3)
    again = begin(polls)
    assert again.position == {"one": replace(PLACE, is_read=True), "other": PLACE}
    assert again.quiet == 3


def test_the_cursor_does_not_move_without_the_changes_nor_they_without_it(polls, engine):
    turn = begin(polls)
    impossible = [(change(Kind.COMPANY, "7"), (Owed("create_account", "7", lane=cast("Lane", "no lane")),))]
    with pytest.raises(IntegrityError):
        polls.note(turn, Noted({"one": PLACE}, [COMPANY], impossible))
    assert noted(engine) == []
    assert polls.find_sightings(Kind.COMPANY, ["7"]) == {}
    with engine.connect() as connection:
        assert connection.scalar(select(CursorRow.position)) == {}


def test_whoever_has_lost_the_turn_notes_nothing(engine):
    hasty = PostgresPollBook(engine, turn_lasts=timedelta(seconds=-1))
    slow = begin(hasty)
    quick = begin(hasty)
    with pytest.raises(Busy):
        hasty.note(slow, Noted({"one": PLACE}, [COMPANY], routed(Kind.COMPANY, "7")))
    assert noted(engine) == []
    hasty.finish(slow, after=timedelta(hours=1), quiet=0)
    hasty.note(quick, Noted({"one": PLACE}, [COMPANY], routed(Kind.COMPANY, "7")))
    assert noted(engine) == ["poll:1"]


def test_of_many_who_begin_at_once_one_gets_the_turn(polls):
    turns = at_once(*[lambda: polls.begin("poll")] * 6)
    assert sum(turn is not None for turn in turns) == 1


def test_a_cursor_is_not_due_before_its_time(polls):
    polls.finish(begin(polls), after=timedelta(hours=1), quiet=0)
    assert polls.begin("poll") is None


def test_what_was_read_is_where_the_flows_look_for_it(polls, ledger: PostgresLedger):
    turn = begin(polls)
    read_at = polls.now()
    archived = Sighting(Kind.COMPANY, "8", stamp=NOW, fate=Fate.DELETED)
    polls.note(turn, Noted({}, [COMPANY, archived], as_of=read_at))
    wanted = [("company", "7", read_at), ("company", "8", read_at)]
    assert ledger.find_snapshots(wanted) == {("company", "7"): COMPANY.facts, ("company", "8"): None}
    later = [(kind, key, read_at + timedelta(seconds=1)) for kind, key, _ in wanted]
    assert ledger.find_snapshots(later) == {}


def test_our_own_writes_are_on_top_of_what_was_seen(polls, ledger: PostgresLedger):
    polls.note(begin(polls), Noted({}, [COMPANY]))
    ledger.patch_snapshots("company", {"7": {"name": "Acme Inc"}})
    ledger.record_own_writes(Kind.ACCOUNT, {account(1): {"name": "Acme"}}, {account(2): {"name": "Zeta"}})
    assert polls.find_sightings(Kind.COMPANY, ["7"])["7"].facts["name"] == "Acme Inc"
    assert polls.find_sightings(Kind.ACCOUNT, [account(1), account(2)])[account(2)].facts == {"name": "Zeta"}
    assert account(1) not in polls.find_sightings(Kind.ACCOUNT, [account(1)])


def test_ids_are_ordered_as_numbers(polls):
    seen = [Sighting("segment:hubspot.contact:5", one) for one in ("2", "9", "10", "100")]
    polls.note(begin(polls), Noted({}, seen))
    soon = polls.now() + timedelta(seconds=5)
    between = polls.find_between("segment:hubspot.contact:5", Fate.ALIVE, after="2", upto="10", seen_before=soon)
    assert between == ["9", "10"]
    assert polls.find_between("segment:hubspot.contact:5", Fate.ALIVE, after="10", upto="", seen_before=soon) == ["100"]
    assert not polls.find_between("segment:hubspot.contact:5", Fate.ALIVE, after="", upto="", seen_before=NOW)


def test_known_keys_are_those_that_are_linked_or_were_seen_alive(polls, ledger: PostgresLedger):
    ledger.record_links([link_request(link(1, 1))])
    seen = [Sighting(Kind.ACCOUNT, account(2)), Sighting(Kind.ACCOUNT, account(3), fate=Fate.DELETED)]
    polls.note(begin(polls), Noted({}, seen))
    assert polls.find_known(Kind.ACCOUNT, after="", limit=9) == [account(1), account(2)]
    assert polls.find_known(Kind.ACCOUNT, after=account(1), limit=9) == [account(2)]
    assert polls.find_known(Kind.ACCOUNT, after="", limit=1) == [account(1)]
    contact_link = ContactLink(ContactId("5"), PersonId(PERSON), PersonKind.CONTACT)
    ledger.record_contact_links([contact_link])
    assert polls.find_known(Kind.SALESFORCE_CONTACT, after="", limit=9) == [PERSON]
    assert polls.find_known(Kind.LEAD, after="", limit=9) == []


def seen_contact(contact_id: str = "5", email: str = "one@example.com") -> Sighting:
    return Sighting(Kind.CONTACT, contact_id, {"id": contact_id, "email": email}, NOW)


def seen_person(email: str = "one@example.com") -> Sighting:
    return Sighting(Kind.SALESFORCE_CONTACT, PERSON, {"id": PERSON, "email": email}, NOW)


@pytest.mark.parametrize("person_id", [PERSON, PERSON[:15]])
def test_a_new_person_is_owed_to_the_contact_with_that_address(polls, person_id):
    turn = begin(polls)
    polls.note(turn, Noted({}, [seen_contact(), seen_contact("6", "two@example.com")], as_of=NOW))
    received = polls.note(turn, Noted({}, [seen_person()], routed(Kind.SALESFORCE_CONTACT, person_id)))
    assert received.owed == (Owed("link_contact", "5"),)


def test_a_linked_person_is_owed_to_its_contact_whatever_its_address_is_now(polls, ledger: PostgresLedger):
    ledger.record_contact_links([ContactLink(ContactId("6"), PersonId(PERSON), PersonKind.CONTACT)])
    turn = begin(polls)
    polls.note(turn, Noted({}, [seen_contact()], as_of=NOW))
    received = polls.note(turn, Noted({}, [seen_person()], routed(Kind.SALESFORCE_CONTACT, PERSON)))
    assert received.owed == (Owed("link_contact", "6"),)


@pytest.mark.parametrize("email", ["", "nobody@example.com"])
def test_a_person_whose_address_nobody_has_is_owed_to_nobody(polls, email):
    turn = begin(polls)
    polls.note(turn, Noted({}, [seen_contact(), seen_contact("6", "")], as_of=NOW))
    received = polls.note(turn, Noted({}, [seen_person(email)], routed(Kind.SALESFORCE_CONTACT, PERSON)))
    assert (received.new, received.owed) == (1, ())


ROLES = {
    "a role seen by itself": Sighting(ROLE, "00K1", {"opportunity_id": OPPORTUNITY, "contact_id": PERSON}),
    "a role seen with the opportunity": Sighting(Kind.OPPORTUNITY, OPPORTUNITY, {"contact_ids": [PERSON]}),
    "a role that was taken away": Sighting(
        ROLE, "00K1", {"opportunity_id": OPPORTUNITY, "contact_id": PERSON}, fate=Fate.DELETED
    ),
}


@pytest.mark.parametrize("role", ROLES)
def test_an_opportunity_is_owed_to_the_primary_companies_of_its_contacts(polls, ledger: PostgresLedger, role):
    ledger.record_contact_links([ContactLink(ContactId("5"), PersonId(PERSON), PersonKind.CONTACT)])
    companies = [{"company_id": "7", "is_primary": True}, {"company_id": "8", "is_primary": False}]
    ledger.record_snapshots("companies_of", {"5": companies}, read_at=NOW)
    received = polls.note(begin(polls), Noted({}, [ROLES[role]], routed(Kind.OPPORTUNITY, OPPORTUNITY)))
    assert received.owed == (Owed("propagate_lifecycle_stage", "7"),)


def test_where_the_companies_are_not_known_the_contact_is_looked_after(polls, ledger: PostgresLedger):
    ledger.record_contact_links([ContactLink(ContactId("5"), PersonId(PERSON), PersonKind.CONTACT)])
    role = ROLES["a role seen by itself"]
    received = polls.note(begin(polls), Noted({}, [role], routed(Kind.OPPORTUNITY, OPPORTUNITY[:15])))
    assert received.owed == (Owed("link_contact", "5"),)


def test_an_opportunity_of_which_no_role_is_known_is_noted_and_owes_nothing(polls):
    received = polls.note(begin(polls), Noted({}, (), routed(Kind.OPPORTUNITY, OPPORTUNITY)))
    assert (received.new, received.owed) == (1, ())


def test_the_state_of_every_cursor_can_be_told(polls, engine):
    turn = begin(polls)
    polls.note(turn, Noted({"hubspot.company": PLACE, "hubspot.contact": replace(PLACE, is_read=True)}))
    polls.finish(turn, after=timedelta(minutes=1), quiet=0, problem="no right to read")
    half, whole = read_cursors(engine)
    assert (half.reads, half.upto, half.is_complete) == ("hubspot.company", PLACE.stamp, False)
    assert (whole.reads, whole.upto, whole.is_complete) == ("hubspot.contact", PLACE.begun_at, True)
    assert half.problem == "no right to read"


def test_cursors_of_others_are_none_of_its_business(ledger: PostgresLedger, engine):
    ledger.move_cursor("backfill", {"after": 1})
    assert read_cursors(engine) == []
