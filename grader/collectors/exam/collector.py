"""Start the submission, run the challenge's exam against it, write down every exchange."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
from pathlib import Path

from msgspec.structs import replace

from grader.collectors.exam.own_contract import own_contract
from grader.collectors.exam.runner import ExamRunner
from grader.errors import OurFault, UsageError
from grader.evidence.exam import HttpExam
from grader.exam.chosen import chosen
from grader.exam.plan import CODE, Exam, read_exam
from grader.exam.values import draw
from grader.exam.vocabulary import CODE as PACK
from grader.exam.vocabulary import FILE, inspect
from grader.job import Job
from grader.model import Collector, Options, Resource, Vocabulary
from grader.packs import BRIEF


def collect(job: Job, *, exam: str = "exam.toml", seconds: float = 120.0, request_seconds: float = 8.0) -> HttpExam:
    """The exam's exchanges. `seconds` bounds the whole exam and begins when the service listens.

    `request_seconds` is less than the deadline of the sandbox's forwarder, so that a time-out is told as one.

    Raises `SubmissionFault` when the service does not build or never listens, `OurFault` E242 when the exam cannot
    be read.
    """
    plan = read_exam(job.challenge.root / exam)
    token, environment = _token(job, plan)
    environment = {**_settings(job, plan), **environment}
    scenarios, left_out = chosen(plan, job.level, token=bool(token), public_only=job.public_only)
    try:
        values = draw(job.seed, plan.texts(), plan.words)
    except ValueError as error:
        raise OurFault(CODE, f"{exam}: {error}") from error
    with (
        job.sandbox.serve(job.submission, environment=environment) as service,
        job.stages.measure("exam", f"{len(scenarios)} scenarios"),
    ):
        job.notes.extend(service.notes)
        runner = ExamRunner(service, values=values, token=token, seconds=seconds)
        answered = asyncio.run(runner.run(scenarios, left_out, request_seconds=request_seconds))
    return replace(answered, own_contract=own_contract(job))


def _settings(job: Job, plan: Exam) -> dict[str, str]:
    """The settings the exam counts on; a service that somebody else started should have them already."""
    if job.sandbox.isolation == "none" and plan.environment:
        told = " ".join(f"{name}={value}" for name, value in plan.environment.items())
        job.notes.append(f"the exam counts on these settings of the service: {told}")
        return {}
    return plan.environment


def _token(job: Job, plan: Exam) -> tuple[str, dict[str, str]]:
    """The token of this run and the environment that tells it to the service; empty when none is asked for.

    It follows from seed and submission: equal in two grades of one answer, unknown when the answer is written. A
    service that somebody else started has the token its owner gave it.
    """
    if plan.token is None or not job.level.reaches(plan.token.level):
        return "", {}
    variable = plan.token.variable
    if job.sandbox.isolation == "none":
        token = os.environ.get(variable, "")
        if not token:
            job.notes.append(f"{variable} is not set, so nothing was asked about tokens")
        return token, {}
    token = hashlib.sha256(f"{job.seed}/{job.submission.digest}".encode()).hexdigest()[:40]
    return token, {variable: token}


def prove(root: Path, options: Options) -> Vocabulary:
    """What checks may name in the exam; raises `UsageError` E101 when it is wrong or the brief leaves a setting out."""
    words = inspect(root, options)
    path, brief = root / options.get("exam", FILE), root / BRIEF
    settings = read_exam(path).environment
    told = brief.read_text(encoding="utf-8") if settings and brief.is_file() else ""
    for name in settings:
        if not re.search(rf"\b{re.escape(name)}\b", told):
            what = f"the exam sets `{name}` for the service, and {BRIEF} does not tell it"
            raise UsageError(PACK, what, where=str(path), help="name it in the brief, with what it means")
    return words


COLLECTOR = Collector(name="http-exam", gathers=HttpExam, collect=collect, uses=Resource.SERVICE, inspect=prove)
