"""Write each side's id onto the other, and bring the contacts along."""

from tasks.contracts.errors import Ambiguous, Gone
from tasks.contracts.finding import AccountSearch
from tasks.contracts.reasons import Reason
from tasks.contracts.records import (
    Association,
    Company,
    CompanyId,
    ContactLink,
    Kind,
    Link,
    Owed,
    SyncingContact,
    Verdict,
)
from tasks.contracts.tools import Subject, Tools
from tasks.domains import claim_domains
from tasks.facts import find_syncing_contacts
from tasks.sync_task import Outcome, sync_task


@sync_task("link_company", of=Kind.COMPANY)
async def link_company(company_id: CompanyId, tools: Tools) -> Outcome:
    """Every step looks first and writes only what differs, so any part of it may be repeated."""
    link = await tools.ledger.find_link(company_id)
    if link is None:
        return Outcome.LEFT_ALONE
    if not tools.switches.company_sync:
        await tools.ledger.record_verdict(Subject(Kind.COMPANY, company_id), Verdict(Reason.OBJECT_SYNC_OFF))
        return Outcome.LEFT_ALONE
    company = await tools.hubspot.find_company(company_id)
    if company is None:
        await tools.ledger.record_verdict(Subject(Kind.COMPANY, company_id), Verdict(Reason.COMPANY_GONE))
        return Outcome.LEFT_ALONE

    # Its domain may have changed since it was linked, and the account's website does not follow by itself.
    await claim_domains(company, tools)
    holder = await _find_holder(link, tools)
    # The account's fields were just read along with it, and whatever fails from here on is not about them.
    await tools.ledger.owe([Owed("sync_fields", company_id, forced=tools.forced)])
    wrote_ids = [await _write_key(link, holder, tools), await _write_stored_id(company, link, tools)]
    people = await find_syncing_contacts(company_id, tools)
    given_account = await _give_account(link, people, tools)
    associated = await _associate(link, people, tools)
    if not (any(wrote_ids) or given_account or associated):
        return Outcome.ALREADY_DONE

    evidence = {"account": link.account_id, "contacts_given_account": given_account, "contacts_associated": associated}
    await tools.ledger.record_verdict(Subject(Kind.COMPANY, company_id), Verdict(Reason.IDS_WRITTEN, evidence))
    return Outcome.DONE


async def _find_holder(link: Link, tools: Tools) -> CompanyId | None:
    """The company whose id the account carries: this one's, or none yet."""
    accounts = await tools.salesforce.find_accounts(AccountSearch(link.company_id, (link.account_id,)))
    linked = [account for account in accounts if account.id == link.account_id]
    if not linked:
        raise Gone(
            f"account {link.account_id}, linked with company {link.company_id}, is not in Salesforce",
            code=Reason.ACCOUNT_GONE,
        )
    holder = linked[0].company_id
    if holder not in {None, link.company_id}:
        raise Ambiguous(
            f"account {link.account_id} carries the id of company {holder}, but is linked with {link.company_id}",
            code=Reason.CONFLICT_DUP_LINK,
            evidence={"account": link.account_id, "carries": holder},
        )
    return holder


async def _write_key(link: Link, holder: CompanyId | None, tools: Tools) -> bool:
    """The company's id onto the account."""
    if holder == link.company_id:
        return False
    await tools.salesforce.write_company_id(link.account_id, link.company_id)
    return True


async def _write_stored_id(company: Company, link: Link, tools: Tools) -> bool:
    """The account's id onto the company."""
    if company.account_id == link.account_id:
        return False
    await tools.hubspot.write_account_id(company.id, link.account_id)
    return True


async def _give_account(link: Link, people: tuple[SyncingContact, ...], tools: Tools) -> int:
    """Salesforce contacts without an account get this one, if the company is their primary one."""
    private = {one.contact.id: one.person for one in people if one.is_primary and one.person and one.person.is_private}
    if not private:
        return 0
    await tools.salesforce.write_contact_accounts(list(private.values()), link.account_id)
    await tools.ledger.record_contact_links(
        [ContactLink(contact_id, person.id, person.kind, link.account_id) for contact_id, person in private.items()]
    )
    return len(private)


async def _associate(link: Link, people: tuple[SyncingContact, ...], tools: Tools) -> int:
    """Contacts that sit on the account in Salesforce sit on the company in HubSpot."""
    present = {one.contact.id for one in people}
    linked = await tools.ledger.find_contact_links_of_account(link.account_id)
    absent = [one.contact_id for one in linked if one.contact_id not in present]
    # The ledger remembers contacts that HubSpot has deleted since, and one of them would refuse the whole step.
    missing = await tools.hubspot.find_contacts(absent) if absent else ()
    if missing:
        # Those that moved while the account had no company wait for this (rule 9.2). Owed first: nobody is forgotten.
        await tools.ledger.owe([Owed("link_contact", contact.id) for contact in missing])
        associations = [Association(link.company_id, contact.id) for contact in missing]
        await tools.ledger.record_our_associations(associations)
        await tools.hubspot.associate(associations)
    return len(missing)
