"""Run the candidate's own tests once, in a container of their own, and write down how they ended.

It is done for the talk, not for points: code can make its own tests say anything. So they run after everything else,
apart from the service, without a network, for a bounded time, and whatever goes wrong with them is no fault of anybody.
"""

from __future__ import annotations

import re

import msgspec

from grader.collectors.own_tests.runners import runner
from grader.errors import GraderError
from grader.evidence.own_tests import OwnTests
from grader.job import Job
from grader.model import Collector, Level, Resource
from grader.sandbox.boot import steady
from grader.sandbox.development import with_development
from grader.sandbox.hardening import SCRATCH
from grader.sandbox.sources import Sources
from grader.sandbox.stack import detect
from grader.sandbox.trial import Trials
from grader.visible import visible

SECONDS = 60
MOST_FILES = 50
MOST_LINES, MOST_LOG = 15, 2000
# Beside what every log may hold: durations without a unit, numbers drawn by chance, folders made for one run.
VOLATILE = (
    (re.compile(r"(?i)(duration_ms[: ]+|time:\s*)[\d.]+"), r"\1…"),
    (re.compile(r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b|\b[0-9a-fA-F]{16,}\b"), "<random>"),
    (re.compile(rf"{SCRATCH}/[\w./-]+"), f"{SCRATCH}/…"),
    (re.compile(r"\b(localhost|127\.0\.0\.1|\[::1?\]):\d{4,5}\b"), r"\1:…"),
)


def collect(job: Job, *, level: Level = Level.MID, seconds: int = SECONDS) -> OwnTests:
    """How the tests ended, or why they did not run: nothing here is anybody's fault, and nothing is raised.

    They run from `level` upwards, and never in a self-check: a candidate runs them without our help.
    """
    try:
        plan = detect(job.submission)
    except GraderError as fault:
        return OwnTests(not_run=f"{fault.code}: {fault.problem.what}")
    sources = Sources(job.submission, plan.folder)
    found = runner(sources, plan)
    if found is None:
        return OwnTests(not_run="there are no tests of the candidate's own")
    files = tuple(sources.path(name) for name in found.files[:MOST_FILES])
    tests = OwnTests(files=files, command=found.command, origin=found.origin, seconds=seconds)
    why, sandbox = _why_not(job, level), job.sandbox
    if why or not isinstance(sandbox, Trials):
        return msgspec.structs.replace(tests, not_run=why or "they run in containers only")
    tool = "pytest" if "pytest" in found.command else ""
    try:
        with job.stages.measure("own tests"):
            needs = with_development(sources, plan, tool=tool)
            run = msgspec.structs.replace(needs, start=found.command, prepare="")
            ended = sandbox.run(job.submission, run, seconds=seconds)
    except GraderError as fault:
        return msgspec.structs.replace(tests, not_run=f"{fault.code}: {fault.problem.what}")
    return msgspec.structs.replace(
        tests, exit_code=ended.exit_code, out_of_memory=ended.out_of_memory, log=_tail(ended.log)
    )


def _why_not(job: Job, level: Level) -> str:
    if job.public_only:
        return "not part of the self-check"
    if not job.level.reaches(level):
        return f"they run from {level} level upwards"
    if job.submission.settings.services.postgres:
        return "they may need the PostgreSQL that only the service gets"
    return ""


def _tail(log: str) -> str:
    lines = [line.rstrip() for line in visible(log).splitlines() if line.strip()][-MOST_LINES:]
    text = steady("\n".join(lines))
    for pattern, instead in VOLATILE:
        text = pattern.sub(instead, text)
    return text[-MOST_LOG:]


COLLECTOR = Collector(name="own-tests", gathers=OwnTests, collect=collect, uses=Resource.SERVICE)
