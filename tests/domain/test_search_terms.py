"""The terms of documents and queries: what finds what, and what does not."""

import pytest

from domain.recommendation.text import EVERY, Source, document_terms, passage, sought
from domain.recommendation.text.documents import TERM_LENGTH_MAX
from domain.recommendation.text.occasions import occasions

STEW = Source("돼지고기 김치찌개", ("묵은지", "돼지고기 앞다리살", "두부"), ("찌개", "시골집"), 9)
SOUP = Source("소고기 미역국", ("건미역", "소고기 양지", "국간장"), (), 0)
EGGS = Source("달걀찜", ("달걀", "대파"), (), 0)
PANCAKE = Source("해물파전", ("쪽파", "오징어", "부침가루"), (), 0)
PORK = Source("[제주직송] 흑돼지 삼겹살 500g", (), ("제주돗통",), 200)


def is_found(source, query):
    """Tell whether a document has everything that a query looks for."""
    held = document_terms(source)
    asked = sought(query)
    groups = [any(set(way) <= held.keys() for way in group) for group in asked.words]
    joined = asked.joined is not None and set(asked.joined) <= held.keys()
    return joined or (bool(groups) and all(groups))


@pytest.mark.parametrize(
    ("source", "query"),
    [
        (STEW, "김치찌개"),
        (STEW, "김치 찌개"),
        (STEW, "돼지 고기 김치찌개"),
        (STEW, "돼지고기김치찌개"),
        (STEW, "두부"),
        (STEW, "앞다리살 찌개"),
        (STEW, "시골집"),
        (STEW, "ㄱㅊㅉㄱ"),
        (STEW, "김치를 넣은 찌개"),
        (EGGS, "계란"),
        (EGGS, "달걀"),
        (EGGS, "계란 찜"),
        (SOUP, "생일"),
        (SOUP, "생일날 미역국"),
        (SOUP, "쇠고기"),
        (SOUP, "미역"),
        (PANCAKE, "비 오는 날 부침개"),
        (PANCAKE, "파 전"),
        (PORK, "흑돼지"),
        (PORK, "돼지고기"),
        (PORK, "제주돗통 삼겹살"),
        (PORK, "ㅅㄱㅅ"),
    ],
)
def test_a_query_finds_what_it_means(source, query):
    """Blanks, spelling, initials, ingredients and occasions."""
    assert is_found(source, query)


@pytest.mark.parametrize(
    ("source", "query"),
    [
        (STEW, "된장찌개"),
        (STEW, "미역국"),
        (STEW, "김치 미역"),
        (STEW, "ㄱㅊㅈ"),
        (SOUP, "미역냉국"),
        (SOUP, "비 오는 날"),
        (EGGS, "계란말이"),
        (PANCAKE, "전복죽"),
        (PORK, "국"),
        (STEW, "제주 흑돼지"),
        (SOUP, "한우"),
        (PORK, ""),
        (PORK, "!!!"),
        (PORK, "ㅋ"),
    ],
)
def test_a_query_does_not_find_what_it_does_not_mean(source, query):
    """Half of the words is not all, any soup is no answer to one, nor any pork to a breed."""
    assert not is_found(source, query)


def test_a_blank_query_looks_for_nothing():
    """Nor has it anything to embed."""
    for blank in ("", "  ", "\n"):
        asked = sought(blank)
        assert (asked.words, asked.joined, dict(asked.weighed), asked.text) == ((), None, {}, "")


def test_initials_have_nothing_to_embed():
    """No model knows them; words do."""
    assert sought("ㄱㅊㅉㄱ").text == ""
    assert sought("[특가] 달걀  찜").text == "계란 찜"
    assert sought("Tofu").text == "tofu"  # 새려, had it been typed on the other keyboard


def test_impacts_are_bytes_and_terms_are_short():
    """Every document has the term of all, with its quality."""
    long = Source("가나다라마바사" * 40, tuple(f"재료{n}" for n in range(500)), ("말 " * 9_000,), 0)
    for source in (STEW, SOUP, PORK, long, Source("", (), (), 0)):
        terms = document_terms(source)
        assert all(1 <= impact <= 255 for impact in terms.values())
        assert all(1 <= len(term) <= TERM_LENGTH_MAX for term in terms)
        assert terms[EVERY] == max(1, source.quality)


def test_what_the_title_says_weighs_more():
    """Than what is in it, or said of it."""
    terms = document_terms(STEW)
    assert terms["김치"] > terms["두부"] > terms["=시골집"]


def test_one_thing_is_said_alike_in_every_spelling():
    """A document of 달걀 has the terms of one of 계란, and its own letters too."""
    egg = document_terms(Source("계란찜", (), (), 0)).keys()
    other = document_terms(Source("달걀찜", (), (), 0)).keys()
    assert egg < other
    assert "달걀" in other


def test_a_passage_says_what_a_dish_is_for():
    """After its title and what it is made of; brackets are left out."""
    assert passage(SOUP).startswith("소고기 미역국: 건미역, 소고기 양지, 국간장. ")
    assert "생일" in passage(SOUP)
    assert passage(PORK).startswith("흑돼지 삼겹살 500g")
    assert passage(Source("[특가]", (), (), 0)) == "[특가]"


def test_what_every_word_asks_is_not_looked_for():
    """요리, 레시피 and 만들기 find nothing and hinder nothing."""
    assert sought("김치찌개 만들기 레시피").words == sought("김치찌개").words


def test_the_table_of_occasions_is_large_and_whole():
    """At least 150 families of dishes; every tag can be said and has dishes."""
    known = occasions()
    tagged = {tag for tags in known.by_dish.values() for tag in tags}
    said = {tag for tags in known.by_saying.values() for tag in tags}
    assert len(known.by_dish) >= 150
    assert tagged == said


def test_a_long_query_is_no_trap():
    """It is read to a limit."""
    assert len(sought("김치찌개 " * 5_000).words) <= 16
    assert sought("ㄱ" * 10_000).words
