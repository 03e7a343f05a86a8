"""What must always hold in the ledger, as queries that find the rows where it does not."""

from dataclasses import dataclass

from sqlalchemy import Connection, Engine, text

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Invariant:
    """A sentence that is true, and the query for what would make it false: one text column, the rows to look at."""

    name: str
    says: str
    query: str


@dataclass(frozen=True, slots=True)
class Violation:
    """An invariant that does not hold, and up to 20 of the rows that break it."""

    invariant: str
    says: str
    rows: tuple[str, ...]


INVARIANTS = (
    Invariant(
        "one_link_per_account",
        "An account is in at most one link, however its id is written.",
        """
        SELECT 'account ' || left(account_id, 15) || ': companies ' || string_agg(company_id, ', ' ORDER BY company_id)
        FROM links GROUP BY left(account_id, 15) HAVING count(*) > 1
        """,
    ),
    Invariant(
        "links_are_explained",
        "Every linked company has a verdict on its timeline.",
        """
        SELECT 'company ' || company_id FROM links
        WHERE NOT EXISTS (SELECT 1 FROM verdicts WHERE kind = 'hubspot.company' AND record_id = company_id)
        """,
    ),
    Invariant(
        "fences_are_ahead",
        "No link has a fence that is still to be drawn: a later lease could not write it.",
        """
        SELECT 'company ' || company_id || ': fence ' || fence FROM links
        WHERE fence > (SELECT last_value FROM fences)
        """,
    ),
    Invariant(
        "claims_are_on_ones_own",
        "A claim on a company, or on a linked account, is that very customer's.",
        """
        SELECT c.kind || ' ' || c.value || ': claimed by ' || c.holder_kind || ' ' || c.holder_id
        FROM identity_claims c
        LEFT JOIN links l ON (c.kind = 'account' AND l.account_id = c.value)
                          OR (c.kind = 'company' AND l.company_id = c.value)
        WHERE (c.holder_kind = 'hubspot.company'
               AND ((c.kind = 'company' AND c.value <> c.holder_id) OR l.company_id <> c.holder_id))
           OR (c.holder_kind = 'salesforce.account'
               AND ((c.kind = 'account' AND c.value <> c.holder_id) OR l.account_id <> c.holder_id))
        """,
    ),
    Invariant(
        "claims_have_a_reason",
        "Whoever holds a claim is linked, or a counterpart is owed to it, if only parked.",
        """
        SELECT c.kind || ' ' || c.value || ': claimed by ' || c.holder_kind || ' ' || c.holder_id
        FROM identity_claims c
        WHERE NOT EXISTS (SELECT 1 FROM links l WHERE c.holder_id IN (l.company_id, l.account_id))
          AND NOT EXISTS (SELECT 1 FROM owed o
                          WHERE o.task IN ('create_account', 'create_company') AND o.record_id = c.holder_id
                            AND o.requested > o.done)
        """,
    ),
    Invariant(
        "done_within_requested",
        "No more was done, or forced, than was requested.",
        """
        SELECT task || ' ' || record_id || ': ' || done || ' done, ' || forced_upto || ' forced of ' || requested
        FROM owed WHERE NOT (done BETWEEN 0 AND requested AND forced_upto BETWEEN 0 AND requested)
        """,
    ),
    Invariant(
        "claims_on_work_are_on_open_work",
        "Nobody holds work that is settled or parked.",
        """
        SELECT task || ' ' || record_id FROM owed
        WHERE claim_token IS NOT NULL AND (requested = done OR parked_at IS NOT NULL)
        """,
    ),
    Invariant(
        "dead_workers_are_replaced",
        "Work whose worker fell silent is taken over within ten minutes.",
        """
        SELECT task || ' ' || record_id || ': claim expired at ' || claimed_until FROM owed
        WHERE claimed_until < now() - interval '10 minutes'
        """,
    ),
    Invariant(
        "nothing_is_forgotten",
        "What is owed, due and unclaimed is woken at least every ten minutes.",
        """
        SELECT task || ' ' || record_id || ': woken last at ' || woken_at FROM owed
        WHERE requested > done AND parked_at IS NULL AND claim_token IS NULL
          AND greatest(not_before, woken_at) < now() - interval '10 minutes'
        """,
    ),
    Invariant(
        "parked_work_says_what_to_do",
        "Parked work is still owed, and says what is wrong and what to do, or what it rests on.",
        """
        SELECT task || ' ' || record_id FROM owed
        WHERE parked_at IS NOT NULL
          AND (requested = done OR problem = '' OR (remedy = '' AND evidence = '{}'::jsonb))
        """,
    ),
)


def check_invariants(engine: Engine) -> list[Violation]:
    """Empty when all hold. Reads one consistent state; blocks nobody."""
    with engine.connect() as connection:
        connection.execution_options(isolation_level="REPEATABLE READ")
        return find_violations(connection)


def find_violations(connection: Connection) -> list[Violation]:
    """The same within a transaction of the caller's."""
    found = []
    for invariant in INVARIANTS:
        rows = connection.scalars(text(invariant.query)).fetchmany(SHOWN)
        if rows:
            found.append(Violation(invariant.name, invariant.says, tuple(str(row) for row in rows)))
    return found
