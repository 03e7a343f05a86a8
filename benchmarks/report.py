"""What the benchmark says: ratios first, then the figures they come from, then where and how it was run."""

import os
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.conditions import Conditions
from benchmarks.figures import Figures, Ratios, ratios_of
from benchmarks.quota_floor import HUBSPOT_FLOOR, SALESFORCE_FLOOR, ceiling


@dataclass(frozen=True, slots=True)
class Comparison:
    """One run."""

    conditions: Conditions
    tandem: Figures
    usual: Figures
    machine: Mapping[str, Any]

    @property
    def ratios(self) -> Ratios:
        """From the figures, nothing else."""
        return ratios_of(self.tandem, self.usual)

    @property
    def is_right(self) -> bool:
        """Fast and wrong is not a result."""
        return self.tandem.is_right and self.usual.is_right

    def as_json(self) -> dict[str, Any]:
        """Everything, for a file."""
        return {
            "ratios": asdict(self.ratios),
            "figures": [_with_rates(one) for one in (self.tandem, self.usual)],
            "floor": {"hubspot_per_record": HUBSPOT_FLOOR, "salesforce_per_record": SALESFORCE_FLOOR},
            "conditions": asdict(self.conditions),
            "machine": dict(self.machine),
        }


def machine_facts() -> dict[str, Any]:
    """What a figure in seconds depends on."""
    return {
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "load_before": round(os.getloadavg()[0], 2),
    }


def print_comparison(comparison: Comparison, console: Console) -> None:
    """For a person."""
    _print_ratios(comparison, console)
    _print_figures(comparison, console)
    _print_circumstances(comparison, console)
    for one in (comparison.tandem, comparison.usual):
        if not one.is_right:
            console.print(
                f"[red]{one.contender}: {one.right:,} of {one.records:,} right, {one.accounts:,} accounts[/red]"
            )


def _print_ratios(comparison: Comparison, console: Console) -> None:
    ratios = comparison.ratios
    table = _table("Ratios, per record", "")
    table.add_row("records per second, Tandem to the usual way", _times(ratios.records_per_second))
    table.add_row("HubSpot calls, the usual way to Tandem", _times(ratios.hubspot_calls))
    table.add_row("Salesforce calls, the usual way to Tandem", _times(ratios.salesforce_calls))
    if ratios.worker_cpu is not None:
        table.add_row("processor time of the workers, the usual way to Tandem", _times(ratios.worker_cpu))
    for crm, distances in (("HubSpot", ratios.hubspot_from_floor), ("Salesforce", ratios.salesforce_from_floor)):
        for contender, distance in distances.items():
            table.add_row(f"{crm} calls, {contender} to the quota floor", _times(distance))
    console.print(table)


def _print_figures(comparison: Comparison, console: Console) -> None:
    tandem, usual = comparison.tandem, comparison.usual
    burst = comparison.conditions.hubspot_burst
    table = _table("Figures", tandem.contender, usual.contender, "quota floor")
    most = f"{ceiling(burst=burst):,.0f}" if burst else ""
    table.add_row("records", f"{tandem.records:,}", f"{usual.records:,}", "")
    table.add_row("with both ids, one account each", f"{tandem.right:,}", f"{usual.right:,}", "")
    table.add_row("seconds", f"{tandem.seconds:,.1f}", f"{usual.seconds:,.1f}", "")
    table.add_row("records per second", f"{tandem.records_per_second:,.1f}", f"{usual.records_per_second:,.1f}", most)
    table.add_row(
        "HubSpot calls per record",
        f"{tandem.hubspot_per_record:.4f}",
        f"{usual.hubspot_per_record:.4f}",
        f"{HUBSPOT_FLOOR:.4f}",
    )
    table.add_row(
        "Salesforce calls per record",
        f"{tandem.salesforce_per_record:.4f}",
        f"{usual.salesforce_per_record:.4f}",
        f"{SALESFORCE_FLOOR:.4f}",
    )
    table.add_row("HubSpot calls", f"{tandem.hubspot_calls:,}", f"{usual.hubspot_calls:,}", "")
    table.add_row("  refused for quota", f"{tandem.rate_limited:,}", f"{usual.rate_limited:,}", "")
    table.add_row("Salesforce calls", f"{tandem.salesforce_calls:,}", f"{usual.salesforce_calls:,}", "")
    table.add_row(
        "worker processor time per record, ms",
        f"{tandem.cpu_per_record * 1000:.2f}",
        f"{usual.cpu_per_record * 1000:.2f}",
        "",
    )
    console.print(table)


def _print_circumstances(comparison: Comparison, console: Console) -> None:
    conditions, machine = comparison.conditions, comparison.machine
    limits = f"HubSpot {conditions.hubspot_burst} calls per 10 s" if conditions.hubspot_burst else "no limits"
    console.print(
        f"{limits}, {conditions.latency * 1000:.0f} ms latency,"
        f" {conditions.workers} workers with {conditions.children} children each, for both; the clock runs from the"
        " start of the workers. The simulator, Postgres and Redis share the machine:"
        f" {machine['cores']} cores, {machine['system']}, Python {machine['python']},"
        f" load {machine['load_before']} before."
    )
    if comparison.usual.records < comparison.tandem.records:
        console.print(
            f"The usual way was given a sample, {comparison.usual.records:,} of {comparison.tandem.records:,} records:"
            " its rate does not depend on how many there are, and all of them would take"
            f" {comparison.tandem.records / comparison.usual.records_per_second / 60:,.0f} minutes."
        )


def _with_rates(figures: Figures) -> dict[str, Any]:
    return {
        **asdict(figures),
        "records_per_second": figures.records_per_second,
        "hubspot_per_record": figures.hubspot_per_record,
        "salesforce_per_record": figures.salesforce_per_record,
        "cpu_per_record": figures.cpu_per_record,
    }


def _table(first: str, *columns: str) -> Table:
    table = Table(box=None, pad_edge=False, title_justify="left")
    table.add_column(first, no_wrap=True)
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    return table


def _times(factor: float) -> str:
    return f"{factor:,.1f} x"
