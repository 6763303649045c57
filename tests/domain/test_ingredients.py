"""What ingredient a title is: the labelled table, the lexicon behind it, and odd input."""

import unicodedata
from pathlib import Path

import pytest
import yaml

from domain.recommendation import ingredient_keyword, spellings
from domain.recommendation.ingredients import ingredient_named, ingredients_of
from domain.recommendation.vocabulary import Make, Vocabulary, vocabulary

TITLES = yaml.safe_load((Path(__file__).parent / "titles.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("title", "keyword"), TITLES.items())
def test_a_title_is_the_ingredient_it_sells(title, keyword):
    """Fault 6.6: one word suffices, and 양파 즙 is as little 양파 as 양파즙 is."""
    assert ingredient_keyword(title) == keyword


def test_the_table_is_large_and_has_both_kinds():
    """At least 120 titles; a third or so are no ingredient."""
    nothing = sum(keyword is None for keyword in TITLES.values())
    assert len(TITLES) >= 120
    assert 40 <= nothing <= len(TITLES) - 80


@pytest.mark.parametrize("title", ["양파 3kg", "[제주] 흑돼지 삼겹살"])
def test_letters_may_come_in_pieces(title):
    """Composed or not, a title says the same."""
    assert ingredient_keyword(unicodedata.normalize("NFD", title)) == ingredient_keyword(title)


def test_all_ingredients_are_told_the_closest_first():
    """A cut before its animal, each once."""
    found = ingredients_of("[제주직송] 국내산 흑돼지 삼겹살 500g x 2팩")
    assert [each.name for each in found] == ["삼겹살", "돼지고기"]
    assert [each.name for each in ingredients_of("계란 대란 유정란 30구")] == ["계란"]


def test_the_lexicon_knows_at_least_six_hundred_ingredients():
    """Each is found by every way to write it, and by its own name first."""
    known = vocabulary()
    names = {each.name for each in known.ingredients.values()}
    assert len(names) >= 600
    for spelling, each in known.ingredients.items():
        assert spelling in map(str.casefold, each.spellings)
        assert ingredient_named(spelling) is each


def test_every_ingredient_is_its_own_title():
    """Its standard name alone is enough, whatever the word is made of."""
    names = {each.name for each in vocabulary().ingredients.values()}
    assert {name for name in names if ingredient_keyword(name) != name} == set()


def test_every_spelling_is_a_title_too():
    """However it is written."""
    known = vocabulary().ingredients
    missed = {word for word, each in known.items() if ingredient_keyword(word) != each.name}
    assert missed == set()


def test_spellings_begin_with_the_standard_name():
    """Of what the lexicon does not know there is one spelling."""
    assert spellings("달걀")[0] == "계란"
    assert "달걀" in spellings("계란")
    assert spellings("아무도 모르는 것") == ("아무도 모르는 것",)


def test_no_word_has_two_meanings():
    """What makes something else of an ingredient is no ingredient itself."""
    known = vocabulary()
    spoilers = known.ends | known.always
    assert spoilers.isdisjoint(known.ingredients)
    assert known.alone <= known.behind
    assert known.endings <= known.ingredients.keys()
    assert known.whole <= known.ingredients.keys()


def test_a_spelling_of_two_ingredients_is_a_bug():
    """The file would say two things at once."""
    twice = {"raw": {"a": ["감자 알감자", "알감자"]}}
    words = dict.fromkeys(("derived", "dishes", "tools"), "")
    with pytest.raises(AssertionError, match="알감자"):
        Vocabulary.of(twice, words)


def test_general_words_are_few():
    """A wider word is the exception."""
    makes = [each.make for each in set(vocabulary().ingredients.values())]
    assert makes.count(Make.GENERAL) < len(makes) / 10


@pytest.mark.parametrize(
    "title", ["양파" * 5_000, "[" * 5_000, "1" * 10_000, "+" * 5_000, "a" * 10_000]
)
def test_a_long_title_is_no_trap(title):
    """Nothing is tried more than a few times over."""
    assert ingredient_keyword(title) in {None, "양파"}
