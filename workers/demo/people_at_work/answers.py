"""Whatever people enter has a partner in the other CRM, or a reason why it has none."""

from collections.abc import Iterator

from workers.demo.people_at_work.journal import Journal
from workers.demo.people_at_work.told import Told
from workers.demo.people_at_work.world import World, short


def left_without_an_answer(world: World, journal: Journal, told: Told) -> Iterator[str]:
    """Only who is still there is owed one."""
    linked = {record for company, account in world.pairs() for record in (company.id, account.id)}
    accounts = {short(key) for key in journal.created("salesforce", "create_account", "convert_lead")}
    for account_id in sorted(accounts & _accounts(world) - linked):
        if not told.answers(account_id):
            yield f"account {account_id}, entered by a person, has neither a company nor a reason"
    for company_id in sorted(journal.created("hubspot", "create_company").keys() & world.companies.keys() - linked):
        if not told.answers(company_id):
            yield f"company {company_id}, entered by a person, has neither an account nor a reason"


def _accounts(world: World) -> set[str]:
    return set(world.living_accounts)
