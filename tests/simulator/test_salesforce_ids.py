"""Record ids and their check characters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.salesforce.ids import DIGITS, find_short_id, make_id, to_18

short_ids = st.text(DIGITS, min_size=15, max_size=15)


@pytest.mark.parametrize("real_id", ["0015g00000QoXVDAA3", "00D300000000XOXEA2", "001D000000IRFmaIAH"])
def test_real_ids_have_the_check_characters_we_compute(real_id):
    assert to_18(real_id[:15]) == real_id


@given(short_ids)
def test_the_long_form_names_the_same_record(short_id):
    assert find_short_id(to_18(short_id)) == find_short_id(short_id) == short_id


@given(short_ids, st.integers(15, 17), st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"))
def test_a_wrong_check_character_is_no_id(short_id, place, character):
    long_id = to_18(short_id)
    forged = long_id[:place] + character + long_id[place + 1 :]
    assert (find_short_id(forged) is not None) == (forged == long_id)


@given(st.lists(st.integers(1, 10**12), min_size=2, max_size=2, unique=True))
def test_ids_sort_as_their_numbers_do(numbers):
    first, second = sorted(numbers)
    assert make_id("001", first) < make_id("001", second)


@pytest.mark.parametrize("text", ["", "001", "001Vr000000000'", "001Vr0000000001IA", "ä" * 15, None, 15, ["x"]])
def test_other_things_are_no_ids(text):
    assert find_short_id(text) is None
