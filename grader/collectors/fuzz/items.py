"""Items made before a run, so that requests about `/todos/1` meet something, whatever the service calls it."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import msgspec

from grader.collectors.exam.client import ExamClient
from grader.collectors.exam.detours import slashed
from grader.evidence.http import TOKEN, Exchange, Received, Sent
from grader.exam.requests import JSON, secret_headers

MAX_ID = 200
HARMLESS = frozenset("-_.~")


class Item(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How an item is made: POST `json` to `path`; what the service calls it stands at `id` of the answer."""

    path: str
    json: dict[str, Any]
    id: str = "id"


class Made:
    """What was made. `paths` tells the real path by the one the contract speaks of, `/things/*` that of all below.

    Names differ between services, and so does the slash at the end of a path: see `grader.collectors.exam.detours`.
    """

    def __init__(self) -> None:
        self.first: Exchange | None = None
        self.ids: list[str] = []
        self.paths: dict[str, str] = {}

    def add(self, item: Item, number: int, exchange: Exchange) -> None:
        """Note what the service called its `number`th item."""
        self.first = self.first or exchange
        name = name_of(exchange.received, item.id)
        if name:
            self.ids.append(name)
            self.paths[f"{item.path}/{number}"] = f"{item.path}/{name}"


def make_items(base_url: str, item: Item | None, count: int, *, token: str, seconds: float) -> Made:
    """`count` items made one after the other; what fails is left out, as other checks ask about it."""
    if item is None:
        return Made()
    return asyncio.run(_make(base_url, item, count, token, seconds))


async def _make(base_url: str, item: Item, count: int, token: str, seconds: float) -> Made:
    made = Made()
    async with ExamClient(seconds=seconds, token=token) as client:
        for number in range(1, count + 1):
            headers, body = _headers(token), json.dumps(item.json)
            sent = Sent(method="POST", target=made.paths.get(item.path, item.path), headers=headers, body=body)
            exchange = await _sent(client, base_url, sent, token)
            if exchange.detour:
                made.paths[item.path] = exchange.sent.target
            made.add(item, number, exchange)
            if exchange.received is None:
                break
        if made.ids:
            sent = Sent(method="GET", target=f"{item.path}/{made.ids[0]}", headers=_headers(token))
            if (await _sent(client, base_url, sent, token)).detour:
                made.paths[f"{item.path}/*"] = f"{item.path}/*/"
    return made


async def _sent(client: ExamClient, base_url: str, sent: Sent, token: str) -> Exchange:
    """One request; a redirect that only changes the slash at the end is followed."""
    content = sent.body.encode() if sent.body is not None else None
    answer = await client.send(base_url, sent.method, sent.target, secret_headers(sent, token), content)
    moved = slashed(sent, answer) if isinstance(answer, Received) else None
    detour = ""
    if moved is not None:  # followed once: two redirects to each other lead nowhere
        detour, sent = sent.target, moved
        answer = await client.send(base_url, sent.method, sent.target, secret_headers(sent, token), content)
    if isinstance(answer, str):
        return Exchange(sent=sent, error=answer, detour=detour)
    return Exchange(sent=sent, received=answer, detour=detour)


def _headers(token: str) -> dict[str, str]:
    return {"Content-Type": JSON} | ({"Authorization": f"Bearer {TOKEN}"} if token else {})


def name_of(received: Received | None, field: str) -> str:
    """What the service calls the item it made: a number or a word that is safe in a path, else empty."""
    if received is None or received.status // 100 != 2:  # noqa: PLR2004 - the class of successes
        return ""
    try:
        body = json.loads(received.body)
    except (ValueError, RecursionError):
        return ""
    value = body.get(field) if isinstance(body, dict) else None
    if isinstance(value, bool) or not isinstance(value, int | str):
        return ""
    name = str(value)
    safe = name.isascii() and all(letter.isalnum() or letter in HARMLESS for letter in name) and name.strip(".")
    return name if safe and len(name) <= MAX_ID else ""
