"""Variations of two customers that look like one; each docstring says why they are not the same."""

from benchmarks.matching.inventor import Inventor, Pairs
from benchmarks.matching.measuring import OPTED_OUT
from benchmarks.matching.words import COUNTRY_NAMES, CRAFTS, ENDS, FORMS, PAGES, PLACES, SURNAMES, UNITS
from tasks.rules.company_names import compact


def namesake_abroad(one: Inventor) -> Pairs:
    """Two strangers of one name in two countries, each with a domain of its own."""
    name = one.name()
    here, there = one.random.sample(tuple(FORMS), 2)
    company = (one.in_full(name, here), f"{compact(name)}.{ENDS[here]}", one.pick(COUNTRY_NAMES[here]))
    account = (one.in_full(name, there), one.website(f"{compact(name)}.{ENDS[there]}"), one.pick(COUNTRY_NAMES[there]))
    yield False, company, account, ()


def namesake_next_door(one: Inventor) -> Pairs:
    """Two craftsmen of one surname in one country, neither with a domain of the other."""
    name, country = f"{one.pick(CRAFTS)} {one.pick(SURNAMES)}", one.country()
    word = one.name()
    company = (one.in_full(name, country), one.domain(f"{name} {word}", country), one.place(country))
    yield (
        False,
        company,
        (one.in_full(name, country), one.pick(("", one.website(one.domain(word, country)))), one.place(country)),
        (),
    )


def subsidiaries(one: Inventor) -> Pairs:
    """A group with one domain: the company is one of the accounts, the others are sisters in other places."""
    name, country = one.name(), one.country()
    domain = one.domain(name, country)
    company = (one.in_full(name, country), domain, one.place(country))
    yield True, company, (one.in_full(name, country), one.website(domain), one.place(country)), ()
    for place in one.random.sample(PLACES, one.random.randint(1, 3)):
        yield False, company, (one.in_full(f"{name} {place}", country), one.website(domain), one.place(country)), ()


def branches_of_one_name(one: Inventor) -> Pairs:
    """Several accounts of one name and domain, a site each; the company is head office, whichever that is."""
    name, country = one.name(), one.country()
    domain = one.domain(name, country)
    company = (name, domain, "")
    spellings = one.random.sample(
        (name, name.upper(), f"{name} {FORMS[country][0]}", name.lower()), one.random.randint(2, 3)
    )
    head_office = one.random.randrange(len(spellings))
    for number, spelling in enumerate(spellings):
        yield number == head_office, company, (spelling, one.website(domain), ""), ()


def franchise(one: Inventor) -> Pairs:
    """Franchisees under the brand's domain in HubSpot, the brand's owner in Salesforce."""
    name, country = one.name(), one.country()
    domain = one.domain(name, country)
    account = (one.in_full(name, country), one.website(domain), one.place(country))
    for place in one.random.sample(PLACES, 2):
        yield (
            False,
            (f"{one.pick(SURNAMES)} {one.pick(('e.K.', 'Ltd', 'SARL'))} {name} {place}", domain, one.place(country)),
            account,
            (),
        )


def holding(one: Inventor) -> Pairs:
    """One of a group's companies in each CRM, under the group's domain: two customers, however alike they look."""
    name, country = one.name(), one.country()
    domain = one.domain(name, country)
    company = (one.in_full(name, country), domain, one.place(country))
    yield (
        False,
        company,
        (one.in_full(f"{name} {one.pick(UNITS)}", country), one.website(domain), one.place(country)),
        (),
    )


def sister_abroad(one: Inventor) -> Pairs:
    """The group's company of one country in HubSpot, that of another in Salesforce, one name and one domain."""
    name = one.name()
    here, there = one.random.sample(tuple(FORMS), 2)
    domain = f"{compact(name)}.com"
    company = (one.in_full(name, here), domain, one.pick(COUNTRY_NAMES[here]))
    yield False, company, (one.in_full(name, there), one.website(domain), one.pick(COUNTRY_NAMES[there])), ()


def free_mail(one: Inventor) -> Pairs:
    """Two craftsmen of one name and trade in one country, whose only address is at the same mail provider."""
    name, country, host = f"{one.pick(CRAFTS)} {one.pick(SURNAMES)}", one.country(), next(one.mail_hosts)
    yield (
        False,
        (one.in_full(name, country), host, one.place(country)),
        (one.in_full(name, country), host, one.place(country)),
        (),
    )


def shared_page(one: Inventor) -> Pairs:
    """Two strangers of one name, both with a page on somebody else's site."""
    name, country = f"{one.pick(CRAFTS)} {one.pick(SURNAMES)}", one.country()
    page = one.pick(PAGES)
    addresses = [page.format(w=compact(one.name())) for _ in range(2)]
    yield (
        False,
        (one.in_full(name, country), addresses[0], one.place(country)),
        (one.in_full(name, country), addresses[1], one.place(country)),
        (),
    )


def opted_out(one: Inventor) -> Pairs:
    """Clients of an agency whose domain stands on all of them; the operator has opted it out."""
    country, domain = one.country(), one.pick(OPTED_OUT)
    company = (one.in_full(one.name(), country), domain, one.place(country))
    yield False, company, (one.in_full(one.name(), country), one.website(domain), one.place(country)), ()


def lookalike(one: Inventor) -> Pairs:
    """The same word in another zone, or one letter off, is somebody else."""
    name, other, country = one.name(), one.name(), one.country()
    word = compact(name)
    strangers = (f"{word}.org", f"{word[:-2]}{word[-1]}.com", f"my{word}.com", f"{word}.com.co")
    company = (one.in_full(name, country), f"{word}.com", one.place(country))
    yield False, company, (one.in_full(other, country), one.website(one.pick(strangers)), one.place(country)), ()


def sold_domain(one: Inventor) -> Pairs:
    """The domain changed hands: the account is its former owner, gone for years."""
    new, old, country = one.name(), one.name(), one.country()
    domain = one.domain(old, country)
    company = (one.in_full(new, country), domain, one.place(country))
    yield False, company, (one.in_full(old, country), one.website(domain), one.place(country)), ()


def numbered(one: Inventor) -> Pairs:
    """Stores of one chain, told apart by a number or a point of the compass."""
    name, country = one.name(), one.country()
    first, second = one.random.sample((*("Nord", "Süd", "Ost", "West"), *map(str, range(10, 40))), 2)
    domain = one.domain(name, country)
    company = (one.in_full(f"{name} {first}", country), domain, one.place(country))
    yield False, company, (one.in_full(f"{name} {second}", country), one.website(domain), one.place(country)), ()


def consultant(one: Inventor) -> Pairs:
    """Somebody works for one company and sits as a contact on another one's account."""
    country = one.country()
    mine, yours = one.name(), one.name()
    company = (one.in_full(mine, country), one.domain(mine, country), one.place(country))
    yield False, company, (one.in_full(yours, country), one.website(one.domain(yours, country)), ""), ("contacts:1",)


def slipped_row(one: Inventor) -> Pairs:
    """An import shifted the column of account ids by a line."""
    country = one.country()
    mine, yours = one.name(), one.name()
    company = (one.in_full(mine, country), one.domain(mine, country), one.place(country))
    yield False, company, (one.in_full(yours, country), one.website(one.domain(yours, country)), ""), ("native",)
