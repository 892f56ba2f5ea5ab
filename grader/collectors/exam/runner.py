"""Runs the scenarios of an exam one after the other and writes down every exchange."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from msgspec.structs import replace

from grader.collectors.exam.client import ExamClient
from grader.collectors.exam.detours import slashed
from grader.errors import SubmissionFault
from grader.evidence.exam import Capture, HttpExam, StepRun
from grader.evidence.http import Exchange, Received, Sent
from grader.exam.paths import MISSING, dig
from grader.exam.plan import Scenario, Step, Wait, Walk, capture_key
from grader.exam.requests import Call, Ready, build, calls, secret_headers, shell_name
from grader.exam.values import MissingValue
from grader.sandbox import Service

HUNG_AFTER = 3  # requests in a row without an answer: the service may hang, and waiting longer finds nothing new
ERROR_STATUS = 400
MAX_CAPTURE = 2000
MAX_VALUE = 4096  # longer ones are long for their own sake
_LOOKS = 5  # a process that just crashed may still be seen running for a moment
_PAUSE = 0.1
_PATIENT = 10  # times to look that closely: a service that goes on breaking off connections lives
_PATH = re.compile(r"/[!-~]*")


class ExamRunner:
    """One exam against one service. After a crash nothing more is sent: everything else would only repeat it."""

    def __init__(self, service: Service, *, values: Mapping[str, Any], token: str, seconds: float) -> None:
        self._service = service
        self._values = dict(values)
        self._token = token
        self._deadline = time.monotonic() + seconds
        self._runs: list[StepRun] = []
        self._over: dict[str, float] = {}
        self._silent = 0
        self._broken_off = 0
        self._died_at = ""
        self._stopped = ""

    async def run(
        self, scenarios: Iterable[Scenario], left_out: Mapping[str, str], *, request_seconds: float
    ) -> HttpExam:
        """All evidence of the scenarios; what could not be sent is in it with its reason."""
        async with ExamClient(seconds=request_seconds, token=self._token) as client:
            for scenario in scenarios:
                for number in range(1, scenario.rounds + 1):
                    await _Round(self, client, scenario, number).run()
        return HttpExam(
            runs=tuple(self._runs),
            left_out=dict(left_out),
            died_at=self._died_at,
            stopped=self._stopped,
            token=bool(self._token),
            values={key: value for key, value in self._values.items() if len(str(value)) <= MAX_VALUE},
        )

    def may_send(self) -> bool:
        """False once the service is gone or the time is used up."""
        if not self._stopped and time.monotonic() > self._deadline:
            self._stopped = "the time for the exam was used up by slow answers"
        return not self._stopped

    def write(self, *runs: StepRun) -> None:
        """Keep runs, in the order the exam names them."""
        self._runs += runs

    def answered(self, step: str) -> None:
        """Note that a request of `step` is over: waits count from there."""
        self._over[step] = time.monotonic()

    async def wait(self, wait: Wait) -> None:
        """Let time pass; it is not the service's, so it does not use up the time for the exam."""
        now = time.monotonic()
        rest = max(self._over.get(wait.since, now) + wait.seconds - now, 0.0)
        self._deadline += rest
        await asyncio.sleep(rest)

    def note(self, step: str, received: Received | str) -> None:
        """See from an exchange whether the service is still there."""
        if isinstance(received, Received):
            self._silent = 0
            return
        if received.startswith("no answer"):
            self._silent += 1
        elif not self._stopped and self._is_gone():
            self.gone(step)

    def gone(self, step: str) -> None:
        """The service is not there any more since `step`."""
        self._died_at, self._stopped = step, f"the service was gone after `{step}`"

    def restart(self, step: str) -> str:
        """Start the service again; in words what went wrong, empty when nothing did."""
        try:
            self._service.restart()
        except SubmissionFault as fault:
            self.gone(step)
            return fault.problem.what
        return ""

    async def exchange(self, client: ExamClient, step: str, ready: Ready) -> Exchange:
        """Send one request."""
        sent, received = ready.sent, await self._send(client, ready.sent, ready.content)
        moved = slashed(sent, received) if isinstance(received, Received) else None
        if moved is not None:
            sent, received = moved, await self._send(client, moved, ready.content)
        self.note(step, received)
        if self._silent >= HUNG_AFTER and not self._stopped:
            await self._see_whether_it_hangs(client, step)
        detour = ready.sent.target if moved is not None else ""
        if isinstance(received, str):
            return Exchange(sent=sent, error=received, detour=detour)
        return Exchange(sent=sent, received=received, detour=detour)

    async def _send(self, client: ExamClient, sent: Sent, content: bytes | None) -> Received | str:
        headers = secret_headers(sent, self._token)
        return await client.send(self._service.base_url, sent.method, sent.target, headers, content)

    async def _see_whether_it_hangs(self, client: ExamClient, step: str) -> None:
        """One operation may be slow while the others answer: a request that asks for nothing tells."""
        received = await self._send(client, Sent(method="GET", target="/"), None)
        if isinstance(received, Received):
            self._silent = 0
        elif not self._stopped:
            self._died_at, self._stopped = step, f"the service stopped answering at `{step}`"

    @property
    def scope(self) -> dict[str, Any]:
        """The values drawn for this run."""
        return dict(self._values)

    @property
    def stopped(self) -> str:
        """Why nothing more is sent, empty while things are sent."""
        return self._stopped

    @property
    def token(self) -> bool:
        """Whether the service was given a token."""
        return bool(self._token)

    def _is_gone(self) -> bool:
        self._broken_off += 1
        for _ in range(_LOOKS if self._broken_off <= _PATIENT else 1):
            if not self._service.state().running:
                return True
            time.sleep(_PAUSE)
        return False


class _Round:
    """One pass through a scenario: captured values live as long as it does."""

    def __init__(self, runner: ExamRunner, client: ExamClient, scenario: Scenario, number: int) -> None:
        self._runner, self._client, self._scenario, self._number = runner, client, scenario, number
        self._scope: dict[str, Any] = {**runner.scope, "round": number}

    async def run(self) -> None:
        for step in self._scenario.step:
            if step.restart:
                self._restart(step)
            elif step.wait is not None:
                await self._wait(step, step.wait)
            elif step.walk is not None:
                await self._walk(step, step.walk)
            elif step.concurrent:
                runs = await asyncio.gather(*(self._call(step, call) for call in calls(step, token=self._runner.token)))
                self._runner.write(*(replace(run, together=True) for run in runs))
            else:
                for call in calls(step, token=self._runner.token):
                    self._runner.write(await self._call(step, call))

    def _restart(self, step: Step) -> None:
        name = self._name(step)
        reason = self._runner.restart(name) if self._runner.may_send() else self._runner.stopped
        self._runner.write(StepRun(step=name, round=self._number, skipped=reason))

    async def _wait(self, step: Step, wait: Wait) -> None:
        if self._runner.may_send():
            await self._runner.wait(wait)
        name, stopped = self._name(step), self._runner.stopped
        self._runner.write(StepRun(step=name, round=self._number, skipped=stopped, waits=wait.seconds))

    async def _call(self, step: Step, call: Call) -> StepRun:
        run = StepRun(
            step=self._name(step),
            variant=call.name,
            number=call.number,
            round=self._number,
            rule=call.variant.rule or step.rule,
        )
        if not self._runner.may_send():
            return replace(run, skipped=self._runner.stopped)
        try:
            ready = build(step, call, self._scope, token=self._runner.token)
        except MissingValue as missing:
            return replace(run, skipped=f"no earlier answer gave `{missing.name}`")
        exchange = await self._runner.exchange(self._client, run.step, ready)
        self._runner.answered(run.step)
        captured = self._capture(step, call, exchange)
        sent_json = ready.body if exchange.sent.body else None
        return replace(run, exchange=exchange, sent_json=sent_json, captured=captured)

    async def _walk(self, step: Step, walk: Walk) -> None:
        """Page after page until an empty one; `offset` grows by what came, whatever size was asked for."""
        offset, before = 0, ""
        joint = "&" if "?" in step.send else "?"
        call = calls(step, token=self._runner.token)[0]
        for page in range(1, walk.most + 1):
            query = f"{joint}{walk.limit}={walk.size}&{walk.offset}={offset}"
            variant = _sending(call, f"{step.send}{query}")
            run = await self._call(step, variant._replace(number=page))
            self._runner.write(run)
            received = run.exchange.received if run.exchange else None
            items = dig(_json(received), walk.items) if received is not None else MISSING
            if not isinstance(items, list) or not items or received is None or received.body == before:
                return
            offset, before = offset + len(items), received.body

    def _capture(self, step: Step, call: Call, exchange: Exchange) -> tuple[Capture, ...]:
        received = exchange.received
        if received is None or received.status >= ERROR_STATUS:
            return ()
        body = _json(received)
        found = []
        for name, source in step.capture.items():
            value = _taken(received, body, source, exchange.sent.target)
            if value is None:
                continue
            key = capture_key(call.variant.name, call.number)
            full = f"{name}.{key}" if key else name
            self._scope[name] = self._scope[full] = value
            found.append(Capture(name=full, value=value, source=source, variable=shell_name(full)))
        return tuple(found)

    def _name(self, step: Step) -> str:
        return f"{self._scenario.id}.{step.id}"


def _sending(call: Call, send: str) -> Call:
    """The call with another method and path."""
    variant = call.variant
    return call._replace(variant=type(variant)(name=variant.name, send=send, headers=variant.headers))


def _json(received: Received | None) -> Any:  # noqa: ANN401 - any JSON value
    if received is None:
        return MISSING
    try:
        return json.loads(received.body)
    except (ValueError, RecursionError):
        return MISSING


def _taken(received: Received, body: Any, source: str, target: str) -> str | int | None:  # noqa: ANN401 - any JSON value
    """A value worth sending again: a scalar, or a header; of a header that is a URL only the path counts."""
    if source.startswith("header:"):
        return _path(received.header(source.removeprefix("header:")), target)
    value = dig(body, source)
    if isinstance(value, bool) or not isinstance(value, str | int) or len(str(value)) > MAX_CAPTURE:
        return None
    return value if _can_be_sent(value) else None


def _can_be_sent(value: str | int) -> bool:
    """False for text that no request can carry: JSON may write half of a surrogate pair."""
    try:
        str(value).encode()
    except UnicodeEncodeError:
        return False
    return True


def _path(value: str, target: str) -> str | None:
    """The path and query of a URL or relative reference, None when it cannot be requested."""
    try:
        parts = urlsplit(urljoin(f"http://service{target}", value))
    except ValueError:
        return None
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return path if value and len(path) <= MAX_CAPTURE and _PATH.fullmatch(path) else None
