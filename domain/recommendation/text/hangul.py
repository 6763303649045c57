"""Korean letters taken apart: initial consonants, keystrokes, and the wrong keyboard put right.

A syllable of the block U+AC00 is an initial, a vowel and maybe a final consonant, in arithmetic
order (The Unicode Standard, §3.12 "Conjoining Jamo Behavior"); the composition itself is NFC's,
which the standard library knows.
"""

import unicodedata
from functools import lru_cache
from typing import Final

KEPT: Final = 16_384
FIRST: Final = 0xAC00
LAST: Final = 0xD7A3
VOWELS: Final = 21
FINALS: Final = 28
# Compatibility jamo in the order of the conjoining ones; no final consonant comes first.
INITIAL: Final = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
VOWEL: Final = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
FINAL: Final = " ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
# Letters that the two-set keyboard has no key for, and the keys that make them.
TYPED: Final = str.maketrans(
    {
        "ㄳ": "ㄱㅅ",
        "ㄵ": "ㄴㅈ",
        "ㄶ": "ㄴㅎ",
        "ㄺ": "ㄹㄱ",
        "ㄻ": "ㄹㅁ",
        "ㄼ": "ㄹㅂ",
        "ㄽ": "ㄹㅅ",
    }
    | {
        "ㄾ": "ㄹㅌ",
        "ㄿ": "ㄹㅍ",
        "ㅀ": "ㄹㅎ",
        "ㅄ": "ㅂㅅ",
        "ㅘ": "ㅗㅏ",
        "ㅙ": "ㅗㅐ",
        "ㅚ": "ㅗㅣ",
    }
    | {"ㅝ": "ㅜㅓ", "ㅞ": "ㅜㅔ", "ㅟ": "ㅜㅣ", "ㅢ": "ㅡㅣ"}
)
KEYS: Final = dict(
    zip(
        "rRseEfaqQtTdwWczxvgkoiOjpuPhynbml",
        "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎㅏㅐㅑㅒㅓㅔㅕㅖㅗㅛㅜㅠㅡㅣ",
        strict=True,
    )
)
# Letters of one key each that are pressed together for one vowel or one final consonant.
TOGETHER: Final = {typed: chr(letter) for letter, typed in TYPED.items()}


def composed(text: str) -> str:
    """Return the text in NFC: whole syllables, however they were sent."""
    return unicodedata.normalize("NFC", text)


def is_syllable(letter: str) -> bool:
    """Tell whether the letter is a whole syllable of Hangul."""
    return FIRST <= ord(letter) <= LAST


def is_initials(text: str) -> bool:
    """Tell whether the text is nothing but initial consonants, blanks aside."""
    letters = "".join(text.split())
    return bool(letters) and all(letter in INITIAL for letter in letters)


@lru_cache(maxsize=KEPT)
def initials(text: str) -> str:
    """Return the initial consonant (초성) of each syllable; other letters as they are."""
    return "".join(
        INITIAL[(ord(letter) - FIRST) // (VOWELS * FINALS)] if is_syllable(letter) else letter
        for letter in composed(text)
    )


@lru_cache(maxsize=KEPT)
def jamo(text: str) -> str:
    """Return the letters of each syllable one after the other: 닭 is ㄷㅏㄺ."""
    return "".join(_apart(letter) for letter in composed(text))


def keystrokes(text: str) -> str:
    """Return what is pressed on a two-set keyboard: 닭 is ㄷㅏㄹㄱ, 과 is ㄱㅗㅏ."""
    return jamo(text).translate(TYPED)


@lru_cache(maxsize=KEPT)
def from_latin(text: str) -> str | None:
    """Return what the same keys type in Korean: rlacl is 김치.

    None where that makes anything but whole syllables. Shift is heeded where it makes another
    letter (Rh is 꼬) and forgotten where it does not, as is the caps lock.
    """
    typed = text.lower() if text.isupper() else text
    pressed = [KEYS.get(key) or KEYS.get(key.lower()) or key for key in typed if not key.isspace()]
    if len(pressed) < 2 or not all(letter in INITIAL + VOWEL for letter in pressed):
        return None
    return _assembled(pressed)


def _apart(letter: str) -> str:
    if not is_syllable(letter):
        return letter
    initial, rest = divmod(ord(letter) - FIRST, VOWELS * FINALS)
    vowel, final = divmod(rest, FINALS)
    return f"{INITIAL[initial]}{VOWEL[vowel]}{FINAL[final].strip()}"


def _assembled(pressed: list[str]) -> str | None:
    """Return the syllables that the letters make, or None if some letter is left alone.

    A consonant begins a syllable where a vowel follows it, else it ends the one before.
    """
    made: list[str] = []
    at = 0
    while at < len(pressed):
        if pressed[at] not in INITIAL or at + 1 == len(pressed) or pressed[at + 1] in INITIAL:
            return None
        initial, vowel = pressed[at], pressed[at + 1]
        at += 2
        if at < len(pressed) and (both := TOGETHER.get(vowel + pressed[at])):
            vowel = both
            at += 1
        ending = at
        while at < len(pressed) and pressed[at] in INITIAL and at - ending < 3:
            at += 1
        if at < len(pressed) and pressed[at] not in INITIAL:
            at -= 1  # the last consonant begins the next syllable
        final = "".join(pressed[ending:at])
        final = TOGETHER.get(final, final) or " "
        if final not in FINAL:
            return None
        number = (INITIAL.index(initial) * VOWELS + VOWEL.index(vowel)) * FINALS
        made.append(chr(FIRST + number + FINAL.index(final)))
    return "".join(made)
