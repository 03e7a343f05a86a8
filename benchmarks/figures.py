"""What was counted and timed for one contender, and the ratios that follow."""

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.quota_floor import HUBSPOT_FLOOR, SALESFORCE_FLOOR
from workers.demo.simulated_crms import SALESFORCE_CALLS


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one contender. Calls are the simulator's own count, whatever came of them."""

    contender: str
    records: int
    seconds: float
    """From the moment the workers may start until every company and account carry each other's id."""
    cpu_seconds: float
    """Of the worker processes, beat included; the simulator, Postgres and Redis are not in it."""
    hubspot_calls: int
    salesforce_calls: int
    rate_limited: int
    """HubSpot calls that were refused for quota; they are counted above as well."""
    right: int
    """Companies with exactly one account and the ids on both sides."""
    accounts: int

    @property
    def records_per_second(self) -> float:
        """Start of the processes included."""
        return self.records / self.seconds

    @property
    def hubspot_per_record(self) -> float:
        """Calls."""
        return self.hubspot_calls / self.records

    @property
    def salesforce_per_record(self) -> float:
        """Calls."""
        return self.salesforce_calls / self.records

    @property
    def cpu_per_record(self) -> float:
        """Seconds, the start of the processes included."""
        return self.cpu_seconds / self.records

    @property
    def is_right(self) -> bool:
        """One account for every company, and no other."""
        return self.right == self.records == self.accounts


@dataclass(frozen=True, slots=True)
class Ratios:
    """More is better for Tandem in the first four; the others are distances, and 1 is as near as it gets."""

    records_per_second: float
    hubspot_calls: float
    salesforce_calls: float
    worker_cpu: float | None
    """None where one had fewer records: the start of the processes would weigh more on each of them."""
    hubspot_from_floor: Mapping[str, float]
    salesforce_from_floor: Mapping[str, float]


def ratios_of(tandem: Figures, usual: Figures) -> Ratios:
    """Per record, so that the two may have had different numbers of records."""
    both = (tandem, usual)
    return Ratios(
        records_per_second=tandem.records_per_second / usual.records_per_second,
        hubspot_calls=usual.hubspot_per_record / tandem.hubspot_per_record,
        salesforce_calls=usual.salesforce_per_record / tandem.salesforce_per_record,
        worker_cpu=usual.cpu_per_record / tandem.cpu_per_record if usual.records == tandem.records else None,
        hubspot_from_floor={one.contender: one.hubspot_per_record / HUBSPOT_FLOOR for one in both},
        salesforce_from_floor={one.contender: one.salesforce_per_record / SALESFORCE_FLOOR for one in both},
    )


def salesforce_calls(counters: Mapping[str, int]) -> int:
    """From the simulated org's counters."""
    return sum(counters.get(name, 0) for name in SALESFORCE_CALLS)


def rate_limited(counters: Mapping[str, int]) -> int:
    """From the simulated portal's counters."""
    return sum(number for name, number in counters.items() if name.startswith("rate_limited_"))
