"""Redirects that change nothing but the slash at the end of a path.

Frameworks that name a collection `/things/` send whoever asks for `/things` there. Every client follows that; what it
costs is one question about the contract's paths, not all others.
"""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from msgspec.structs import replace

from grader.evidence.http import Received, Sent
from grader.exam.requests import HOST

_KEEPS_THE_REQUEST = (307, 308)
_MAY_BECOME_GET = (301, 302, 303)


def slashed(sent: Sent, received: Received) -> Sent | None:
    """The request to send instead, None when the answer is no such redirect.

    301 to 303 are followed for GET only: clients turn any other request into one, and its body is lost (RFC 9110,
    section 15.4).
    """
    follows = received.status in _KEEPS_THE_REQUEST or (received.status in _MAY_BECOME_GET and sent.method == "GET")
    if not follows:
        return None
    try:
        to = urlsplit(received.header("location"))
    except ValueError:
        return None
    if to.netloc not in ("", HOST) or to.scheme not in ("", "http") or to.fragment:
        return None
    path, _, query = sent.target.partition("?")
    other = path.removesuffix("/") if path.endswith("/") else f"{path}/"
    if not other or unquote(to.path) != unquote(other) or to.query not in ("", query):
        return None
    return replace(sent, target=_slashed(sent.target), template=_slashed(sent.template) if sent.template else "")


def _slashed(target: str) -> str:
    """The target with the slash at the end of its path put there or taken away."""
    path, mark, query = target.partition("?")
    return f"{path.removesuffix('/') if path.endswith('/') else f'{path}/'}{mark}{query}"
