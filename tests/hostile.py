"""Strings that try to become more than text, and a way to put them into every text field of a result."""

from __future__ import annotations

from typing import Any

import msgspec

from grader.result import Result

CORPUS = {
    "image": '<img src=x onerror="window.pwned=1;alert(1)">',
    "script": "</pre></script><script>window.pwned=1;alert(1)</script>",
    "svg": "<svg/onload=window.pwned=1>",
    "style": "</style><style>body{background:red!important}</style>",
    "attribute": '" autofocus onfocus=window.pwned=1 x="',
    "quote": "' onmouseover='window.pwned=1",
    "template": "{{ 7*7 }}{% raw %}{{ result }}<b>",
    "refresh": '<meta http-equiv="refresh" content="0;url=http://192.0.2.1/">',
    "form": "<form action=http://192.0.2.1/><input name=q></form><base href=http://192.0.2.1/>",
    "frame": "<iframe src=http://192.0.2.1/></iframe><link rel=stylesheet href=http://192.0.2.1/x.css>",
    "comment": "--> <!-- ]]> <![CDATA[ <?xml version='1.0'?> <!DOCTYPE x>",
    "bidi": "user\u202ecod.exe\u2066 \u200bzero",
    "control": "\x1b[2J\x1b]0;title\x07\x1b[31mred \x9b31m \x00 \x08\x7f \r over",
    "link": "[ok](javascript:alert(1)) ![x](http://192.0.2.1/t.png) https://192.0.2.1 @octocat #12",
    "markdown": "`x` ``y`` ```z | a | **b** _c_ ~~d~~ > e # f - g \\",
    "details": "</summary></details><details open><h1>pwn</h1>",
    "fence": "```\n</details>\n# heading\n| x |\n~~~\n```",
    "workflow": "\n::error file=x::boom\n::stop-commands::x\n##[error]boom",
    "csv": "=cmd|' /C calc'!A0, %0A::set-output name=x::y",
    "wide": "日本語" * 30 + "\U0001f469\u200d\U0001f4bb",
    "noncharacter": "\ufffe \uffff \ufdd0 \U0001ffff",
    "long": "A" * 3000,
}
KEPT = frozenset(
    {"kind", "status", "view", "level", "outcome", "severity", "visibility", "isolation", "band", "schema_version"}
)


def poisoned(result: Result, text: str) -> Result:
    """`result` with `text` as every text and every key of a table; ids stay different from each other."""
    return msgspec.convert(_poison(msgspec.to_builtins(result), text, [0]), type=Result)


def harmless(text: str) -> str:
    """Plain words with as many lines as `text`; for one letter again and again another one as often."""
    if len(set(text)) == 1:
        return "B" * len(text)
    return "\n".join("words" for _ in text.splitlines())


def _poison(value: Any, text: str, numbers: list[int]) -> Any:
    if isinstance(value, str):
        return text
    if isinstance(value, dict):
        return {_key(key, text): _field(key, item, text, numbers) for key, item in value.items()}
    if isinstance(value, list | tuple):  # `to_builtins` leaves tuples as they are
        return [_poison(item, text, numbers) for item in value]
    return value


def _key(key: str, text: str) -> str:
    """Names of tools and images are text too; names of fields are not."""
    return text if key in ("schemathesis", "base") else key


def _field(key: str, value: Any, text: str, numbers: list[int]) -> Any:
    if key in KEPT:
        return value
    if key == "bands":
        return value
    if key == "id":
        numbers[0] += 1
        return f"{text}{numbers[0]}"
    return _poison(value, text, numbers)
