"""The demo's companies whose lifecycle stage is at stake: every row of decision table T3."""

from collections.abc import Callable

from workers.demo.story import Author, Expected, Phase

Make = Callable[[Author, int], None]
"""Writes one company, the nth of its kind, and whom it needs around it."""

DELETED_STAGE = "1009998887"
"""The portal has no such stage any more; records keep it until somebody changes them."""

STAGE_CASES: tuple[tuple[str, tuple[str, ...], str, str], ...] = (
    ("", ("lead",), "lead", "STAGE_RAISED"),
    ("lead", ("subscriber", "customer", "opportunity"), "customer", "STAGE_RAISED"),
    ("salesqualifiedlead", ("1002003004",), "1002003004", "STAGE_RAISED"),
    ("customer", ("customer",), "customer", "STAGE_KEPT"),
    ("customer", ("lead",), "customer", "STAGE_KEPT"),
    ("lead", ("other",), "lead", "STAGE_NO_CANDIDATE"),
    ("other", ("customer",), "other", "STAGE_UNRANKED"),
    ("lead", ("",), "lead", "STAGE_NO_CANDIDATE"),
    ("lead", (DELETED_STAGE,), "lead", "STAGE_NO_CANDIDATE"),
    ("", (DELETED_STAGE, "subscriber"), "subscriber", "STAGE_RAISED"),
    (DELETED_STAGE, ("customer",), DELETED_STAGE, "STAGE_UNRANKED"),
)
"""The company's stage, its syncing contacts' stages, the stage it must end with, and why."""


def _stage(author: Author, number: int) -> None:
    before, contacts, after, reason = STAGE_CASES[number % len(STAGE_CASES)]
    account = author.account()
    expected = Expected(Phase.MAIN, "LINKED_BY_CONTACTS", account, after, also=(reason,))
    company = author.company(expected, lifecyclestage=before)
    for stage in contacts:
        contact, email = author.contact(company, stage=stage)
        author.salesforce_contact(email, account=account)
        author.story.announced_contacts.append(contact)


def _stage_without_a_say(author: Author, number: int) -> None:
    """The furthest contact is not in Salesforce, or the company is not its primary one."""
    account = author.account()
    expected = Expected(Phase.MAIN, "LINKED_BY_CONTACTS", account, "lead")
    company = author.company(expected, lifecyclestage="lead")
    _contact, email = author.contact(company, stage="lead")
    author.salesforce_contact(email, account=account)
    if number % 2:
        author.contact(company, stage="customer")
    else:
        guest = _contact_of_another_company(author, stage="customer")
        author.story.associations.append({"contact": guest, "company": company, "primary": False})


def _opportunity(author: Author, number: int) -> None:
    won = bool(number % 2)
    account = author.account()
    stage = "customer" if won else "opportunity"
    company = author.company(Expected(Phase.MAIN, "LINKED_BY_CONTACTS", account, stage), lifecyclestage="lead")
    _contact, email = author.contact(company, stage="lead")
    author.opportunity(author.salesforce_contact(email, account=account), account, won=won)


def _cascade(author: Author, _: int) -> None:
    """Its own contacts follow it forward; a guest, whose primary company is another one, does not."""
    account = author.account()
    expected = Expected(Phase.CASCADE, "LINKED_BY_CONTACTS", account, "customer")
    company = author.company(expected, lifecyclestage="lead")
    for before, after in (("customer", "customer"), ("lead", "customer"), ("", "customer"), ("other", "other")):
        contact, email = author.contact(company, stage=before)
        author.salesforce_contact(email, account=account)
        expected.contact_stages[contact] = after
    guest = _contact_of_another_company(author, stage="lead")
    author.story.associations.append({"contact": guest, "company": company, "primary": False})


def _contact_of_another_company(author: Author, *, stage: str) -> str:
    account = author.account()
    home = author.company(Expected(Phase.MAIN, "LINKED_BY_CONTACTS", account, stage))
    contact, email = author.contact(home, stage=stage)
    author.salesforce_contact(email, account=account)
    return contact


def _echo(author: Author, _: int) -> None:
    """It lifts its contact; a person sets it back; the contact, announced once more, must not lift it again."""
    account = author.account()
    expected = Expected(Phase.ECHO, "LINKED_BY_CONTACTS", account, "lead", also=("STAGE_NO_CANDIDATE",))
    company = author.company(expected, lifecyclestage="customer")
    contact, email = author.contact(company, stage="lead")
    author.salesforce_contact(email, account=account)
    expected.contact_stages[contact] = "customer"
    author.story.lowered[company] = "lead"
    author.story.echoing_contacts.append(contact)


def _set_back(author: Author, _: int) -> None:
    account = author.account()
    expected = Expected(Phase.SET_BACK, "LINKED_BY_CONTACTS", account, "lead")
    company = author.company(expected, lifecyclestage="customer")
    _contact, email = author.contact(company, stage="lead")
    author.salesforce_contact(email, account=account)


STAGE_CAST: tuple[tuple[Make, int], ...] = (
    (_stage, 5 * len(STAGE_CASES)),
    (_stage_without_a_say, 16),
    (_opportunity, 20),
    (_cascade, 10),
    (_echo, 10),
    (_set_back, 5),
)
