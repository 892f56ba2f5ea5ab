"""Which rows a filtered index leaves out, and whether a shop's questions would miss them."""

from __future__ import annotations

import re

from grader.sql.schema.names import has, words

_EMPTY_OR_NOT = re.compile(r"\w+ IS (?:NOT )?NULL", re.IGNORECASE)
_FLAG = re.compile(r"(?:NOT )?(?P<name>\w+)(?: = (?:true|false)| IS (?:NOT )?(?:TRUE|FALSE))?", re.IGNORECASE)
_LEFT_OUT = re.compile(r"\w+ <> '(?P<value>[^']*)'")
_CAST = re.compile(r"::(?:\"[^\"]+\"|[\w.]+)(?: varying)?(?:\[\])?")
_WHOLE = frozenset(
    {
        *("delete", "deleted", "active", "archived", "archive", "hidden", "visible", "enabled", "disabled"),
        *("geloscht", "geloescht", "aktiv", "inaktiv", "archiviert", "activo", "activa", "borrado", "eliminado"),
        *("ativo", "excluido", "actif", "supprime", "attivo", "eliminato"),
    }
)
_NO_ORDER = frozenset({"cart", "draft", "deleted"})


def harmless(where: str) -> bool:
    """True when the rows left out are those nobody asks for: without a value, deleted or hidden, carts and drafts."""
    if not where:
        return True
    parts = re.split(r"\s+AND\s+", _CAST.sub("", where), flags=re.IGNORECASE)
    return all(_harmless(re.sub(r"[()]", "", part).strip()) for part in parts)


def _harmless(condition: str) -> bool:
    if _EMPTY_OR_NOT.fullmatch(condition):
        return True
    if flag := _FLAG.fullmatch(condition):
        return has(words(flag["name"]), _WHOLE)
    left_out = _LEFT_OUT.fullmatch(condition)
    return left_out is not None and has(words(left_out["value"]), _NO_ORDER)
