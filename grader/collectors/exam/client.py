"""One request to a stranger's service: bounded in time and size, never redirected, never an exception."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import httpx

from grader.evidence.http import TOKEN, Received

MAX_BODY = 1 << 20
MAX_ERROR = 1 << 16  # some frameworks repeat the whole request in an error
_ERROR_STATUS = 400
_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (httpx.ConnectError, "the connection was refused"),
    (httpx.TimeoutException, "no answer in time"),
    (httpx.RemoteProtocolError, "the connection was closed without a complete HTTP answer"),
    (httpx.NetworkError, "the connection was reset"),
    (httpx.HTTPError, "the answer is no HTTP"),
    (ValueError, "the answer is no HTTP"),
)


class ExamClient:
    """Sends requests on a connection each, so that no answer depends on how a server keeps connections."""

    def __init__(self, *, seconds: float, token: str) -> None:
        self.seconds = seconds
        self._token = token
        self._client = httpx.AsyncClient(
            trust_env=False,
            follow_redirects=False,
            verify=False,  # noqa: S501 - plain HTTP to our own forwarder; reading certificates would cost 0.1 s
            timeout=httpx.Timeout(seconds),
            limits=httpx.Limits(max_keepalive_connections=0),
        )

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.__aexit__(kind, error, trace)

    async def send(
        self, base_url: str, method: str, target: str, headers: Mapping[str, str], content: bytes | None
    ) -> Received | str:
        """The whole answer (of an error: its beginning), or in words why there is none.

        The deadline is one of the wall: dripping does not extend it.
        """
        request = httpx.Request(method, base_url, headers=_bytes(headers), content=content)
        full = urlsplit(base_url).path.rstrip("/") + target  # sent as it is: a client would tidy `/a/../b`
        request.extensions = {"target": full.encode(), "timeout": httpx.Timeout(self.seconds).as_dict()}
        try:
            async with asyncio.timeout(self.seconds):
                return await self._receive(request)
        except TimeoutError:
            return f"no answer within {self.seconds:g} s"
        except (httpx.HTTPError, ValueError) as error:
            return next(reason for kind, reason in _REASONS if isinstance(error, kind))

    async def _receive(self, request: httpx.Request) -> Received | str:
        response = await self._client.send(request, stream=True)
        body, cut = b"", False
        most = MAX_ERROR if response.status_code >= _ERROR_STATUS else MAX_BODY
        try:
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) > most:
                    body, cut = body[:most], True
                    break
        finally:
            await response.aclose()
        if cut and response.status_code < _ERROR_STATUS:
            return f"the answer had no end within {MAX_BODY >> 20} MB"
        headers = tuple((name.lower(), self._shown(value)) for name, value in response.headers.multi_items())
        return Received(
            status=response.status_code, headers=headers, body=self._shown(body.decode("utf-8", "replace")), cut=cut
        )

    def _shown(self, text: str) -> str:
        return text.replace(self._token, TOKEN) if self._token else text


def _bytes(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("ascii"), value.encode("utf-8")) for name, value in headers.items()]
