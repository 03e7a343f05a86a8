"""Who owns a record on the other side: by e-mail address, by the mapping's overrides, or nobody we know.

The common form of an owner is the Salesforce user's id. HubSpot's own integration asks for equal names as well, and
puts HubSpot back to the Salesforce owner where it finds nobody ("Assignment of Salesforce owners to HubSpot contacts,
companies, or deals"); here an owner nobody knows stays where it is, and a person is told.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from tasks.contracts.descriptions import HubSpotOwner, SalesforceUser, UserType
from tasks.contracts.mapping import Effect, Finding, OwnerMapping, SyncRule
from tasks.contracts.reasons import Reason
from tasks.rules.field_mapping import FieldVerdict, Leave, Sides, decide_field, pull, push
from tasks.rules.field_values import Problem
from tasks.rules.plain_values import BLANK, Common

WHY_NOT = {
    Reason.OWNER_UNMATCHED: "no Salesforce user has this address or id",
    Reason.OWNER_AMBIGUOUS: "several Salesforce users have this address",
    Reason.OWNER_INACTIVE: "this Salesforce user may not be given a record",
}
NAME_ANOTHER = "Name an active Salesforce user, by id where several have the address"


@dataclass(frozen=True, slots=True)
class OwnerDirectory:
    """Everybody who may own something, on both sides, and who is who."""

    users: Mapping[str, str | Reason] = field(default_factory=dict)
    """By HubSpot owner id: the Salesforce user's id, or why there is none."""
    owners: Mapping[str, str] = field(default_factory=dict)
    """By Salesforce user id: the HubSpot owner's id."""
    active: frozenset[str] = frozenset()
    """The Salesforce users that may be given a record."""
    fallback: str | None = None
    """The user who owns new accounts nobody owns. None: whoever creates them."""

    def from_hubspot(self, owner_id: str | None) -> Common | Problem:
        """The user behind a HubSpot owner, active or not."""
        if not owner_id:
            return BLANK
        user = self.users.get(owner_id, Reason.OWNER_UNMATCHED)
        return Problem(user, {"hubspot_owner": owner_id}) if isinstance(user, Reason) else Common(user)

    def to_hubspot(self, user_id: Common) -> str | Problem:
        """The owner who stands for a Salesforce user; always one that leads back to the same user."""
        if user_id not in self.owners:
            return Problem(Reason.OWNER_UNMATCHED, {"salesforce_user": user_id})
        return self.owners[user_id]

    def to_salesforce(self, user_id: Common) -> str | Problem:
        """Salesforce refuses a whole record for an owner who is not active."""
        if user_id not in self.active:
            return Problem(Reason.OWNER_INACTIVE, {"salesforce_user": user_id})
        return user_id


def match_owners(
    mapping: OwnerMapping, owners: Sequence[HubSpotOwner], users: Sequence[SalesforceUser]
) -> OwnerDirectory:
    """An override outranks the e-mail address; among users of one address only a single active one is meant."""
    named = {_fold(one.owner): one.user for one in mapping.overrides}
    known = index_users(users)
    by_owner = {owner.id: find_user(named.get(_fold(owner.email), owner.email), known) for owner in owners}
    active = frozenset(user.id for user in users if _may_be_given(user))
    fallback = find_user(mapping.fallback, known)
    return OwnerDirectory(
        by_owner,
        _owners_by_user(owners, by_owner, users),
        active,
        fallback if isinstance(fallback, str) and fallback in active else None,
    )


UsersByName = Mapping[str, Sequence[SalesforceUser]]


def index_users(users: Sequence[SalesforceUser]) -> UsersByName:
    """By id and by e-mail address."""
    known: dict[str, list[SalesforceUser]] = defaultdict(list)
    for user in users:
        for name in {user.id, _fold(user.email)} - {""}:
            known[name].append(user)
    return known


def find_user(name: str, known: UsersByName) -> str | Reason:
    """The user of that id or e-mail address, if one is meant; an active one rather than others."""
    meant = known.get(name.strip()) or known.get(_fold(name)) or []
    active = [user for user in meant if user.is_active]
    match active or meant:
        case [user]:
            return user.id
        case []:
            return Reason.OWNER_UNMATCHED
        case _:
            return Reason.OWNER_AMBIGUOUS


def _owners_by_user(
    owners: Sequence[HubSpotOwner], by_owner: Mapping[str, str | Reason], users: Sequence[SalesforceUser]
) -> Mapping[str, str]:
    """Of several owners who stand for one user, the one with the user's own address; then the first by id."""
    becomes_owner = {user.id: _fold(user.email) for user in users if user.type is not UserType.OTHER}
    candidates = [owner for owner in owners if not owner.is_archived and by_owner[owner.id] in becomes_owner]
    chosen: dict[str, str] = {}
    for owner in sorted(candidates, key=lambda one: (_fold(one.email) != becomes_owner[by_owner[one.id]], one.id)):
        chosen.setdefault(by_owner[owner.id], owner.id)
    return chosen


def decide_owner(rule: SyncRule, sides: Sides, directory: OwnerDirectory) -> FieldVerdict:
    """As any field, except that Salesforce always has an owner, and that one who is not active does not win."""
    if rule is SyncRule.DONT_SYNC or sides.hubspot == sides.salesforce:
        return decide_field(rule, sides)
    if sides.hubspot == BLANK:
        # Most often the integration user, who has no seat in HubSpot: nothing about the record needs mending.
        if isinstance(sides.salesforce, str) and sides.salesforce not in directory.owners:
            return Leave(Reason.OWNER_UNMATCHED)
        return pull(sides.salesforce, Reason.FIELD_SALESFORCE_WINS)
    is_first = sides.baseline is None
    if is_first and (isinstance(sides.hubspot, Problem) or sides.salesforce not in directory.active):
        return push(sides.hubspot, Reason.FIELD_OWNER_REPLACED)
    return decide_field(rule, sides)


def choose_first_owner(owner_id: str | None, directory: OwnerDirectory) -> str | None:
    """Who owns a new account: the company's owner, else the fallback. None: not said, so the integration user does."""
    user_id = directory.from_hubspot(owner_id)
    return user_id if isinstance(user_id, str) and user_id in directory.active else directory.fallback


def check_owners(mapping: OwnerMapping, users: Sequence[SalesforceUser]) -> tuple[Finding, ...]:
    """Overrides and a fallback that mean nobody, or nobody who may own anything. Whose they are is not said."""
    active = {user.id for user in users if _may_be_given(user)}
    known = index_users(users)
    named = [("owner.overrides", one.user, one.line) for one in mapping.overrides]
    if mapping.fallback:
        named.append(("owner.fallback", mapping.fallback, mapping.fallback_line))
    return tuple(
        Finding(line, where, WHY_NOT[reason], NAME_ANOTHER, Effect.NOTHING)
        for where, name, line in named
        if (reason := _why_not(find_user(name, known), active))
    )


def _why_not(user: str | Reason, active: Collection[str]) -> Reason | None:
    if isinstance(user, Reason):
        return user
    return None if user in active else Reason.OWNER_INACTIVE


def _may_be_given(user: SalesforceUser) -> bool:
    """Accounts and contacts belong to users, never to queues."""
    return user.is_active and user.type is not UserType.QUEUE


def _fold(address: str) -> str:
    return address.strip().lower()
