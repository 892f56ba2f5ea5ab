"""Questions about the submitted files."""

from __future__ import annotations

from grader.checks.files.catalogue import CHECKS

__all__ = ["CHECKS"]
