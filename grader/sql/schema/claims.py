"""May a table be what submission.toml says it is? What it plainly is instead decides."""

from __future__ import annotations

from grader.evidence.catalog import Table
from grader.sql.schema import vocabulary
from grader.sql.schema.links import Links

EXACT = 1.0
OWN_NAME = 0.12  # a name that says at least this much of the claimed concept speaks for it
LIKE_AN_ORDER = 0.12


def believable(concept: str, table: Table, links: Links) -> bool:
    """False when its columns cannot be that, or when it bears another concept's name and looks like that one."""
    linked = bool(links.targets(table.name) or links.sources(table.name))
    if not vocabulary.plausible(concept, table, linked=linked):
        return False
    return concept not in vocabulary.ENTITIES or not _plainly_another(concept, table, links)


def _plainly_another(concept: str, table: Table, links: Links) -> bool:
    said = links.words(table.name)
    if vocabulary.name_score(concept, said) >= OWN_NAME:
        return False
    others = [
        other for other in vocabulary.ENTITIES if other != concept and vocabulary.name_score(other, said) >= EXACT
    ]
    if not others:
        return False
    if concept == "order_line":
        return not any(_like_an_order(target, links) for target in links.targets(table.name))
    return max(vocabulary.hints(other, table) for other in others) > vocabulary.hints(concept, table)


def _like_an_order(name: str, links: Links) -> bool:
    """Its name or its columns speak for an order: what every line leads to."""
    table = links.schema.table(name)
    said = links.words(name)
    if max(vocabulary.name_score(other, said) for other in ("user", "product", "category")) >= EXACT:
        return False
    columns = vocabulary.hints("order", table) if table else 0.0
    return 0.65 * vocabulary.name_score("order", said) + 0.35 * columns >= LIKE_AN_ORDER
