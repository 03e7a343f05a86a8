"""Which Salesforce record is the person behind a HubSpot contact?"""

from collections.abc import Sequence

from tasks.contracts.records import ContactLink, Person, PersonKind


def choose_person(people: Sequence[Person], known: ContactLink | None) -> Person | None:
    """Contact before lead, then the one it was before, then the oldest: the same answer every time.

    HubSpot's own integration follows whichever record with that address was updated last, and so flips between
    duplicates ("Resolve duplicate Salesforce records syncing with HubSpot"). Converted leads are nobody.
    """
    candidates = [person for person in people if not person.is_converted]
    known_id = known.person_id if known else None
    return min(
        candidates,
        key=lambda one: (one.kind is PersonKind.LEAD, one.id != known_id, one.created_at, one.id),
        default=None,
    )
