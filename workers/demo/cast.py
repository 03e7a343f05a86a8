"""The demo's companies: every row of the decision tables, and the awkward cases real portals are full of."""

from workers.demo.stage_cast import STAGE_CAST, Make
from workers.demo.story import Author, Expected, Phase, Story

AWKWARD_WEBSITES = (
    ("{d}.com", "https://www.{d}.com/"),
    ("www.{d}.com", "HTTP://{D}.COM"),
    ("{d}.co.uk", "http://shop.{d}.co.uk:8080/start?x=1"),
    ("{d}.com.", "https://www.{d}.com:443?from=start"),
    ("{D}.Com", "{d}.com"),
)
"""How the same domain is spelled in HubSpot and in Salesforce."""


def write_story(*, backlog: int, seed: int = 2026) -> Story:
    """`backlog` companies that need a new account and nothing special, and around them all the others."""
    author = Author(seed)
    for _ in range(backlog):
        _will_sync(author)
    for make, times in _CAST:
        for number in range(times):
            make(author, number)
    return author.story


def _will_sync(author: Author) -> None:
    company = author.company(Expected(Phase.MAIN, "C3_QUALIFYING_CONTACT", account="created"))
    author.contact(company, stage="lead")


def _sync_off(author: Author, _: int) -> None:
    author.contact(author.company(Expected(Phase.SYNC_OFF, "OBJECT_SYNC_OFF")))


def _pending(author: Author, number: int) -> None:
    source = "CRM_UI" if number % 2 else "CRM_SETTING"
    author.contact(author.company(Expected(Phase.LEADS, "PENDING_CONTACT_SYNC"), hs_object_source=source))


def _outside_company_segment(author: Author, _: int) -> None:
    author.contact(author.company(Expected(Phase.GATE, "COMPANY_NOT_IN_SEGMENT")))


def _through_the_gate(author: Author, _: int) -> None:
    company = author.company(Expected(Phase.GATE, "C3_QUALIFYING_CONTACT", account="created"))
    author.contact(company)
    author.story.company_members.append(company)


def _segment_alone(author: Author, _: int) -> None:
    company = author.company(Expected(Phase.ALONE, "COMPANY_SEGMENT", account="created"))
    author.story.company_members.append(company)


def _suggested(author: Author, number: int) -> None:
    domain = f"suggested{number}.com"
    author.account(website=f"https://www.{domain}")
    author.contact(author.company(Expected(Phase.SUGGEST, "SUGGEST_DOMAIN"), domain=domain))


def _no_contacts(author: Author, _: int) -> None:
    author.company(Expected(Phase.MAIN, "N1_NO_CONTACTS"))


def _all_leads(author: Author, _: int) -> None:
    company = author.company(Expected(Phase.MAIN, "N2_ALL_LEADS", stage="marketingqualifiedlead"))
    for stage in ("marketingqualifiedlead", "lead"):
        _contact, email = author.contact(company, stage=stage)
        author.lead(email)


def _none_qualifies(author: Author, _: int) -> None:
    company = author.company(Expected(Phase.MAIN, "N3_NONE_QUALIFIES"))
    author.contact(company, member=False)


def _private_contact(author: Author, _: int) -> None:
    expected = Expected(Phase.MAIN, "C2_PRIVATE_CONTACT", account="created", stage="lead")
    company = author.company(expected)
    _contact, email = author.contact(company, stage="lead")
    expected.given_account.append(author.salesforce_contact(email))


def _auto_created(author: Author, _: int) -> None:
    expected = Expected(Phase.MAIN, "C1_AUTO_CREATED", account="created")
    author.contact(author.company(expected, hs_object_source="CRM_SETTING"))


def _adopted_by_contacts(author: Author, _: int) -> None:
    account = author.account()
    company = author.company(Expected(Phase.MAIN, "LINKED_BY_CONTACTS", account=account))
    _contact, email = author.contact(company)
    author.salesforce_contact(email, account=account)


def _adopted_by_key(author: Author, _: int) -> None:
    expected = Expected(Phase.MAIN, "LINKED_BY_KEY")
    company = author.company(expected)
    expected.account = author.account(company_id=company)


def _adopted_by_stored_id(author: Author, _: int) -> None:
    account = author.account()
    expected = Expected(Phase.MAIN, "LINKED_BY_STORED_ID", account=account)
    author.company(expected, salesforceaccountid=account)


def _adopted_by_domain(author: Author, number: int) -> None:
    here, there = AWKWARD_WEBSITES[number % len(AWKWARD_WEBSITES)]
    name = f"awkward{number}"
    account = author.account(website=there.format(d=name, D=name.upper()))
    domain = here.format(d=name, D=name.upper())
    author.company(Expected(Phase.MAIN, "LINKED_BY_DOMAIN", account=account), domain=domain)


def _idn_domain(author: Author, number: int) -> None:
    account = author.account(website=f"http://www.bücher{number}.de")
    domain = f"bücher{number}.de".encode("idna").decode()
    author.company(Expected(Phase.MAIN, "LINKED_BY_DOMAIN", account=account), domain=domain)


def _subsidiaries_in_salesforce(author: Author, number: int) -> None:
    domain = f"group{number}.com"
    for country in ("de", "fr"):
        author.account(name=f"Group {number} {country}", website=f"https://{domain}/{country}")
    author.contact(author.company(Expected(Phase.MAIN, "CONFLICT_DOMAIN"), domain=domain))


def _companies_sharing_a_domain(author: Author, number: int) -> None:
    for _ in range(3):
        expected = Expected(Phase.MAIN, "CONFLICT_DOMAIN_TAKEN", one_of=f"shared{number}.com")
        author.contact(author.company(expected, domain=f"shared{number}.com"))


def _free_mail(author: Author, _: int) -> None:
    author.account(website="gmail.com")
    author.contact(author.company(Expected(Phase.MAIN, "C3_QUALIFYING_CONTACT", account="created"), domain="gmail.com"))


def _legal_forms(author: Author, number: int) -> None:
    author.account(name=f"Muster {number} GmbH & Co. KG", website=f"muster{number}-old.de")
    expected = Expected(Phase.MAIN, "C3_QUALIFYING_CONTACT", account="created")
    author.contact(author.company(expected, name=f"Muster {number}", domain=f"muster{number}.de"))


def _pressed_sync(author: Author, _: int) -> None:
    author.story.forced.append(author.company(Expected(Phase.MAIN, "MANUAL", account="created")))


def _nobody_knows(author: Author, _: int) -> None:
    author.unknown_company(Expected(Phase.MAIN, "COMPANY_GONE"))


def _deleted(author: Author, _: int) -> None:
    author.deleted_company(Expected(Phase.MAIN, "COMPANY_GONE"))


def _unnamed(author: Author, _: int) -> None:
    author.contact(author.company(Expected(Phase.MAIN, "COMPANY_UNNAMED"), name=" ", domain=""))


def _claims_anothers_account(author: Author, _: int) -> None:
    """HubSpot's own integration left the id of an account that belongs to another company."""
    expected = Expected(Phase.MAIN, "LINKED_BY_KEY")
    owner = author.company(expected)
    expected.account = author.account(company_id=owner)
    author.contact(author.company(Expected(Phase.MAIN, "CONFLICT_DUP_LINK"), salesforceaccountid=expected.account))


def _contacts_on_two_accounts(author: Author, _: int) -> None:
    company = author.company(Expected(Phase.MAIN, "CONFLICT_CONTACTS"))
    for _account in range(2):
        _contact, email = author.contact(company)
        author.salesforce_contact(email, account=author.account())


def _contact_of_the_account(author: Author, _: int) -> None:
    """In Salesforce it sits on the account, in HubSpot on no company; announced by itself, as contacts are."""
    account = author.account()
    expected = Expected(Phase.MAIN, "LINKED_BY_CONTACTS", account=account)
    _contact, email = author.contact(author.company(expected))
    author.salesforce_contact(email, account=account)
    stranger, email = author.stranger()
    author.salesforce_contact(email, account=account)
    author.story.announced_contacts.append(stranger)
    expected.associated.append(stranger)


_CAST: tuple[tuple[Make, int], ...] = (
    (_sync_off, 20),
    (_pending, 20),
    (_outside_company_segment, 15),
    (_through_the_gate, 15),
    (_segment_alone, 20),
    (_suggested, 15),
    (_no_contacts, 40),
    (_all_leads, 60),
    (_none_qualifies, 40),
    (_private_contact, 120),
    (_auto_created, 100),
    (_adopted_by_contacts, 40),
    (_adopted_by_key, 30),
    (_adopted_by_stored_id, 30),
    (_adopted_by_domain, 30),
    (_idn_domain, 10),
    (_subsidiaries_in_salesforce, 10),
    (_companies_sharing_a_domain, 15),
    (_free_mail, 20),
    (_legal_forms, 20),
    (_pressed_sync, 20),
    (_nobody_knows, 5),
    (_deleted, 5),
    (_unnamed, 5),
    (_claims_anothers_account, 10),
    (_contacts_on_two_accounts, 10),
    (_contact_of_the_account, 20),
    *STAGE_CAST,
)
