"""Write each side's id onto the other, and bring the contacts along."""

from tasks.contracts.errors import Ambiguous
from tasks.contracts.finding import AccountSearch
from tasks.contracts.reasons import Reason
from tasks.contracts.records import (
    Account,
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
from tasks.fates import without_keys_of_the_gone
from tasks.placing import remember_places
from tasks.sync_task import Outcome, sync_task


@sync_task("link_company", of=Kind.COMPANY)
async def link_company(company_id: CompanyId, tools: Tools) -> Outcome:
    """Every step looks first and writes only what differs, so any part of it may be repeated."""
    link = await tools.ledger.find_link(company_id)
    if link is None or not link.is_live:
        return Outcome.LEFT_ALONE
    # Also where the rest is not to be done, or fails: the link is all that they wait for.
    await tools.ledger.wake_waiting(link.account_id)
    if not tools.switches.company_sync:
        await tools.ledger.record_verdict(Subject(Kind.COMPANY, company_id), Verdict(Reason.OBJECT_SYNC_OFF))
        return Outcome.LEFT_ALONE
    company = await tools.hubspot.find_company(company_id)
    if company is None:
        return await _look_where_it_went(Reason.COMPANY_GONE, link, tools)
    account = await _find_account(link, tools)
    if account is None:
        return await _look_where_it_went(Reason.ACCOUNT_GONE, link, tools)

    # Its domain may have changed since it was linked, and the account's website does not follow by itself.
    await claim_domains(company, tools)
    wrote_ids = [await _write_key(account, link, tools), await _write_stored_id(company, link, tools)]
    people = await find_syncing_contacts(company_id, tools)
    given_account = await _give_account(link, people, tools)
    await remember_places(link, people, tools)
    associated = await _associate(link, people, tools)
    if not (any(wrote_ids) or given_account or associated):
        return Outcome.ALREADY_DONE

    evidence = {"account": link.account_id, "contacts_given_account": given_account, "contacts_associated": associated}
    await tools.ledger.record_verdict(Subject(Kind.COMPANY, company_id), Verdict(Reason.IDS_WRITTEN, evidence))
    return Outcome.DONE


async def _look_where_it_went(reason: Reason, link: Link, tools: Tools) -> Outcome:
    """Deleted, or merged into another one: following that is a task of its own."""
    verdict = Verdict(reason, {"account": link.account_id} if reason is Reason.ACCOUNT_GONE else {})
    then = [Owed("follow_deletion", link.company_id)]
    await tools.ledger.record_verdict(Subject(Kind.COMPANY, link.company_id), verdict, then=then)
    return Outcome.LEFT_ALONE


async def _find_account(link: Link, tools: Tools) -> Account | None:
    accounts = await tools.salesforce.find_accounts(AccountSearch(link.company_id, (link.account_id,)))
    return next((account for account in accounts if account.id == link.account_id), None)


async def _write_key(account: Account, link: Link, tools: Tools) -> bool:
    """The company's id onto the account."""
    (account,) = await without_keys_of_the_gone([account], link.company_id, tools)
    holder = account.company_id
    if holder == link.company_id:
        return False
    if holder is not None:
        raise Ambiguous(
            f"account {link.account_id} carries the id of company {holder}, but is linked with {link.company_id}",
            code=Reason.CONFLICT_DUP_LINK,
            evidence={"account": link.account_id, "carries": holder},
        )
    await tools.salesforce.write_company_id(link.account_id, link.company_id)
    return True


async def _write_stored_id(company: Company, link: Link, tools: Tools) -> bool:
    """The account's id onto the company."""
    if company.account_id == link.account_id:
        return False
    try:
        await tools.hubspot.write_account_id(company.id, link.account_id)
    except Ambiguous as taken:
        # An archived company may keep its unique values, and nobody can take them from it. The link does not need them.
        holder = str(taken.evidence.get("owner_id", ""))
        if not await tools.ledger.find_tombstones(Kind.COMPANY, [holder]):
            raise
        verdict = Verdict(Reason.STORED_ID_KEPT, {"account": link.account_id, "held_by": holder})
        await tools.ledger.record_verdict(Subject(Kind.COMPANY, company.id), verdict)
        return False
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
        # One that moved to this account without being announced is to be followed. Owed first: nobody is forgotten.
        await tools.ledger.owe([Owed("link_contact", contact.id) for contact in missing])
        associations = [Association(link.company_id, contact.id) for contact in missing]
        await tools.ledger.record_our_associations(associations)
        await tools.hubspot.associate(associations)
    return len(missing)
