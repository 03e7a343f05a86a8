"""What the demo says of people's work at its end."""

from collections import Counter

from rich.console import Console

from workers.demo.people_at_work.phase import Worked
from workers.demo.report import figures, print_problems

FATES = ("merge", "delete", "restore", "undelete", "convert")


def print_people(console: Console, worked: Worked) -> None:
    """Figures first, then what is wrong, then one sentence."""
    table, row = figures()
    done = [act for act in worked.journal.acts if act.is_done]
    row("acts of people", len(worked.journal.acts))
    for system, name in (("hubspot", "HubSpot"), ("salesforce", "Salesforce")):
        row(f"  done in {name}", sum(act.system == system for act in done))
    fates = Counter(act.act.partition("_")[0] for act in done)
    row("  of which merges, deletions, restores, conversions", sum(fates[name] for name in FATES))
    row("linked pairs compared", worked.pairs)
    row("duplicates made by Tandem", len(worked.findings.duplicates))
    row("rows written by Tandem to HubSpot", worked.writes.hubspot)
    row("rows written by Tandem to Salesforce", worked.writes.salesforce)
    row("  per act of people", f"{worked.writes.in_all / max(1, len(done)):.2f}")
    row("calls to HubSpot, people's included", worked.calls["hubspot"])
    row("calls to Salesforce, people's included", worked.calls["salesforce"])
    row("from the last act until nothing moves", f"{worked.seconds_to_rest:.1f} s")
    row("polls of the unchanged world: rows written", worked.quiet.writes.in_all)
    reads = f"{worked.quiet.calls('hubspot'):,} HubSpot, {worked.quiet.calls('salesforce'):,} Salesforce"
    row("polls of the unchanged world: reads", reads)
    console.print()
    console.print(table)
    console.print()
    print_problems(console, worked.problems, "are not as the rules say")
    if not worked.problems:
        console.print("[green]Both CRMs agree with the rules after people's work.[/green]")
