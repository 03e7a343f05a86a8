"""Links between companies and accounts: the first one wins, and only the holder of the latest lease may write."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, Connection, Row, and_, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from tasks.contracts.errors import Ambiguous, Busy, SyncError
from tasks.contracts.reasons import Reason
from tasks.contracts.records import AccountId, CompanyId, Kind, Link, Owed, Verdict
from tasks.contracts.tools import Subject
from workers.ledger.claims import CREATORS
from workers.ledger.models import LinkRow, OwedRow
from workers.ledger.owing import KEY, UNTROUBLED, Request, hold_rows, is_held, owe_rows
from workers.ledger.rows import given_rows, is_among, texts
from workers.ledger.verdicts import append_verdicts


@dataclass(frozen=True, slots=True)
class LinkRequest:
    """A link to be written, why, by whose lease, and what is owed because of it."""

    link: Link
    verdict: Verdict
    fence: int
    then: tuple[Owed, ...]
    as_of: datetime
    """Facts read at or after this moment are fresh enough for what is owed next."""


def write_links(connection: Connection, requests: Sequence[LinkRequest]) -> list[SyncError | None]:
    """Each request's answer: written with its verdict and what follows, or why not."""
    answers: list[SyncError | None] = [None] * len(requests)
    for together in _rounds(requests):
        asked = [requests[place] for place in together]
        written = _insert(connection, asked)
        written |= _repeat(connection, [one for one in asked if one.link not in written])
        refused = _explain(connection, [one for one in asked if one.link not in written])
        for place in together:
            answers[place] = refused.get(requests[place].link)
    good = [one for one, problem in zip(requests, answers, strict=True) if problem is None]
    append_verdicts(connection, [(Subject(Kind.COMPANY, one.link.company_id), one.verdict) for one in good])
    owe_rows(connection, [Request(owed, one.as_of) for one in good for owed in one.then])
    _answer_questions(connection, [one.link for one in good])
    return answers


def _answer_questions(connection: Connection, links: Sequence[Link]) -> None:
    """Nobody has to say any more which counterpart these records have."""
    sides: dict[Kind, list[str]] = {
        Kind.COMPANY: [link.company_id for link in links],
        Kind.ACCOUNT: [link.account_id for link in links],
    }
    asked = [and_(OwedRow.task == task, is_among(OwedRow.record_id, sides[of])) for task, of in CREATORS.items()]
    parked = hold_rows(select(*KEY).where(or_(*asked), OwedRow.parked_at.is_not(None)).order_by(*KEY))
    over = {"parked_at": None, "done": OwedRow.requested, **UNTROUBLED}
    connection.execute(update(OwedRow).where(is_held(parked)).values(over))


def _rounds(requests: Sequence[LinkRequest]) -> list[list[int]]:
    """Places of requests that name no record twice: those that do are decided one after the other."""
    rounds: list[tuple[set[str], list[int]]] = []
    for place, request in enumerate(requests):
        sides = {f"company {request.link.company_id}", f"account {request.link.account_id}"}
        earlier = [number for number, (seen, _) in enumerate(rounds) if seen & sides]
        turn = max(earlier) + 1 if earlier else 0
        if turn == len(rounds):
            rounds.append((set(), []))
        rounds[turn][0].update(sides)
        rounds[turn][1].append(place)
    return [places for _, places in rounds]


def _rows(requests: Sequence[LinkRequest]) -> list[dict[str, object]]:
    return [
        {"company_id": one.link.company_id, "account_id": one.link.account_id, "fence": one.fence} for one in requests
    ]


def _insert(connection: Connection, requests: Sequence[LinkRequest]) -> set[Link]:
    given = given_rows(_rows(requests), fence=BigInteger(), **texts("company_id", "account_id"))
    wanted = select(given.c.company_id, given.c.account_id, given.c.fence).order_by(given.c.company_id)
    statement = (
        insert(LinkRow)
        .from_select(["company_id", "account_id", "fence"], wanted)
        .on_conflict_do_nothing()  # whichever side is taken; _explain finds out which
        .returning(LinkRow.company_id, LinkRow.account_id)
    )
    return _links(connection.execute(statement).all())


def _repeat(connection: Connection, requests: Sequence[LinkRequest]) -> set[Link]:
    """The same link once more, from the same lease or a later one."""
    if not requests:
        return set()
    given = given_rows(_rows(requests), fence=BigInteger(), **texts("company_id", "account_id"))
    statement = (
        update(LinkRow)
        .where(LinkRow.company_id == given.c.company_id, LinkRow.account_id == given.c.account_id)
        .where(LinkRow.fence <= given.c.fence)
        .values(fence=given.c.fence)
        .returning(LinkRow.company_id, LinkRow.account_id)
    )
    return _links(connection.execute(statement).all())


def _links(rows: Sequence[Row[str, str]]) -> set[Link]:
    return {Link(CompanyId(company_id), AccountId(account_id)) for company_id, account_id in rows}


def _explain(connection: Connection, requests: Sequence[LinkRequest]) -> dict[Link, SyncError]:
    """What stood in the way, read after the fact: the rows that did have been committed."""
    if not requests:
        return {}
    in_the_way = or_(
        is_among(LinkRow.company_id, [one.link.company_id for one in requests]),
        is_among(LinkRow.account_id, [one.link.account_id for one in requests]),
    )
    rows = connection.execute(select(LinkRow.company_id, LinkRow.account_id, LinkRow.fence).where(in_the_way)).all()
    by_company = {row.company_id: (AccountId(row.account_id), int(row.fence)) for row in rows}
    by_account = {row.account_id: CompanyId(row.company_id) for row in rows}
    return {
        one.link: _problem(one, by_company.get(one.link.company_id), by_account.get(one.link.account_id))
        for one in requests
    }


def _problem(request: LinkRequest, has: tuple[AccountId, int] | None, holder: CompanyId | None) -> SyncError:
    link = request.link
    if has and has[1] > request.fence:
        return Busy(f"fence {request.fence} is stale for company {link.company_id}; a later holder has written")
    if has and has[0] != link.account_id:
        return _conflict(
            f"company {link.company_id} is linked to account {has[0]}, not to {link.account_id}",
            {"company": link.company_id, "account": link.account_id, "linked_account": has[0]},
        )
    if holder and holder != link.company_id:
        return _conflict(
            f"account {link.account_id} is linked to company {holder}, not to {link.company_id}",
            {"company": link.company_id, "account": link.account_id, "linked_company": holder},
        )
    return Busy(f"the link of company {link.company_id} changed at this very moment")


def _conflict(message: str, evidence: dict[str, object]) -> Ambiguous:
    return Ambiguous(message, code=Reason.CONFLICT_DUP_LINK, evidence=evidence)
