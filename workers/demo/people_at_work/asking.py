"""Asks Tandem's ledger what it says about its decisions: the same that `tandem why` shows."""

from sqlalchemy import Engine

from tasks.contracts.records import Kind
from workers.demo.people_at_work.told import Told
from workers.demo.people_at_work.world import short
from workers.ledger.timelines import read_reasons


def ask_for_reasons(engine: Engine) -> Told:
    """Of every company and account: what was decided, and why something was parked."""
    accounts: dict[str, list[str]] = {}
    for key, codes in read_reasons(engine, Kind.ACCOUNT).items():
        accounts.setdefault(short(key), []).extend(codes)
    return Told(read_reasons(engine), accounts)
