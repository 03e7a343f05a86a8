"""Calls SOAP as a client made from the partner WSDL does."""

from xml.etree import ElementTree as ET

import requests

from tests.simulator.salesforce_fixtures import VERSION, Client

PARTNER = "urn:partner.soap.sforce.com"


def envelope(operation: str, arguments: str, *, session: str = "", headers: str = "", namespace: str = PARTNER) -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        f'<env:Envelope xmlns:env="http://schemas.xmlsoap.org/soap/envelope/" xmlns:urn="{namespace}" '
        f'xmlns:ens="urn:sobject.partner.soap.sforce.com" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<env:Header><urn:SessionHeader><urn:sessionId>{session}</urn:sessionId></urn:SessionHeader>{headers}"
        f"</env:Header><env:Body><urn:{operation}>{arguments}</urn:{operation}></env:Body></env:Envelope>"
    )


def post(salesforce: Client, body: str | bytes, *, path: str = f"u/{VERSION}", **headers: str) -> requests.Response:
    given = {"Content-Type": "text/xml; charset=UTF-8", "SOAPAction": '""', "Authorization": "", **headers}
    data = body if isinstance(body, bytes) else body.encode()
    return requests.post(f"{salesforce.url}/services/Soap/{path}", data=data, headers=given, timeout=30)


def call(salesforce: Client, operation: str, arguments: str, headers: str = "") -> list[dict[str, list[str]]]:
    """The outcome of every row: the texts by element name."""
    session = str(salesforce.http.headers["Authorization"]).removeprefix("Bearer ")
    answer = post(salesforce, envelope(operation, arguments, session=session, headers=headers))
    assert answer.status_code == 200, answer.text
    return results(answer)


def results(answer: requests.Response) -> list[dict[str, list[str]]]:
    root = ET.fromstring(answer.content)
    rows = []
    for result in root.iter(f"{{{PARTNER}}}result"):
        row: dict[str, list[str]] = {}
        for element in result.iter():
            if not len(element):
                row.setdefault(element.tag.partition("}")[2], []).append(element.text or "")
        rows.append(row)
    return rows


def fault(answer: requests.Response) -> tuple[int, str, str]:
    """Status, fault code and fault text."""
    root = ET.fromstring(answer.content)
    return answer.status_code, root.findtext(".//faultcode") or "", root.findtext(".//faultstring") or ""


def merge(salesforce: Client, sobject: str, winner: str, *losers: str, **values: str) -> dict[str, list[str]]:
    fields = "".join(f"<ens:{name}>{value}</ens:{name}>" for name, value in values.items())
    ids = "".join(f"<urn:recordToMergeIds>{loser}</urn:recordToMergeIds>" for loser in losers)
    master = f"<ens:type>{sobject}</ens:type><ens:Id>{winner}</ens:Id>{fields}"
    request = f'<urn:request><urn:masterRecord xsi:type="ens:sObject">{master}</urn:masterRecord>{ids}</urn:request>'
    (row,) = call(salesforce, "merge", request)
    return row


def each_id(*record_ids: str) -> str:
    return "".join(f"<urn:ids>{record_id}</urn:ids>" for record_id in record_ids)


def convert(salesforce: Client, lead: str, **wishes: str) -> dict[str, list[str]]:
    wishes = {"leadId": lead, "convertedStatus": "Closed - Converted", **wishes}
    content = "".join(f"<urn:{name}>{value}</urn:{name}>" for name, value in wishes.items())
    (row,) = call(salesforce, "convertLead", f"<urn:leadConverts>{content}</urn:leadConverts>")
    return row
