"""Pairs of letters, by which a substring is found."""

import unicodedata

import pytest

from domain.kernel import contains, folded, grams, wanted_grams

NAME = "[제주] 흑돼지 Pork 500g"


def test_every_word_is_filed_by_its_letters_and_pairs():
    """No pair spans two words."""
    assert grams("꿀 사과즙") == {"꿀", "사", "과", "즙", "사과", "과즙"}


@pytest.mark.parametrize(
    "keyword", ["흑돼지", "돼지", "지", "pork", "PORK", "흑돼지 pork", "[제주]"]
)
def test_what_a_text_contains_it_is_filed_under(keyword):
    """Whatever the case, with blanks or without."""
    assert wanted_grams(keyword) <= grams(NAME)
    assert contains(keyword, [NAME])


@pytest.mark.parametrize("keyword", ["흑지", "소고기", "돼지 흑"])
def test_what_it_does_not_contain_is_told_apart(keyword):
    """By the grams, or by the second look."""
    assert not contains(keyword, [NAME])


@pytest.mark.parametrize("keyword", ["", "  ", "\t"])
def test_a_blank_keyword_wants_nothing(keyword):
    """So that nobody takes it for everything."""
    assert wanted_grams(keyword) == frozenset()


def test_composed_and_decomposed_letters_are_the_same():
    """A keyboard on one system sends jamo, on another syllables."""
    assert folded(unicodedata.normalize("NFD", "사과")) == "사과"
    assert grams(unicodedata.normalize("NFD", "사과")) == grams("사과")
