"""A redundancy made concrete: two rows that contradict each other, and what the candidate's notes say about it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from grader.checks.schema.dialects import where_asked
from grader.checks.schema.shown import repeated
from grader.evidence.schema import Disagreement, SchemaFacts
from grader.exhibits import AnyExhibit, RowsExhibit, SqlExhibit, TextExhibit
from grader.sql.schema.recipes import Recipe, by_hand
from grader.visible import one_line

MOST_READ = 30_000
MOST_SENTENCES = 3
LONGEST_SENTENCE = 400
MOST_CELL = 80
_ENDS = re.compile(r"[.!?](?=\s)|\n[ \t]*\n|\n(?=[ \t]*(?:[-*+#|]|\d+[.)]))")
_ARGUES = re.compile(
    r"denormali[sz]|redundan|duplicat|snapshot|\bcop(?:y|ies|ied)\b|\bcach|\bstored\b|\btwice\b|on purpose"
    r"|deliberate|intentional|trade-?off|for speed|performance|history|in step|\bsync|trigger|faster",
    re.IGNORECASE,
)


def disagreement(facts: SchemaFacts, recipe: Recipe) -> Disagreement | None:
    """What came of a recipe on the live schema, when it was followed."""
    return next((found for found in facts.disagreements if found.id == recipe.id), None)


def kept_in_step(facts: SchemaFacts, recipe: Recipe) -> Disagreement | None:
    """What was tried, when the database did not let the rows differ."""
    found = disagreement(facts, recipe)
    return found if found is not None and not found.obstacle and found.kept else None


def two_rows(facts: SchemaFacts, recipe: Recipe) -> tuple[AnyExhibit, ...]:
    """The rows as PostgreSQL returned them, with what made them differ; else as they would have been."""
    found = disagreement(facts, recipe)
    if found is None or not found.rows or found.obstacle:
        return (_table(recipe, by_hand(recipe), " The values are examples: the rows were not inserted."),)
    return (
        _table(recipe, found.rows, ""),
        SqlExhibit(
            title=where_asked(facts, "What was tried to make them differ")
            if facts.shadow
            else "What was tried on your schema to make them differ",
            statement=found.change,
            answer=found.answer,
            command=repeated(facts, found.statements),
        ),
    )


def _table(recipe: Recipe, rows: tuple[tuple[str, ...], ...], how: str) -> RowsExhibit:
    return RowsExhibit(
        title="One fact, read twice" if recipe.twice else "Two rows that contradict each other",
        head=tuple(one_line(name, MOST_CELL) for name in recipe.head),
        rows=tuple(tuple(one_line(cell, MOST_CELL) for cell in row) for row in rows),
        note=one_line(recipe.said, LONGEST_SENTENCE) + how,
    )


def argued(facts: SchemaFacts, table: str, columns: Iterable[str] = ()) -> tuple[AnyExhibit, ...]:
    """Sentences of the notes that speak of these columns, or argue about the table: for the reviewer to weigh."""
    found = sentences(facts.notes, table, columns)
    if not found:
        return ()
    return (TextExhibit(title="What your notes say about it", text="\n".join(found)),)


def sentences(notes: str, table: str, columns: Iterable[str] = ()) -> tuple[str, ...]:
    """At most a few sentences that name a column, or name the table and say that something is kept twice on purpose."""
    names = [re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE) for name in columns]
    owner = re.compile(rf"(?<!\w){re.escape(table.rpartition('.')[2])}(?!\w)", re.IGNORECASE)
    spoken = [one_line(part, LONGEST_SENTENCE) for part in _ENDS.split(notes[:MOST_READ])]
    by_column = [text for text in spoken if any(name.search(text) for name in names)]
    by_table = [text for text in spoken if owner.search(text) and _ARGUES.search(text)]
    return tuple(dict.fromkeys(text.strip(" -*+#|") for text in (*by_column, *by_table)))[:MOST_SENTENCES]
