"""HubSpot's answers for many records, made into one for each request."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from tasks.contracts.errors import SyncError
from tasks.contracts.finding import CompanyValues, UpsertedCompany
from tasks.contracts.records import AccountId, Association, Company, CompanyId, Contact, ContactId, StageName
from workers.toolbox.freshness import Wanted

STAGE = "lifecyclestage"

Id = TypeVar("Id", CompanyId, ContactId)
V = TypeVar("V")


def caught(read: Callable[[], V]) -> V | SyncError:
    try:
        return read()
    except SyncError as problem:
        return problem


def those_of(wanted: Sequence[Wanted], members: frozenset[str] | SyncError) -> frozenset[str] | SyncError:
    return members if isinstance(members, SyncError) else members.intersection(one.record_id for one in wanted)


def contacts_in(facts: Sequence[Contact | SyncError | None]) -> Sequence[Contact] | SyncError:
    for fact in facts:
        if isinstance(fact, SyncError):
            return fact
    return [fact for fact in facts if isinstance(fact, Contact)]


def chained(facts: Sequence[tuple[Association, ...] | SyncError]) -> Sequence[Association] | SyncError:
    problem = next((one for one in facts if isinstance(one, SyncError)), None)
    return problem or [one for fact in facts if not isinstance(fact, SyncError) for one in fact]


def company_of(told: UpsertedCompany, account_id: AccountId, values: CompanyValues) -> Company:
    return Company(
        told.company_id,
        name=values.name,
        domain=values.domain,
        website=values.website,
        country=values.country,
        account_id=account_id,
    )


def stage_in(answer: Mapping[str, str] | SyncError) -> StageName | SyncError:
    if isinstance(answer, SyncError):
        return answer
    return StageName(answer.get(STAGE) or "")


def corrections(reported: Mapping[Id, StageName | SyncError]) -> dict[str, dict[str, object]]:
    return {key: {"lifecycle_stage": stage} for key, stage in reported.items() if not isinstance(stage, SyncError)}


def all_or_first_error(
    ids: Sequence[ContactId], reported: Mapping[ContactId, StageName | SyncError]
) -> dict[ContactId, StageName] | SyncError:
    stages: dict[ContactId, StageName] = {}
    for one in ids:
        answer = reported[one]
        if isinstance(answer, SyncError):
            return answer
        stages[one] = answer
    return stages


def error_in(answer: object) -> SyncError | None:
    return answer if isinstance(answer, SyncError) else None
