"""The SOAP endpoint itself: sessions, faults, limits, login, and input no client should send."""

import pytest
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import SalesforceAuthenticationFailed
from simple_salesforce.login import SalesforceLogin

from simulator.salesforce.credentials import Credentials
from tests.simulator import salesforce_fixtures as fixtures
from tests.simulator import salesforce_soap as soap

salesforce_server, salesforce = fixtures.salesforce_server, fixtures.salesforce
KNOWN = {"username": Credentials().username, "password": Credentials().password, "security_token": ""}
BOMB = '<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa">{entities}]>'.format(
    entities="".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)).replace("&a0;", "&a;")
)


def test_a_call_without_a_session_is_a_fault(salesforce):
    answer = soap.post(salesforce, soap.envelope("undelete", "", session="nonsense"))
    status, code, text = soap.fault(answer)
    assert (status, code) == (500, "sf:INVALID_SESSION_ID")
    assert text.startswith("INVALID_SESSION_ID: ")
    assert "<sf:exceptionCode>INVALID_SESSION_ID</sf:exceptionCode>" in answer.text
    assert answer.headers["Content-Type"].startswith("text/xml")


def session_of(salesforce) -> str:
    return str(salesforce.http.headers["Authorization"]).removeprefix("Bearer ")


def test_the_enterprise_dialect_names_the_object_in_its_type(salesforce):
    winner, loser = salesforce.create(Name="A"), salesforce.create(Name="B")
    request = (
        f'<urn:request><urn:masterRecord xsi:type="ens:Account"><ens:Id>{winner}</ens:Id></urn:masterRecord>'
        f"<urn:recordToMergeIds>{loser}</urn:recordToMergeIds></urn:request>"
    )
    enterprise = "urn:enterprise.soap.sforce.com"
    body = soap.envelope("merge", request, session=session_of(salesforce), namespace=enterprise)
    answer = soap.post(salesforce, body, path="c/62.0/00DVr0000000001")
    assert answer.status_code == 200
    assert f'xmlns="{enterprise}"' in answer.text
    assert salesforce.ids("SELECT Id FROM Account") == [winner]


def test_soap_calls_spend_the_same_quota(salesforce):
    salesforce.org.configure({"api_usage": 5, "daily_limit": 6})
    body = soap.envelope("undelete", "", session=session_of(salesforce))
    answer = soap.post(salesforce, body)
    assert "<current>6</current><limit>6</limit>" in answer.text
    assert soap.fault(soap.post(salesforce, body))[:2] == (500, "sf:REQUEST_LIMIT_EXCEEDED")


def test_a_call_may_name_200_records(salesforce):
    ids = soap.each_id(*["001Vr0000000001"] * 201)
    answer = soap.post(salesforce, soap.envelope("delete", ids, session=session_of(salesforce)))
    assert soap.fault(answer)[:2] == (500, "sf:EXCEEDED_ID_LIMIT")


@pytest.mark.parametrize("path", ["u/45.0", "u/69.0", "u/x", "u/62.5"])
def test_a_version_that_does_not_exist_is_a_fault(salesforce, path):
    assert soap.fault(soap.post(salesforce, soap.envelope("delete", ""), path=path))[1] == "sf:UNSUPPORTED_API_VERSION"


@pytest.mark.parametrize(
    "body",
    [
        "", "nonsense", "<a/>", "<a><b></a>", b"\xff\xfe<a/>", soap.envelope("fly", ""), "<a>" * 10_000,
        soap.envelope("delete", "&undefined;"), BOMB + soap.envelope("delete", "&a9;").partition("?>")[2],
        '<!DOCTYPE a [<!ENTITY x "y">]>' + soap.envelope("delete", "&x;").partition("?>")[2],
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>',
        '<?xml version="1.0" encoding="no-such"?><a/>', '<?xml version="1.0" encoding="utf-16"?><a/>',
        soap.envelope("delete", "", namespace="urn:else"), soap.envelope("delete", "<a>" * 60 + "</a>" * 60),
        soap.envelope("login", "").replace("<urn:login></urn:login>", ""),
    ],
    ids=range(16),
)  # fmt: skip
def test_what_is_no_call_blames_the_client(salesforce, body):
    status, code, text = soap.fault(soap.post(salesforce, body))
    assert (status, code) == (500, "soapenv:Client")
    assert text
    assert "root:" not in text


def test_a_call_needs_its_action_header_and_to_be_a_post(salesforce):
    url = f"{salesforce.url}/services/Soap/u/62.0"
    assert soap.fault(salesforce.http.post(url, data=soap.envelope("delete", ""), timeout=10))[2].startswith(
        "SOAPAction"
    )
    assert salesforce.http.get(url, timeout=10).status_code == 405


def test_ten_megabytes_of_nothing_are_read_and_refused(salesforce):
    body = soap.envelope("delete", soap.each_id("x" * 10_000_000), session=session_of(salesforce))
    (row,) = soap.results(soap.post(salesforce, body))
    assert row["statusCode"] == ["MALFORMED_ID"]


@pytest.mark.parametrize("value", ["\x00", "\x1b", "&#1;"])
def test_characters_xml_has_no_place_for_are_refused(salesforce, value):
    assert soap.fault(soap.post(salesforce, soap.envelope("delete", soap.each_id(value))))[1] == "soapenv:Client"


def test_what_a_record_holds_does_not_break_the_answer(salesforce):
    account = salesforce.create(Name="A")
    rule = {"object": "Account", "where": "Rating = 'Hot'", "message": "<b> & \x01 ]]>"}
    salesforce.org.configure({"validation_rules": [rule]})
    refused = soap.merge(salesforce, "Account", account, salesforce.create(Name="B"), Rating="Hot")
    assert refused["message"] == ["<b> & ? ]]>"]


def test_the_library_logs_in_where_that_is_still_possible(salesforce):
    salesforce.org.configure({"soap_login": True})
    session = salesforce.library_session()
    library = Salesforce(**KNOWN, session=session, version="64.0")
    assert library.query("SELECT COUNT() FROM Account")["totalSize"] == 0
    with pytest.raises(SalesforceAuthenticationFailed, match="INVALID_LOGIN"):
        SalesforceLogin(**{**KNOWN, "password": "wrong"}, session=session, sf_version="64.0")


@pytest.mark.parametrize(("enabled", "version", "text"), [(False, "64.0", "disabled"), (True, "65.0", "not available")])
def test_a_login_is_refused_by_default_and_after_version_64(salesforce, enabled, version, text):
    salesforce.org.configure({"soap_login": enabled})
    with pytest.raises(SalesforceAuthenticationFailed, match=text):
        SalesforceLogin(**KNOWN, session=salesforce.library_session(), sf_version=version)
