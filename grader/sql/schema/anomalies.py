"""For every kind of redundancy the recipe of two rows that contradict each other, on the candidate's own tables."""

from __future__ import annotations

from collections.abc import Iterator

from grader.evidence.catalog import Column, Table
from grader.sql.schema import meanings
from grader.sql.schema.copies import Copy, Total, copies, dated_prices, snapshots, totals
from grader.sql.schema.links import Link
from grader.sql.schema.meanings import is_quantity
from grader.sql.schema.normal_forms import (
    category_columns,
    list_columns,
    lists_categories,
    on_header,
    series,
    written_out,
)
from grader.sql.schema.recipes import COUNT, Cell, Given, Key, NewRow, Raw, Recipe, Value, literal, unquoted
from grader.sql.schema.shapes import Family, NamesAndValues, names_and_values, per_period
from grader.sql.schema.shop import Shop, Spot

MOST = 12


def recipes(shop: Shop, checks: frozenset[str]) -> Iterator[Recipe]:
    """The recipe of every redundancy that one of these checks tells of, a bounded number of them."""
    found = {recipe.id: recipe for check, recipe in _all(shop) if check in checks}
    yield from list(found.values())[:MOST]


def _all(shop: Shop) -> Iterator[tuple[str, Recipe]]:
    """Every recipe with the check that it belongs to."""
    yield from (("schema.copied", copied(copy)) for copy in copies(shop))
    yield from (("schema.totals", stored_total(shop, total)) for total in totals(shop))
    yield from _of_products(shop)
    yield from (("schema.lists", listed(spot)) for spot in list_columns(shop))
    yield from (("schema.header", made) for _, name in sorted(on_header(shop)) if (made := headed(shop, name)))
    if shop.line_price() is None and not dated_prices(shop) and (recipe := repriced(shop)):
        yield "schema.price_at_purchase", recipe
    yield from (("schema.generic", same_key(family)) for family in per_period(shop))
    yield from (("schema.generic", spelt(pairs)) for pairs in names_and_values(shop))
    yield from (("schema.snapshots", copied(copy)) for copy in snapshots(shop))


def _of_products(shop: Shop) -> Iterator[tuple[str, Recipe]]:
    product = shop.table("product")
    if spot := written_out(shop):
        yield "schema.category_as_text", renamed(spot)
    if product is not None and lists_categories(shop):
        columns = [c for c in product.columns if c.name in category_columns(shop)]
        yield "schema.several_categories", repeated(product, columns, shop)
    for table in shop.core().values():
        yield from (("schema.repeating", repeated(table, columns, shop)) for columns in series(table))


def _named(kind: str, table: Table, column: str = "") -> str:
    return f"{kind}:{table.name}.{column}" if column else f"{kind}:{table.name}"


def _keys(row: str, table: Table) -> tuple[Cell | str, ...]:
    """The cells that tell which row it is."""
    return tuple(Cell(row, name) for name in table.primary_key[:2])


def _to(shop: Shop, link: Link, row: str) -> dict[str, Given]:
    """The columns of a reference, given the key of a row of the recipe."""
    table = shop.schema.table(link.table)
    keys = [key.references for key in table.foreign_keys if key.columns == link.columns] if table else []
    target = shop.schema.table(link.target)
    references = keys[0] if keys else target.primary_key if target else ()
    return {column: Key(row, reference) for column, reference in zip(link.columns, references, strict=False)}


def copied(copy: Copy) -> Recipe:
    """A parent is renamed; the row that copied its name before and the one that copies it after say two names."""
    table, column = copy.spot.table, copy.spot.column
    parent, original = copy.original.table, copy.original.column
    keys = [key.references for key in table.foreign_keys if key.columns == copy.reference]
    references = keys[0] if keys else parent.primary_key
    to: dict[str, Given] = {
        name: Key("parent", reference) for name, reference in zip(copy.reference, references, strict=False)
    }
    first, second = Value(original), Value(original, 1)
    if len(parent.primary_key) != 1 and not keys:
        to = {}
    shown = tuple(
        (*_keys(row, table), *(Cell(row, name) for name in to), Cell(row, column.name)) for row in ("before", "after")
    )
    return Recipe(
        id=_named("schema.copied", table, column.name),
        rows=(
            NewRow(name="parent", table=parent, given={original.name: first}),
            NewRow(name="before", table=table, given={**to, column.name: Raw(literal(first, parent))}),
        ),
        change=("parent", {original.name: second}),
        later=(NewRow(name="after", table=table, given={**to, column.name: Raw(literal(second, parent))}),),
        head=(*table.primary_key[:2], *to, column.name),
        shown=shown,
        differ=(Cell("before", column.name), Cell("after", column.name)),
        said=f"Both rows refer to the same row of {parent.name}, and give it two different values of {column.name}.",
    )


def stored_total(shop: Shop, total: Total) -> Recipe:
    """Another row comes that should be counted; the stored number is read before and after."""
    owner, column, source = total.spot.table, total.spot.column, total.source
    link = shop.links.direct(source.name, owner.name)
    counted = _to(shop, link, "owner") if link else {}
    head = (*owner.primary_key[:1], column.name, f"rows of {source.name}")
    key = _keys("owner", owner)[:1]
    return Recipe(
        id=_named("schema.totals", owner, column.name),
        rows=(NewRow(name="owner", table=owner),),
        later=(NewRow(name="one more", table=source, given=counted),) if counted else (),
        head=("read", *head),
        shown=((*key, Cell("owner", column.name), COUNT),),
        twice=True,
        follows=Cell("owner", column.name),
        said=f"A row of {source.name} was added, and {column.name} still says what it said before.",
    )


def renamed(spot: Spot) -> Recipe:
    """A category is renamed on one of its two products."""
    table, column = spot.table, spot.column
    first, second = Value(column), Value(column, 1)
    return Recipe(
        id=_named("schema.category_as_text", table, column.name),
        rows=(
            NewRow(name="a", table=table, given={column.name: first}),
            NewRow(name="b", table=table, given={column.name: first}),
        ),
        change=("a", {column.name: second}),
        head=(*table.primary_key[:2], column.name),
        shown=tuple((*_keys(row, table), Cell(row, column.name)) for row in ("a", "b")),
        said="Both products were in the same category. It was renamed on one of them, and now there are two.",
    )


def repeated(table: Table, columns: list[Column], shop: Shop) -> Recipe:
    """The same two values in two rows, in another order."""
    one, two = columns[:2]
    first: dict[str, Given] = {one.name: Value(one), two.name: Value(one, 1)}
    parents, given = _referred(table, one, two, shop)
    before: dict[str, Given] = given or first
    swapped = {one.name: before[two.name], two.name: before[one.name]}
    value = "the first" if given else unquoted(literal(Value(one), table))
    return Recipe(
        id=_named("schema.repeating", table, one.name),
        rows=(
            *parents,
            NewRow(name="a", table=table, given=before),
            NewRow(name="b", table=table, given=before),
        ),
        change=("b", swapped),
        head=(*table.primary_key[:2], *(column.name for column in columns[:4])),
        shown=tuple((*_keys(row, table), *(Cell(row, column.name) for column in columns[:4])) for row in ("a", "b")),
        said=f"Both rows hold the same values, but a search for {value} in {one.name} finds one of them only, "
        f"and a value more than {len(columns)} has no column.",
    )


def _referred(table: Table, one: Column, two: Column, shop: Shop) -> tuple[tuple[NewRow, ...], dict[str, Given]]:
    """Two rows of the table that numbered references lead to, and the values that lead there."""
    target = next((key.table for key in table.foreign_keys if key.columns == (one.name,)), "")
    parent = shop.schema.table(target)
    if parent is None or len(parent.primary_key) != 1:
        return (), {}
    key = parent.primary_key[0]
    rows = tuple(NewRow(name=name, table=parent) for name in ("first", "second"))
    return rows, {one.name: Key("first", key), two.name: Key("second", key)}


def listed(spot: Spot) -> Recipe:
    """The same list in two rows, one of them written in another order."""
    table, column = spot.table, spot.column
    return Recipe(
        id=_named("schema.lists", table, column.name),
        rows=tuple(NewRow(name=row, table=table, given={column.name: Value(column)}) for row in ("a", "b")),
        change=("b", {column.name: Value(column, 1)}),
        head=(*table.primary_key[:2], column.name),
        shown=tuple((*_keys(row, table), Cell(row, column.name)) for row in ("a", "b")),
        said="Both rows list the same two elements, and to the database they are two different values. Nothing checks "
        "that the elements exist, and removing one means rewriting every row that lists it.",
    )


def headed(shop: Shop, column: str) -> Recipe | None:
    """The order says one product, or one price, and its lines say others."""
    order, line, product = (shop.table(concept) for concept in ("order", "order_line", "product"))
    to_order, to_product = shop.link("order_line", "order"), shop.link("order_line", "product")
    if order is None or line is None or product is None or to_order is None or to_product is None:
        return None
    if to_product.target != product.name or to_order.target != order.name:
        return None
    own = next((link for link in shop.links.between(order.name, product.name) if column in link.columns), None)
    copied_at = Value(order.column(column) or order.columns[0])
    given: dict[str, Given] = _to(shop, own, "p") if own else {column: copied_at}
    price = shop.line_price()
    last = to_product.columns[-1] if own or price is None else price.column.name
    lines = tuple(
        NewRow(name=row, table=line, given={**_to(shop, to_order, "o"), **_to(shop, to_product, sold), **more})
        for row, sold, more in (("first", "p", _priced(price, 0)), ("second", "q", _priced(price, 2)))
    )
    key = _keys("o", order)[:1]
    return Recipe(
        id=_named("schema.header", order, column),
        rows=(
            NewRow(name="p", table=product),
            NewRow(name="q", table=product),
            NewRow(name="o", table=order, given=given),
            *lines,
        ),
        head=("table", "order", f"{column} / {last}"),
        shown=(
            (order.name, *key, Cell("o", column)),
            (line.name, *key, Cell("first", last)),
            (line.name, *key, Cell("second", last)),
        ),
        said=f"One order with two lines: {column} can repeat one of them at most, and nobody says which is right.",
    )


def _priced(price: Spot | None, number: int) -> dict[str, Given]:
    return {price.column.name: Value(price.column, number)} if price and not price.column.generated else {}


def repriced(shop: Shop) -> Recipe | None:
    """A product gets dearer, and what an order of last week cost is read again."""
    line, price = shop.table("order_line"), shop.price()
    link = shop.link("order_line", "product")
    if line is None or price is None or link is None or link.target != price.table.name or price.column.generated:
        return None
    quantity = meanings.first_of(line, is_quantity)
    counted: tuple[Cell | str, ...] = (Cell("line", quantity.name),) if quantity else ()
    keys = tuple(dict.fromkeys((*line.primary_key[:2], *link.columns)))
    return Recipe(
        id=_named("schema.price_at_purchase", line),
        rows=(
            NewRow(name="product", table=price.table, given={price.column.name: Value(price.column)}),
            NewRow(name="line", table=line, given=_to(shop, link, "product")),
        ),
        change=("product", {price.column.name: Value(price.column, 1)}),
        head=("read", *keys, *([quantity.name] if quantity else []), f"{price.table.name}.{price.column.name}"),
        shown=((*(Cell("line", name) for name in keys), *counted, Cell("product", price.column.name)),),
        twice=True,
        said="The same line of the same order, read before and after the product became dearer: it costs more now.",
    )


def same_key(family: Family) -> Recipe:
    """The same number means two things in two tables of one kind."""
    one, other = family.tables[:2]
    given: dict[str, Given] = {name: Key("a", name) for name in other.primary_key if one.column(name) is not None}
    names = other.primary_key[:2]
    return Recipe(
        id=_named("schema.generic", one),
        rows=(NewRow(name="a", table=one), NewRow(name="b", table=other, given=given)),
        head=("table", *names),
        shown=tuple((table.name, *(Cell(row, name) for name in names)) for row, table in (("a", one), ("b", other))),
        said="The same key in two tables of one kind: a reference to it can lead to one of them only, and a question "
        "over both has to name every table.",
    )


def spelt(pairs: NamesAndValues) -> Recipe:
    """One attribute under two names, with values that cannot be compared."""
    table = pairs.table
    given: tuple[dict[str, Given], ...] = (
        {pairs.name: Raw("'weight'"), pairs.value: Raw("'1 kg'")},
        {pairs.name: Raw("'Weight'"), pairs.value: Raw("'one kilo'")},
    )
    value = table.column(pairs.value)
    if value is not None and value.family == "json":
        given = tuple({**row, pairs.value: Raw("'\"1 kg\"'")} for row in given)
    return Recipe(
        id=_named("schema.generic", table),
        rows=tuple(NewRow(name=name, table=table, given=row) for name, row in zip("ab", given, strict=True)),
        head=(*table.primary_key[:1], pairs.name, pairs.value),
        shown=tuple((*_keys(row, table)[:1], Cell(row, pairs.name), Cell(row, pairs.value)) for row in ("a", "b")),
        said="Two rows give the same attribute another name, and values that nobody can compare or add up.",
    )
