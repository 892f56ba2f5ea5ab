"""Start the submission, run the challenge's exam against it, write down every exchange."""

from __future__ import annotations

import asyncio
import hashlib
import os

from grader.collectors.exam.runner import ExamRunner
from grader.errors import OurFault
from grader.evidence.exam import HttpExam
from grader.exam.plan import CODE, Exam, Scenario, TokenMode, read_exam
from grader.exam.values import draw
from grader.exam.vocabulary import inspect
from grader.job import Job
from grader.model import Collector, Resource, Visibility


def collect(job: Job, *, exam: str = "exam.toml", seconds: float = 120.0, request_seconds: float = 8.0) -> HttpExam:
    """The exam's exchanges. `seconds` bounds the whole exam and begins when the service listens.

    `request_seconds` is less than the deadline of the sandbox's forwarder, so that a time-out is told as one.

    Raises `SubmissionFault` when the service does not build or never listens, `OurFault` E242 when the exam cannot
    be read.
    """
    plan = read_exam(job.challenge.root / exam)
    token, environment = _token(job, plan)
    scenarios, left_out = _chosen(job, plan, token=bool(token))
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
        return asyncio.run(runner.run(scenarios, left_out, request_seconds=request_seconds))


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


def _chosen(job: Job, plan: Exam, *, token: bool) -> tuple[list[Scenario], dict[str, str]]:
    """The scenarios of this run, and why the others are not part of it."""
    chosen, left_out = [], {}
    for scenario in plan.scenario:
        if not job.level.reaches(scenario.level):
            left_out[scenario.id] = f"asked from {scenario.level} level upwards"
        elif job.public_only and scenario.visibility is not Visibility.PUBLIC:
            left_out[scenario.id] = "not part of the self-check"
        elif not token and _about_tokens(scenario):
            left_out[scenario.id] = "no token is set in this run"
        else:
            chosen.append(scenario)
    return chosen, left_out


def _about_tokens(scenario: Scenario) -> bool:
    """Whether a scenario sends anything but the right token."""
    return any(step.token is not TokenMode.VALID or any(v.token for v in step.each) for step in scenario.step)


COLLECTOR = Collector(name="http-exam", gathers=HttpExam, collect=collect, uses=Resource.SERVICE, inspect=inspect)
