"""What a rule accepts instead of the value that a user logs in with.

`CHECK (email IS NOT NULL OR city IS NOT NULL)` lets users in of whom neither an address nor a login name is known;
`CHECK (email IS NOT NULL OR deleted_at IS NOT NULL)` means those who have left, and a telephone may be what somebody
logs in with: there a person must say.
"""

from __future__ import annotations

import msgspec

from grader.evidence.catalog import TEXT, Column
from grader.sql.schema import meanings
from grader.sql.schema.names import column_words, has
from grader.sql.schema.shop import Spot

CONTACT, ANY = "user.login.contact.missing", "user.login.instead.missing"
_CONTACTS = ("address", "city", "street", "country", "zip")


class Instead(msgspec.Struct, frozen=True, kw_only=True):
    """Columns of the table by which a user logs in, and what rules name beside them.

    `contacts` plainly log nobody in; what all of `others` mean a person must say.
    """

    logins: tuple[str, ...]
    contacts: tuple[str, ...]
    others: tuple[str, ...]


def instead(login: Spot) -> Instead:
    """What the rules on a table name beside the columns for logging in."""
    table = login.table
    found = [*meanings.columns_of(table, meanings.is_email), *meanings.columns_of(table, meanings.is_login)]
    logins = tuple(dict.fromkeys((login.column.name, *(column.name for column in found if column.nullable))))
    rules = [rule.columns for rule in table.checks if set(rule.columns).intersection(logins)]
    named = {name for columns in rules for name in columns}.difference(logins)
    referring = {name for key in table.foreign_keys for name in key.columns}
    free = [c for c in table.columns if c.name in named and c.name not in referring and not (c.generated or c.identity)]
    contacts = tuple(c.name for c in free if _contact(c, login))
    return Instead(logins=logins, contacts=contacts, others=tuple(c.name for c in free if c.name not in contacts))


def _contact(column: Column, login: Spot) -> bool:
    plain = column.family in TEXT and not column.enum
    return plain and has(column_words(column.name, login.table), _CONTACTS)
