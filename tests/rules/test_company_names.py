"""Two spellings of one name are one name; two names that merely look alike are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.rules.company_names import is_acronym, is_same_name, name_similarity, normal_name
from tasks.rules.resemblance import SIMILAR


@pytest.mark.parametrize(
    ("spelling", "normal"),
    [
        ("Müller GmbH & Co. KG", "muller"),
        ("MUELLER GMBH UND CO KG", "muller"),
        ("Dupont S.A.S.", "dupont"),
        ("SARL Dupont", "dupont"),
        ("Dupont S. A. S.", "dupont"),
        ("Northwind Ltd.", "northwind"),
        ("Northwind, Limited", "northwind"),
        ("Svensson AB", "svensson"),
        ("AB Svensson", "svensson"),
        ("Järvinen Oy", "jarvinen"),
        ("Tanaka K.K.", "tanaka"),
        ("Kabushiki Kaisha Tanaka", "tanaka"),
        ("株式会社ソニー", "soni"),
        ("ソニー(株)", "soni"),
        ("北京科技有限公司", "beijingkeji"),
        ("Brightwater Pty Ltd", "brightwater"),
        ("Brightwater Pty. Limited", "brightwater"),
        ("Kovač d.o.o.", "kovac"),
        ("Kowalski sp. z o.o.", "kowalski"),
        ("Kowalski Sp.z o.o. Sp. k.", "kowalski"),
        ("Kowalski spółka z ograniczoną odpowiedzialnością", "kowalski"),
        ("Novák spol. s r.o.", "novak"),
        ("ООО «Ромашка»", "romashka"),  # noqa: RUF001 -- Cyrillic on purpose
        ("Romashka OOO", "romashka"),
        ("Jensen A/S", "jensen"),
        ("Ørsted ApS", "orsted"),
        ("Rossi S.p.A.", "rossi"),
        ("Cruz S.A. de C.V.", "cruz"),
        ("Maju Sdn. Bhd.", "maju"),
        ("PT Maju Tbk", "maju"),
        ("Shenzhen Widgets Co., Ltd.", "shenzhen widgets"),
        ("Weber UG (haftungsbeschränkt)", "weber"),
        ("Weber e.K.", "weber"),
        ("Demir Ltd. Şti.", "demir"),
        ("Demir A.Ş.", "demir"),
        ("The Widget Company", "widget"),
        ("Wendy\u2019s Inc.", "wendys"),
        ("H&M", "hm"),
        ("Widget UK Ltd", "widget uk"),
        ("Widget Holding AG", "widget holding"),
        ("AG", "ag"),
        ("GmbH & Co. KG", "gmbh"),
        ("Straße 7", "strasse 7"),
        ("  ", ""),
        ("!?", ""),
    ],
)
def test_normal_name(spelling, normal):
    assert normal_name(spelling) == normal


FRAGMENTS = st.sampled_from(
    [
        "Müller",
        "ae",
        "oe",
        "GmbH",
        "& Co.",
        "KG",
        "und",
        "S.A.S.",
        "A/S",
        "the",
        "sp. z o.o.",
        "S",
        "A",
        ".",
        "-",
        "株式会社",
    ]
)
NAMES = st.one_of(st.text(max_size=40), st.lists(FRAGMENTS, max_size=8).map(" ".join), st.lists(FRAGMENTS).map("".join))


@given(NAMES)
def test_what_is_normal_stays_as_it_is(spelling):
    once = normal_name(spelling)
    assert normal_name(once) == once
    assert once.isascii()


@given(NAMES, NAMES)
def test_likeness_does_not_depend_on_who_is_compared_with_whom(one, other):
    assert is_same_name(one, other) == is_same_name(other, one)
    assert name_similarity(one, other) == name_similarity(other, one)
    assert is_acronym(one, other) == is_acronym(other, one)


@given(NAMES)
def test_every_name_with_a_letter_is_its_own(spelling):
    assert is_same_name(spelling, spelling) == bool(normal_name(spelling))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("Interlogistik Transport", "Interlogistics Transport GmbH", id="another-ending"),
        pytest.param("Brightwater Analytics", "Brightwater Anaytics", id="a-letter-lost"),
        pytest.param("Harbor Freight Tools", "Tools Harbour Freight", id="another-order-and-spelling"),
        pytest.param("Dataworks", "Data Works Inc", id="one-word-or-two"),
    ],
)
def test_a_typo_is_similar(one, other):
    assert name_similarity(one, other) >= SIMILAR


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(
            "Interlogistik Transportgesellschaft Nord", "Interlogistik Transportgesellschaft Süd", id="north-and-south"
        ),
        pytest.param("Burgerhaus Store 12", "Burgerhaus Store 13", id="store-12-and-store-13"),
        pytest.param("Widget", "Widget Holding", id="a-company-and-its-holding"),
        pytest.param("Widget Holding", "Widget Services", id="two-of-a-group"),
        pytest.param("Northwind", "Southwind", id="one-word-apart"),
        pytest.param("", "", id="two-blanks"),
    ],
)
def test_a_word_that_differs_makes_strangers(one, other):
    assert name_similarity(one, other) < SIMILAR


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("IBM", "International Business Machines Corp.", True),
        ("I.B.M.", "International Business Machines", True),
        ("GE", "General Electric", False),
        ("IBM", "Intelligent Business Models Group", False),
        ("", "", False),
    ],
)
def test_acronyms_of_three_letters_and_more(one, other, expected):
    assert is_acronym(one, other) is expected
