"""May this company, which no account is known for, have one? Decision table T1 from row 3 on.

The conditions are those of "When will HubSpot create a new account in Salesforce?" and "Sync Salesforce accounts to
HubSpot"; where both a creating and a forbidding condition hold, not creating wins.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tasks.contracts.reasons import Reason
from tasks.contracts.records import Company, ContactId, PersonKind, Switches, SyncingContact


@dataclass(frozen=True, slots=True)
class Create:
    """It gets a new counterpart: a company its account, an account its company."""

    reason: Reason
    overridden: tuple[str, ...] = ()
    """The segments, by their switches, that would have said no if nobody had pressed Sync."""


@dataclass(frozen=True, slots=True)
class LeaveAlone:
    """It gets none for now; looked at again when something about it changes."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Standing:
    """How the company and its contacts stand with regard to the segments."""

    qualifying: frozenset[ContactId]
    """The contacts in the contact segment; all of them where none is configured."""
    company_in_segment: bool = True
    """True as well where no company segment is configured."""


def may_have_account(
    company: Company,
    people: Sequence[SyncingContact],
    standing: Standing,
    switches: Switches,
    *,
    forced: bool,
) -> Create | LeaveAlone:
    """Top-down, the first row that applies decides."""
    if forced:
        return Create(Reason.MANUAL, _overridden(people, standing, switches))
    if switches.company_segment and not standing.company_in_segment:
        return LeaveAlone(Reason.COMPANY_NOT_IN_SEGMENT)
    if switches.company_segment and switches.company_segment_alone:
        return Create(Reason.COMPANY_SEGMENT)
    return _by_contacts(company, people, standing.qualifying, switches.default_object)


def _overridden(people: Sequence[SyncingContact], standing: Standing, switches: Switches) -> tuple[str, ...]:
    is_outside = switches.company_segment and not standing.company_in_segment
    # Without contacts it is not the segment that says no.
    has_none_inside = switches.contact_segment and people and not standing.qualifying
    return tuple(name for name, no in (("company_segment", is_outside), ("contact_segment", has_none_inside)) if no)


def _by_contacts(
    company: Company,
    people: Sequence[SyncingContact],
    qualifying: frozenset[ContactId],
    default_object: PersonKind,
) -> Create | LeaveAlone:
    counted = [one for one in people if one.contact.id in qualifying]
    if not people:
        return LeaveAlone(Reason.N1_NO_CONTACTS)
    if not counted:
        return LeaveAlone(Reason.N3_NONE_QUALIFIES)
    if all(one.is_lead for one in people):
        return LeaveAlone(Reason.N2_ALL_LEADS)
    if any(one.is_primary and one.person and one.person.is_private for one in counted):
        return Create(Reason.C2_PRIVATE_CONTACT)
    # Also for a company that HubSpot made itself: an account needs somebody who can be put on it.
    if not any(_syncs_as_contact(one, default_object) for one in counted):
        return LeaveAlone(Reason.PENDING_CONTACT_SYNC)
    if company.created_automatically and default_object is PersonKind.CONTACT:
        return Create(Reason.C1_AUTO_CREATED)
    return Create(Reason.C3_QUALIFYING_CONTACT)


def _syncs_as_contact(one: SyncingContact, default_object: PersonKind) -> bool:
    """It is a Salesforce contact, or will be one: without an e-mail address it never gets there."""
    if one.person:
        return one.person.kind is PersonKind.CONTACT
    return default_object is PersonKind.CONTACT and bool(one.contact.email)
