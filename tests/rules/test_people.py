"""Several Salesforce records with one address: the same one every time (A18)."""

from datetime import UTC, datetime

import pytest

from tasks.contracts.records import ContactId, ContactLink, Person, PersonId, PersonKind
from tasks.rules.people import choose_person

OLD, NEW = datetime(2020, 1, 1, tzinfo=UTC), datetime(2024, 1, 1, tzinfo=UTC)


def person(
    key: str, kind: PersonKind = PersonKind.CONTACT, created_at: datetime = OLD, *, is_converted: bool = False
) -> Person:
    return Person(PersonId(key), kind, "a@example.com", created_at, is_converted=is_converted)


def known(key: str) -> ContactLink:
    return ContactLink(ContactId("1"), PersonId(key), PersonKind.CONTACT)


@pytest.mark.parametrize(
    ("people", "link", "chosen"),
    [
        pytest.param([], None, None, id="nobody"),
        pytest.param([person("L", PersonKind.LEAD), person("C", created_at=NEW)], None, "C", id="contact-before-lead"),
        pytest.param([person("N", created_at=NEW), person("O")], None, "O", id="then-the-oldest"),
        pytest.param([person("B"), person("A")], None, "A", id="then-the-lower-id"),
        pytest.param([person("N", created_at=NEW), person("O")], known("N"), "N", id="once-chosen-never-flips"),
        pytest.param(
            [person("L", PersonKind.LEAD), person("C")], known("L"), "C", id="but-a-contact-beats-a-known-lead"
        ),
        pytest.param(
            [person("L", PersonKind.LEAD, is_converted=True)], known("L"), None, id="converted-leads-are-nobody"
        ),
    ],
)
def test_choose_person(people, link, chosen):
    found = choose_person(people, link)
    assert (found.id if found else None) == chosen
    again = choose_person(list(reversed(people)), link)
    assert again == found, "the order of the answer must not matter"
