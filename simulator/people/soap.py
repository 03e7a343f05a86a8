"""Salesforce's SOAP operations, in the shapes of the partner WSDL: REST has none of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape

from simulator.people.calls import RefusedError, Reply, Request, UnansweredError

ENVELOPE = (
    '<?xml version="1.0" encoding="utf-8"?><env:Envelope xmlns:env="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns="urn:partner.soap.sforce.com" xmlns:ens="urn:sobject.partner.soap.sforce.com">'
    "<env:Header><SessionHeader><sessionId>{session}</sessionId></SessionHeader></env:Header>"
    "<env:Body><{operation}>{arguments}</{operation}></env:Body></env:Envelope>"
)
HEADERS = {"Content-Type": "text/xml; charset=UTF-8", "SOAPAction": '""'}


@dataclass(frozen=True, slots=True)
class SoapRequest:
    operation: str
    arguments: str

    def with_session(self, session: str, *, version: str) -> Request:
        body = ENVELOPE.format(session=escape(session), operation=self.operation, arguments=self.arguments)
        return Request("POST", f"/services/Soap/u/{version}", body, HEADERS)


def merge(object_name: str, winner: str, loser: str) -> SoapRequest:
    master = f"<masterRecord><ens:type>{object_name}</ens:type><ens:Id>{winner}</ens:Id></masterRecord>"
    return SoapRequest("merge", f"<request>{master}<recordToMergeIds>{loser}</recordToMergeIds></request>")


def undelete(record: str) -> SoapRequest:
    return SoapRequest("undelete", f"<ids>{record}</ids>")


def convert_lead(lead: str, wishes: Mapping[str, str]) -> SoapRequest:
    values = {"leadId": lead, "convertedStatus": "Closed - Converted", **wishes}
    content = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in values.items())
    return SoapRequest("convertLead", f"<leadConverts>{content}</leadConverts>")


def outcome(reply: Reply) -> dict[str, str]:
    """The texts of the one result, by element name.

    Raises RefusedError for a fault and for a row that failed, UnansweredError for what is no result at all.
    """
    texts = _texts(reply.text)
    if reply.status == 200 and "success" not in texts:
        raise UnansweredError("200 without a result")
    if texts.get("success") != "true":
        code = texts.get("statusCode") or texts.get("exceptionCode") or texts.get("faultcode") or "NOT_SOAP"
        message = texts.get("message") or texts.get("exceptionMessage") or texts.get("faultstring") or ""
        raise RefusedError(reply.status, code, message[:300])
    return texts


def _texts(document: str) -> dict[str, str]:
    """Of every element that has text, without its prefix; empty if it is not XML."""
    found: dict[str, str] = {}
    pieces: list[str] = []

    def start(_name: str, _attributes: dict[str, Any]) -> None:
        pieces.clear()

    def end(name: str) -> None:
        if text := "".join(pieces).strip():
            found[name.rpartition(":")[2]] = text
        pieces.clear()

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, pieces.append
    try:
        parser.Parse(document, True)  # noqa: FBT003 - expat takes no keywords
    except expat.ExpatError:
        return {}
    return found
