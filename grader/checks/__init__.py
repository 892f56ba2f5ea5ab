"""Every check. To add one: write it in its module, add it to that module's `CHECKS`, name the module here."""

from __future__ import annotations

from typing import Any

from grader.checks import files, fuzz, http, query_explanation, query_rows, query_runs, query_work, schema
from grader.model import Check

_MODULES: tuple[tuple[Check[Any], ...], ...] = (
    http.CHECKS,
    fuzz.CHECKS,
    files.CHECKS,
    query_runs.CHECKS,
    query_rows.CHECKS,
    query_work.CHECKS,
    query_explanation.CHECKS,
    schema.CHECKS,
)

CHECKS: dict[str, Check[Any]] = {check.name: check for module in _MODULES for check in module}
