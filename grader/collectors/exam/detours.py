"""Redirects that change nothing but the slash at the end of a path.

Frameworks that name a collection `/things/` send whoever asks for `/things` there. Every client follows that; what it
costs is one question about the contract's paths, not all others.
"""

from __future__ import annotations

from urllib.parse import urlsplit

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
    path, mark, query = sent.target.partition("?")
    if to.path not in (f"{path}/", path.removesuffix("/")) or to.path in ("", path):
        return None
    if to.query not in ("", query):
        return None
    template = sent.template.partition("?")[0]
    shown = f"{template}/" if to.path.endswith("/") else template.removesuffix("/")
    return replace(
        sent, target=f"{to.path}{mark}{query}", template=f"{shown}{sent.template[len(template) :]}" if template else ""
    )
