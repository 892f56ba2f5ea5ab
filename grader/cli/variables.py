"""Variables of the environment that are ours by their name: a misspelt one must not be ignored in silence."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

PREFIX = "GRADER_"
OPTIONS = ("LEVEL", "SEED", "SANDBOX", "OUT", "FAIL_ON", "FAIL_UNDER")
MACHINE = ("CACHE", "CHALLENGES", "PULL", "DEBIAN_SUITE", "PG_BIN")
SCRIPTS = ("PYTHON", "SETUP_DOCKER", "REQUIRE_DOCKER", "REQUIRE_CHROMIUM")
FAMILIES = ("BASE_", "TEST_", "FUZZ_")
KNOWN = tuple(PREFIX + name for name in (*OPTIONS, *MACHINE, *SCRIPTS))


def remarks(names: Iterable[str]) -> list[str]:
    """A sentence about every variable that begins like ours and means nothing."""
    families = tuple(PREFIX + family for family in FAMILIES)
    strange = sorted(n for n in names if n.startswith(PREFIX) and n not in KNOWN and not n.startswith(families))
    return [f"the variable {name} means nothing here{_near(name)}" for name in strange]


def _near(name: str) -> str:
    near = get_close_matches(name.removeprefix(PREFIX), [known.removeprefix(PREFIX) for known in KNOWN], n=1)
    return f": did you mean {PREFIX}{near[0]}?" if near else ""
