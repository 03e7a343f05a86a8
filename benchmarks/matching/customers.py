"""Variations of one customer in two CRMs; each docstring says what is done to the records.

Where a docstring does not say otherwise, the truth is that the two are the same.
"""

from benchmarks.matching.inventor import Inventor, Pairs
from benchmarks.matching.words import ENDS, OTHER_WORDS, TRADES


def plain(one: Inventor) -> Pairs:
    """One company with its own domain, each side in its own spelling of name, address and country."""
    name, country = one.name(), one.country()
    domain = one.domain(name, country)
    company = (one.in_full(name, country), domain, one.place(country))
    yield True, company, (one.in_full(name, country), one.website(domain), one.place(country)), one.evidence()


def accented(one: Inventor) -> Pairs:
    """Accents on one side, none or two-letter spellings on the other; the domain once in Unicode, once in ASCII."""
    name, country = one.name(accented=True), one.country()
    plainly = name.translate(
        str.maketrans("éèâáóçãñäöüøåØÅŠŽČžčśůřőűąłŁõÕşŞíúâòý", "eeaaocanaouoaOASZCzcsuroualLoOsSiuaoy")
    )
    digraphs = name.replace("ü", "ue").replace("ö", "oe").replace("ä", "ae").replace("ø", "oe").replace("å", "aa")
    domain = one.domain(name, country)
    company = (one.in_full(one.pick((plainly, digraphs)), country), domain, one.place(country))
    yield True, company, (one.in_full(name, country), one.website(domain), one.place(country)), one.evidence()


def misspelt(one: Inventor) -> Pairs:
    """A typo in one of the names; the domain is right."""
    name, country = one.name(), one.country()
    domain = one.domain(name, country)
    company = (one.in_full(one.typo(name), country), domain, one.place(country))
    yield True, company, (one.in_full(name, country), one.website(domain), one.place(country)), one.evidence()


def further_domain(one: Inventor) -> Pairs:
    """The account's website is one of the company's additional domains."""
    name, country = one.name(), one.country()
    domain = one.domain(name, country)
    other = one.domain(name, country, unlike=domain)
    company = (one.in_full(name, country), f"{domain} {other}", one.place(country))
    yield True, company, (one.in_full(name, country), one.website(other), one.place(country)), one.evidence()


def without_website(one: Inventor) -> Pairs:
    """One side, or both, has no website: only the name is left."""
    name, country = one.name(), one.country()
    domain = one.pick(("", one.domain(name, country)))
    company = (one.in_full(name, country), domain, one.place(country))
    yield True, company, (one.in_full(name, country), "", one.place(country)), one.evidence()


def other_domain(one: Inventor) -> Pairs:
    """The company moved to another domain and one side does not know it yet."""
    name, country = one.name(), one.country()
    company = (one.in_full(name, country), one.domain(f"{name} {one.pick(OTHER_WORDS)}", country), one.place(country))
    website = one.website(one.domain(name, country))
    yield True, company, (one.in_full(name, country), website, one.place(country)), one.evidence()


def rebranded(one: Inventor) -> Pairs:
    """A new name, the old one still in the other CRM; the domain stayed."""
    old, new, country = one.name(), one.name(), one.country()
    domain = one.domain(old, country)
    company = (one.in_full(new, country), domain, one.place(country))
    yield True, company, (one.in_full(old, country), one.website(domain), one.place(country)), one.evidence()


def abbreviated(one: Inventor) -> Pairs:
    """An acronym of four words on one side."""
    words, country = [one.name().split()[0], *one.random.sample(TRADES, 3)], one.country()
    letters = "".join(word[0] for word in words)
    domain = f"{letters.lower()}-{words[0].lower()}.{ENDS[country]}"
    company = (letters, domain, one.place(country))
    yield True, company, (one.in_full(" ".join(words), country), one.website(domain), one.place(country)), ()


def shortened(one: Inventor) -> Pairs:
    """One side leaves out a word that says little; a branch or a holding may look just the same."""
    name, country = one.name(), one.country()
    domain = one.domain(name, country)
    longer = one.in_full(f"{name} {one.pick(OTHER_WORDS)}", country)
    company = (one.in_full(name, country), domain, one.place(country))
    yield True, company, (longer, one.website(domain), one.place(country)), one.evidence()


def unnamed(one: Inventor) -> Pairs:
    """HubSpot made the company from an e-mail domain: it has no name, or the domain for a name."""
    name, country = one.name(), one.country()
    domain = one.domain(name, country)
    yield (
        True,
        (one.pick(("", domain)), domain, ""),
        (one.in_full(name, country), one.website(domain), one.place(country)),
        (),
    )
