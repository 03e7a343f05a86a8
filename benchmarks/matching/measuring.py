"""Ask the rules about every record, from either side, and count how often they are right."""

from dataclasses import dataclass, replace
from enum import StrEnum

from benchmarks.matching.asking import Pairing, ask_accounts, ask_companies
from benchmarks.matching.labelled import World
from tasks.contracts.reasons import Reason
from tasks.contracts.records import DomainMatch, NameMatch, Switches
from tasks.rules.company_names import compact
from tasks.rules.identity import account_domain, company_domains

OPTED_OUT = ("north-agency.com", "partner-portal.net", "umbrella-group.org")
"""What the operator of the labelled CRMs has opted out."""


class Step(StrEnum):
    """One kind of evidence, with nothing else to go by."""

    KEY = "key"
    STORED_ID = "stored id"
    CONTACTS = "contacts"
    DOMAIN_AUTO = "domain, auto"
    DOMAIN_SUGGEST = "domain, suggest"
    SAME_NAME = "same name, suggest"
    SIMILAR_NAME = "similar name, suggest"
    EVERYTHING = "all of them, auto"


SWITCHES = {
    Step.DOMAIN_AUTO: Switches(domain_match=DomainMatch.AUTO, opt_out_domains=OPTED_OUT),
    Step.DOMAIN_SUGGEST: Switches(domain_match=DomainMatch.SUGGEST, opt_out_domains=OPTED_OUT),
    Step.SAME_NAME: Switches(domain_match=DomainMatch.OFF, name_match=NameMatch.SUGGEST),
    Step.SIMILAR_NAME: Switches(domain_match=DomainMatch.OFF, name_match=NameMatch.SUGGEST),
    Step.EVERYTHING: Switches(domain_match=DomainMatch.AUTO, opt_out_domains=OPTED_OUT),
}
SUGGESTS = {
    Step.DOMAIN_SUGGEST: Reason.SUGGEST_DOMAIN,
    Step.SAME_NAME: Reason.SUGGEST_NAME,
    Step.SIMILAR_NAME: Reason.SUGGEST_SIMILAR_NAME,
}
NOTHING_BUT_IDS = Switches(domain_match=DomainMatch.OFF)


@dataclass(frozen=True, slots=True)
class Score:
    """How often one step was right, from one side."""

    said: int
    right: int
    visible: int
    """True pairs that have this step's evidence."""
    true: int

    @property
    def wrong(self) -> int:
        """Pairs it brought together that are two customers."""
        return self.said - self.right

    @property
    def precision(self) -> float:
        """Of what it said, the part that is true."""
        return self.right / self.said if self.said else 1.0

    @property
    def recall(self) -> float:
        """Of what is true, the part it said."""
        return self.right / self.true


def measure(world: World, step: Step) -> tuple[Score, Score]:
    """From the account's side, and from the company's."""
    shown = only(world, step)
    switches = SWITCHES.get(step, NOTHING_BUT_IDS)
    visible = sum(1 for pairing in world.truth if has_evidence(shown, step, pairing))
    scores = []
    for ask in (ask_accounts, ask_companies):
        answers = ask(shown, switches)
        asked = [pairing for pairing, reason in answers.suggestions if reason is SUGGESTS.get(step)]
        said = asked if step in SUGGESTS else answers.links
        right = sum(pairing in world.truth for pairing in said)
        scores.append(Score(len(said), right, visible, len(world.truth)))
    return scores[0], scores[1]


def as_table(world: World) -> str:
    """A row per step, as it stands in docs/matching.md."""
    lines = [
        "| evidence, alone | from | said | wrong | precision | recall | recall where there is such evidence |",
        "|---|---|---|---|---|---|---|",
    ]
    for step in Step:
        for side, score in zip(("account", "company"), measure(world, step), strict=True):
            lines.append(
                f"| {step.value} | {side} | {score.said:,} | {score.wrong:,} | {score.precision:.2%} |"
                f" {score.recall:.1%} | {score.right / max(score.visible, 1):.1%} |"
            )
    return "\n".join(lines)


def only(world: World, step: Step) -> World:
    """The same CRMs without what other steps go by."""
    if step is Step.EVERYTHING:
        return world
    keeps_key, keeps_ids = step is Step.KEY, step is Step.STORED_ID
    companies = {
        key: one if keeps_ids else replace(one, account_id=None, native_account_id=None)
        for key, one in world.companies.items()
    }
    accounts = {key: one if keeps_key else replace(one, company_id=None) for key, one in world.accounts.items()}
    return World(companies, accounts, world.truth, world.shared_contacts if step is Step.CONTACTS else {})


def has_evidence(world: World, step: Step, pairing: Pairing) -> bool:
    """Whether this step has anything to go by for the two."""
    company, account = world.companies[pairing[0]], world.accounts[pairing[1]]
    match step:
        case Step.KEY:
            return account.company_id == company.id
        case Step.STORED_ID:
            return account.id in {company.account_id, company.native_account_id}
        case Step.CONTACTS:
            return pairing in world.shared_contacts
        case Step.DOMAIN_AUTO | Step.DOMAIN_SUGGEST:
            return account_domain(account, OPTED_OUT) in company_domains(company, OPTED_OUT)
        case Step.SAME_NAME | Step.SIMILAR_NAME:
            return bool(compact(company.name)) and bool(compact(account.name))
        case Step.EVERYTHING:
            return True
