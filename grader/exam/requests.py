"""A step of an exam as requests ready to be sent."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

import msgspec

from grader.evidence.http import TOKEN, Sent
from grader.exam.plan import Step, TokenMode, Variant
from grader.exam.values import PLACEHOLDER, fill, fill_draws

AGENT = "Mozilla/5.0 (X11; Linux x86_64) HttpClient/1.0"  # says nothing about a grader
HOST = "127.0.0.1:8000"  # whatever port of ours leads there: services put it into links, and links into evidence
JSON = "application/json"
MAX_TEXT = 4096  # a longer body is described instead of kept
_SAID = {
    TokenMode.NONE: "no token",
    TokenMode.WRONG: "wrong token",
    TokenMode.BASIC: "another scheme",
    TokenMode.LONGER: "longer token",
    TokenMode.SCHEME: "token of another scheme",
}
_SENT = {
    TokenMode.WRONG: "Bearer not-the-token",
    TokenMode.BASIC: "Basic dXNlcjpwYXNzd29yZA==",
    TokenMode.LONGER: f"Bearer {TOKEN}-and-more",
    TokenMode.SCHEME: f"Token {TOKEN}",
}
_RUN = re.compile(r"(.)\1{511,}", re.DOTALL)
_ENCODED = "/?#"


class Ready(NamedTuple):
    """A request: `sent` is how it is saved (token as `$API_TOKEN`), `content` the bytes of its body."""

    variant: str
    number: int
    sent: Sent
    content: bytes | None
    body: Any = None


class Call(NamedTuple):
    """One of the requests of a step before captured values are known."""

    variant: Variant
    token: TokenMode
    number: int

    @property
    def name(self) -> str:
        """What tells it from the other requests of its step."""
        return ", ".join(part for part in (self.variant.name, _SAID.get(self.token, "")) if part)


def calls(step: Step, *, token: bool) -> list[Call]:
    """Every request of a step; without a token in this run every token mode sends none."""
    modes = step.token if isinstance(step.token, tuple) else (step.token,)
    variants = step.each or (Variant(name=""),)
    numbers = range(1, step.repeat + 1) if step.repeat > 1 else (0,)
    return [
        Call(variant, (variant.token or mode) if token else TokenMode.VALID, number)
        for variant in variants
        for mode in modes
        for number in numbers
    ]


def build(step: Step, call: Call, scope: Mapping[str, Any], *, token: bool) -> Ready:
    """The request of a call; raises `MissingValue` when an earlier answer did not give what it needs."""
    scope = {**scope, "n": call.number}
    method, _, path = (call.variant.send or step.send).partition(" ")
    target, template = _target(path, scope)
    content, body = _content(step, call.variant, scope)
    headers = {**({"Content-Type": JSON} if content is not None else {}), **step.headers, **call.variant.headers}
    headers = {name: str(fill(value, scope)) for name, value in headers.items()}
    if token and call.token is not TokenMode.NONE:
        headers["Authorization"] = _authorization(call.token)
    sent = Sent(
        method=method,
        target=target,
        template=template if template != target else "",
        headers={name: value for name, value in headers.items() if value},
        **_described(content),
    )
    return Ready(call.name, call.number, sent, content, body)


def secret_headers(sent: Sent, token: str) -> dict[str, str]:
    """The headers that really go out: neutral ones, and the token in the place of `$API_TOKEN`."""
    plain = {"Host": HOST, "User-Agent": AGENT, "Accept": "*/*", "Accept-Encoding": "identity", "Connection": "close"}
    return {**plain, **{name: value.replace(TOKEN, token) for name, value in sent.headers.items()}}


def shell_name(name: str) -> str:
    """A captured value as a shell variable: `id.3` is `ID_3`."""
    return re.sub(r"\W", "_", name).upper()


def _target(path: str, scope: Mapping[str, Any]) -> tuple[str, str]:
    """The target, and the same with captured values as shell variables."""
    whole = path.startswith("{")  # `GET {location}`: the value is a path itself

    def value(match: re.Match[str]) -> str:
        text = str(fill(match[0], scope))
        return text if whole else quote(text, safe="")

    def variable(match: re.Match[str]) -> str:
        return f"${shell_name(match[1])}" if ":" not in match[1] and match[1] not in ("n", "round") else value(match)

    return PLACEHOLDER.sub(value, path), PLACEHOLDER.sub(variable, path)


def _content(step: Step, variant: Variant, scope: Mapping[str, Any]) -> tuple[bytes | None, Any]:
    """The bytes of the body and the JSON value in them, if it is one of ours."""
    if variant.hex or (step.hex and variant.raw is None and variant.json is msgspec.UNSET):
        return bytes.fromhex(variant.hex or step.hex), None
    if variant.raw is not None or (step.raw is not None and variant.json is msgspec.UNSET):
        text = variant.raw if variant.raw is not None else step.raw or ""
        return fill_draws(text, scope).encode("utf-8", "surrogatepass"), None
    template = step.json if variant.json is msgspec.UNSET else variant.json
    if template is msgspec.UNSET:
        return None, None
    if isinstance(template, dict):
        template = {key: value for key, value in {**template, **variant.merge}.items() if key not in variant.without}
    body = fill(template, scope)
    return json.dumps(body, ensure_ascii=False).encode(), body


def _authorization(mode: TokenMode) -> str:
    return _SENT.get(mode, f"Bearer {TOKEN}")


def _described(content: bytes | None) -> dict[str, Any]:
    """How a body is saved: as text when it is short and is text, else described with a command that makes it."""
    if content is None:
        return {}
    try:
        text = content.decode()
    except UnicodeDecodeError:
        octal = "".join(f"\\{byte:03o}" for byte in content)
        return {"body_note": f"{len(content)} bytes that are no UTF-8", "body_command": f"printf '{octal}'"}
    if len(text) <= MAX_TEXT:
        return {"body": text}
    return {"body_note": f"{len(content)} bytes: {_short(text)}", "body_command": _printed(text)}


def _short(text: str) -> str:
    return _RUN.sub(lambda match: f"{match[1] * 3}… ({len(match[0])} times)", text)[:200]


def _printed(text: str) -> str:
    """A shell command that prints a long text: its long runs of one character are made, not written."""
    parts, end = [], 0
    for run in _RUN.finditer(text):
        parts.append(f"printf %s {shlex.quote(text[end : run.start()])}")
        parts.append(f"head -c {len(run[0])} /dev/zero | tr '\\0' {shlex.quote(run[1])}")
        end = run.end()
    return "; ".join([*parts, f"printf %s {shlex.quote(text[end:])}"])
