"""Every sentence that people read in an answer is there in English, and none too many."""

import ast
import re
from collections.abc import Iterator, Mapping
from string import Formatter
from typing import Final

import pytest
import yaml

from server.language import WORDS
from tests.architecture.source import ROOT, modules

KOREAN: Final = re.compile("[가-힣]")
SPOKEN_IN: Final = ("domain", "channels", "server")
# What is read out elsewhere, by its place: the framework's refusals.
TABLES: Final = ("TEXTS", "FIELDS")


def sentences(source: str) -> Iterator[str]:
    """Yield each sentence, or code of a refusal that fills its own in, that needs an English one.

    Yields an empty one where ``say`` is given what cannot be read in the same module.
    """
    tree = ast.parse(source)
    assigned = _assigned(tree)
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name("say"), args=[_, sentence, *_]):
                yield from list(_texts(sentence, assigned)) or [""]
            case ast.Call(func=ast.Name("Unacceptable"), keywords=keywords):
                for keyword in keywords:
                    if keyword.arg == "text":
                        yield from _texts(keyword.value, assigned)
            case ast.ClassDef():
                yield from _refusal(node)
            case ast.Raise(exc=ast.Call(args=[text, *_])):
                yield from _texts(text, assigned)
    for name in TABLES:
        yield from _texts(ast.Name(name), assigned)


def filled(source: str) -> Iterator[tuple[str, set[str]]]:
    """Yield the code of each refusal that makes its sentence of values, and what it keeps."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef) and (code := _makes_its_own(node)):
            kept = {
                each.attr
                for each in ast.walk(node)
                if isinstance(each, ast.Attribute) and isinstance(each.ctx, ast.Store)
            }
            yield code, kept


def unsaid(source: str) -> Iterator[str]:
    """Yield each Korean ``message`` of an answer that is not put through ``say``."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.keyword) and node.arg == "message":
            said = [each for each in ast.walk(node.value) if _calls_say(each)]
            inside = {id(each) for call in said for each in ast.walk(call)}
            for each in ast.walk(node.value):
                if id(each) not in inside and isinstance(each, ast.Constant):
                    yield from _texts(each, {})


def kept_words(source: str) -> Iterator[str]:
    """Yield each function that says something in an answer which is kept for everybody."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef):
            inside = list(ast.walk(node))
            if any(_calls(each, "shared") for each in inside) and any(map(_calls_say, inside)):
                yield node.name


def _calls_say(node: ast.AST) -> bool:
    return _calls(node, "say")


def _calls(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name


def _texts(node: ast.AST, assigned: Mapping[str, list[ast.expr]]) -> Iterator[str]:
    """Yield the Korean in an expression; a name stands for all that is assigned to it."""
    if isinstance(node, ast.Name):
        for value in assigned.get(node.id, []):
            yield from _texts(value, {})
    for each in ast.walk(node):
        said = each.value if isinstance(each, ast.Constant) else None
        if isinstance(said, str) and KOREAN.search(said):
            yield said


def _refusal(node: ast.ClassDef) -> Iterator[str]:
    for text in _assigned(ast.Module(node.body, [])).get("text", []):
        yield from _texts(text, {})
    if code := _makes_its_own(node):
        yield code


def _makes_its_own(node: ast.ClassDef) -> str:
    codes = _assigned(ast.Module(node.body, [])).get("code", [])
    made = any(isinstance(each, ast.JoinedStr) for each in ast.walk(node))
    return str(ast.literal_eval(codes[0])) if codes and made else ""


def _assigned(tree: ast.Module) -> dict[str, list[ast.expr]]:
    found: dict[str, list[ast.expr]] = {}
    for each in ast.walk(tree):
        match each:
            case ast.Assign(targets=[ast.Name(name)], value=value):
                found.setdefault(name, []).append(value)
            case ast.AnnAssign(target=ast.Name(name), value=ast.expr() as value):
                found.setdefault(name, []).append(value)
    return found


def english() -> dict[str, str]:
    """Return the words as they are in the file."""
    words = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
    assert isinstance(words, dict)
    return words


def places(text: str) -> set[str]:
    """Return the names in a pattern's braces."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def spoken() -> dict[str, str]:
    """Return each sentence of ours with a file that says it."""
    return {
        sentence: str(path.relative_to(ROOT))
        for path in modules(ROOT, *SPOKEN_IN)
        for sentence in sentences(path.read_text())
    }


def test_every_sentence_has_an_english_one() -> None:
    """Whoever asks for English reads no Korean; what ``say`` says can be read in the source."""
    missing = {sentence: path for sentence, path in spoken().items() if sentence not in english()}
    assert missing == {}


def test_no_english_sentence_is_left_over() -> None:
    """A sentence that changed in Korean must change in English."""
    assert sorted(english().keys() - spoken().keys()) == []


def test_no_message_is_korean_only() -> None:
    """The doors put their words through ``say``."""
    found = {
        sentence: str(path.relative_to(ROOT))
        for path in modules(ROOT, "server/routes")
        for sentence in unsaid(path.read_text())
    }
    assert found == {}


def test_nothing_that_is_kept_for_everybody_is_said_to_one() -> None:
    """The cache holds one body, whatever language its first reader prefers."""
    for path in modules(ROOT, "server/routes"):
        assert list(kept_words(path.read_text())) == [], path


def test_the_words_are_well_formed() -> None:
    """Each is English, and has the same places to fill in; a code's are its refusal's."""
    for korean, text in english().items():
        assert isinstance(text, str), korean
        assert text, korean
        assert not KOREAN.search(text), korean
        if KOREAN.search(korean):
            assert places(text) == places(korean), korean


def test_a_refusal_keeps_what_its_english_sentence_names() -> None:
    """The values are attributes of the refusal."""
    for path in modules(ROOT, *SPOKEN_IN):
        for code, kept in filled(path.read_text()):
            assert places(english()[code]) <= kept, code


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('say(request, "가", n=1)', ["가"]),
        ('say(request, "가" if x else "나")', ["가", "나"]),
        ('x = "가"\nsay(request, x)', ["가"]),
        ("say(request, x)", [""]),
        ('class E(X):\n    code = "e"\n    text = "가"', ["가"]),
        ('class E(X):\n    code = "e"\n    text = "Not Found"', []),
        ('class E(X):\n    code = "e"\n    def __init__(self):\n        x(f"가{self.n}")', ["e"]),
        ('T = "가"\nraise Unacceptable(400, text=T)', ["가"]),
        ('raise Invalid("가")', ["가"]),
        ('TEXTS: Final = {1: "가", 2: "Not Found"}', ["가"]),
        ('x = "가"', []),
    ],
)
def test_what_is_said_is_found(source: str, found: list[str]) -> None:
    """Each way in which a sentence comes into an answer."""
    assert list(sentences(source)) == found


def test_what_is_not_put_through_say_is_found() -> None:
    """And what is put through it is not."""
    good = 'Said(message=say(request, "가"))\nSaid(message=x)\nSaid(text="가")'
    assert list(unsaid(good)) == []
    assert list(unsaid('Said(message="가")\nSaid(message=f"{n}개")')) == ["가", "개"]


def test_words_in_a_kept_answer_are_found() -> None:
    """Also within the function that reads it anew."""
    door = (
        "async def door(r):\n    async def fetch():\n        return {}\n    return shared(r, fetch)"
    )
    assert list(kept_words(door.format('say(r, "가")'))) == ["door"]
    assert list(kept_words(door.format("x"))) == []
