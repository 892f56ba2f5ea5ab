"""Start the submission once per run and let schemathesis send what the contract leads to.

Two contracts are derived from the published one: a narrow one whose requests must be accepted, a wide one outside of
which requests must be refused. What lies between is not graded. A pack says both as merge patches.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass

import msgspec

from grader.collectors.fuzz.contract import read_contract
from grader.collectors.fuzz.items import Item, make_items
from grader.collectors.fuzz.lines import read_lines
from grader.collectors.fuzz.pack import inspect
from grader.collectors.fuzz.process import loaded
from grader.collectors.fuzz.report import run_of
from grader.collectors.fuzz.settings import MOST_STEPS, Mode, settings
from grader.errors import OurFault
from grader.evidence.fuzz import FuzzRun, FuzzRuns
from grader.exam.requests import AGENT, HOST
from grader.job import Job
from grader.model import Collector, Level, Resource

REQUEST_SECONDS = 15  # longer than the forwarder's deadline, which ends a request first
ATTEMPTS = 2  # a service that did not answer gets a second chance on a fresh start: the machine may have been busy


class Plan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One run: `overlay` narrows or widens the contract, `items` is how many items are made before it.

    In the mode `stateful`, `examples` sequences of at most `steps` valid requests follow the links of the contract.
    """

    name: str
    overlay: str
    mode: Mode
    examples: int
    items: int = 0
    steps: int = MOST_STEPS


class TokenPlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From which level on a token is asked for, and the variable that tells it to the service."""

    level: Level
    variable: str = "API_TOKEN"


def collect(
    job: Job,
    *,
    contract: str,
    runs: tuple[Plan, ...],
    item: Item | None = None,
    token: TokenPlan | None = None,
    seconds: float = 120.0,
) -> FuzzRuns:
    """Every run of the plan, each against a freshly started service; `seconds` bounds one run.

    Raises `SubmissionFault` when the service does not build or never listens, `OurFault` E240 or E241 when the tool
    or the pack is broken. A run that our side or the service ended early keeps what was recorded and says so.
    """
    secret, environment = _token(job, token)
    setting = _Setting(job, contract, item, secret, environment, seconds)
    return FuzzRuns(runs=tuple(_run(setting, plan) for plan in runs))


@dataclass(frozen=True, slots=True)
class _Setting:
    """What is the same for all runs."""

    job: Job
    contract: str
    item: Item | None
    token: str
    environment: dict[str, str]
    seconds: float


def _run(setting: _Setting, plan: Plan) -> FuzzRun:
    """The run; made again when the service did not answer, because only a repeated silence is the service's own."""
    for _ in range(ATTEMPTS - 1):
        run = _once(setting, plan)
        if run.ended != "service":
            return run
    return _once(setting, plan)


def _once(setting: _Setting, plan: Plan) -> FuzzRun:
    job, root = setting.job, setting.job.challenge.root
    published = read_contract(root, setting.contract)
    derived = read_contract(root, setting.contract, plan.overlay, secured=bool(setting.token))
    wording = settings_of(plan, seed=job.seed, token=setting.token)
    with (
        loaded(contract=derived, settings=wording, mode=plan.mode) as program,
        job.sandbox.serve(job.submission, environment=setting.environment) as service,
        job.stages.measure("fuzz", plan.name),
    ):
        made = make_items(service.base_url, setting.item, plan.items, token=setting.token, seconds=REQUEST_SECONDS)
        output = program.run(service.base_url, made.paths, setting.seconds)
    try:
        lines = read_lines(output.events)
    except msgspec.MsgspecError as error:
        raise OurFault("E240", f"what schemathesis wrote cannot be read: {error}") from error
    run = run_of(
        plan.name,
        lines,
        paths=published.get("paths", {}),
        token=setting.token,
        over=output.over,
        seconds=setting.seconds,
    )
    field = setting.item.id if setting.item else "id"
    count = plan.items if setting.item else 0
    return msgspec.structs.replace(run, prepared=made.first, items=count, ids=tuple(made.ids), named_by=field)


def settings_of(plan: Plan, *, seed: int, token: str) -> str:
    """How schemathesis is set for a run."""
    return settings(
        seed=seed,
        mode=plan.mode,
        examples=plan.examples,
        steps=plan.steps,
        seconds=REQUEST_SECONDS,
        headers={"Authorization": f"Bearer {token}"} if token else {},
        agent=AGENT,
        host=HOST,
    )


def _token(job: Job, plan: TokenPlan | None) -> tuple[str, dict[str, str]]:
    """The token of this run and the environment that tells it to the service; empty when none is asked for.

    It follows from seed and submission: equal in two grades of one answer, unknown when the answer is written.
    """
    if plan is None or not job.level.reaches(plan.level):
        return "", {}
    if job.sandbox.isolation == "none":  # somebody else's service: its owner set the token
        return os.environ.get(plan.variable, ""), {}
    token = hashlib.sha256(f"{job.seed}/{job.submission.digest}/fuzz".encode()).hexdigest()[:40]
    return token, {plan.variable: token}


COLLECTOR = Collector(name="schemathesis", gathers=FuzzRuns, collect=collect, uses=Resource.SERVICE, inspect=inspect)
