"""Both generations of HubSpot's paths in one table; the classic one loses support in 2027."""

from collections.abc import Mapping
from dataclasses import dataclass

from workers.settings import HubSpotPaths


@dataclass(frozen=True, slots=True)
class Paths:
    """Where each API family lives. Ids are decimal digits, so nothing here needs quoting."""

    objects: str
    associations: str
    lists: str
    properties: str
    owners: str

    def batch(self, records: str, action: str) -> str:
        """`records` is companies or contacts."""
        return f"{self.objects}/{records}/batch/{action}"

    def records(self, records: str) -> str:
        """All of them, page by page."""
        return f"{self.objects}/{records}"

    def search(self, records: str) -> str:
        """Those that match; lags."""
        return f"{self.objects}/{records}/search"

    def association_batch(self, from_: str, to: str, action: str) -> str:
        """`action` is read, create, associate/default or archive."""
        return f"{self.associations}/{from_}/{to}/batch/{action}"

    def segment(self, segment: str) -> str:
        """The list itself."""
        return f"{self.lists}/{segment}"

    def members(self, segment: str) -> str:
        """Everybody on the list, page by page."""
        return f"{self.lists}/{segment}/memberships"

    @property
    def memberships(self) -> str:
        """The lists that some records are on."""
        return f"{self.lists}/records/memberships/batch/read"

    def all_properties(self, records: str) -> str:
        """The definitions of all of them."""
        return f"{self.properties}/{records}"

    def property(self, records: str, name: str) -> str:
        """A property's definition."""
        return f"{self.properties}/{records}/{name}"


PATHS: Mapping[HubSpotPaths, Paths] = {
    HubSpotPaths.DATED: Paths(
        objects="/crm/objects/2026-09",
        associations="/crm/associations/2026-09",
        lists="/crm/lists/2026-09",
        properties="/crm/properties/2026-09",
        owners="/crm/owners/2026-09",
    ),
    HubSpotPaths.CLASSIC: Paths(
        objects="/crm/v3/objects",
        associations="/crm/v4/associations",
        lists="/crm/v3/lists",
        properties="/crm/v3/properties",
        owners="/crm/v3/owners",
    ),
}
