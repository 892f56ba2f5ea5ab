"""What a sentence says of indexes, tables, functions and settings: are they there at all?"""

from __future__ import annotations

import re
from collections.abc import Iterable

from grader.sql.query import claim_words as words
from grader.sql.query.ground import Ground, holds
from grader.sql.query.prose import Sentence
from grader.sql.query.verdicts import Found, clearly_before

_ON_COLUMN = re.compile(
    r"\b(?:index\w*|indices|índice|indice|indeks\w*)\b[^.;:(]{0,40}?\b(?:on|auf|sur|sobre|en|em|su|na)\b\s`{0,2}"
    r"([a-z_]\w{1,60})`{0,2}\s?\(`?([a-z_]\w{1,60})`?[,)]",
    re.IGNORECASE,
)
# From the start of a sentence to the columns of an index that it says was made
_MADE = re.compile(
    r"(?=.{0,200}?\b(?:put|add(?:ed|ing)?|creat\w+|buil[dt]\w*|made|gave|have|has|introduc\w+|defin\w+|angelegt|gesetzt"
    r"|erstell\w*|ergänzt|ajout\w+|cré\w+|añad\w+|cre[oóa]\w*|adicion\w+|aggiun\w+|index(?:ed)?)\b)"
    r".{0,300}?\b(?:on|auf|sur|sobre|en|em|na|su)\b\s`{0,2}[a-z_]\w{1,60}`{0,2}\s?\([^()]{1,120}(?:\([^()]{0,60}\)[^()]{0,60})?\)",
    re.IGNORECASE,
)
_NOT_USED = re.compile(
    r"\b(?:tried|dropp\w*|remov\w*\sit|reject\w*|discard\w*|verw[oa]rf\w*|would|useless|unused)\b"
    r"|(?:\bnot?\b|n't\b|\bnever\b|\bnobody\b)\s(?:\w+\s){0,2}(?:use[sd]?|using|pick\w*|help\w*|cho[os]\w*|worth|effect)\b",
    re.IGNORECASE,
)
_TABLE = re.compile(
    r"\b(?:scans?\s(?:on|of|over)|tables?|tabellen?|tablas?|tabelas?|tabell[ae])\s(?:the\s)?`([a-z_]\w{2,60})`"
    r"|`([a-z_]\w{2,60})`\s(?:table|tabelle|tabla|tabela)\b",
    re.IGNORECASE,
)
_APPLIED = re.compile(
    r"\b(date|to_char|date_trunc|lower|upper|trim|substring|substr|extract)\s?\(\s?(?:\w+\.)?(\w+)", re.IGNORECASE
)
_BLAMED = re.compile(
    r"\b(?:function|to_char|prevent\w*|wrap\w*|sargable|could\snot|cannot|can't)\b|\bfunktion\b|\bfonction\b|\bfunción\b",
    re.IGNORECASE,
)
_OWN = re.compile(
    r"\b(?:unlike|instead|rather|avoid\w*|temp\w*|cte|alias|tried|like|such\sas|e\.g\.|imagine|would|could(?!\snot)|might|materialized\sview)\b",
    re.IGNORECASE,
)
_SETS = re.compile(
    r"\bsetup\.sql\b[^.]{0,60}\b(work_mem|hash_mem_multiplier|random_page_cost|effective_cache_size)\b", re.IGNORECASE
)


def indexes(sentence: Sentence, ground: Ground) -> Iterable[Found]:
    """Indexes by their names."""
    text = sentence.text
    known = {name.lower() for name in (*ground.added, *ground.existing)}
    doubtful = words.DOUBTFUL.search(text) is not None
    mentioned = {name.lower() for name in words.INDEX_NAME.findall(text)} - words.NOT_NAMES
    mentioned |= {name for name in known if holds(text, name)}
    for name in sorted(mentioned):
        if name not in known:
            claimed = words.USES.search(text) or words.CREATES.search(text)
            if claimed and not doubtful and name not in ground.named.lower() and name not in ground.objects:
                yield "contradicted", f"there is no index {name}"
        elif name in ground.used:
            yield "confirmed", f"the index {name} exists and a plan uses it"
        elif words.USES.search(text) and not doubtful:
            yield "contradicted", f"no plan uses the index {name}"
        else:
            yield "confirmed", f"the index {name} exists"


def index_columns(sentence: Sentence, ground: Ground) -> Iterable[Found]:
    """An index told by what it is on instead of by its name."""
    text = _until_doubt(sentence.text)
    if not words.INDEX.search(text):
        return
    for name, (table, *columns) in ground.added.items():
        if columns and not holds(text, name) and holds(text, table) and _holds_column(text, columns[0]):
            uses = "a plan uses it" if name.lower() in ground.used else "no plan uses it"
            yield "confirmed", f"there is an index on {table} ({columns[0]}) and {uses}"
    if words.DOUBTFUL.search(sentence.text):
        return
    for table, column in _ON_COLUMN.findall(text):
        if words.USES.search(text) and table.lower() in ground.tables and not _is_indexed(table, column, ground):
            yield "contradicted", f"there is no index on {table} ({column})"


def _until_doubt(text: str) -> str:
    """The whole sentence where nothing is denied or supposed; else how it begins, when that says an index was made.

    "I put an index on orders (placed_at) and wrote the condition without to_char()" makes an index all the same.
    """
    if not words.DOUBTFUL.search(text):
        return text
    made = _MADE.match(text)
    untold = made is None or words.DOUBTFUL.search(made[0]) or _NOT_USED.search(text)
    return "" if made is None or untold else made[0]


def _holds_column(text: str, column: str) -> bool:
    """An expression counts as named when the columns inside it are."""
    inside = re.findall(r"[A-Za-z_]\w+", column)
    return holds(text, column) or any(holds(text, word) for word in inside)


def _is_indexed(table: str, column: str, ground: Ground) -> bool:
    """Whether anything known names both: with what is not known, nothing is contradicted."""
    if column.lower() not in {name.lower() for name in ground.tables.get(table.lower(), ())} or not ground.definitions:
        return True
    on_table = [
        text for text in ground.definitions.values() if re.search(rf"\bON (?:public\.)?{table}\b", text, re.IGNORECASE)
    ]
    return any(holds(text.partition("(")[2], column) for text in on_table)


def tables(sentence: Sentence, ground: Ground) -> Iterable[Found]:
    """A table that is in no statement and not in the schema: the text was written for something else."""
    if _OWN.search(sentence.text) or not ground.asked:
        return
    known = ground.words | {"pg_stat_statements", "pg_stats", "pg_class"}
    for names in _TABLE.findall(sentence.text):
        name = next(filter(None, names)).lower()
        if name not in known and not name.startswith("pg_"):
            yield "contradicted", f"there is no table {name}"


def functions(sentence: Sentence, ground: Ground) -> Iterable[Found]:
    """A function around a column that is blamed: it must be in one of the statements."""
    if not ground.asked or not _BLAMED.search(sentence.text) or _OWN.search(sentence.text):
        return
    sql = f"{ground.asked}\n{ground.named}"
    columns = {column.lower() for table in ground.tables.values() for column in table}
    for name, column in dict.fromkeys(_APPLIED.findall(sentence.text)):
        if column.lower() not in columns:
            continue
        if re.search(rf"\b{name}\s?\([^)]*\b{column}\b|\b{column}\s?::", sql, re.IGNORECASE):
            yield "confirmed", f"{name}({column}) is in the statements"
        else:
            yield "contradicted", f"no statement holds {name}({column})"


def settings(sentence: Sentence, ground: Ground) -> Iterable[Found]:
    """Settings that the setup makes, and those it is said to make."""
    for name, value in ground.settings.items():
        if holds(sentence.text, name):
            yield "confirmed", f"the setup sets {name} to {value}"
    for name in _SETS.findall(sentence.text):
        untold = name.lower() not in ground.named.lower() and not words.DOUBTFUL.search(sentence.text)
        if untold and not clearly_before(sentence):
            yield "contradicted", f"setup.sql does not set {name.lower()}"
