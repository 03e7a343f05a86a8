"""Ends the process groups of a supervisor that died without stopping them; run as a program, standard library only.

Reads `+12` (watch over group 12) and `-12` (no longer) from the supervisor. The pipe ends when the supervisor does,
however it died. The kernel's parent-death signal would reach the direct child only, and only on Linux; a worker's own
children would go on without anybody.
"""

import os
import signal
import sys
from contextlib import suppress


def main() -> None:
    """Until the supervisor is gone."""
    groups: set[int] = set()
    for line in sys.stdin:
        group = int(line[1:])
        if line.startswith("+"):
            groups.add(group)
        else:
            groups.discard(group)
    for group in groups:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    main()
