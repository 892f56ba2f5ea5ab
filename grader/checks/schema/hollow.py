"""Tables with the right names and hardly anything in them: what is not there cannot be right.

A check that finds no fault because there is nothing to find one in has no answer, so it earns nothing. Where single
attributes are missing each check speaks for itself, and what is missing is told once, where attributes are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Concatenate, ParamSpec

import msgspec

from grader.checks.schema.attributes import certainly_lacking
from grader.evidence.schema import SchemaFacts
from grader.model import Check, Finding, Outcome, blocked

P = ParamSpec("P")
MOST_LACKING = 4  # of the six attributes without which a shop cannot work
COUNTED = "a quantity"  # where lines say how many, there is something to judge
ABOUT_VALUES = frozenset(
    f"schema.{name}"
    for name in (
        *("repeating", "lists", "header", "category_as_text", "copied", "several_categories", "totals", "generic"),
        *("money", "price_range", "dates", "time_zones", "quantities", "status_values", "email_length", "advice"),
        *("required", "login_unique", "value_ranges"),
    )
)


def substantial(checks: Iterable[Check[SchemaFacts]]) -> tuple[Check[SchemaFacts], ...]:
    """The checks; those about values are blocked where the tables hold hardly any."""
    return tuple(
        msgspec.structs.replace(check, ask=_substantial(check.ask)) if check.name in ABOUT_VALUES else check
        for check in checks
    )


def _substantial(ask: Callable[Concatenate[SchemaFacts, P], Finding]) -> Callable[Concatenate[SchemaFacts, P], Finding]:
    @wraps(ask)
    def asked(facts: SchemaFacts, /, *args: P.args, **options: P.kwargs) -> Finding:
        finding = ask(facts, *args, **options)
        if finding.outcome not in (Outcome.PASS, Outcome.NOT_APPLICABLE):
            return finding
        return _hollow(facts) or finding

    return asked


def _hollow(facts: SchemaFacts) -> Finding | None:
    lacking = certainly_lacking(facts)
    if len(lacking) < MOST_LACKING or all(what != COUNTED for _, what in lacking):
        return None
    named = ", ".join(f"{table}: {what}" for table, what in lacking[:MOST_LACKING])
    return blocked(f"the tables hold hardly anything but keys ({named} are missing), so there is nothing to judge")
