"""What the demo says at its end."""

from collections.abc import Callable, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from workers.demo.play import Played
from workers.demo.scene import Scene
from workers.demo.story import Phase
from workers.demo.verdicts import Judgement

PROBLEMS_SHOWN = 20


def figures() -> tuple[Table, Callable[[str, object], None]]:
    """A table of names and figures, and how to add a row to it."""
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(justify="right")

    def row(name: str, value: object) -> None:
        table.add_row(name, f"{value:,}" if isinstance(value, int) else str(value))

    return table, row


def print_report(
    console: Console,
    judgement: Judgement,
    played: Sequence[Played],
    scene: Scene,
    *,
    seconds: float,
    setup_seconds: float,
) -> None:
    """Figures first, then what is wrong, then one sentence."""
    table, row = figures()
    row("accounts created", judgement.accounts_created)
    row("accounts adopted", judgement.accounts_adopted)
    row("companies linked", judgement.accounts_created + judgement.accounts_adopted)
    for reason, number in sorted(judgement.not_created.items()):
        row(f"not created: {reason}", number)
    row("lifecycle stages propagated", judgement.stages_moved)
    row("malformed events parked", judgement.malformed)
    row("duplicate accounts", judgement.duplicates)
    for crm, name in (("hubspot", "HubSpot"), ("salesforce", "Salesforce")):
        in_all = sum(one.calls[crm] for one in played)
        in_main = sum(one.calls[crm] for one in played if one.phase is Phase.MAIN)
        row(f"{name} calls", in_all)
        row("  per created account, backlog", f"{in_main / max(1, judgement.created_in_backlog):.4f}")
        row("  per created account, in all", f"{in_all / max(1, judgement.accounts_created):.4f}")
    row("elapsed", f"{seconds:.1f} s, and {setup_seconds:.1f} s to start everything")
    if scene.chaos is not None:
        row("workers killed", scene.chaos.kills)
        row("Redis emptied, killed, started again", scene.chaos.redis_restarts)
    console.print()
    console.print(table)
    console.print()
    print_problems(console, judgement.problems, "are not as they were built to end")
    if not judgement.problems:
        console.print("[green]Every company ended as it was built to end.[/green]")


def print_problems(console: Console, problems: Sequence[str], what: str) -> None:
    """The first of them, and how many things `what` is true of."""
    for problem in problems[:PROBLEMS_SHOWN]:
        console.print(f"[red]{escape(problem)}[/red]", soft_wrap=True)
    if problems:
        console.print(f"[red]{len(problems):,} things {what}.[/red]")
