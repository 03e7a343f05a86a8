"""The envelope around a call and around its answer, and the faults that stand in place of one."""

import re
from dataclasses import dataclass
from typing import TypeAlias
from xml.sax.saxutils import escape

from simulator.salesforce.errors import SalesforceError
from simulator.salesforce.soap.elements import Element, UnreadableXmlError, parse_document

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
DIALECTS = {"u": "partner", "c": "enterprise"}
NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
FAULT_TYPES = {"INVALID_LOGIN": "LoginFault"}

Tree: TypeAlias = "list[tuple[str, str | Tree]]"


class SoapClientError(Exception):
    """The call is no call; the fault blames the client and has no details."""


@dataclass(frozen=True, slots=True)
class Request:
    operation: str
    arguments: Element
    headers: Element

    @property
    def session_id(self) -> str:
        header = self.headers.find("SessionHeader")
        return header.text_of("sessionId") if header else ""

    def is_set(self, header_name: str, option: str) -> bool:
        header = self.headers.find(header_name)
        return header is not None and header.text_of(option) == "true"


def read_request(body: bytes, *, dialect: str) -> Request:
    try:
        envelope = parse_document(body)
    except UnreadableXmlError as problem:
        raise SoapClientError(str(problem)) from None
    content = envelope.find("Body")
    if (envelope.name, envelope.namespace) != ("Envelope", ENVELOPE) or content is None or not content.children:
        raise SoapClientError("not a SOAP envelope with a body")
    operation = content.children[0]
    if operation.namespace != _namespace(dialect):
        raise unknown_operation(operation.name, operation.namespace)
    return Request(operation.name, operation, envelope.find("Header") or Element("Header"))


def unknown_operation(name: str, namespace: str) -> SoapClientError:
    where = f"{{{namespace}}}" if namespace else ""
    return SoapClientError(f"No operation available for request {where}{name}, please check the WSDL for the service.")


def write_answer(operation: str, rows: Tree, *, dialect: str, usage: tuple[int, int]) -> str:
    current, limit = usage
    limits: Tree = [("current", str(current)), ("limit", str(limit)), ("type", "API REQUESTS")]
    header = _write([("LimitInfoHeader", [("limitInfo", limits)])])
    content = _write([(f"{operation}Response", rows)])
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="{ENVELOPE}" '
        f'xmlns="{_namespace(dialect)}" xmlns:xsi="{INSTANCE}"><soapenv:Header>{header}</soapenv:Header>'
        f"<soapenv:Body>{content}</soapenv:Body></soapenv:Envelope>"
    )


def write_fault(error: SalesforceError, *, dialect: str) -> str:
    kind = FAULT_TYPES.get(error.code, "UnexpectedErrorFault")
    detail = _write([("sf:exceptionCode", error.code), ("sf:exceptionMessage", error.message)])
    return _fault(
        f"<faultcode>sf:{error.code}</faultcode>"
        f"<faultstring>{_escape(f'{error.code}: {error.message}')}</faultstring>"
        f'<detail><sf:{kind} xsi:type="sf:{kind}">{detail}</sf:{kind}></detail>',
        dialect,
    )


def write_client_fault(error: SoapClientError, *, dialect: str) -> str:
    return _fault(f"<faultcode>soapenv:Client</faultcode><faultstring>{_escape(str(error))}</faultstring>", dialect)


def _fault(content: str, dialect: str) -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="{ENVELOPE}" '
        f'xmlns:sf="urn:fault.{dialect}.soap.sforce.com" xmlns:xsi="{INSTANCE}"><soapenv:Body><soapenv:Fault>'
        f"{content}</soapenv:Fault></soapenv:Body></soapenv:Envelope>"
    )


def _write(tree: Tree) -> str:
    return "".join(
        f"<{name}>{_escape(value) if isinstance(value, str) else _write(value)}</{name}>" for name, value in tree
    )


def _escape(text: str) -> str:
    return escape(NOT_IN_XML.sub("?", text))


def _namespace(dialect: str) -> str:
    return f"urn:{dialect}.soap.sforce.com"
