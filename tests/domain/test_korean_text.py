"""Hangul taken apart and put right: initials, keystrokes, the wrong keyboard, typing errors."""

import logging
import unicodedata
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.recommendation.text import (
    KnownWords,
    composed,
    from_latin,
    initials,
    is_initials,
    jamo,
    keystrokes,
)
from domain.recommendation.text.analyser import Morpheme, loaded, morphemes, nouns, parsed
from domain.recommendation.text.hangul import KEYS
from domain.recommendation.text.spelling import near, standard

SYLLABLES = st.text(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), min_size=1)
LATIN = {letter: key for key, letter in KEYS.items()}


@pytest.mark.parametrize(
    ("text", "letters"),
    [("김치찌개", "ㄱㅊㅉㄱ"), ("LA갈비 2kg", "LAㄱㅂ 2kg"), ("", ""), ("ㄱㅊ", "ㄱㅊ")],
)
def test_each_syllable_begins_with_its_initial(text, letters):
    """What is no syllable stays as it is."""
    assert initials(text) == letters


def test_letters_in_pieces_are_the_same_letters():
    """A Mac sends them decomposed."""
    pieces = unicodedata.normalize("NFD", "닭갈비")
    assert initials(pieces) == "ㄷㄱㅂ"
    assert keystrokes(pieces) == keystrokes("닭갈비")
    assert composed(pieces) == "닭갈비"


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("닭", "ㄷㅏㄹㄱ"),
        ("과자", "ㄱㅗㅏㅈㅏ"),
        ("값", "ㄱㅏㅂㅅ"),
        ("꽃게", "ㄲㅗㅊㄱㅔ"),
        ("의", "ㅇㅡㅣ"),
    ],
)
def test_keystrokes_are_those_of_the_two_set_keyboard(text, keys):
    """Compound vowels and finals are two keys, double consonants one with shift."""
    assert keystrokes(text) == keys


def test_jamo_keeps_compounds_together():
    """닭 ends in one final consonant of two letters."""
    assert jamo("닭 과") == "ㄷㅏㄺ ㄱㅗㅏ".replace("ㅗㅏ", "ㅘ")


@pytest.mark.parametrize(
    ("text", "is_all"),
    [("ㄱㅊ", True), ("ㄱ ㅊ", True), ("김ㅊ", False), ("ㅏ", False), ("", False), (" ", False)],
)
def test_initials_are_told_from_words(text, is_all):
    """Blanks aside; a vowel is none."""
    assert is_initials(text) == is_all


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("rlacl", "김치"),
        ("dkssud", "안녕"),
        ("ekfrrkfql", "닭갈비"),
        ("rhkwk", "과자"),
        ("ekfrqhRdma", "닭볶음"),
        ("RLACL", "김치"),
        ("rlacl wlro", "김치지개"),
    ],
)
def test_what_was_typed_on_the_wrong_keyboard_is_read(typed, meant):
    """Shift counts where it makes another letter."""
    assert from_latin(typed) == meant


@pytest.mark.parametrize("typed", ["butter", "la", "cheese", "GAP", "k", "", "1kg", "김치", "rrr"])
def test_what_makes_no_whole_syllables_was_meant_as_it_is(typed):
    """English words rarely do."""
    assert from_latin(typed) is None


@given(SYLLABLES)
def test_every_syllable_can_be_typed_on_the_wrong_keyboard(text):
    """Typing it there and reading it back gives whole syllables again, or is refused."""
    typed = "".join(LATIN[letter] for letter in keystrokes(text))
    assume(not typed.isupper())  # that is the caps lock
    meant = from_latin(typed)
    # ㄱ after a final consonant may join it or begin anew; the keys are the same.
    assert meant is None or keystrokes(meant) == keystrokes(text)


def known(*words):
    """Return these words, the likeliest first."""
    return KnownWords({word: keystrokes(word) for word in words})


FOODS = ("김치찌개", "김치전", "삼겹살", "계란말이", "오므라이스", "수박", "배")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("김치찌게", "김치찌개"),
        ("삼겹쌀", "삼겹살"),
        ("삼격살", "삼겹살"),
        ("게란말이", "계란말이"),
        ("오므라이쓰", "오므라이스"),
        ("김차찌개", "김치찌개"),
        ("김치찌개", "김치찌개"),
    ],
)
def test_a_slip_of_the_finger_is_forgiven(typed, meant):
    """One key in a short word, two in a longer one."""
    assert known(*FOODS).closest(typed) == meant


@pytest.mark.parametrize("typed", ["사과", "무", "배추", "", "청소기", "감자탕수육"])
def test_another_word_is_no_slip(typed):
    """Short words are never taken for others, and far ones are not."""
    assert known(*FOODS).closest(typed) is None
    assert known().closest(typed) is None


@pytest.mark.parametrize("words", [("두부면", "두부묘"), ("두부묘", "두부면")])
def test_of_the_equally_close_the_likelier_is_meant(words):
    """Also where one is longer."""
    assert known("두부", *words).closest("두부며") == words[0]
    assert len(known(*words)) > len(known()) == 0


@pytest.mark.parametrize(
    ("text", "spelt"),
    [
        ("달걀찜", "계란찜"),
        ("김치찌게", "김치찌개"),
        ("열무국수", "열무국수"),
        ("소고기무국", "소고기뭇국"),
        ("스프링롤과 스프", "스프링롤과 수프"),
        ("  쇠고기  전골 ", "소고기 전골"),
    ],
)
def test_words_have_one_spelling(text, spelt):
    """Inside of words too, but not where the letters are another word's."""
    assert standard(text) == spelt


def test_near_words_are_meant_as_well():
    """부침개 is a 전; of an unknown word nothing is near."""
    assert "전" in near("부침개")
    assert near("청소기") == ()


def test_nouns_are_told_from_particles_and_verbs():
    """The analyser reads what the lexicon does not know."""
    assert nouns("참기름에 미역을 볶아요") == ("참기름", "미역")


def test_without_an_analyser_words_stay_whole(caplog):
    """One warning, however often it is asked for."""
    with caplog.at_level(logging.WARNING):
        assert [loaded("no_such_analyser") for _ in range(3)] == [None] * 3
    assert caplog.text.count("no morphological analyser") == 1
    assert parsed(None, "새우 볶음") == (Morpheme("새우", "NNG"), Morpheme("볶음", "NNG"))


def test_many_threads_may_ask_at_once():
    """Each gets the morphemes of its own text."""
    texts = [f"{food}에 {other}를 넣어요" for food in FOODS for other in FOODS] * 4
    expected = [morphemes.__wrapped__(text) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(morphemes.__wrapped__, texts)) == expected
