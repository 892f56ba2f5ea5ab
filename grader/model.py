"""The nouns of grading. Nothing here touches the world or knows a challenge."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, Concatenate, Generic, TypeVar

import msgspec

from grader.exhibits import AnyExhibit

E = TypeVar("E")
Options = Mapping[str, Any]


class Level(StrEnum):
    """The level a person is hired for: it chooses which checks score and which only advise."""

    JUNIOR = "junior"
    MID = "mid"
    SENIOR = "senior"

    @property
    def rank(self) -> int:
        """0, 1 or 2: levels in ascending order."""
        return list(Level).index(self)

    def reaches(self, other: Level) -> bool:
        """True when something asked from `other` upwards is asked at this level."""
        return self.rank >= other.rank


class Severity(StrEnum):
    """How much a failed check matters to somebody who would have to live with the code."""

    BLOCKER = "blocker"
    MAJOR = "major"
    MINOR = "minor"
    NOTE = "note"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Severity).index(self)


class Visibility(StrEnum):
    """Who may see a check. `PUBLIC` runs in the self-check; of `AREA` candidates see the rule, of `PRIVATE` nothing."""

    PUBLIC = "public"
    AREA = "area"
    PRIVATE = "private"


class Outcome(StrEnum):
    """How a check ended. Only `UNDECIDED` is the grader's fault, and it never becomes a number."""

    PASS = "pass"  # noqa: S105 - an outcome, no password
    FAIL = "fail"
    BLOCKED = "blocked"  # a root cause elsewhere makes it unanswerable: no points, told once at the root cause
    NOT_APPLICABLE = "not_applicable"  # its weight leaves the sum
    UNDECIDED = "undecided"
    FOR_REVIEW = "for_review"  # a person must say: its points wait
    UNSTABLE = "unstable"  # two runs in fresh containers disagree: chance must cost nothing, its weight leaves the sum


class Resource(StrEnum):
    """What a collector touches beside the submitted files."""

    NONE = "none"
    SERVICE = "service"  # the running submission
    DATABASE = "database"  # a PostgreSQL of ours


class ListenFor(msgspec.Struct, frozen=True, kw_only=True):
    """What a good answer touches, by the level a person is hired for."""

    junior: str
    mid: str
    senior: str


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A question for the follow-up talk and what a good answer touches, for all levels or for each.

    Of one `topic` only one question is asked. `route` (`PATCH /todos/{id}`) or `file` say which lines of the
    candidate's own it is about, and `when` what happens there, to end the sentence "what happens when …?".
    """

    ask: str
    listen_for: str | ListenFor
    topic: str = ""
    route: str = ""
    when: str = ""
    file: str = ""

    def sought(self, level: Level) -> str:
        """What to listen for at one level."""
        return self.listen_for if isinstance(self.listen_for, str) else str(getattr(self.listen_for, level.value))


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What one check found. `score` is 1 for a pass and may lie between for graded measures.

    `expected` and `where` complete the message; `fix` replaces the general advice of the check when the
    finding knows better. `exhibits` are shown as evidence, at most a few. `symptoms` name what sets a failure apart,
    such as a crash: only a cause that shows them too can be the same root cause. `counted_in` names the checks that
    already cost for the same root cause: the judge says so, no check does.
    """

    outcome: Outcome
    message: str
    score: float = 0.0
    expected: str = ""
    fix: str = ""
    where: str = ""
    exhibits: tuple[AnyExhibit, ...] = ()
    symptoms: tuple[str, ...] = ()
    counted_in: tuple[str, ...] = ()


class Check(msgspec.Struct, Generic[E], frozen=True, kw_only=True):
    """A named question about one kind of evidence.

    `ask` is a pure function: evidence first, then keyword-only options. Those parameters *are* the options a
    pack may set; a misspelt one is refused when the pack is loaded. `title`, `why` and `fix` are the texts
    for the reader; a pack may replace them for its own use of the check. What `costly` checks read takes longer
    to gather than all the rest: it is left out where only other checks are to be proven.
    """

    name: str
    needs: type[E]
    ask: Callable[Concatenate[E, ...], Finding]
    title: str = ""
    why: str = ""
    fix: str = ""
    costly: bool = False


class Vocabulary(msgspec.Struct, frozen=True, kw_only=True):
    """What checks of one kind of evidence may name, known before anything is gathered.

    An option of a check holds such names when it is called like one of `options` and typed like one of `types`
    (options of the same name and another type hold something else). In a pack `*` stands for any part of a name.
    Texts in the options of a check may hold the placeholders in `values`; None: braces mean nothing there.
    """

    options: frozenset[str] = frozenset()
    types: tuple[Any, ...] = ()
    names: tuple[str, ...] = ()
    values: frozenset[str] | None = None


class Proven(msgspec.Struct, frozen=True, kw_only=True):
    """What a proof of a pack showed: `told` for people, and `wrong`, which is empty when all is as it must be."""

    told: tuple[str, ...]
    wrong: tuple[str, ...] = ()


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """How a collector proves what it collects, beside the reference answers: `grader challenge validate` runs it.

    `parts(root, options, reference)` names what can be proven apart; `prove(root, options, reference, part, *,
    databases, seed)` proves one of them. `root` is the pack, `reference` the folder of its reference answers.
    """

    parts: Callable[[Path, Options, Path], tuple[str, ...]]
    prove: Callable[..., Proven]


class Collector(msgspec.Struct, Generic[E], frozen=True, kw_only=True):
    """A named way to gather one kind of evidence: `collect(job, **options)`; keyword-only parameters are options.

    Raises `SubmissionFault` when the submission gives no evidence by its own fault, anything else is ours.
    One that `uses` a service and reads the submitted files beside it says so with `reads_files`.
    `inspect(root, options)` reads the pack files that `collect` will use and touches nothing else; it raises
    `UsageError` E1xx for a broken one, so that a pack is proven readable when it is loaded. `proof` is what authors
    of a pack run, beside grading their reference answers.
    """

    name: str
    gathers: type[E]
    collect: Callable[..., E]
    uses: Resource = Resource.NONE
    reads_files: bool = False
    inspect: Callable[[Path, Options], Vocabulary] | None = None
    proof: Proof | None = None


class CollectorUse(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a challenge's plan for gathering evidence."""

    name: str
    options: Options


class CheckUse(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a rubric: a check with its options, its weight in the criterion, and the texts shown for it.

    `level` is the lowest level that scores it; below, it only advises. `weight` 0 means it informs and never
    scores. `brief` is the sentence of the brief it comes from. `explained_by` names checks whose failure
    already costs for the same root cause; `requires` names checks of which one at least must hold, or a pass is worth
    nothing.
    """

    id: str
    check: str
    options: Options
    title: str
    why: str
    fix: str
    brief: str = ""
    weight: float = 1.0
    level: Level = Level.JUNIOR
    severity: Severity = Severity.MAJOR
    visibility: Visibility = Visibility.AREA
    explained_by: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    question: Question | None = None
    praise: Question | None = None


class Criterion(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the rubric an interviewer reads. `anchors` describe levels 1 to 4 for a reviewer."""

    id: str
    title: str
    points: float
    checks: tuple[CheckUse, ...]
    anchors: tuple[str, ...] = ()
    review: bool = False  # scored by people: its points wait


class Gate(msgspec.Struct, frozen=True, kw_only=True):
    """A must-pass fact: fails when any of `checks` fails, and then caps the band at `cap`."""

    id: str
    title: str
    checks: tuple[str, ...]
    cap: str = "below"


class Bands(msgspec.Struct, frozen=True, kw_only=True):
    """Lowest percent of each band. A pack may change them."""

    junior: float = 50.0
    mid: float = 70.0
    senior: float = 85.0

    def of(self, percent: float) -> str:
        """`below`, `junior`, `mid` or `senior`."""
        reached = [name for name in ("junior", "mid", "senior") if percent >= getattr(self, name)]
        return reached[-1] if reached else "below"


class Challenge(msgspec.Struct, frozen=True, kw_only=True):
    """A task, the evidence to gather about an answer to it, and the rubric."""

    id: str
    title: str
    version: str
    root: Path
    digest: str
    collect: tuple[CollectorUse, ...]
    criteria: tuple[Criterion, ...]
    gates: tuple[Gate, ...]
    bands: Bands = Bands()
    answered_by: tuple[str, ...] = ()  # file patterns by which `grader check` recognises an answer
    handout: tuple[str, ...] = ()  # files of the pack that a candidate gets beside the brief; may hold `{level}`
    hours: str = ""

    @property
    def checks(self) -> dict[str, CheckUse]:
        """Every check of the rubric by id."""
        return {use.id: use for criterion in self.criteria for use in criterion.checks}


class RunSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[run]` of submission.toml."""

    start: str = ""
    port: int = 8000
    stack: str = ""


class SqlSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[sql]` of submission.toml."""

    dialect: str = ""


class ServiceSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[services]` of submission.toml."""

    postgres: bool = False


class SubmissionSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """submission.toml: how to run and read a submission. Nothing in it can change how it is judged."""

    challenge: str = ""
    run: RunSettings = RunSettings()
    sql: SqlSettings = SqlSettings()
    services: ServiceSettings = ServiceSettings()
    concepts: dict[str, str] = {}


class Submission(msgspec.Struct, frozen=True, kw_only=True):
    """A candidate's files: our own bounded copy under `root`, never written to afterwards.

    `digest` is a sha256 over sorted paths and contents; `skipped` names what was left out and why.
    """

    name: str
    root: Path
    digest: str
    files: tuple[str, ...]
    settings: SubmissionSettings = SubmissionSettings()
    skipped: tuple[str, ...] = ()

    def read(self, path: str, *, limit: int = 1 << 20) -> str:
        """Text of a submitted file, at most `limit` bytes, undecodable bytes replaced; empty when there is none.

        It is UTF-8, or UTF-16 where its byte order mark says so: some editors and shells of Windows write that.
        """
        if path not in self.files:
            return ""
        with (self.root / path).open("rb") as stream:
            data = stream.read(limit)
        marked = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        return data.decode("utf-16" if marked else "utf-8", errors="replace")


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the rubric with what was found. `scored` is False for advice and information."""

    use: CheckUse
    finding: Finding
    scored: bool


def passed(message: str, *, where: str = "", exhibits: tuple[AnyExhibit, ...] = ()) -> Finding:
    """The check saw what it needed."""
    return Finding(outcome=Outcome.PASS, message=message, score=1.0, where=where, exhibits=exhibits)


def failed(
    message: str,
    *,
    expected: str = "",
    fix: str = "",
    where: str = "",
    score: float = 0.0,
    exhibits: tuple[AnyExhibit, ...] = (),
    symptoms: tuple[str, ...] = (),
) -> Finding:
    """The check saw a fault. `score` is what is still earned, 0 to 1."""
    return Finding(
        outcome=Outcome.FAIL,
        message=message,
        score=score,
        expected=expected,
        fix=fix,
        where=where,
        exhibits=exhibits,
        symptoms=symptoms,
    )


def blocked(message: str) -> Finding:
    """A root cause told elsewhere makes the question unanswerable."""
    return Finding(outcome=Outcome.BLOCKED, message=message)


def not_applicable(message: str) -> Finding:
    """Not asked at this level, or it does not apply to this answer."""
    return Finding(outcome=Outcome.NOT_APPLICABLE, message=message)


def undecided(message: str) -> Finding:
    """Our side failed."""
    return Finding(outcome=Outcome.UNDECIDED, message=message)


def for_review(message: str, *, exhibits: tuple[AnyExhibit, ...] = ()) -> Finding:
    """A person must say; `exhibits` are what they look at."""
    return Finding(outcome=Outcome.FOR_REVIEW, message=message, exhibits=exhibits)
