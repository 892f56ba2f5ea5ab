"""The proof of an exercise: mutants of the given query, correct and wrong rewrites, by the code that grades.

`rewrites/<exercise>/` beside the reference answers holds correct rewrites, wrong ones (`wrong-*.sql`), and
`mutants.toml`: how many mutants there must be, how many of them must be found, and which are equal, each with a reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from grader.collectors.query.catalog import table_rules
from grader.collectors.query.data import BIG, SMALL, check_whole, template
from grader.collectors.query.exercise import FILE, Exercise, read_exercise
from grader.collectors.query.pack import FOLDER
from grader.collectors.query.session import Session, our_statements
from grader.collectors.query.small import MOST_ROWS
from grader.collectors.query.trials import COLUMNS, Seen, Trials
from grader.database import Databases, Server
from grader.errors import UsageError
from grader.evidence.query import Answer
from grader.model import Options, Proof, Proven
from grader.sql.query.guard import check_query
from grader.sql.query.mutation.made import Mutant, mutants, unchanged
from grader.sql.query.smalldata import TableRules
from grader.toml import TomlText

REWRITES, MUTANTS, WRONG = "rewrites", "mutants.toml", "wrong-"
CODE = "E112"
MORE_SEEDS = 2
AS_IT_IS = "the given query, written anew"


class Equal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A mutant that gives the same rows on all data that the tables allow, and `why`. `edit` says what it changes."""

    mutant: str
    edit: str
    why: str


class Target(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many mutants there must be at least, how many percent must be found, and which need not."""

    at_least: int = 60
    percent: float = 98.0
    equal: tuple[Equal, ...] = ()


def parts(root: Path, options: Options, reference: Path) -> tuple[str, ...]:
    """What can be proven apart: each exercise that has a folder of rewrites."""
    folder = root / options.get("exercises", FOLDER)
    names = sorted(file.parent.name for file in folder.glob(f"*/{FILE}"))
    return tuple(f"{REWRITES}/{name}" for name in names if (reference / REWRITES / name).is_dir())


def prove(root: Path, options: Options, reference: Path, part: str, *, databases: Databases, seed: int) -> Proven:
    """What the mutants and rewrites of one exercise show. Raises `UsageError` E112 for a broken `mutants.toml`."""
    name = part.rpartition("/")[2]
    exercise = read_exercise(root / options.get("exercises", FOLDER) / name)
    home = reference / REWRITES / name
    with databases.start(template(exercise, exercise.about.grading)) as server, our_statements():
        check_whole(server)
        return _Proof(exercise, home, server, seed).run()


class _Proof:
    """One exercise on one server."""

    def __init__(self, exercise: Exercise, home: Path, server: Server, seed: int) -> None:
        self._exercise, self._home, self._server, self._seed = exercise, home, server, seed
        with server.connect(SMALL) as admin:
            self._rules: list[TableRules] = table_rules(admin, exercise.about.small.domains)
        self._target = _target(home / MUTANTS)
        self._told: list[str] = []
        self._wrong: list[str] = []

    def run(self) -> Proven:
        made = {mutant.name: mutant for mutant in mutants(self._exercise.given, self._rules)}
        good, bad = self._rewrites()
        listed = self._listed(made)
        equal = {name for name, mutant in made.items() if mutant.equal} | set(listed)
        queries = {**{name: mutant.query for name, mutant in made.items()}, **good, **bad}
        trials = Trials(self._server, self._exercise, queries, seed=self._seed)
        unreadable = trials.unreadable()
        trials.small()
        trials.private([name for name in trials.left if name not in made or not made[name].equal])
        trials.big(self._large(), [name for name in trials.left if name not in equal])
        trials.conclude()
        valid = {name: mutant for name, mutant in made.items() if name not in unreadable}
        self._mutants(valid, listed, trials)
        self._hand_written(good, bad, unreadable, trials)
        self._other_seeds(good)
        return Proven(told=tuple(self._told), wrong=tuple(self._wrong))

    def _rewrites(self) -> tuple[dict[str, str], dict[str, str]]:
        """Correct and wrong rewrites that the guard takes, by file."""
        good: dict[str, str] = {AS_IT_IS: unchanged(self._exercise.given)}
        bad: dict[str, str] = {}
        for file in sorted(self._home.glob("*.sql")):
            guarded = check_query(file.read_text(encoding="utf-8"), {rule.name for rule in self._rules}, file=file.name)
            reasons = [f"line {refusal.line}: {refusal.what}" for refusal in guarded.refusals] + [guarded.unread]
            if any(reasons):
                self._wrong.append(f"{file.name} may not be run: {'; '.join(filter(None, reasons))}")
            else:
                (bad if file.name.startswith(WRONG) else good)[file.name] = guarded.text
        return good, bad

    def _listed(self, made: Mapping[str, Mutant]) -> dict[str, str]:
        """The author's list of equal mutants; one that is not made any more is wrong."""
        for entry in self._target.equal:
            mutant = made.get(entry.mutant)
            if mutant is None:
                self._wrong.append(f"{MUTANTS}: there is no mutant `{entry.mutant}`")
            elif mutant.edit != entry.edit:
                self._wrong.append(f"{MUTANTS}: `{entry.mutant}` is another edit now: {mutant.edit}")
        return {entry.mutant: entry.why for entry in self._target.equal if entry.mutant in made}

    def _large(self) -> Answer:
        session = Session(self._server, BIG, file="original.sql")
        try:
            return session.ask(self._exercise.given, seconds=self._exercise.about.limits.query, most=MOST_ROWS)
        finally:
            session.close()

    def _mutants(self, made: Mapping[str, Mutant], listed: Mapping[str, str], trials: Trials) -> None:
        proven = {name: mutant.equal for name, mutant in made.items() if mutant.equal}
        equal = {**proven, **listed}
        asked = [name for name in made if name not in equal]
        killed = {name: trials.seen[name] for name in asked if name in trials.seen}
        percent = 100 * len(killed) / max(1, len(asked))
        by_hand = len(equal) - len(proven)
        self._told.append(f"{len(made)} mutants; {len(proven)} equal by rule, {by_hand} by the author's list")
        self._told.append(f"{len(killed)} of {len(asked)} found ({percent:.1f} %): {_where(killed.values())}")
        self._told += [f"  equal: {_told(made[name])} ({why})" for name, why in equal.items()]
        for name in [name for name in asked if name not in killed]:
            stopped = f" (stopped on {trials.stopped[name]})" if name in trials.stopped else ""
            self._told.append(f"  survives{stopped}: {_told(made[name])}")
        self._wrong += [
            f"`{name}` is called equal ({why}), but differs: {_said(trials.seen[name])}"
            for name, why in equal.items()
            if name in trials.seen
        ]
        if len(made) < self._target.at_least:
            self._wrong.append(f"{len(made)} mutants are fewer than {self._target.at_least}")
        if percent < self._target.percent:
            self._wrong.append(f"{percent:.1f} % of the mutants found are fewer than {self._target.percent:g} %")

    def _hand_written(
        self, good: Mapping[str, str], bad: Mapping[str, str], unreadable: Mapping[str, str], trials: Trials
    ) -> None:
        found = {name: trials.seen[name] for name in bad if name in trials.seen}
        self._told.append(f"{len(found)} of {len(bad)} wrong rewrites found: {_where(found.values())}")
        self._wrong += [f"{name} is wrong, and nothing shows it" for name in bad if name in trials.left]
        refused = [name for name in good if name in trials.seen]
        self._told.append(f"{len(good) - 1 - len(refused)} of {len(good) - 1} correct rewrites accepted")
        self._wrong += [f"{name} is correct, but differs: {_said(trials.seen[name])}" for name in refused]
        self._told += [f"  {name} was stopped on {where}" for name, where in trials.stopped.items() if name in good]
        broken = [name for name in (*good, *bad) if name in unreadable]
        self._wrong += [f"{name} does not run: {unreadable[name]}" for name in broken]

    def _other_seeds(self, good: Mapping[str, str]) -> None:
        for seed in range(self._seed + 1, self._seed + 1 + MORE_SEEDS):
            trials = Trials(self._server, self._exercise, good, seed=seed)
            trials.small()
            found = trials.seen.items()
            self._wrong += [f"{name} is correct, but differs with seed {seed}: {_said(seen)}" for name, seen in found]


def _target(path: Path) -> Target:
    if not path.is_file():
        raise UsageError(CODE, f"there is no {path}", help="say there which mutants are equal, and why")
    text = TomlText(str(path), path.read_text(encoding="utf-8"), UsageError, CODE)
    try:
        return msgspec.convert(text.parse(), type=Target)
    except msgspec.ValidationError as error:
        raise text.invalid(error, Target, path.name) from None


def _where(seen: Iterable[Seen]) -> str:
    counts = Counter("columns" if one.how == COLUMNS else one.data for one in seen)
    words = {"small": "made databases", "fixture": "the author's", "private": "private data", "big": "large data"}
    return ", ".join(f"{count} by {words.get(name, name)}" for name, count in counts.most_common()) or "none"


def _told(mutant: Mutant) -> str:
    return f"{mutant.name}, line {mutant.line}: {mutant.edit}"


def _said(seen: Seen) -> str:
    return f"{seen.how} on {seen.data} {seen.name}"


PROOF = Proof(parts=parts, prove=prove)
