"""What Salesforce answers when it refuses: a code, a text, and the fields concerned."""

from collections.abc import Mapping, Sequence
from typing import Any


class SalesforceError(Exception):
    """A refusal of one record or of the whole call."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        status: int = 400,
        fields: Sequence[str] | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.fields = fields
        self.details = details or {}

    def as_answer(self) -> list[dict[str, Any]]:
        """The body of an HTTP answer."""
        problem: dict[str, Any] = {**self.details, "message": self.message, "errorCode": self.code}
        if self.fields is not None:
            problem["fields"] = list(self.fields)
        return [problem]

    def as_row(self) -> dict[str, Any]:
        """The entry of one row in a collection's answer, where the code goes by another name."""
        return {"statusCode": self.code, "message": self.message, "fields": list(self.fields or ())}


class UnreadableCallError(SalesforceError):
    """The body could not be understood, so no record of the call is looked at."""


def not_found(message: str = "The requested resource does not exist") -> SalesforceError:
    return SalesforceError("NOT_FOUND", message, status=404)


def unreadable(message: str) -> UnreadableCallError:
    return UnreadableCallError("JSON_PARSER_ERROR", message)


def cannot_deserialize(wanted: str, value: object) -> UnreadableCallError:
    return unreadable(
        f"Cannot deserialize instance of {wanted} from {_token_of(value)} "
        "or request may be missing a required field at [line:1, column:2]"
    )


def _token_of(value: object) -> str:
    match value:
        case None | True | False:
            text = {None: "null", True: "true", False: "false"}[value]
            return f"VALUE_{text.upper()} value {text}"
        case int() | float():
            return f"VALUE_NUMBER_{'INT' if isinstance(value, int) else 'FLOAT'} value {value}"
        case dict():
            return "START_OBJECT value {"
        case list():
            return "START_ARRAY value ["
        case _:
            return f"VALUE_STRING value {value}"
