"""A country is the same in every language, and unknown rather than guessed."""

import pytest

from tasks.rules.countries import country_code


@pytest.mark.parametrize(
    ("spelling", "code"),
    [
        ("DE", "DE"),
        ("de", "DE"),
        (" Germany ", "DE"),
        ("Deutschland", "DE"),
        ("ALLEMAGNE", "DE"),
        ("USA", "US"),
        ("United  States", "US"),
        ("England", "GB"),
        ("UK", "GB"),
        ("日本", "JP"),
        ("Kongo", None),
        ("Europe", None),
        ("ZZ", None),
        ("", None),
    ],
)
def test_country_code(spelling, code):
    assert country_code(spelling) == code
