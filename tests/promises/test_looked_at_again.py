"""What polls find is decided about again, and what is done then is no news to the next polls: all of it for real."""

from collections import Counter
from typing import Any

import pytest

from tasks.contracts.changes import What
from tasks.contracts.reasons import Reason
from tasks.contracts.records import (
    Account,
    AccountId,
    Association,
    Company,
    CompanyId,
    Contact,
    ContactId,
    Kind,
    Lane,
    Link,
)
from tasks.contracts.tools import Subject
from tasks.create_account import create_account
from tasks.link_company import link_company
from tasks.link_contact import link_contact
from tasks.propagate_lifecycle_stage import propagate_lifecycle_stage
from tests.crm.wire import Wire
from tests.ledger.samples import link_request
from tests.promises.poll_scenes import ACCOUNT, LEAD, NO_OVERLAP, RealPollScene, poll
from tests.promises.real_scene import RealScene
from workers.slices import run_slice
from workers.toolbox.hands import Hands, SliceTools

SEGMENT = "5"
COMPANY, CONTACT, PERSON = CompanyId("7"), ContactId("8"), "003000000000001AAA"
EMAIL = "one@example.com"
FLOWS = (create_account, link_contact, link_company, propagate_lifecycle_stage)
POLLS_READS = {
    "search": 2,
    "companies": 1,  # the archived ones
    "contacts": 1,
    "read": 2,  # every key that is known, of companies and of contacts
    "composite": 1,
}
"""The last words of the paths that the cursors of both CRMs ask when nothing has changed."""


class Office:
    """A portal and an org, polled, and one worker."""

    def __init__(self, hands: Hands, crms: Wire) -> None:
        self.scene = RealScene(hands, crms, SliceTools.of(hands, Lane.LIVE))
        self.polls = RealPollScene(hands, crms)
        self._hands, self._crms = hands, crms
        self.scene.has_company(Company(COMPANY, "Acme"))
        self.scene.has_contact(Contact(CONTACT, EMAIL))
        self.scene.has_association(Association(COMPANY, CONTACT, is_primary=True))

    def set(self, **switches: Any) -> None:
        for name, value in switches.items():
            self._hands.ledger.write_switch(name, value, by="the office")
        self.polls.switches = self._hands.ledger.read_switches()
        self.polls.switches_set_at = self._hands.ledger.read_switch_times()

    def look(self) -> None:
        """Poll, and do what is owed then."""
        poll(self.polls)
        while any(run_slice(flow, (), Lane.LIVE, self._hands, self.polls.messenger) for flow in FLOWS):
            pass

    def decisions(self) -> list[str]:
        """About the company's account, without repetitions."""
        codes = [str(one.code) for one in self.scene.timeline(Subject(Kind.COMPANY, COMPANY))]
        about = [code for code in codes if code in ABOUT_THE_ACCOUNT]
        return [code for place, code in enumerate(about) if not place or code != about[place - 1]]

    def account(self) -> Account:
        (account,) = (one for one in self.scene.accounts() if one.company_id == COMPANY)
        return account

    def account_of(self, person_id: str) -> str:
        (row,) = (row for row in self._crms.org.state()["Contact"] if row["Id"] == person_id)
        return str(row["AccountId"])

    def stage(self) -> str:
        (row,) = (row for row in self._crms.portal.state()["companies"] if row["id"] == COMPANY)
        return str(row["properties"]["lifecyclestage"])

    def looks_in_vain(self) -> None:
        """Another look costs what polls read, finds nothing, and owes nothing."""
        noted = self.polls.noted()
        self._crms.sent.clear()
        poll(self.polls)
        asked = Counter(sent.path.partition("?")[0].rstrip("/").rpartition("/")[2] for sent in self._crms.sent)
        del asked["deleted"]  # asked for once a minute
        has_segment = self.polls.switches.contact_segment or self.polls.switches.company_segment
        assert asked == POLLS_READS | ({"memberships": 1} if has_segment else {})
        assert self.polls.noted() == noted
        assert self.scene.owed() == set()


ABOUT_THE_ACCOUNT = {
    Reason.N2_ALL_LEADS,
    Reason.N3_NONE_QUALIFIES,
    Reason.PENDING_CONTACT_SYNC,
    Reason.COMPANY_NOT_IN_SEGMENT,
    Reason.C2_PRIVATE_CONTACT,
    Reason.ACCOUNT_CREATED,
    Reason.LINKED_BY_CONTACTS,
}


@pytest.fixture
def search_rate() -> int:
    """What is found does not depend on how long it takes; the rate is tested with the budget."""
    return 1_000


@pytest.fixture
def office(hands: Hands, crms: Wire) -> Office:
    office = Office(hands, crms)
    office.set(company_sync=True)
    return office


@pytest.mark.parametrize(
    ("switch", "member", "before"),
    [
        pytest.param("contact_segment", CONTACT, Reason.N3_NONE_QUALIFIES, id="a contact"),
        pytest.param("company_segment", COMPANY, Reason.COMPANY_NOT_IN_SEGMENT, id="the company"),
    ],
)
def test_who_enters_the_segment_brings_the_company_its_account(office, switch, member, before):
    office.set(**{switch: SEGMENT})
    office.polls.has_segment(SEGMENT, [])
    office.look()
    assert office.decisions() == [before]
    office.looks_in_vain()
    office.polls.has_segment(SEGMENT, [member])
    office.look()
    assert office.decisions() == [before, Reason.ACCOUNT_CREATED]
    assert office.account().name == "Acme"
    office.looks_in_vain()


def test_when_the_last_contact_leaves_the_segment_the_company_is_decided_about_again(office):
    office.set(contact_segment=SEGMENT, default_object="lead")
    office.polls.has_segment(SEGMENT, [CONTACT])
    office.look()
    assert office.decisions() == [Reason.PENDING_CONTACT_SYNC]
    office.polls.has_segment(SEGMENT, [])
    office.look()
    assert office.decisions() == [Reason.PENDING_CONTACT_SYNC, Reason.N3_NONE_QUALIFIES]
    office.looks_in_vain()


def test_a_new_salesforce_contact_brings_the_company_of_its_address_an_account(office):
    office.set(default_object="lead")
    office.look()
    assert office.decisions() == [Reason.PENDING_CONTACT_SYNC]
    office.polls.write_row(Kind.SALESFORCE_CONTACT, PERSON, EMAIL.upper())
    office.look()
    assert office.decisions()[1:] == [Reason.C2_PRIVATE_CONTACT, Reason.ACCOUNT_CREATED]
    assert office.account_of(PERSON) == office.account().id
    office.looks_in_vain()


def test_a_lead_that_is_converted_brings_the_company_the_account_it_went_to(office):
    office.polls.write_row(Kind.LEAD, LEAD, EMAIL)
    office.polls.write_row(Kind.ACCOUNT, ACCOUNT, "Acme")
    office.look()
    assert office.decisions() == [Reason.N2_ALL_LEADS]
    office.polls.convert_lead(LEAD, ACCOUNT)
    office.look()
    assert office.decisions() == [Reason.N2_ALL_LEADS, Reason.LINKED_BY_CONTACTS]
    assert office.account().id == AccountId(ACCOUNT)
    office.looks_in_vain()


def test_what_was_linked_before_the_first_poll_is_no_change_when_its_key_is_compared(office, hands):
    hands.ledger.record_links([link_request(Link(COMPANY, AccountId(ACCOUNT)))])
    poll(office.polls, NO_OVERLAP)
    poll(office.polls, NO_OVERLAP)
    assert office.polls.noted() == []
    office.polls.let_search_lag()
    office.polls.write(Kind.COMPANY, COMPANY, "Acme Inc")
    poll(office.polls, NO_OVERLAP)
    assert office.polls.noted() == [(Kind.COMPANY, COMPANY, What.CHANGED)]


def test_a_role_in_an_opportunity_lifts_the_company(office):
    office.polls.write_row(Kind.SALESFORCE_CONTACT, PERSON, EMAIL)
    office.look()
    office.polls.give_role(PERSON)
    office.look()
    assert office.stage() == "opportunity"
    office.looks_in_vain()
