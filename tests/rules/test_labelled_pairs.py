"""The rules on pairs whose truth is known: `auto` may be wrong less than once in a thousand links."""

import csv
import inspect
from collections import Counter

import pytest

from benchmarks.matching import customers, strangers
from benchmarks.matching.generator import VARIATIONS, generate
from benchmarks.matching.labelled import COLUMNS, FILES, build_world, read_pairs
from benchmarks.matching.measuring import Step, as_table, measure
from tasks.rules.resemblance import SIMILAR
from tests.architecture.source_tree import read

GENERATED, HARD = FILES


@pytest.fixture(scope="module")
def world():
    return build_world(read_pairs())


def test_auto_is_wrong_in_fewer_than_one_of_a_thousand_links(world):
    for score in measure(world, Step.DOMAIN_AUTO):
        assert score.said > 3_000, "too few links to speak of thousandths"
        assert score.wrong * 1_000 < score.said


def test_what_is_only_suggested_is_mostly_right(world):
    for step in (Step.DOMAIN_SUGGEST, Step.SAME_NAME, Step.SIMILAR_NAME):
        assert all(score.precision > 0.75 for score in measure(world, step)), step


def test_the_figures_are_published_as_they_are(world):
    text = read("docs/matching.md")
    assert as_table(world) in text, "python -m benchmarks.matching prints the table"
    assert f"({SIMILAR} or more" in text


def test_the_set_is_as_large_as_it_says():
    assert sum(1 for _ in read_pairs()) > 5_000
    assert sum(1 for _ in read_pairs([HARD])) > 300


def test_a_record_has_one_counterpart_at_most(world):
    for side in (0, 1):
        assert max(Counter(pairing[side] for pairing in world.truth).values()) == 1


def test_the_generated_part_is_what_the_generator_writes():
    with GENERATED.open(encoding="utf-8", newline="") as lines:
        kept = list(csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert kept == [list(COLUMNS), *(list(pair.as_row()) for pair in generate())]


def test_every_variation_is_in_the_set_and_says_what_it_does():
    functions = [one for module in (customers, strangers) for _, one in inspect.getmembers(module, inspect.isfunction)]
    written = {one for one in functions if one.__module__ in {customers.__name__, strangers.__name__}}
    assert written == {variation for variation, _ in VARIATIONS}
    assert all(variation.__doc__ for variation in written)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param("scene\tkind\n", "the first line must name the columns", id="no-header"),
        pytest.param("\t".join(COLUMNS) + "\n1\tx\tmaybe" + "\t" * 7 + "\n", ":2: .* yes or no", id="no-truth"),
        pytest.param("\t".join(COLUMNS) + "\n1\tx\tyes\n", ":2: 10 columns", id="a-column-short"),
    ],
)
def test_a_file_of_ones_own_is_refused_with_the_place_of_the_mistake(tmp_path, text, problem):
    path = tmp_path / "pairs.tsv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=problem):
        list(read_pairs([path]))
