"""`grader challenge`: list, show and validate challenge packs."""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

from grader import pipeline
from grader.cli import world
from grader.cli.packs import load, load_all
from grader.cli.shown import shown
from grader.errors import UsageError
from grader.model import Challenge, Level, Outcome, Visibility
from grader.packs import is_shipped
from grader.pipeline import Request
from grader.result import Result
from grader.validation import Answer, answers, comparable, differences, matrix, uncaught, with_outcome

WRONG = 2
OURS = 3


def run(arguments: argparse.Namespace) -> int:
    """Dispatch to the action."""
    actions = {"list": _list, "show": _show, "validate": _validate}
    return actions[arguments.action](arguments)


def _list(arguments: argparse.Namespace) -> int:
    for challenge in load_all(arguments):
        scored = sum(use.weight > 0 for use in challenge.checks.values())
        own = "" if is_shipped(challenge.root) else f", from {challenge.root}"
        print(f"{challenge.id:<20} {challenge.title} ({scored} scored checks, version {challenge.version}{own})")
    return 0


def _show(arguments: argparse.Namespace) -> int:
    challenge = load(arguments, arguments.challenge)
    for line in shown(challenge, whole=arguments.all):
        print(line)
    return 0


def _validate(arguments: argparse.Namespace) -> int:
    """Load the pack, then grade every reference answer and compare; 2 when anything is not as it must be."""
    challenge = load(arguments, arguments.challenge)
    _describe(challenge)
    if arguments.static:
        return 0
    folder = Path(arguments.against) if arguments.against else _reference_folder(challenge)
    chosen = [answer for answer in answers(folder) if not arguments.only or answer.name in arguments.only]
    if not chosen:
        raise UsageError("E112", f"no reference answer is called {' or '.join(arguments.only)}")
    proof = _Proof(arguments, challenge)
    for answer in chosen:
        proof.grade(answer)
    if not arguments.only:
        proof.conclude()
    return OURS if proof.ours else WRONG if proof.wrong else 0


def _reference_folder(challenge: Challenge) -> Path:
    """`reference/<id>` beside the folder of packs."""
    return challenge.root.resolve().parent.parent / "reference" / challenge.id


def _describe(challenge: Challenge) -> None:
    points = sum(criterion.points for criterion in challenge.criteria)
    seen = Counter(use.visibility for use in challenge.checks.values())
    levels = Counter(use.level for use in challenge.checks.values() if use.weight > 0)
    size = f"{len(challenge.checks)} checks, {points:g} points"
    print(f"{challenge.id} {challenge.version}: {size}, digest {challenge.digest[:12]}")
    print(f"  read from   {challenge.root}")
    print("  visibility  " + ", ".join(f"{seen[v]} {v}" for v in Visibility))
    print("  scored from " + ", ".join(f"{levels[level]} {level}" for level in Level))


class _Proof:
    """Grades reference answers one by one and keeps what was learnt."""

    def __init__(self, arguments: argparse.Namespace, challenge: Challenge) -> None:
        self.arguments, self.challenge = arguments, challenge
        self.wrong = self.ours = False
        self.results: dict[str, list[Result]] = {}

    def grade(self, answer: Answer) -> None:
        for level, expected in answer.expected.items():
            result = self._once(answer, level)
            told = differences(result, expected)
            for number in range(2, self.arguments.repeat + 1):
                if comparable(self._once(answer, level)) != comparable(result):
                    told.append(f"run {number} gave another result")
            self.ours |= result.status == "undecided"
            self.results.setdefault(answer.name, []).append(result)
            self._say(answer, level, result, told)

    def conclude(self) -> None:
        """The matrix, and what it does not prove."""
        flawed = {n: r for n, r in self.results.items() if not n.startswith("good")}
        fails = {name: {id_ for r in rs for id_ in with_outcome(r, Outcome.FAIL)} for name, rs in flawed.items()}
        print("\nEvery check and the flawed answers that fail it")
        for id_, names in matrix(self.challenge, fails):
            print(f"  {id_:<36} {', '.join(names) or '–'}")
        for id_ in uncaught(self.challenge, fails.values()):
            self.wrong = True
            print(f"  ✗ no flawed answer fails `{id_}`: nothing proves that it can see a fault")

    def _once(self, answer: Answer, level: Level) -> Result:
        request = Request(level=level, seed=int(self.arguments.seed))
        with world.opened(self.arguments, self.challenge) as opened:
            saved = pipeline.grade(self.challenge, str(answer.root), request, opened)
        return pipeline.judge_saved(self.challenge, saved)

    def _say(self, answer: Answer, level: Level, result: Result, told: list[str]) -> None:
        unfair = with_outcome(result, Outcome.FAIL) if answer.good else []
        told += [f"a correct answer loses points at `{id_}`" for id_ in unfair]
        self.wrong |= bool(told)
        percent = "–" if result.score.percent is None else f"{result.score.percent:g} %"
        mark = "✗" if told else "✓"
        print(f"  {mark} {answer.name:<24} {level:<7} {percent:>7}  {result.status}", flush=True)
        for line in told:
            print(f"      {line}")
