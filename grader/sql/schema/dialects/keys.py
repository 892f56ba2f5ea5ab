"""What keys and indexes of MySQL and SQLite are made of, and what may follow."""

from __future__ import annotations

from grader.sql.schema.dialects.draft import OtherDraft
from grader.sql.schema.dialects.tokens import Cursor


def primary(draft: OtherDraft, cursor: Cursor, *, numbered: bool) -> tuple[str, ...]:
    """The columns of a primary key; one that may be `numbered` by AUTOINCREMENT behind it is so in SQLite."""
    if cursor.take("USING"):
        cursor.next()
    names = [_primary_part(draft, part, numbered=numbered) for part in cursor.enclosed().parts()]
    options(draft, cursor)
    return tuple(names)


def _primary_part(draft: OtherDraft, part: Cursor, *, numbered: bool) -> str:
    name = draft.known(part.name().value)
    if part.sees("("):
        part.skip_enclosed()
        draft.prefixed.add(name)
    if part.take("COLLATE"):
        part.name()
    part.take_any("ASC", "DESC")
    if numbered and part.take("AUTOINCREMENT") and name in draft.columns:
        draft.change(name, identity="by default", nullable=False)
    if not part.done:
        raise part.lost("this part of a key is not known")
    return name


def keys(draft: OtherDraft, cursor: Cursor, *, unique: bool = True) -> tuple[tuple[str, ...], str]:
    """What an index is made of, and the same with the order of each key; `(…)` are expressions."""
    if cursor.take("USING"):
        cursor.next()
    names, shape = [], []
    for part in cursor.enclosed().parts():
        key = _key(draft, part, unique=unique)
        names.append(key)
        shape.append(f"{key} {part.take_any('ASC', 'DESC')}".strip().removesuffix(" ASC"))
        if not part.done:
            raise part.lost("this part of an index is not known")
    return tuple(names), "\n".join(shape)


def _key(draft: OtherDraft, part: Cursor, *, unique: bool) -> str:
    first = part.peek()
    named = first is not None and first.kind in ("name", "word", "text")
    if first is None or not named or draft.known(first.value) not in draft.columns:
        return _expression(part)
    begin = part.at
    name = draft.known(part.next().value)
    if part.sees("("):
        length = part.enclosed().source()
        draft.prefixed.add(name)
        return f"(left(`{name}`, {length}))" if unique else name
    if part.take("COLLATE"):
        part.name()
        return f"({part.between(begin)})"
    return name


def _expression(part: Cursor) -> str:
    """An expression in parentheses, its own where they hold all of it, on one line."""
    begin = closed = part.at
    if part.sees("("):
        part.skip_enclosed()
        closed = part.at
    while not part.done and not part.sees_any(frozenset({"ASC", "DESC", "COLLATE"})):
        part.skip_enclosed() if part.sees("(") else part.next()
    if part.take("COLLATE"):
        part.name()
    text = part.between(begin).replace("\r", " ").replace("\n", " ")
    return text if closed == part.at else f"({text})"


def options(draft: OtherDraft, cursor: Cursor, name: str = "") -> None:
    """What may follow the keys of an index."""
    while word := cursor.take_any(
        *("USING", "COMMENT", "KEY_BLOCK_SIZE", "WITH", "VISIBLE", "INVISIBLE", "ENGINE_ATTRIBUTE"),
        *("ALGORITHM", "LOCK"),
    ):
        if word == "WITH":
            cursor.expect("PARSER")
        cursor.take("=")
        if word in ("VISIBLE", "INVISIBLE"):
            draft.seen(name, visible=word == "VISIBLE")
        else:
            cursor.next()
