"""The same job the usual way: one Celery task per company, one call per step. No code of Tandem is in here.

It is written to be good at what it is: connections live as long as their process, a call that brings two answers is
not made twice, and what is refused for quota is repeated by itself, with growing waits, before its task is.
For a company with one contact that is four HubSpot calls (company with associations, contacts, the contact's lists,
account id) and four to Salesforce (account, contacts, leads, create).
"""

import os
from dataclasses import dataclass
from typing import Any, Self

import requests
import urllib3
from celery import Celery
from celery.signals import worker_process_init
from hubspot import HubSpot
from hubspot.crm.companies.exceptions import ApiException as CompaniesError
from hubspot.crm.contacts.exceptions import ApiException as ContactsError
from hubspot.crm.lists.exceptions import ApiException as ListsError
from requests.adapters import HTTPAdapter
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import SalesforceError, SalesforceExpiredSession
from simple_salesforce.format import format_soql

QUEUE = "usual_way"
TASK = "usual_way.sync_company"
TIMEOUT = (3.05, 30)
REPEATED = urllib3.Retry(
    connect=3,
    read=0,
    status=6,
    backoff_factor=0.5,
    backoff_jitter=0.5,
    status_forcelist=(429,),
    allowed_methods=None,
    raise_on_status=False,
)
"""What was refused for quota has not happened, so any call may be repeated at once and its task need not begin anew."""
REFUSALS = (CompaniesError, ContactsError, ListsError, SalesforceError)
NO_ANSWER = (urllib3.exceptions.HTTPError, requests.RequestException)

app = Celery("usual_way", broker=os.environ.get("REDIS_URL"))
app.conf.update(
    task_default_queue=QUEUE,
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    task_time_limit=300,
    broker_connection_retry_on_startup=True,
)


class PlainHttp(HTTPAdapter):
    """The Salesforce library always speaks https and never gives up waiting; the simulator speaks http."""

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """As the library's session calls it."""
        kwargs["timeout"] = kwargs.get("timeout") or TIMEOUT
        if request.url:
            request.url = request.url.replace("https://", "http://", 1)
        return super().send(request, *args, **kwargs)


@dataclass
class Clients:
    """The connections of one process. The HubSpot APIs are kept: each attribute chain would open a new one."""

    companies: Any
    contacts: Any
    memberships: Any
    salesforce: Salesforce

    @classmethod
    def connect(cls) -> Self:
        """Logs in to Salesforce."""
        hubspot = HubSpot(
            access_token=os.environ["TANDEM_HUBSPOT_TOKEN"], host=os.environ["TANDEM_HUBSPOT_URL"], retry=REPEATED
        )
        return cls(
            companies=hubspot.crm.companies.basic_api,
            contacts=hubspot.crm.contacts.batch_api,
            memberships=hubspot.crm.lists.memberships_api,
            salesforce=log_in(),
        )


def log_in() -> Salesforce:
    """With the client credentials flow."""
    answer = requests.post(
        os.environ["TANDEM_SALESFORCE_URL"] + "/services/oauth2/token",
        data={
            "grant_type": "client_credentials",
            "client_id": os.environ["TANDEM_SALESFORCE_CONSUMER_KEY"],
            "client_secret": os.environ["TANDEM_SALESFORCE_CONSUMER_SECRET"],
        },
        timeout=TIMEOUT,
    )
    answer.raise_for_status()
    token = answer.json()
    session = requests.Session()
    if token["instance_url"].startswith("http://"):
        session.mount("https://", PlainHttp())
    return Salesforce(
        session_id=token["access_token"], instance_url=token["instance_url"], session=session, version="62.0"
    )


_of_process: list[Clients] = []


@worker_process_init.connect
def _connect(**_: Any) -> None:
    """After the fork: an inherited connection would be shared."""
    _of_process[:] = [Clients.connect()]


@app.task(
    name=TASK,
    autoretry_for=(*REFUSALS, *NO_ANSWER),
    max_retries=20,
    retry_backoff=True,
    retry_backoff_max=60,
    retry_jitter=True,
)
def sync_company(company_id: str) -> None:
    """Give the company its account, and both sides each other's id."""
    clients = _of_process[0]
    try:
        _sync(company_id, clients)
    except SalesforceExpiredSession:
        clients.salesforce = log_in()
        raise


def _sync(company_id: str, clients: Clients) -> None:
    company = clients.companies.get_by_id(
        company_id,
        properties=["name", "domain", "website", "sf_account_id"],
        associations=["contacts"],
        _request_timeout=TIMEOUT,
    )
    contacts = _read_contacts(company, clients)
    emails = [contact.properties["email"] for contact in contacts if contact.properties["email"]]
    account_id = _find_account(company_id, company.properties, clients.salesforce)
    people, leads = _find_people(emails, clients.salesforce)
    account_id = account_id or next((one["AccountId"] for one in people if one["AccountId"]), None)
    if account_id is None:
        if not contacts or len(leads) == len(contacts) or not _any_in_segment(contacts, clients):
            return
        values = {
            "Name": company.properties["name"] or company.properties["domain"],
            "Website": company.properties["website"] or company.properties["domain"],
            "HubSpot_Company_Id__c": company_id,
        }
        account_id = clients.salesforce.Account.create(values)["id"]
    if company.properties["sf_account_id"] != account_id:
        clients.companies.update(company_id, {"properties": {"sf_account_id": account_id}}, _request_timeout=TIMEOUT)


def _read_contacts(company: Any, clients: Clients) -> list[Any]:
    associated = (company.associations or {}).get("contacts")
    ids = sorted({one.id for one in associated.results}) if associated else []
    if not ids:
        return []
    wanted = {"inputs": [{"id": one} for one in ids], "properties": ["email"], "propertiesWithHistory": []}
    return list(clients.contacts.read(wanted, _request_timeout=TIMEOUT).results)


def _any_in_segment(contacts: list[Any], clients: Clients) -> bool:
    segment = os.environ["USUAL_WAY_SEGMENT"]
    for contact in contacts:
        lists = clients.memberships.get_lists("0-1", contact.id, _request_timeout=TIMEOUT)
        if any(one.list_id == segment for one in lists.results):
            return True
    return False


def _find_account(company_id: str, properties: dict[str, str | None], salesforce: Salesforce) -> str | None:
    """By our key or by domain. One of the same domain is given the key."""
    domain = properties["domain"] or properties["website"] or ""
    spellings = [prefix + domain for prefix in ("", "www.", "http://", "https://", "http://www.", "https://www.")]
    found = salesforce.query(
        format_soql(
            "SELECT Id, HubSpot_Company_Id__c FROM Account WHERE HubSpot_Company_Id__c = {} OR Website IN {}",
            company_id,
            spellings if domain else [company_id],
        )
    )["records"]
    ours = [one["Id"] for one in found if one["HubSpot_Company_Id__c"] == company_id]
    free = [one["Id"] for one in found if not one["HubSpot_Company_Id__c"]]
    if free and not ours:
        salesforce.Account.update(free[0], {"HubSpot_Company_Id__c": company_id})
    return next(iter(ours + free), None)


def _find_people(emails: list[str], salesforce: Salesforce) -> tuple[list[Any], list[Any]]:
    """Salesforce contacts and leads with these addresses."""
    if not emails:
        return [], []
    contacts = salesforce.query(format_soql("SELECT Id, AccountId FROM Contact WHERE Email IN {}", emails))
    leads = salesforce.query(format_soql("SELECT Id FROM Lead WHERE IsConverted = false AND Email IN {}", emails))
    return contacts["records"], leads["records"]
