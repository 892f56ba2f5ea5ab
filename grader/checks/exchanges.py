"""Show a request and its answer so that a stranger can judge it and send it again."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import NamedTuple

from grader.checks.masking import stable
from grader.evidence.http import TOKEN, Exchange, Received, Sent
from grader.exhibits import HttpExhibit
from grader.visible import one_line, visible

BASE = "http://127.0.0.1:8000"
CRASH = "crash"  # the symptom of a finding where the service failed (5xx, no answer) instead of deciding wrongly
TOO_MANY = 429
MAX_BODY = 4096
MAX_INLINE = 4096  # a longer body is not written into a command line
_SHOWN_RECEIVED = (
    *("content-type", "location", "allow", "www-authenticate", "retry-after", "accept", "accept-patch", "accept-post"),
    *("link", "cache-control"),
)
_VARIABLE = re.compile(r"\$[A-Z][A-Z0-9_]*")


class Preparation(NamedTuple):
    """An earlier exchange that a command line must repeat; `source` is where `variable` is read from its answer.

    `source` is a dotted path into the JSON body (`items.0.id`) or `header:location`; both are empty when the
    exchange is repeated for its effect only. Without an exchange, `seconds` go by.
    """

    exchange: Exchange | None
    variable: str = ""
    source: str = ""
    seconds: float = 0.0


def http_exhibit(
    exchange: Exchange,
    *,
    title: str = "",
    before: Sequence[Preparation] = (),
    known: str = "",
    drawn: Mapping[str, str] | None = None,
) -> HttpExhibit:
    """The exchange with a runnable command; `before` are the exchanges the command repeats first.

    `known` is all text we sent (it stays as it is), `drawn` names values chosen by the service (they are masked).
    """
    sent = exchange.sent
    known = "\n".join((known, sent.template or sent.target, sent.body or ""))
    return HttpExhibit(
        title=title,
        request=_request(sent),
        response=_response(exchange, known, drawn or {}),
        command=command(exchange, before),
    )


def command(exchange: Exchange, before: Sequence[Preparation] = ()) -> str:
    """A shell script that sends the exchange again: the earlier ones, then this one."""
    return "\n".join([*(_prepare(step) for step in before), curl(exchange.sent, "-i")])


def curl(sent: Sent, *flags: str) -> str:
    """The request as one `curl` command against the service on port 8000."""
    target = sent.template or sent.target
    words = ["curl", "-sS", *flags]
    if sent.method != "GET":
        words += ["-X", sent.method] if sent.method != "HEAD" else ["-I"]
    if re.search(r"/\.{1,2}(/|$)", target):
        words.append("--path-as-is")
    if re.search(r"[][{}]", target):
        words.append("-g")
    words.append(_word(BASE + target))
    for name, value in sent.headers.items():
        words += ["-H", _word(f"{name}: {value}")]
    return _with_body(sent, words)


def headline(received: Received) -> str:
    """`404 Not Found`."""
    try:
        return f"{received.status} {HTTPStatus(received.status).phrase}"
    except ValueError:
        return str(received.status)


def asked(sent: Sent) -> str:
    """`PATCH /todos/$ID`, short."""
    return one_line(f"{sent.method} {sent.template or sent.target}", 90)


def _request(sent: Sent) -> str:
    lines = [f"{sent.method} {sent.template or sent.target}"]
    lines += [f"{name}: {value}" for name, value in sent.headers.items()]
    if sent.body_note:
        lines += ["", f"({sent.body_note})"]
    elif sent.body is not None:
        lines += ["", _cut(sent.body)]
    return visible("\n".join(lines))


def _response(exchange: Exchange, known: str, drawn: Mapping[str, str]) -> str:
    received = exchange.received
    if received is None:
        return f"(no answer: {one_line(exchange.error)})"
    lines = [headline(received)]
    lines += [f"{name}: {one_line(value, 300)}" for name, value in received.headers if name in _SHOWN_RECEIVED]
    if received.body:
        lines += ["", _cut(received.body) + ("…" if received.cut and len(received.body) <= MAX_BODY else "")]
    shown = stable("\n".join(lines), known=known, drawn=drawn)
    return visible(_timeless(shown) if received.status == TOO_MANY else shown)


def _timeless(text: str) -> str:
    """A refusal says in how many seconds to try again: another number in every run."""
    return re.sub(rf"(?<![\w.])(?!{TOO_MANY}\b)\d+(?:\.\d+)?", "<number>", text)


def _cut(text: str) -> str:
    return text if len(text) <= MAX_BODY else text[: MAX_BODY - 1] + "…"


def _prepare(step: Preparation) -> str:
    if step.exchange is None:
        return f"sleep {step.seconds:g}"
    sent = step.exchange.sent
    if not step.variable:
        return curl(sent, "-o", "/dev/null")
    if step.source.startswith("header:"):
        name = step.source.removeprefix("header:")
        line = f"grep -i {shlex.quote(f'^{name}:')} | cut -d' ' -f2- | tr -d '\\r'"
        return f"{step.variable}=$({curl(sent, '-D', '-', '-o', '/dev/null')} | {line})"
    path = "".join(f"[{part}]" if part.isdigit() else f".{part}" for part in step.source.split("."))
    return f"{step.variable}=$({curl(sent)} | jq -r {shlex.quote(path if path.startswith('.') else '.' + path)})"


def _with_body(sent: Sent, words: list[str]) -> str:
    line = " ".join(words)
    if sent.body is None and not sent.body_command:
        return line
    if not any(name.lower() == "content-type" for name in sent.headers):
        line += " -H 'Content-Type:'"
    if sent.body_command:
        return f"{{ {sent.body_command}; }} | {line} --data-binary @-"
    body = sent.body or ""
    if visible(body, keep="\n") != body:
        return f"printf '{_octal(body)}' | {line} --data-binary @-"
    if len(body) > MAX_INLINE:
        return f"{line} --data-binary {shlex.quote(body[:MAX_INLINE])}  # cut: the body goes on"
    return f"{line} --data-binary {shlex.quote(body)}"


def _octal(body: str) -> str:
    return "".join(f"\\{byte:03o}" for byte in body.encode("utf-8", "surrogatepass"))


def _word(text: str) -> str:
    """`text` as one word of a shell command in which `$API_TOKEN` and `$ID` stay variables."""
    if not _VARIABLE.search(text):
        return shlex.quote(text)
    parts = _VARIABLE.split(text)
    names = _VARIABLE.findall(text)
    quoted = [re.sub(r'([\\"`$])', r"\\\1", part) for part in parts]
    pairs = zip(quoted, [*names, ""], strict=True)
    return '"' + "".join(part + _braced(name) for part, name in pairs) + '"'


def _braced(name: str) -> str:
    return name if name in ("", TOKEN) else "${" + name[1:] + "}"
