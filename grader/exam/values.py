"""Values drawn from the seed: different data per seed, the same data for every answer.

A text of an exam may hold placeholders. `{word:a}` is a word of the exam's list, another one for every label;
`{text:a:3}` three words; `{date:a}` a day between 2027 and 2035; `{number:a:1:50}` a number of that range;
`{repeat:x:200}` a long text; `{null}` JSON's null; `{n}` and `{round}` the number of the repetition. Any other name
is a value captured from an earlier answer. A string that is one placeholder and nothing else keeps the value's type.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Mapping
from typing import Any

Drawn = dict[str, Any]
Scope = Mapping[str, Any]

FORMS = {
    "word": "such as {word:a}",
    "text": "such as {text:a:3}",
    "date": "such as {date:a}",
    "number": "such as {number:a:1:50}",
    "repeat": "such as {repeat:x:200}",
}
DRAWS = tuple(FORMS)
MEANT = re.compile(r"\{([a-z]+:[^{}\s]+)\}")  # looks like something to draw, whether or not it can be
PLACEHOLDER = re.compile(rf"\{{((?:{'|'.join(DRAWS)}):[^{{}}\s]+|[a-z][a-z0-9_]*(?:\.[\w-]+)?)\}}")
DRAW = re.compile(rf"\{{((?:{'|'.join(DRAWS)}):[^{{}}\s]+|null)\}}")


class MissingValue(Exception):
    """A placeholder names a value that no earlier answer gave."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def draw(seed: int, texts: Iterable[str], words: tuple[str, ...]) -> Drawn:
    """Every value the placeholders in `texts` ask for, by placeholder (`word:a`).

    Raises `ValueError` for a placeholder that cannot be understood or when there are too few words.
    """
    keys = list(dict.fromkeys(key for text in texts for key in DRAW.findall(text)))
    labels = list(dict.fromkeys(key.split(":")[1] for key in keys if key.startswith("word:")))
    if len(labels) > len(words):
        raise ValueError(f"{len(labels)} words are asked for, `words` holds {len(words)}")
    shuffled = list(words)
    random.Random(f"{seed}/words").shuffle(shuffled)  # noqa: S311 - test data, nothing secret
    by_label = dict(zip(labels, shuffled, strict=False))
    return {key: _one(key, seed, by_label, words) for key in keys}


def understood(key: str) -> bool:
    """Whether a placeholder is of one of the forms above."""
    try:
        _one(key, 0, dict.fromkeys(key.split(":"), ""), ("",) * 1000)
    except ValueError:
        return False
    return True


def fill(template: Any, scope: Scope) -> Any:  # noqa: ANN401 - any JSON value
    """`template` with its placeholders replaced; raises `MissingValue`."""
    if isinstance(template, str):
        return _fill_text(template, scope)
    if isinstance(template, dict):
        return {key: fill(value, scope) for key, value in template.items()}
    if isinstance(template, list | tuple):
        return [fill(value, scope) for value in template]
    return template


def fill_draws(text: str, scope: Scope) -> str:
    """`text` with drawn values only: braces that mean something else (raw JSON) stay."""
    return DRAW.sub(lambda match: str(_value(match[1], scope)), text)


def names(template: Any) -> set[str]:  # noqa: ANN401 - any JSON value
    """Names of captured values that `template` needs."""
    if isinstance(template, str):
        return {key for key in PLACEHOLDER.findall(template) if ":" not in key} - {"null", "n", "round"}
    if isinstance(template, dict):
        return set().union(*(names(value) for value in template.values())) if template else set()
    if isinstance(template, list | tuple):
        return set().union(*(names(value) for value in template)) if template else set()
    return set()


def texts(template: Any) -> list[str]:  # noqa: ANN401 - any JSON value
    """Every string in a JSON-like value, in order."""
    if isinstance(template, str):
        return [template]
    if isinstance(template, dict):
        return [text for value in template.values() for text in texts(value)]
    if isinstance(template, list | tuple):
        return [text for value in template for text in texts(value)]
    return []


def _fill_text(text: str, scope: Scope) -> Any:  # noqa: ANN401 - a lone placeholder keeps its type
    whole = PLACEHOLDER.fullmatch(text)
    if whole:
        return _value(whole[1], scope)
    return PLACEHOLDER.sub(lambda match: str(_value(match[1], scope)), text)


def _value(key: str, scope: Scope) -> Any:  # noqa: ANN401 - any JSON scalar
    if key == "null":
        return None
    if key not in scope:
        raise MissingValue(key)
    return scope[key]


def _one(key: str, seed: int, by_label: Mapping[str, str], words: tuple[str, ...]) -> str | int | None:
    kind, *parts = key.split(":")
    chance = random.Random(f"{seed}/{key}")  # noqa: S311 - test data, nothing secret
    match kind, parts:
        case "null", []:
            return None
        case "word", [label]:
            return by_label[label]
        case "text", [_, count]:
            return " ".join(chance.sample(words, int(count)))
        case "date", [_]:
            return f"{chance.randint(2027, 2035)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
        case "number", [_, low, high]:
            return chance.randint(int(low), int(high))
        case "repeat", [text, count]:
            return text * int(count)
        case _:
            pass
    raise ValueError(f"the placeholder `{{{key}}}` cannot be understood")
