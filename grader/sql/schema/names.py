"""Names taken apart into plain English words: `tbl_ItensPedido` says `item order`, `l_orderkey` says `order key`."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import cache

from grader.evidence.catalog import Schema, Table
from grader.sql.schema.languages import ALONE, LETTERS, LONGEST_PHRASE, MORE, PHRASES, UNSPACED
from grader.sql.schema.lexicon import GLUE, HAN, NO_SINGULAR, SYNONYMS, WORDS

Words = tuple[str, ...]

LONGEST = 128  # PostgreSQL keeps 63 bytes of a name; drawings may hold longer ones
SHORTEST_GLUED = 6
SHORTEST_PIECE = 3
SHORT_PREFIX = 3
LONGEST_MARK = 4
SHARED = 0.6
ENOUGH_TABLES = 4
ENOUGH_COLUMNS = 3
LOOKED_AT = 50  # columns that show what all of a table have in common
_PHRASES = frozenset({*PHRASES.split(), "email"})
STOP_WORDS = frozenset({"de", "da", "do", "del", "des", "du", "la", "le", "el", "the", "di"})
TABLE_MARKS = frozenset({"tbl", "tb", "t", "table", "tab", "tabela", "tabla"})

_CUT_OUT = {**HAN, **UNSPACED}
_HAN = re.compile("|".join(sorted(_CUT_OUT, key=len, reverse=True)))
_LATIN = str.maketrans({"ı": "i", "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe"})  # noqa: RUF001 - letters that have no accent to lose
_LETTERS = {**LETTERS, **_LATIN}
_ENGLISH = {
    word: english
    for table in (MORE, SYNONYMS)  # where both have a word, the older list is right
    for english, words in table.items()
    for word in (english, *words.split())
}
_KNOWN = {**{word: word for word in WORDS.split()}, **_ENGLISH}


@cache
def words(name: str) -> Words:
    """The English words of a name, singular, lower case, without accents."""
    told = _HAN.sub(lambda found: f" {_CUT_OUT[found.group()]} ", name[:LONGEST])
    plain = unicodedata.normalize("NFKD", told).translate(_LETTERS).encode("ascii", "ignore").decode()
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", plain)
    parts = [part for part in re.split(r"[^a-z0-9]+", spaced.lower()) if part]
    if len(parts) == 1 and parts[0] in ALONE:
        return (ALONE[parts[0]],)
    parts = _joined(parts)
    parts = [part for part in parts if part not in STOP_WORDS] or parts
    return tuple(_english(piece) for part in parts for piece in _cut(part))


def _joined(parts: list[str]) -> list[str]:
    """`e_mail` is one word, and so is `don_hang`."""
    out: list[str] = []
    at = 0
    while at < len(parts):
        long = next((n for n in range(LONGEST_PHRASE, 1, -1) if "".join(parts[at : at + n]) in _PHRASES), 1)
        out.append("".join(parts[at : at + long]))
        at += long
    return out


def _english(word: str) -> str:
    if word in _KNOWN:
        return _KNOWN[word]
    single = singular(word)
    return _KNOWN.get(single, single)


def singular(word: str) -> str:
    """An English plural undone; words that only look like one are left."""
    if len(word) <= SHORT_PREFIX or word in NO_SINGULAR or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    return word.removesuffix("s")


def _cut(word: str) -> list[str]:
    """A glued word in its pieces when every piece is known, else the word itself. Trailing digits are dropped."""
    word = word.rstrip("0123456789") or word
    if word in _KNOWN or singular(word) in _KNOWN or len(word) < SHORTEST_GLUED:
        return [word]
    return list(_pieces(word) or (word,))


@cache
def _pieces(word: str) -> tuple[str, ...] | None:
    """The fewest known words that make up `word`."""
    best: tuple[str, ...] | None = None
    for end in range(len(word), 1, -1):
        head = word[:end]
        if not _is_piece(head):
            continue
        rest = _pieces(word[end:]) if end < len(word) else ()
        if rest is not None and (best is None or 1 + len(rest) < len(best)):
            best = (head, *rest)
    return best


def _is_piece(word: str) -> bool:
    if len(word) < SHORTEST_PIECE:
        return word in GLUE
    return word in _KNOWN or singular(word) in _KNOWN


def table_words(name: str, dropped: frozenset[str] = frozenset()) -> Words:
    """The words of a table's name without its schema, a prefix that all tables share, and marks such as `tbl`."""
    found = list(words(name.rpartition(".")[2]))
    while len(found) > 1 and (found[0] in TABLE_MARKS or found[0] in dropped):
        found.pop(0)
    while len(found) > 1 and found[-1] in TABLE_MARKS:
        found.pop()
    return tuple(found)


def unmarked(found: Words) -> Words:
    """The words without a short first one that means nothing: `oms_order`, `dim_product`, `sys_user`."""
    mark = len(found) > 1 and len(found[0]) <= LONGEST_MARK and not understood(found[:1]) and understood(found[1:])
    return found[1:] if mark else found


def shared_prefix(schema: Schema) -> frozenset[str]:
    """The first word that most table names share (`shop_`, `ecom_`), unless it means something in a shop."""
    names = [words(table.name.rpartition(".")[2]) for table in schema.tables]
    if len(names) < ENOUGH_TABLES:
        return frozenset()
    firsts = Counter(name[0] for name in names if len(name) > 1)
    if not firsts:
        return frozenset()
    first, count = firsts.most_common(1)[0]
    return frozenset({first}) if count >= SHARED * len(names) and first not in SYNONYMS else frozenset()


def column_words(name: str, table: Table) -> Words:
    """The words of a column's name without a short prefix that all columns of its table share (`l_`, `cus_`)."""
    found = words(name)
    prefix = _column_prefix(tuple(column.name for column in table.columns[:LOOKED_AT]))
    if prefix and len(found) > 1 and name.lower().startswith(prefix):
        return words(name[len(prefix) :])
    return found if says(found, table) else _without_table(name, table) or found


def says(found: Words, table: Table) -> bool:
    """A known word is among them that is not just the name of the table: `ten_sach` of `sach` says nothing."""
    own = table_words(table.name)
    return understood(tuple(word for word in found if word not in own)) or (found == own and understood(found))


def _without_table(name: str, table: Table) -> Words:
    """`namemed` of `medicine` and `emailc` of `client` without the piece of the table's name; empty without one."""
    own = re.sub(r"[\W_]", "", table.name.rpartition(".")[2]).lower()
    low = name.lower()
    shared = _column_suffix(tuple(column.name.lower() for column in table.columns[:LOOKED_AT]))
    for cut in range(min(len(own), len(low)), 0, -1):
        short = own[:cut]
        if cut < SHORTEST_PIECE and short != shared:
            continue
        plain = words(low.removesuffix(short)) if low.endswith(short) else words(low.removeprefix(short))
        if low not in (short, "".join(plain)) and understood(plain):
            return plain
    return ()


@cache
def _column_suffix(names: tuple[str, ...]) -> str:
    """The last letter of all columns, where they all have the same."""
    ends = {name[-1] for name in names if name}
    return ends.pop() if len(names) >= ENOUGH_COLUMNS and len(ends) == 1 else ""


@cache
def _column_prefix(names: tuple[str, ...]) -> str:
    heads = {name.lower().split("_", 1)[0] for name in names if "_" in name}
    if len(names) < ENOUGH_COLUMNS or len(heads) != 1 or any("_" not in name for name in names):
        return ""
    head = heads.pop()
    return head + "_" if len(head) <= SHORT_PREFIX and head not in GLUE else ""


def has(found: Words, any_of: Iterable[str]) -> bool:
    """True when one of the words is among `any_of`."""
    return not set(found).isdisjoint(any_of)


def understood(found: Words) -> bool:
    """True when at least one of the words is known."""
    return any(word in _KNOWN for word in found)
