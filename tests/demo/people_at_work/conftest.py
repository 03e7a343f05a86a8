"""What the tests of the checker have in common."""

import pytest

from tests.demo.people_at_work.agreeing import Agreeing


@pytest.fixture
def crms() -> Agreeing:
    return Agreeing()
