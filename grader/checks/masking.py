"""What differs between two runs of one service, written as what it is: `<time>`, `<uuid>`, `<number>`.

Two grades of one answer must be the same document, so nothing that depends on the clock or on chance may reach a
message or an exhibit. What we sent ourselves is the same in every run and stays as it is (`known`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_DAY = r"\d{4}-\d{2}-\d{2}"
_CLOCK = r"\d{1,2}:\d{2}:\d{2}(?:[.,]\d+)?(?:\s?[AP]M)?"
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("<uuid>", r"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b"),
        ("<time>", rf"\b{_DAY}[T ]\d{{2}}:\d{{2}}(?::\d{{2}}(?:[.,]\d+)?)?(?:Z|z|\s?[+-]\d{{2}}:?\d{{2}})?"),
        ("<time>", rf"\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? [\w -]{{5,14}} {_CLOCK}(?: GMT)?"),
        ("<date>", rf"\b{_DAY}\b"),
        ("<time>", rf"\b{_CLOCK}"),
        ("<address>", r"\b0x[0-9a-fA-F]{4,}\b"),
        ("<path>", r"(?<![\w.])/(?:tmp|var/tmp)/[^\s\"':,)]+"),
        ("<hex>", r"\b(?=[0-9a-fA-F]*\d)(?=[0-9a-fA-F]*[a-fA-F])[0-9a-fA-F]{12,}\b"),
        ("<number>", r"(?<![\w.])-?\d+\.\d{4,}\b"),
        ("<number>", r"\d{6,}"),
    )
)
_LONG = re.compile(r"(?!\d{1,5}$).{4,}", re.DOTALL)  # a small serial number is the same in every run


def stable(text: str, *, known: str = "", drawn: Mapping[str, str] | None = None) -> str:
    """`text` with volatile values named; `known` is text we sent, `drawn` names values the service chose.

    `drawn` maps a value to its name: a random id `V1StG` captured as `slug` is written `<slug>`.
    """
    for value, name in sorted((drawn or {}).items(), key=lambda item: -len(item[0])):
        if _LONG.fullmatch(value) and value not in known:
            text = text.replace(value, f"<{name}>")
    for name, pattern in _PATTERNS:
        text = pattern.sub(lambda match, name=name: match[0] if match[0] in known else name, text)  # type: ignore[misc]
    return text
