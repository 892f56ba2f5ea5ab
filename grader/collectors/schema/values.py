"""Values for rows that a stranger's table will take: plausible first, then others, always the same.

Every value is a literal as it stands in the statement. Nothing depends on the clock or on chance.
"""

from __future__ import annotations

import json
import re

from grader.collectors.schema.patterns import example
from grader.evidence.catalog import TEXT, WHOLE, CheckRule, Column, Table
from grader.sql.schema.names import column_words

FIRST_KEY = 900_000
MOST_KEYS = 30
FIRST_SMALL_KEY = 30_000
FIRST_OTHER_KEY = 2_000
MOST_APART = 3_000
_CONSONANTS = "bcdfghjklmnpqrstvwxz"
NUMBERS = ("1", "5", "10", "0", "100", "2", "9.99", "1000", "0.5", "-1")
TIMES = ("2024-05-17 10:00:00+00", "2024-05-18 10:00:00+00", "2099-12-31 00:00:00+00", "2000-01-01 00:00:00+00")
CODES = {2: ("DE", "FR", "US", "BR", "ES"), 3: ("EUR", "USD", "GBP", "BRL", "CHF"), 1: ("A", "B", "M", "F", "N")}
SPECIAL = {
    "bool": ("true", "false"),
    "date": tuple(time[:10] for time in TIMES),
    "timestamp": TIMES,
    "timestamptz": TIMES,
    "time": ("10:00", "18:00"),
    "json": ("{}", "[]"),
    "inet": ("192.0.2.1",),
    "cidr": ("192.0.2.0/24",),
    "macaddr": ("08:00:2b:01:02:03",),
    "bytes": ("\\x00",),
    "xml": ("<a/>",),
    "hstore": ("a=>1",),
    "ltree": ("top", "top.sub"),
    "tsvector": ("a",),
    "interval": ("1 day", "1 hour"),
    "point": ("(1,1)",),
    "bit": ("1", "0"),
    "daterange": ("[2024-01-01,2024-02-01)",),
    "tstzrange": ("[2024-01-01,2024-02-01)",),
    "int4range": ("[1,5)",),
    "numrange": ("[1,5)",),
}
_CLOCK = frozenset({"now", "today", "tomorrow", "yesterday"})  # PostgreSQL reads these as the time it is
_LITERAL = re.compile(r"(?P<before>~\*?\)?\s*)?'(?P<text>(?:[^']|'')*)'")  # of citext: `OPERATOR(public.~) '…'`
_NUMBER = re.compile(r"(?<![\w.'])-?\d+(?:\.\d+)?(?![\w.'])")


def quoted(text: str) -> str:
    """A text as a literal."""
    return "'" + text.replace("'", "''") + "'"


def key(column: Column, number: int, salt: int = 0) -> str:
    """A key that the schema itself will hardly have used; with a salt, one that nobody foresaw either."""
    if column.family == "uuid":
        return quoted(f"{salt:08x}-0000-4000-8000-{number:012d}")
    if column.family == "bytes":
        return quoted(f"\\x{salt:08x}{number:024x}")  # as long as a UUID
    if salt:
        return str(FIRST_OTHER_KEY + salt % MOST_APART + number)
    if column.family == "smallint":
        return str(FIRST_SMALL_KEY + number)
    return str(FIRST_KEY + number)


def unknown(column: Column, salt: int = 0) -> str:
    """A key that no row has; with a salt, another one."""
    if column.family == "uuid":
        return quoted(f"{0xFFFFFFFF - salt:08x}-ffff-4fff-bfff-ffffffffffff")
    if column.family == "smallint":
        return str(32_767 - salt % MOST_APART)
    if column.family in (*WHOLE, "numeric", "float"):
        digits = column.args[0] - column.args[1] if len(column.args) > 1 else 9
        largest = 10 ** max(1, min(9, digits)) - 1
        return str(largest - salt % MOST_APART if largest > 3 * MOST_APART else largest)
    return quoted(_fit(nonsense(salt) or "no-such-key", column))


def nonsense(salt: int) -> str:
    """Letters that mean nothing, and others for another salt; none without one."""
    found = ""
    while salt:
        salt, at = divmod(salt, len(_CONSONANTS))
        found += _CONSONANTS[at]
    return found


def address(salt: int, column: Column) -> str:
    """An address as people have it, and as no rule can foresee."""
    return quoted(_fit(f"{nonsense(salt)}@mail.example.org", column))


def candidates(column: Column, table: Table, number: int) -> list[str]:
    """Literals to try for a column, the most plausible first; `number` makes unique ones differ from row to row."""
    if column.array:
        return ["'{}'", *(f"ARRAY[{item}]::{column.type}" for item in _scalars(column, table, number)[:2])]
    return list(dict.fromkeys(_scalars(column, table, number)))


def _scalars(column: Column, table: Table, number: int) -> list[str]:
    rules = [rule for rule in table.checks if column.name in rule.columns]
    if column.enum:
        return [quoted(label) for label in column.enum]
    if column.family in (*WHOLE, "numeric", "float", "money"):
        return _numbers(column, table, rules, number)
    if column.family in TEXT:
        return _texts(column, table, rules, number)
    if column.family in ("uuid", "bytes"):
        return [key(column, number), *map(quoted, SPECIAL.get(column.family, ()))]
    if column.family == "json":
        return [quoted(text) for text in (*_documents(rules), *SPECIAL["json"])]
    return [quoted(value) for value in SPECIAL.get(column.family, ("1", ""))]


def _documents(rules: list[CheckRule]) -> list[str]:
    """A document with every key that a CHECK names, as in `address ? 'city'`."""
    names = [match["text"].replace("''", "'") for rule in rules for match in _LITERAL.finditer(rule.text)]
    return [json.dumps(dict.fromkeys(names[:MOST_KEYS], "sample"))] if names else []


def is_unique(column: Column, table: Table) -> bool:
    """Rows must differ in it."""
    made = any(column.name in keys for keys in table.unique_sets())
    return made or any(index.unique and column.name in " ".join(index.keys) for index in table.indexes)


def _numbers(column: Column, table: Table, rules: list[CheckRule], number: int) -> list[str]:
    near: list[str] = []
    for found in (match for rule in rules for match in _NUMBER.findall(rule.text)):
        value = float(found)
        near += [f"{value + step:g}" for step in (0, 1, -1)]
    plain = [value for value in NUMBERS if "." not in value or column.family not in WHOLE]
    if is_unique(column, table):
        return [str(number), key(column, number), *near]
    return [*plain[:3], *near, *plain[3:]]


def _texts(column: Column, table: Table, rules: list[CheckRule], number: int) -> list[str]:
    listed = [text for rule in rules for text in _from_rule(rule, number) if not set(text) & set("%^$")]
    codes = CODES.get(column.args[0] if column.args else 0, ())
    at = number % len(codes) if codes else 0
    made = [*codes[at:], *codes[:at]] if codes else _by_meaning(column, table, number)
    return [quoted(_fit(text, column)) for text in (*listed, *made)]


def _from_rule(rule: CheckRule, number: int) -> list[str]:
    """Texts that a CHECK names, and an example for each pattern it matches against."""
    found = []
    for match in _LITERAL.finditer(rule.text):
        text = match["text"].replace("''", "'")
        found.append(example(text, number) if match["before"] else text)
    return sorted((text for text in found if text), key=lambda text: text.strip().lower() in _CLOCK)


def _by_meaning(column: Column, table: Table, number: int) -> list[str]:
    """What such a column usually holds, then other texts."""
    found = column_words(column.name, table)
    usual = {
        "email": (f"probe{number}@example.com",),
        "phone": (f"+4930{number:06d}", f"030{number:06d}"),
        "url": (f"https://example.com/{number}",),
        "link": (f"https://example.com/{number}",),
        "image": (f"https://example.com/{number}",),
        "zip": ("10115", "10115-000"),
        "password": ("$2b$12$" + "a" * 53, "a" * 64),
        "hash": ("$2b$12$" + "a" * 53, "a" * 64),
        "currency": ("EUR",),
        "country": ("DE",),
        "status": ("pending", "new", "open", "placed", "created", "paid"),
    }
    first = next((texts for word, texts in usual.items() if word in found), ())
    return [*first, f"sample-{number}", f"Sample {number}", f"SAMPLE-{number}", str(10_000 + number), "DE", "a" * 64]


def _fit(text: str, column: Column) -> str:
    limit = column.args[0] if column.args else 0
    return text[-limit:] if limit and len(text) > limit else text
