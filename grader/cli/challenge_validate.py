"""`grader challenge validate`: grade every reference answer and every variant of one, and say what that proves."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
from collections import Counter
from collections.abc import Iterator, Sequence
from multiprocessing.util import Finalize
from pathlib import Path
from typing import NamedTuple

from grader import pipeline
from grader.cli import world
from grader.cli.arguments import DEFAULT_SEED
from grader.cli.challenge_proofs import proof_parts, proven
from grader.cli.packs import load
from grader.cli.workers import spread
from grader.database.reused import ReusedDatabases
from grader.errors import OurFault, UsageError
from grader.model import Challenge, Level, Outcome, Visibility
from grader.pipeline import Request
from grader.result import Result
from grader.validation.answers import CODE, answers
from grader.validation.proof import Case, comparable, complaints, matrix, uncaught, unsteady, with_outcome
from grader.validation.variants import Variant, variants

WRONG = 2
OURS = 3

_reused: list[ReusedDatabases] = []  # of this process, which may be one of several workers


class Task(NamedTuple):
    """One case to grade at one level with one seed."""

    case: Case
    level: Level
    seed: int


class Grades(NamedTuple):
    """What grading a task gave: a result per repetition, or why there is none."""

    results: tuple[Result, ...]
    fault: str = ""


def validate(arguments: argparse.Namespace) -> int:
    """Load the pack, grade what is to be graded, and compare; 2 when anything is not as it must be.

    3 when our side could not grade something, which proves neither.
    """
    challenge = load(arguments, arguments.challenge)
    _describe(challenge)
    if arguments.static:
        return 0
    folder = Path(arguments.against) if arguments.against else _reference_folder(challenge)
    parts = proof_parts(arguments, challenge, folder)
    tasks = _tasks(arguments, _cases(arguments, challenge, folder, [part.name for part in parts]))
    proof = _Proof(challenge)
    for number, grades in _graded(arguments, challenge, tasks):
        proof.note(tasks[number], grades)
    if tasks:
        proof.conclude(whole=not (arguments.only or arguments.good or arguments.levels))
    if parts and not arguments.quick:
        wrong, ours = proven(arguments, challenge, folder, parts)
        proof.wrong, proof.ours = proof.wrong or wrong, proof.ours or ours
    if arguments.quick:
        print("--quick: variants met no generated requests and no full tables; the whole proof is the one without it")
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
    print("  scored from " + ", ".join(f"{levels[level]} {level}" for level in Level), flush=True)


def _cases(arguments: argparse.Namespace, challenge: Challenge, folder: Path, proofs: Sequence[str]) -> list[Case]:
    """The answers and variants that were asked for. A name of an answer stands for its variants, too."""
    known = answers(folder)
    found: list[Case] = [*known, *variants(folder, known, tuple(challenge.checks))]
    names = {part for name in (*(case.name for case in found), *proofs) for part in (name, name.partition("/")[0])}
    unknown = [name for name in arguments.only if name not in names]
    if unknown:
        raise UsageError(CODE, f"no reference answer or variant is called {' or '.join(unknown)}")
    wanted = set(arguments.only)
    chosen = [case for case in found if not wanted or {case.name, case.name.partition("/")[0]} & wanted]
    return [case for case in chosen if case.good or not arguments.good]


def _tasks(arguments: argparse.Namespace, cases: Sequence[Case]) -> list[Task]:
    """Every case at each of its levels and with each seed. Levels that are asked for replace those of equivalents."""
    wanted = [Level(name) for name in arguments.levels]
    tasks = []
    for case in cases:
        if wanted and isinstance(case, Variant) and case.good:
            case = case.at(wanted)  # noqa: PLW2901 - the same case, asked at other levels
        tasks += [
            Task(case, level, seed)
            for level in case.expected
            for seed in arguments.seeds or [DEFAULT_SEED]
            if not wanted or level in wanted
        ]
    return tasks


def _graded(arguments: argparse.Namespace, challenge: Challenge, tasks: Sequence[Task]) -> Iterator[tuple[int, Grades]]:
    """Grades with the number of their task, as they come. Workers are processes: grading is mostly computing."""
    jobs = min(arguments.jobs, len(tasks))
    worker = _Worker(arguments, challenge.root)
    if jobs <= 1:
        yield from ((number, worker.grade(task)) for number, task in enumerate(tasks))
        return
    yield from spread(worker.grade, tasks, jobs)


class _Worker:
    """Grades tasks in whatever process it is sent to."""

    def __init__(self, arguments: argparse.Namespace, root: Path) -> None:
        self._arguments, self._root = arguments, root

    def grade(self, task: Task) -> Grades:
        challenge = pipeline.load(self._root)
        try:
            with task.case.made() as root:
                results = tuple(self._once(challenge, root, task) for _ in range(self._arguments.repeat))
        except OurFault as fault:
            return Grades((), f"{fault.problem.code} {fault.problem.what}")
        except (OSError, ValueError) as error:
            return Grades((), f"the variant cannot be made: {error}")
        return Grades(results)

    def _once(self, challenge: Challenge, root: Path, task: Task) -> Result:
        if isinstance(task.case, Variant):
            expecting = task.case.expected[task.level].fails if self._arguments.quick else None
            challenge = pipeline.scoring_part(challenge, expecting=expecting)
        request = Request(level=task.level, seed=task.seed, confirm=self._arguments.confirm)
        with world.opened(self._arguments, challenge) as opened:
            if isinstance(task.case, Variant):
                opened = dataclasses.replace(opened, databases=self._databases(challenge))  # noqa: PLW2901 - the same world
            saved = pipeline.grade(challenge, str(root), request, opened)
        return pipeline.judge_saved(challenge, saved)

    def _databases(self, challenge: Challenge) -> ReusedDatabases:
        """Servers for variants, which are many and harmless: edits of answers that are correct."""
        if not _reused:
            running = contextlib.ExitStack()
            inner = running.enter_context(world.opened(self._arguments, challenge)).databases
            _reused.append(running.enter_context(ReusedDatabases(inner)))
            Finalize(None, running.close, exitpriority=10)
        return _reused[0]


class _Proof:
    """What was learnt from the grades, told as they come and together at the end."""

    def __init__(self, challenge: Challenge) -> None:
        self.challenge = challenge
        self.wrong = self.ours = False
        self._fails: dict[str, set[str]] = {}
        self._killed: dict[str, bool] = {}
        self._unfair: set[str] = set()
        self._good: set[str] = set()

    def note(self, task: Task, grades: Grades) -> None:
        """Judge the grades of one task and print them."""
        case = task.case
        if not grades.results:
            self.ours = True
            self._say(task, "–", "not graded", [grades.fault])
            return
        first = grades.results[0]
        told = complaints(case, first, case.expected[task.level])
        if any(comparable(other) != comparable(first) for other in grades.results[1:]):
            told += _unsteadiness(grades.results)
        self.ours |= first.status == "undecided"
        self._remember(case, first, told)
        percent = "–" if first.score.percent is None else f"{first.score.percent:g} %"
        self._say(task, percent, first.status, told)

    def conclude(self, *, whole: bool) -> None:
        """The matrix and the rates; only `whole` proofs say which checks nothing catches."""
        alone = {id_ for fails in self._fails.values() if len(fails) == 1 for id_ in fails}
        rows = [(id_, names) for id_, names in matrix(self.challenge, self._fails) if names or whole]
        if rows:
            print("\nChecks and the flawed answers that fail them (!: one of them fails nothing else)")
        for id_, names in rows:
            print(f"  {id_:<24}{'!' if id_ in alone else ' '} {len(names):>3}  {', '.join(names) or '–'}")
        killed, mutants = sum(self._killed.values()), len(self._killed)
        if mutants:
            print(f"\nMutants: {killed} of {mutants} found ({100 * killed / mutants:.1f} %)")
            print("".join(f"  survives: {name}\n" for name, dead in self._killed.items() if not dead), end="")
        print(f"Must lose nothing: {len(self._good)} answers and variants, of them {len(self._unfair)} did not pass")
        for id_ in uncaught(self.challenge, self._fails.values()) if whole else ():
            self.wrong = True
            print(f"  ✗ no flawed answer fails `{id_}`: nothing proves that it can see a fault")

    def _remember(self, case: Case, result: Result, told: list[str]) -> None:
        self.wrong |= bool(told)
        failing = set(with_outcome(result, Outcome.FAIL))
        if case.good:
            self._good.add(case.name)
            if told:
                self._unfair.add(case.name)
            return
        self._fails.setdefault(case.name, set()).update(failing)
        if isinstance(case, Variant):
            self._killed[case.name] = self._killed.get(case.name, True) and bool(failing)

    def _say(self, task: Task, percent: str, status: str, told: list[str]) -> None:
        name = f"{task.case.name}" if task.seed == DEFAULT_SEED else f"{task.case.name} (seed {task.seed})"
        print(f"  {'✗' if told else '✓'} {name:<48} {task.level:<7} {percent:>7}  {status}", flush=True)
        for line in told:
            print(f"      {line}", flush=True)


def _unsteadiness(results: Sequence[Result]) -> list[str]:
    checks = unsteady(results)
    return [f"{len(results)} runs gave different results" + (f" at {', '.join(checks)}" if checks else "")]
