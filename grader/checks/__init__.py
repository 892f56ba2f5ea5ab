"""Every check. To add one: write it in its module, add it to that module's `CHECKS`, name the module here."""

from __future__ import annotations

from typing import Any

from grader.checks import files, fuzz, http, own_tests, query, readme, schema
from grader.model import Check

_MODULES: tuple[tuple[Check[Any], ...], ...] = (
    http.CHECKS,
    fuzz.CHECKS,
    files.CHECKS,
    readme.CHECKS,
    own_tests.CHECKS,
    schema.CHECKS,
    query.CHECKS,
)

CHECKS: dict[str, Check[Any]] = {check.name: check for module in _MODULES for check in module}
