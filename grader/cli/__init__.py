"""The command line: arguments in, exit code out."""

from __future__ import annotations


def main() -> int:
    """Run the command line and return its exit code."""
    return 0
