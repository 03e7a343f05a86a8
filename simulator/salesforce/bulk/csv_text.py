"""CSV as the Bulk API reads and writes it: six delimiters, two line endings, everything it writes in quotes."""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from simulator.salesforce.errors import unreadable

DELIMITERS = {"BACKQUOTE": "`", "CARET": "^", "COMMA": ",", "PIPE": "|", "SEMICOLON": ";", "TAB": "\t"}
LINE_ENDINGS = {"LF": "\n", "CRLF": "\r\n"}


class UnusableUploadError(Exception):
    """The whole upload cannot be understood; the text is the job's error message."""


@dataclass(frozen=True, slots=True)
class Format:
    delimiter: str = "COMMA"
    line_ending: str = "LF"

    def write(self, header: list[str], rows: Iterable[list[str]]) -> bytes:
        text = io.StringIO()
        writer = csv.writer(
            text,
            delimiter=DELIMITERS[self.delimiter],
            lineterminator=LINE_ENDINGS[self.line_ending],
            quoting=csv.QUOTE_ALL,
        )
        writer.writerow(header)
        writer.writerows(rows)
        return text.getvalue().encode("utf-8", "replace")

    def read(self, upload: bytes) -> tuple[list[str], list[list[str]]]:
        """The header and the rows; empty lines are no rows."""
        try:
            text = upload.decode()
        except UnicodeDecodeError:
            raise UnusableUploadError("InvalidBatch : Failed to parse CSV: the data is not UTF-8") from None
        self._check_line_ending(text)
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=DELIMITERS[self.delimiter], strict=True)
        try:
            header, *rows = (row for row in reader if row)
        except csv.Error as wrong:
            raise UnusableUploadError(f"InvalidBatch : Failed to parse CSV: {wrong}") from None
        except ValueError:
            raise UnusableUploadError("InvalidBatch : Failed to parse CSV: there is no header") from None
        for number, row in enumerate(rows, start=1):
            if len(row) != len(header):
                problem = f"row {number} has {len(row)} values, the header {len(header)}"
                raise UnusableUploadError(f"InvalidBatch : Failed to parse CSV: {problem}")
        return header, rows

    def _check_line_ending(self, text: str) -> None:
        """That of the header decides, for the lines of a quoted value may end as they like."""
        header, newline, _ = text.partition("\n")
        ending = "CRLF" if header.endswith("\r") else "LF"
        if newline and ending != self.line_ending:
            raise UnusableUploadError(
                "ClientInputError : LineEnding is invalid on user data. "
                f"Current LineEnding setting is {self.line_ending}"
            )


def read_format(body: Mapping[str, Any]) -> Format:
    """From the members of a job; a choice that does not exist refuses the call."""
    delimiter, line_ending = body.get("columnDelimiter") or "COMMA", body.get("lineEnding") or "LF"
    if delimiter not in list(DELIMITERS) or line_ending not in list(LINE_ENDINGS):  # which may be of any type
        raise unreadable(f"columnDelimiter {delimiter!r} or lineEnding {line_ending!r} is not a valid choice")
    return Format(delimiter, line_ending)
