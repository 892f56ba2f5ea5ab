"""Challenge packs by the name somebody typed."""

from __future__ import annotations

import argparse
from pathlib import Path

from grader import pipeline
from grader.model import Challenge
from grader.packs import find_pack, pack_roots


def extra(arguments: argparse.Namespace) -> Path | None:
    """The folder of more packs named on the command line."""
    return Path(arguments.challenges) if arguments.challenges else None


def load(arguments: argparse.Namespace, name: str) -> Challenge:
    """The challenge of that name or folder; raises `UsageError` E105, or what is wrong in the pack."""
    return pipeline.load(find_pack(name, extra(arguments)))


def load_all(arguments: argparse.Namespace) -> list[Challenge]:
    """Every challenge there is, by name."""
    return [pipeline.load(root) for _, root in sorted(pack_roots(extra(arguments)).items())]
