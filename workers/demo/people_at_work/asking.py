"""Asks Tandem's ledger what it says about its decisions: the same that `tandem why` shows."""

from sqlalchemy import Engine

from tasks.contracts.records import Kind
from workers.demo.people_at_work.told import Told
from workers.demo.people_at_work.world import short
from workers.ledger.review_desk import ParkedFilter, ReviewDesk
from workers.ledger.timelines import read_reasons
from workers.ledger.verdicts import KIND_OF_TASK

MOST_PARKED = 100_000


def ask_for_reasons(engine: Engine) -> Told:
    """Of every company and account: what was decided, and what is parked."""
    companies = read_reasons(engine)
    accounts: dict[str, list[str]] = {}
    for key, codes in read_reasons(engine, Kind.ACCOUNT).items():
        accounts.setdefault(short(key), []).extend(codes)
    for parked in ReviewDesk(engine).find_parked(ParkedFilter(), limit=MOST_PARKED):
        match KIND_OF_TASK.get(parked.task):
            case Kind.COMPANY:
                companies.setdefault(parked.record_id, []).append(parked.code)
            case Kind.ACCOUNT:
                accounts.setdefault(short(parked.record_id), []).append(parked.code)
    return Told(companies, accounts)
