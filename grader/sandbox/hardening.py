"""Options of every container: what a stranger's code may use, and that it can use nothing else."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
from docker.types import LogConfig, Mount, Ulimit

MEGABYTE = 1 << 20
SUBMISSION_UID = 10001
LIFETIME_COMMAND_SECONDS = 7200
SCRATCH = "/tmp"  # noqa: S108 - inside a container: a small file system of its own


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How much one container may use. Files in memory (`scratch`, volumes) count towards `memory`."""

    memory: int = 512 * MEGABYTE
    processes: int = 256
    cpus: float = 1.0
    scratch: int = 64 * MEGABYTE
    shared: int = 16 * MEGABYTE
    largest_file: int = 128 * MEGABYTE  # 0: no limit beside that of the file system it lies on
    open_files: int = 4096
    log: int = 1 * MEGABYTE


def hardened(limits: Limits, *, user: str, network: str = "none", read_only: bool = True) -> dict[str, Any]:
    """Options for `containers.create`: no rights, no network of the host, bounded everything.

    `network` is `none`, `container:ID` to share the empty network of another container, or `bridge` for installing
    dependencies. The host's name is only ours to set when the network is.
    """
    options: dict[str, Any] = {
        "user": user,
        "network_mode": network,
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true", f"seccomp={seccomp_profile()}"],
        "read_only": read_only,
        "tmpfs": {SCRATCH: f"rw,noexec,nosuid,nodev,size={limits.scratch},mode=1777"},
        "mem_limit": limits.memory,
        "memswap_limit": limits.memory,  # the same: no swap
        "pids_limit": limits.processes,
        "nano_cpus": int(limits.cpus * 1e9),
        "ulimits": _ulimits(limits),
        "log_config": LogConfig(type="json-file", config={"max-size": str(limits.log), "max-file": "1"}),
        "ipc_mode": "private",
        "shm_size": limits.shared,
        "init": True,
        "restart_policy": {"Name": "no"},
        "stdin_open": False,
        "tty": False,
    }
    if not network.startswith("container:"):
        options |= {"hostname": "sandbox"}
    if network == "none":  # the engine would tell the names of this machine's network otherwise
        options |= {"dns": ["127.0.0.1"], "dns_search": ["."]}
    return options


def folder_mount(source: Path, place: str, *, writable: bool = False) -> Mount:
    """A folder or file of this machine seen at `place`. Unlike `volumes` it leaves no trace in a committed image."""
    return Mount(place, str(source), type="bind", read_only=not writable)


def volume_mount(name: str, place: str) -> Mount:
    """A volume at `place`; it keeps its own owner, not that of the folder below."""
    return Mount(place, name, type="volume", no_copy=True)


def mortal(command: list[str], seconds: int = LIFETIME_COMMAND_SECONDS) -> list[str]:
    """`command` under a clock inside the container: it dies by itself even when we are gone."""
    return ["timeout", "-s", "KILL", str(seconds), *command]


@cache
def seccomp_profile() -> str:
    """The system calls a container may make, as the engine wants it: everything not listed is refused."""
    return json.dumps(json.loads((files("grader.sandbox") / "seccomp.json").read_text(encoding="utf-8")))


def _ulimits(limits: Limits) -> list[Ulimit]:
    values = {"nofile": limits.open_files, "core": 0}
    if limits.largest_file:
        values["fsize"] = limits.largest_file
    return [Ulimit(name=name, soft=value, hard=value) for name, value in values.items()]
