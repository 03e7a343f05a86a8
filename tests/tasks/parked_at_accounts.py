"""How accounts come to be parked that look for their company: it is SECOND that does."""

from tasks.contracts.records import AccountId, CompanyId, DomainMatch, NameMatch, PersonKind
from tests.doubles.world import LATELY, World

COMPANY, OTHER = CompanyId("1"), CompanyId("2")
ACCOUNT, SECOND = AccountId("001000000000001AAA"), AccountId("001000000000002AAA")
NEW = {"created_at": LATELY, "modified_at": LATELY}


def company_with_the_domain(world: World) -> None:
    world.company(domain="acme.com")
    world.account(SECOND, website="acme.com", **NEW)


def doubtful_company_with_the_domain(world: World) -> None:
    world.switches = World(domain_match=DomainMatch.AUTO).switches
    world.company(domain="acme.com")
    world.account(SECOND, name="Zeta Shipping", website="acme.com", **NEW)


def namesake_in_hubspot(world: World) -> None:
    world.switches = World(name_match=NameMatch.SUGGEST).switches
    world.company(country="Brazil")
    world.account(SECOND, country="BR", **NEW)


def namesake_in_hubspot_from_nowhere(world: World) -> None:
    namesake_in_hubspot(world)
    world.company()


def two_companies_with_the_domain(world: World) -> None:
    company_with_the_domain(world)
    world.company(OTHER, domain="acme.com")


def contacts_on_two_companies(world: World) -> None:
    world.account(SECOND, **NEW)
    for company in (COMPANY, OTHER):
        world.company(company)
        world.person(world.contact(company), PersonKind.CONTACT, account=SECOND)


def domain_of_linked(world: World) -> None:
    company_with_the_domain(world)
    world.account(ACCOUNT)
    world.link(COMPANY, ACCOUNT)


def account_unlinked(world: World) -> None:
    world.company()
    world.account(SECOND)
    world.person(world.contact(), PersonKind.CONTACT, account=SECOND)
