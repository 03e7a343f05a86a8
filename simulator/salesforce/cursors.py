"""Query results that do not fit on one page, and where to continue reading them."""

from collections import OrderedDict
from typing import Any

from simulator.salesforce.errors import SalesforceError
from simulator.salesforce.ids import make_id
from simulator.salesforce.settings import Settings
from simulator.salesforce.soql.queries import Result

SMALLEST_PAGE = 200


class Cursors:
    """A user keeps a few open; the oldest gives way to a new one."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._open: OrderedDict[str, tuple[Result, int]] = OrderedDict()
        self._last_number = 0

    def first_page(self, result: Result, *, wanted_size: int | None, resource: str) -> dict[str, Any]:
        largest = self._settings.page_size
        size = largest if wanted_size is None else min(max(wanted_size, SMALLEST_PAGE), largest)
        if len(result.records) <= size:
            return self._page(result, 0, size, resource, cursor="")
        self._last_number += 1
        cursor = make_id("01g", self._last_number)
        self._open[cursor] = (result, size)
        while len(self._open) > self._settings.open_cursors:
            self._open.popitem(last=False)
        return self._page(result, 0, size, resource, cursor)

    def next_page(self, locator: str, *, resource: str) -> dict[str, Any]:
        cursor, _, position = locator.partition("-")
        if cursor not in self._open or not (position.isascii() and position.isdigit() and len(position) < 10):
            raise SalesforceError("INVALID_QUERY_LOCATOR", "invalid query locator")
        result, size = self._open[cursor]
        if int(position) >= len(result.records):
            raise SalesforceError("INVALID_QUERY_LOCATOR", "invalid query locator")
        return self._page(result, int(position), size, resource, cursor)

    def expire_all(self) -> None:
        self._open.clear()

    def _page(self, result: Result, start: int, size: int, resource: str, cursor: str) -> dict[str, Any]:
        end = start + size
        page: dict[str, Any] = {"totalSize": result.total, "done": end >= len(result.records)}
        if not page["done"]:
            page["nextRecordsUrl"] = f"{resource}/{cursor}-{end}"
        page["records"] = [result.render(record) for record in result.records[start:end]]
        return page
