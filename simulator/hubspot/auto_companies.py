"""The account setting that finds or makes a company for every contact with a business e-mail address."""

from collections.abc import Collection

from simulator.hubspot.associations import PRIMARY_COMPANY, Pair
from simulator.hubspot.crm import Crm
from simulator.hubspot.drafts import Draft
from simulator.hubspot.object_types import COMPANIES, CONTACTS
from simulator.hubspot.sources import AUTO_COMPANY, Source
from simulator.hubspot.store import Record

FREE_MAIL = frozenset(
    {
        "aol.com",
        "gmail.com",
        "gmx.de",
        "gmx.net",
        "googlemail.com",
        "hotmail.com",
        "icloud.com",
        "live.com",
        "outlook.com",
        "proton.me",
        "web.de",
        "yahoo.com",
    }
)


def on_written(crm: Crm, record: Record, names: Collection[str], _source: Source) -> None:
    if not crm.switches.auto_company or record.kind is not CONTACTS or "email" not in names:
        return
    domain = record.properties.get("hs_email_domain", "")
    if domain and domain not in FREE_MAIL:
        crm.agenda.after(crm.switches.auto_company_delay, lambda: _give_company(crm, record, domain))


def _give_company(crm: Crm, contact: Record, domain: str) -> None:
    if contact.archived_at or crm.associations.of(CONTACTS, contact.id, COMPANIES):
        return
    company = _find_by_domain(crm, domain) or _make(crm, domain)
    crm.associate(Pair(CONTACTS, contact.id, COMPANIES, company.id), (PRIMARY_COMPANY,), by=AUTO_COMPANY)
    crm.counters["auto_associations"] += 1


def _find_by_domain(crm: Crm, domain: str) -> Record | None:
    companies = crm.store.live[COMPANIES.plural].values()
    return next((each for each in companies if each.properties.get("domain", "").lower() == domain), None)


def _make(crm: Crm, domain: str) -> Record:
    draft = Draft(crm, AUTO_COMPANY)
    company = draft.create(COMPANIES, {"name": domain.partition(".")[0].capitalize(), "domain": domain})
    draft.commit()
    crm.counters["auto_companies"] += 1
    return company
