"""Labelled pairs from a file: each line a company and an account, and whether they are one customer."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from tasks.contracts.records import Account, AccountId, Company, CompanyId

FOLDER = Path(__file__).parents[2] / "tests" / "rules" / "labelled"
FILES = (FOLDER / "generated.tsv", FOLDER / "hard.tsv")
NOTHING = "-"
"""No evidence: a line that ended in a tab would not survive every editor."""
COLUMNS = (
    "scene",
    "kind",
    "same",
    "company",
    "company_domains",
    "company_country",
    "account",
    "account_website",
    "account_country",
    "evidence",
)


@dataclass(frozen=True, slots=True)
class LabelledPair:
    """One line: two records as they stand in the CRMs, and the truth about them.

    Lines of one scene that say the same of a company, or of an account, speak of one record.
    """

    scene: str
    kind: str
    same: bool
    company: tuple[str, str, str]
    """Name, domains (the main one first, separated by blanks) and country."""
    account: tuple[str, str, str]
    """Name, website and country."""
    evidence: tuple[str, ...] = ()
    """Of `key`, `stored`, `native` and `contacts:3`: what ties the two beside what they are called."""

    def as_row(self) -> tuple[str, ...]:
        """As it stands in the file."""
        same = "yes" if self.same else "no"
        return (self.scene, self.kind, same, *self.company, *self.account, " ".join(self.evidence) or NOTHING)


@dataclass(slots=True)
class World:
    """Two CRMs in which everybody's counterpart is known."""

    companies: dict[CompanyId, Company] = field(default_factory=dict)
    accounts: dict[AccountId, Account] = field(default_factory=dict)
    truth: set[tuple[CompanyId, AccountId]] = field(default_factory=set)
    shared_contacts: dict[tuple[CompanyId, AccountId], int] = field(default_factory=dict)


def read_pairs(paths: Iterable[Path] = FILES) -> Iterator[LabelledPair]:
    """ValueError names the file and the line that cannot be understood."""
    for path in paths:
        with path.open(encoding="utf-8", newline="") as lines:
            rows = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
            if tuple(next(rows, ())) != COLUMNS:
                raise ValueError(f"{path}: the first line must name the columns {', '.join(COLUMNS)}")
            for row in rows:
                if len(row) != len(COLUMNS) or row[2] not in {"yes", "no"}:
                    raise ValueError(f"{path}:{rows.line_num}: {len(COLUMNS)} columns are needed, the third yes or no")
                scene, kind, same, *records, evidence = row
                company, account = (records[0], records[1], records[2]), (records[3], records[4], records[5])
                yield LabelledPair(scene, kind, same == "yes", company, account, tuple(evidence.strip(NOTHING).split()))


def build_world(pairs: Iterable[LabelledPair]) -> World:
    """All scenes side by side, as they would be in two CRMs."""
    world = World()
    companies: dict[tuple[str, ...], CompanyId] = {}
    accounts: dict[tuple[str, ...], AccountId] = {}
    for pair in pairs:
        company_id = companies.setdefault((pair.scene, *pair.company), CompanyId(str(len(companies) + 1)))
        account_id = accounts.setdefault((pair.scene, *pair.account), AccountId(f"001{len(accounts):012d}AAA"))
        if company_id not in world.companies:
            world.companies[company_id] = _company(company_id, pair)
        if account_id not in world.accounts:
            name, website, country = pair.account
            world.accounts[account_id] = Account(account_id, name, website, country=country)
        if pair.same:
            world.truth.add((company_id, account_id))
        _tie(world, company_id, account_id, pair.evidence)
    return world


def _company(company_id: CompanyId, pair: LabelledPair) -> Company:
    name, domains, country = pair.company
    main, *others = domains.split() or [""]
    return Company(company_id, name, main, additional_domains=tuple(others), country=country)


def _tie(world: World, company_id: CompanyId, account_id: AccountId, evidence: Iterable[str]) -> None:
    company, account = world.companies[company_id], world.accounts[account_id]
    for word in evidence:
        match word.split(":"):
            case ["key"]:
                world.accounts[account_id] = replace(account, company_id=company_id)
            case ["stored"]:
                world.companies[company_id] = replace(company, account_id=account_id)
            case ["native"]:
                world.companies[company_id] = replace(company, native_account_id=account_id)
            case ["contacts", count]:
                world.shared_contacts[company_id, account_id] = int(count)
            case _:
                raise ValueError(f"{word!r} is no evidence; there are key, stored, native and contacts:3")
