"""`grader challenge exam`: every request of a challenge's exam, in order, as a text to read or to compare."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import msgspec

from grader.cli.packs import load
from grader.collectors.fuzz.rehearsal import Rehearsed, rehearse
from grader.collectors.fuzz.settings import STATEFUL
from grader.errors import UsageError
from grader.evidence.http import TOKEN
from grader.exam.chosen import chosen
from grader.exam.plan import read_exam
from grader.exam.printed import PrintedPart, PrintedRequest, printed_scenario, text
from grader.exam.requests import AGENT, HOST
from grader.exam.values import draw
from grader.exam.vocabulary import FILE
from grader.model import Challenge, CollectorUse, Level

PREAMBLE = (
    f"Every request also has `Host: {HOST}`, `User-Agent: {AGENT}`, `Accept: */*`, `Accept-Encoding: identity`",
    "and `Connection: close`. A name such as $ID stands for a value taken from an earlier answer,",
    f"{TOKEN} for the token that the service was started with.",
)


def exam(arguments: argparse.Namespace) -> int:
    """Print the exam; nothing of a submission is needed, nor an engine. Raises `UsageError` E114 without any."""
    challenge = load(arguments, arguments.challenge)
    level, seed = Level(arguments.level), int(arguments.seed)
    parts = [part for use in challenge.collect for part in _parts(challenge, use, level, seed)]
    if not parts:
        raise UsageError(
            "E114",
            f"`{challenge.id}` sends no requests, so there is no exam to print",
            help=f"`grader challenge show {challenge.id}` says what is looked at",
        )
    if arguments.json:
        print(msgspec.json.format(msgspec.json.encode(parts), indent=2).decode())
        return 0
    print(f"{challenge.id} {challenge.version}, {level} level, seed {seed}")
    for line in (*PREAMBLE, *text(parts)):
        print(line)
    return 0


def _parts(challenge: Challenge, use: CollectorUse, level: Level, seed: int) -> Iterator[PrintedPart]:
    if use.name == "http-exam":
        plan = read_exam(challenge.root / use.options.get("exam", FILE))
        token = plan.token is not None and level.reaches(plan.token.level)
        values = draw(seed, plan.texts(), plan.words)
        put, _ = chosen(plan, level, token=token)
        if plan.environment:
            settings = tuple(f"{name}={value}" for name, value in plan.environment.items())
            yield PrintedPart(id="settings", title="set for the service", requests=(), notes=settings)
        yield from (printed_scenario(scenario, values, token=token) for scenario in put)
    elif use.name == "schemathesis":
        options = use.options
        asked = options.get("token")
        token = asked is not None and level.reaches(asked.level)
        for plan in options["runs"]:
            if plan.mode == STATEFUL:
                yield PrintedPart(id=plan.name, title="sequences of requests that follow the answers", requests=())
                continue
            run = rehearse(challenge.root, options["contract"], plan, options.get("item"), seed=seed, token=token)
            yield _generated(run, options["contract"])


def _generated(run: Rehearsed, contract: str) -> PrintedPart:
    plan = run.plan
    requests = [
        PrintedRequest(step=f"{plan.name} {number}", sent=sent) for number, sent in enumerate(run.requests, start=1)
    ]
    if run.making is not None:
        making = PrintedRequest(
            step=f"{plan.name} 0", sent=run.making, times=plan.items, note="asked for below as 1, 2, …"
        )
        requests.insert(0, making)
    return PrintedPart(
        id=plan.name,
        title=f"{len(run.requests)} requests generated from {contract} with {plan.overlay}",
        requests=tuple(requests),
        notes=(f"digest {run.digest}",),
    )
