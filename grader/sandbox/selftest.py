"""Do the limits hold on this engine? Tried out with the options submissions run with, in about two seconds.

Engines differ: rootless ones may ignore limits, remote ones see other folders, old ones know fewer options. Nothing
is believed that was not seen.
"""

from __future__ import annotations

import contextlib
import json
import socket
import time
from collections.abc import Iterator
from importlib.resources import files

import msgspec

from grader.errors import GraderError
from grader.sandbox.engine import Engine, engine_errors, remove
from grader.sandbox.hardening import MEGABYTE, SUBMISSION_UID, Limits, hardened, mortal
from grader.sandbox.holder import held
from grader.sandbox.images import Images

PORT = 8000
LIMITS = Limits(memory=128 * MEGABYTE, processes=64, scratch=8 * MEGABYTE)
SECONDS = 30.0
UPDATE = "update the engine, or turn on cgroup limits for it (rootless engines need delegation)"
HELP = {
    "own gateway": "the sandbox must have no network: see whether the engine honours `network none`",
    "an outside address": "the sandbox must have no network: see whether the engine honours `network none`",
    "name resolution": "the sandbox must have no network: see whether the engine honours `network none`",
    "memory limit": UPDATE,
    "process limit": UPDATE,
    "read-only system": "see whether the engine honours read-only containers",
    "no rights": "see whether the engine drops capabilities and honours no-new-privileges",
    "refused system calls": "the kernel or the engine does not filter system calls (seccomp): update them",
    "scratch limit": "see whether the engine honours sizes of tmpfs folders",
}


class Probe(msgspec.Struct, frozen=True, kw_only=True):
    """One thing tried: whether it is as it must be, what was seen, and what to do when it is not."""

    name: str
    ok: bool
    seen: str
    help: str = ""


def self_test() -> tuple[Probe, ...]:
    """Try out the engine; never raises. What follows from a failure is left out."""
    try:
        engine = Engine.connect()
    except GraderError as error:
        return (_failed("container engine", error),)
    with engine:
        return tuple(_probes(engine))


def _probes(engine: Engine) -> Iterator[Probe]:
    try:
        yield Probe(name="container engine", ok=True, seen=f"{engine.version()}, API {engine.client.api.api_version}")
        image = Images(engine).ensure("relay")
        yield Probe(name="base image", ok=True, seen=f"{image.tag} {image.id[7:19]}")
    except GraderError as error:
        yield _failed("base image", error)
        return
    try:
        with _inside(engine, image.id) as (seen, round_trip):
            yield from (_probe(name, *answer) for name, answer in seen.items())
            yield round_trip
    except GraderError as error:
        yield _failed("sandbox", error)


@contextlib.contextmanager
def _inside(engine: Engine, image: str) -> Iterator[tuple[dict[str, tuple[bool, str]], Probe]]:
    """Run the probe where a submission would run; answers what it saw, and how it could be reached."""
    source = (files("grader.sandbox") / "probe.py").read_text(encoding="utf-8")
    with held(engine, image, PORT, []) as holder:
        options = hardened(LIMITS, user=f"{SUBMISSION_UID}:{SUBMISSION_UID}", network=holder.network)
        command = mortal(["python3", "-I", "-S", "-c", source, str(PORT), gateway(engine)], int(SECONDS) * 2)
        container = engine.create("selftest", image, command, options)
        try:
            with engine_errors("starting the self-test"):
                container.start()
            answer, took = _ask(str(holder.path))
            yield (
                _read(answer),
                Probe(
                    name="relay round trip",
                    ok=bool(answer),
                    seen=f"answered in {took * 1000:.1f} ms" if answer else "no answer",
                    help="" if answer else "the engine must see this machine's folders; a remote one does not",
                ),
            )
        finally:
            remove(container)


def _ask(path: str) -> tuple[bytes, float]:
    """The probe's report through the relay, once it is ready, and how long the last asking took."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        start = time.monotonic()
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(SECONDS)
            connection.connect(path)
            connection.sendall(b"T")
            if connection.recv(1) == b"+":
                with connection.makefile("rb") as stream:
                    return stream.read(1 << 16), time.monotonic() - start
        time.sleep(0.05)
    return b"", 0.0


def _read(answer: bytes) -> dict[str, tuple[bool, str]]:
    try:
        return {str(name): (bool(ok), str(seen)) for name, (ok, seen) in json.loads(answer).items()}
    except (ValueError, TypeError, AttributeError):
        return {}


def gateway(engine: Engine) -> str:
    """This machine as containers with a network see it: what a submission must not reach."""
    with engine_errors("asking for its default network"):
        configs = engine.client.networks.get("bridge").attrs.get("IPAM", {}).get("Config") or [{}]
    return str(configs[0].get("Gateway") or "172.17.0.1")


def _probe(name: str, ok: bool, seen: str) -> Probe:  # noqa: FBT001 - a row of the probe's table
    return Probe(name=name, ok=ok, seen=seen, help="" if ok else HELP.get(name, ""))


def _failed(name: str, error: GraderError) -> Probe:
    problem = error.problem
    seen = problem.what if not problem.note else f"{problem.what} ({problem.note})"
    return Probe(name=name, ok=False, seen=seen, help=problem.help)
