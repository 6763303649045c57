"""The figures of an evaluation, counted out of its answers."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from server.evaluation.labels import Titles
from server.evaluation.measures import Extraction, Retrieval, extraction, retrieval
from server.evaluation.retrieval import Answer, Method, Outcome

FIRST: Final = 5  # results that a miss is told with


class Miss(NamedTuple):
    """A query whose first result is not right, or a title with other words than wanted."""

    text: str
    wanted: Sequence[str]
    found: Sequence[str]


class Figures(NamedTuple):
    """Everything that was measured; without a model, by words alone."""

    model: str | None
    retrieval: Mapping[str, Mapping[Method, Retrieval]]  # by set
    triples: Mapping[str, Mapping[Method, float]]  # by corpus: the share that is told apart
    kinds: Mapping[str, Retrieval]  # by kind of query, of the whole corpus and the best method
    keywords: Mapping[str, Extraction]  # by section
    misses: Mapping[str, Sequence[Miss]]  # by set; what is held is for nobody's eyes

    @property
    def best(self) -> Method:
        """Return the method that the shop goes by."""
        return "served" if self.model else "words"


def count(
    model: str | None,
    outcomes: Mapping[str, Outcome],
    titles: Titles,
    *,
    found: Mapping[str, Sequence[str]],
) -> Figures:
    """Return the figures of the corpora ``given`` and ``whole``, and of each title's keywords."""
    given, whole = outcomes["given"], outcomes["whole"]
    best: Method = "served" if model else "words"
    asked = whole.answers[best]
    sets = {
        "given": given.answers,
        "whole": whole.answers,
        "open half": {way: _half(each, held=False) for way, each in whole.answers.items()},
        "held half": {way: _half(each, held=True) for way, each in whole.answers.items()},
    }
    sections = {**titles.sections, "all": titles.all}
    return Figures(
        model=model,
        retrieval={
            name: {way: retrieval(each.judged for each in answers) for way, answers in ways.items()}
            for name, ways in sets.items()
        },
        triples={name: each.told_apart for name, each in outcomes.items()},
        kinds={
            kind: retrieval(each.judged for each in asked if each.query.about == kind)
            for kind in dict.fromkeys(each.query.about for each in asked)
        },
        keywords={name: extraction(found, right) for name, right in sections.items() if right},
        misses={
            "given": list(_missed(given.answers[best])),
            "whole": list(_missed(_half(asked, held=False))),
            "keywords": list(_misread(titles.dev, found)),
        },
    )


def _half(answers: Sequence[Answer], *, held: bool) -> Sequence[Answer]:
    return [each for each in answers if each.query.held is held]


def _missed(answers: Iterable[Answer]) -> Iterator[Miss]:
    for each in answers:
        if each.judged.first != 1:
            yield Miss(each.query.query, each.query.right, each.titles[:FIRST])


def _misread(
    right: Mapping[str, Sequence[str]], found: Mapping[str, Sequence[str]]
) -> Iterator[Miss]:
    for title, wanted in right.items():
        if set(wanted) != set(found[title]):
            yield Miss(title, wanted, found[title])
