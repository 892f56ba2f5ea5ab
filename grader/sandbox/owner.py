"""Whose containers are these, and is that program still alive?

A process number alone is no name: numbers are used again, and two containers that share an engine both have a
process 12. Boot, process namespace, number and start time together are one.
"""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

STARTED_FIELD = 19  # of /proc/PID/stat after the name in brackets: start time in clock ticks since boot


def host() -> str:
    """This boot of this machine as seen from this process namespace."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot}/{os.stat('/proc/self/ns/pid').st_ino}"  # noqa: PTH116 - the namespace behind the link
    except OSError:
        return f"{sys.platform}/{socket.gethostname()}"


def program(pid: int | None = None) -> str:
    """`pid:start time` of a running program (this one by default); empty when there is no such program."""
    number = os.getpid() if pid is None else pid
    try:
        stat = Path(f"/proc/{number}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return "" if Path("/proc/self/stat").exists() else f"{number}:unknown"
    return f"{number}:{stat.rpartition(') ')[2].split()[STARTED_FIELD]}"


def alive(owner_host: str, owner_program: str) -> bool | None:
    """Whether the owner still runs; None when that cannot be known, as for another machine."""
    number = owner_program.partition(":")[0]
    if owner_host != host() or not number.isdecimal():
        return None
    now = program(int(number))
    return None if now.endswith(":unknown") else now == owner_program
