"""The demo as people start it: a small one, once in peace and once among killed workers and a Redis that forgets."""

import re
import subprocess
import sys
from collections.abc import Mapping

import pytest

pytestmark = pytest.mark.processes


@pytest.mark.timeout(400)
@pytest.mark.parametrize("options", [(), ("--chaos",)])
def test_every_company_ends_as_it_was_built_to_end(tmp_path, options):
    command = [sys.executable, "-m", "workers.cli", "demo", "--companies", "300", *options]
    finished = subprocess.run(command, capture_output=True, text=True, timeout=380, check=False)
    figures = figures_in(finished.stdout)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert figures["duplicate accounts"] == 0
    assert figures["malformed events parked"] == 13
    assert figures["companies linked"] == figures["accounts created"] + figures["accounts adopted"]
    if options:
        assert figures["workers killed"] >= 3
        assert figures["Redis emptied, killed, started again"] == 1


def figures_in(output: str) -> Mapping[str, int]:
    found = re.findall(r"^ *(\S.*?) {2,}([\d,]+) *$", output, re.MULTILINE)
    return {name: int(number.replace(",", "")) for name, number in found}
