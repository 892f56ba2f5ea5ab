"""XML from strangers, read with expat under bounds: no entities of its own, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from xml.parsers import expat

MOST_ELEMENTS = 50_000
DEEPEST = 100

Begun = Callable[[str, dict[str, str]], None]


class Refused(Exception):
    """It is not well formed, or made to harm; says why."""


def walk(
    text: str, begun: Begun, ended: Callable[[str], None] | None = None, said: Callable[[str], None] | None = None
) -> None:
    """Tell of every element as it begins and ends, and of the text between. Raises `Refused`.

    A document type is passed over as long as it declares no entities; expat fetches nothing.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    seen, depth = 0, 0

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal seen, depth
        seen, depth = seen + 1, depth + 1
        if seen > MOST_ELEMENTS or depth > DEEPEST:
            raise Refused("it has too many elements")
        begun(name, attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        if ended is not None:
            ended(name)

    def declared(*_: object) -> None:
        raise Refused("it declares entities")

    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.EntityDeclHandler = declared
    if said is not None:
        parser.CharacterDataHandler = said
    try:
        parser.Parse(text.encode(errors="replace"), True)
    except expat.ExpatError as error:
        raise Refused(
            f"it is not well-formed XML ({expat.errors.messages[error.code]}, line {error.lineno})"
        ) from error
