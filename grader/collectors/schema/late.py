"""Rules that a schema asks only at the end of a transaction, such as that every product is in a category by then.

Our rows are tried one by one with everything asked at once. Where that lets no row in, these rules are put off: what is
refused then is refused by the others, and what is taken says nothing, for the end is never reached.
"""

from __future__ import annotations

from fnmatch import fnmatch

from grader.collectors.schema.session import SAME_CHANCE, Session
from grader.evidence.schema import Probe

MOST = 50
_LATE = f"""
SELECT pg_catalog.format('%I.%I', n.nspname, c.conname)
FROM pg_catalog.pg_constraint c JOIN pg_catalog.pg_namespace n ON n.oid = c.connamespace
WHERE c.contype = 't' AND c.condeferred ORDER BY 1 LIMIT {MOST}
"""  # noqa: S608 - a number of ours


def late_rules(session: Session) -> str:
    """The names of the triggers that wait for the end of a transaction, as a list in SQL; empty when there are none."""
    return ", ".join(dict.fromkeys(str(row[0]) for row in session.run(_LATE).fetchall()))


def begin(session: Session, put_off: str = "") -> None:
    """Begin a transaction in which every rule is asked at once, but for those put off."""
    session.run("BEGIN")
    session.run("SET CONSTRAINTS ALL IMMEDIATE")
    if put_off:
        session.run(f"SET CONSTRAINTS {put_off} DEFERRED")
    session.run(SAME_CHANCE)


def may_yet_be_refused(found: Probe, refused: tuple[str, ...]) -> bool:
    """What had to be refused was taken, or a deletion or a new key left too little: the end might have refused it."""
    if found.bad is None or not found.bad.stored:
        return False
    if found.id.endswith((".delete", ".rekey")):
        return bool(found.left) if found.id == "order.delete" else not found.left
    return any(fnmatch(found.id, pattern) for pattern in refused)
