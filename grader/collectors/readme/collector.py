"""Start the service as its README says, and write down what came of it.

The experiment is a controlled one: the same container, environment and time as for the exam, only the command differs.
A command of the README that is the one the exam runs anyway is not tried a second time. Only when none of the README's
commands starts anything, the usual way is tried once more, right after: what fails in both is not the README's fault.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

import msgspec

from grader.collectors.readme.script import Typed, same, scripts_of, typed
from grader.documents.steps import Kind, Step, bare_command, steps
from grader.errors import OurFault, SubmissionFault
from grader.evidence.readme import RunCommand
from grader.job import Job
from grader.model import Collector, Resource, Submission
from grader.sandbox.boot import BOOT_SECONDS, steady
from grader.sandbox.plan import Plan
from grader.sandbox.stack import detect
from grader.sandbox.trial import Attempt, Trials, plan_with
from grader.visible import visible

MOST_TEXT = 200_000
MOST_COMMANDS = 5
MOST_LOG_LINES, MOST_LOG = 12, 2000
_README = re.compile(r"(?i)^(?:readme|lies_?mich|lisezmoi|leeme|leiame)\b(?!.*\.(?:pdf|docx?|html?)$)")
# These say that the experiment could not be made at all: a second try may tell.
RAISED = ("E201", "E203", "E204", "E205", "E206", "E212", "E217")


def collect(job: Job, *, environment: dict[str, str] | None = None, seconds: float = BOOT_SECONDS) -> RunCommand:
    """What came of the README's start commands. `environment` is what the exam gives the service, by name.

    Raises `SubmissionFault` when the service does not start in any way, `OurFault` when the sandbox failed.
    """
    sandbox = job.sandbox
    file, found = _readme(job.submission)
    starts = [step for step in found if step.kind is Kind.START][:MOST_COMMANDS]
    read = RunCommand(
        file=file,
        lines=tuple(step.line for step in starts),
        commands=tuple(step.text for step in starts),
        text=tuple(_line(job.submission, file, step.line) for step in starts),
    )
    if not starts:
        return msgspec.structs.replace(read, not_tried=_why_nothing(file, found))
    plan = detect(job.submission)
    read = msgspec.structs.replace(read, detected=plan.start)
    typing = typed(found, job.submission.files, start_in=str(PurePosixPath(file).parent).strip("."), plan=plan)
    if sandbox.isolation == "none":
        return msgspec.structs.replace(read, not_tried="somebody else started the service")
    if known := _known(job.submission, starts, typing, plan):
        return msgspec.structs.replace(read, same=known)
    if not isinstance(sandbox, Trials):
        return msgspec.structs.replace(read, not_tried="nothing is tried out on your own machine")
    read = msgspec.structs.replace(read, script=typing.script, doubts=typing.doubts)
    return _tried(job, sandbox, read, dict(environment or {}), seconds)


def _tried(job: Job, sandbox: Trials, read: RunCommand, environment: Mapping[str, str], seconds: float) -> RunCommand:
    """With the outcome of the attempt, and of the usual way where that is needed to understand it."""
    try:
        plan = plan_with(job.submission, read.script)
        attempt = sandbox.attempt(job.submission, plan, environment=environment, seconds=seconds)
    except (SubmissionFault, OurFault) as fault:
        if fault.code in RAISED:
            raise
        with job.sandbox.serve(job.submission, environment=environment):  # it is only this way that cannot be built
            return msgspec.structs.replace(read, not_tried=f"it needs more than the sandbox has: {fault.problem.what}")
    if attempt.port:
        return msgspec.structs.replace(read, port=attempt.port)
    read = _failed(read, attempt)
    if read.doubts:
        return read
    with job.sandbox.serve(job.submission, environment=environment):
        return msgspec.structs.replace(read, detected_starts=True)


def _failed(read: RunCommand, attempt: Attempt) -> RunCommand:
    state = attempt.state
    return msgspec.structs.replace(
        read,
        exit_code=None if state.running else state.exit_code,
        out_of_memory=state.out_of_memory,
        listened=state.listening,
        log=_tail(attempt.log),
    )


def _readme(submission: Submission) -> tuple[str, list[Step]]:
    """The README that says how to start the service, with its steps; else the first one, the top one first."""
    names = sorted(
        (name for name in submission.files if _README.match(PurePosixPath(name).name)),
        key=lambda name: (name.count("/"), name),
    )
    read = [(name, steps(submission.read(name, limit=MOST_TEXT))) for name in names[:MOST_COMMANDS]]
    starting = [(name, found) for name, found in read if any(step.kind is Kind.START for step in found)]
    return (starting or read or [("", [])])[0]


def _known(submission: Submission, starts: list[Step], typing: Typed, plan: Plan) -> str:
    """The command that is how the service is started for its exam, empty when none is."""
    if typing.beside:
        return ""
    scripts = scripts_of(submission.read("/".join(part for part in (plan.folder, "package.json") if part)))
    go = {f"go run {pattern}" for pattern in plan.programs.values()} if plan.start.startswith("exec ") else set()
    return next((step.text for step in starts if same(step.command, plan.start, scripts) or _bare(step) in go), "")


def _bare(step: Step) -> str:
    return bare_command(step.command)[1].removesuffix("/")


def _why_nothing(file: str, found: list[Step]) -> str:
    if not file:
        return "there is no README"
    other = next((step.text for step in found if step.kind is Kind.ELSEWHERE), "")
    return f"`{other}` cannot be tried here" if other else "no command that could be tried was found in it"


def _line(submission: Submission, file: str, number: int) -> str:
    rows = submission.read(file, limit=MOST_TEXT).splitlines()
    return rows[number - 1][:MOST_LOG] if number <= len(rows) else ""


def _tail(log: str) -> str:
    """The last lines it printed, without what changes from run to run."""
    lines = [line.rstrip() for line in visible(log).splitlines() if line.strip()][-MOST_LOG_LINES:]
    return steady("\n".join(lines))[-MOST_LOG:]


COLLECTOR = Collector(
    name="readme-command", gathers=RunCommand, collect=collect, uses=Resource.SERVICE, reads_files=True
)
