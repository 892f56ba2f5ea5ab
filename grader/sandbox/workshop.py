"""Containers that make something: one command under a wall clock, and what it made kept as an image."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence

import msgspec
import requests
from docker.errors import DockerException, ImageNotFound
from docker.models.containers import Container

from grader.sandbox.engine import KIND, Engine, engine_errors, remove
from grader.sandbox.hardening import mortal

WATCH_SECONDS = 3
LOG_LINES = 200
MOST_LOG = 1 << 16
COMMIT_SECONDS = 300
GRACE_SECONDS = 60  # how much later than our clock the one inside the container ends it


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """How the command ended: no `exit_code` when it was ended by us. `size` is what it wrote, in bytes."""

    exit_code: int | None
    log: str
    size: int = 0


class Shelf(msgspec.Struct, frozen=True, kw_only=True):
    """Where images of one kind are kept: only the `most` newest of them; one in use stays."""

    kind: str
    repository: str
    most: int


class Workshop:
    """Runs commands on one engine that may write at most `largest` bytes to disk."""

    def __init__(self, engine: Engine, largest: int) -> None:
        self._engine = engine
        self.largest = largest

    @contextlib.contextmanager
    def working(
        self,
        kind: str,
        image: str,
        command: Sequence[str],
        options: Mapping[str, object],
        *,
        seconds: float,
        files: bytes = b"",
    ) -> Iterator[tuple[Container, Result]]:
        """The ended container, with `files` (a tar) put into it first; removed at the end."""
        container = self._engine.create(kind, image, mortal(list(command), int(seconds) + GRACE_SECONDS), options)
        try:
            with engine_errors(f"running the {kind} container"):
                if files:
                    self._engine.client.api.put_archive(str(container.id), "/", files)
                container.start()
                result = self._watch(container, seconds)
            yield container, result
        finally:
            remove(container)

    def find(self, shelf: Shelf, key: str) -> str:
        """The id of the image under a key; empty when there is none."""
        with engine_errors(f"looking for the {shelf.kind} image"):
            try:
                return str(self._engine.client.images.get(f"{shelf.repository}:{key[:32]}").id)
            except ImageNotFound:
                return ""

    def keep(self, container: Container, shelf: Shelf, key: str) -> str:
        """The id of the container as an image under its key; without a name when that is empty."""
        client = self._engine.impatient(COMMIT_SECONDS)
        try:
            with engine_errors(f"keeping the {shelf.kind} image"):
                answer = client.api.commit(
                    str(container.id),
                    repository=shelf.repository if key else None,
                    tag=key[:32] or None,
                    changes=[f"LABEL {KIND}={shelf.kind}"],
                )
        finally:
            client.close()
        self._forget_old(shelf)
        return str(answer["Id"])

    def _watch(self, container: Container, seconds: float) -> Result:
        """Wait for the end, with a wall clock and an eye on the disk."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            try:
                code = int(container.wait(timeout=min(WATCH_SECONDS, left))["StatusCode"])
            except requests.RequestException:
                if (size := self._written(container)) > self.largest:
                    container.kill()
                    return Result(exit_code=None, log="", size=size)
                continue
            return Result(exit_code=code, log=_printed(container), size=self._written(container))
        log = _printed(container)
        container.kill()
        return Result(exit_code=None, log=log)

    def _written(self, container: Container) -> int:
        listed = self._engine.client.api.containers(all=True, size=True, filters={"id": container.id})
        return int(listed[0].get("SizeRw") or 0) if listed else 0

    def _forget_old(self, shelf: Shelf) -> None:
        with engine_errors(f"removing old {shelf.kind} images"):
            # one list, without a look at each image: another grader may be removing them at this moment
            images = self._engine.client.api.images(name=shelf.repository)
            for image in sorted(images, key=lambda image: int(image["Created"]), reverse=True)[shelf.most :]:
                try:
                    self._engine.client.images.remove(str(image["Id"]))
                except DockerException:
                    continue


def _printed(container: Container) -> str:
    return container.logs(tail=LOG_LINES)[-MOST_LOG:].decode("utf-8", errors="replace")
