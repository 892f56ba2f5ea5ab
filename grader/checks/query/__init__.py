"""Questions about a rewritten query, its set-up and its explanation."""

from __future__ import annotations

from typing import Any

from grader.checks.query import explanation, rows, runs, work
from grader.model import Check

CHECKS: tuple[Check[Any], ...] = (*runs.CHECKS, *rows.CHECKS, *work.CHECKS, *explanation.CHECKS)
