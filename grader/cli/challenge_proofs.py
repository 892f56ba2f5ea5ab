"""`grader challenge validate`: what collectors prove beside the grades of reference answers."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import NamedTuple

from grader import pipeline
from grader.cli import world
from grader.cli.arguments import DEFAULT_SEED
from grader.cli.workers import spread
from grader.collectors import COLLECTORS
from grader.errors import OurFault
from grader.model import Challenge, CollectorUse, Proof, Proven


class Part(NamedTuple):
    """One part of a collector's proof."""

    collector: str
    name: str


def proof_parts(arguments: argparse.Namespace, challenge: Challenge, reference: Path) -> list[Part]:
    """The parts that were asked for: all, those of the levels named, or those named by `--only`, whole or in front."""
    found = [
        Part(use.name, name)
        for use in challenge.collect
        if (proof := COLLECTORS[use.name].proof) is not None
        for name in proof.parts(challenge.root, use.options, reference)
    ]
    wanted, levels = set(arguments.only), set(arguments.levels)
    return [
        part
        for part in found
        if (not wanted or {part.name, part.name.partition("/")[0]} & wanted)
        and (not levels or part.name.rpartition("/")[2] in levels)
    ]


def proven(
    arguments: argparse.Namespace, challenge: Challenge, reference: Path, parts: list[Part]
) -> tuple[bool, bool]:
    """Prove the parts, several at a time, and print what each showed: whether one is wrong, whether our side failed."""
    wrong = ours = False
    worker = _Worker(arguments, challenge.root, reference)
    jobs = min(arguments.jobs, len(parts))
    results = spread(worker.prove, parts, jobs) if jobs > 1 else enumerate(map(worker.prove, parts))
    for number, result in results:
        told, bad = (result.told, result.wrong) if isinstance(result, Proven) else ((), (result,))
        ours |= not isinstance(result, Proven)
        wrong |= bool(bad)
        print(f"\n{'✗' if bad else '✓'} {parts[number].name}")
        for line in (*told, *(f"✗ {line}" for line in bad)):
            print(f"  {line}", flush=True)
    return wrong, ours


class _Worker:
    """Proves parts in whatever process it is sent to."""

    def __init__(self, arguments: argparse.Namespace, root: Path, reference: Path) -> None:
        self._arguments, self._root, self._reference = arguments, root, reference

    def prove(self, part: Part) -> Proven | str:
        """What a part showed, or why it could not be proven."""
        challenge = pipeline.load(self._root)
        use = next(use for use in challenge.collect if use.name == part.collector)
        seed = (self._arguments.seeds or [DEFAULT_SEED])[0]
        try:
            with world.opened(self._arguments, challenge) as opened:
                prove = _proof(use).prove
                about = (self._root, use.options, self._reference, part.name)
                return prove(*about, databases=opened.databases, seed=seed)
        except OurFault as fault:
            return f"{fault.problem.code} {fault.problem.what}"


def _proof(use: CollectorUse) -> Proof:
    proof = COLLECTORS[use.name].proof
    if proof is None:
        raise OurFault("E207", f"the collector `{use.name}` proves nothing")
    return proof
