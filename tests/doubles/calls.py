"""Counts what is asked of the doubles, and dies where a test likes."""

from dataclasses import dataclass, field


class Killed(BaseException):
    """The process died here: not an Exception, so nothing of ours can catch it."""


@dataclass
class Calls:
    """Counts tool calls, and kills after the n-th: the call's effect has happened, its answer is lost."""

    kill_after: int | None = None
    made: list[str] = field(default_factory=list)

    def note(self, name: str) -> None:
        self.made.append(name)
        if self.kill_after is not None and len(self.made) == self.kill_after:
            raise Killed(name)
