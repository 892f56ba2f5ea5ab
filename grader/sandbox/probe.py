"""The self-test's program: runs where a submission runs, tries what must not work, and reports it on a port.

Run as `python3 -I -S -c SOURCE PORT GATEWAY`. It imports nothing but the standard library, and nothing of ours.
"""

import ctypes
import errno
import json
import os
import platform
import signal
import socket
import sys
import time
from collections.abc import Callable

Answer = tuple[bool, str]
OUTSIDE = "192.0.2.1"  # reserved for documentation: with a route to anywhere, connecting to it would at least wait
NUMBERS = {
    "x86_64": {"io_uring_setup": 425, "unshare": 272, "mount": 165, "keyctl": 250, "bpf": 321, "ptrace": 101},
    "aarch64": {"io_uring_setup": 425, "unshare": 97, "mount": 40, "keyctl": 219, "bpf": 280, "ptrace": 117},
}
REFUSED = (errno.EPERM, errno.ENOSYS)
MEMORY, PROCESSES, SCRATCH = 1 << 30, 1000, 1 << 28


def connect(address: str) -> Answer:
    """No way to an address: not even a refusal, which would come from somebody there."""
    with socket.socket() as attempt:
        attempt.settimeout(1.0)
        try:
            attempt.connect((address, 22))
        except OSError as error:
            return error.errno in {errno.ENETUNREACH, errno.EHOSTUNREACH}, f"{address}: {error.strerror or error}"
        return False, f"{address}: connected"


def names() -> Answer:
    """No name of another machine can be looked up."""
    try:
        return False, f"resolved to {socket.gethostbyname('example.org')}"
    except OSError as error:
        return True, str(error.strerror or error)


def rights() -> Answer:
    """No capabilities, and no way to get any."""
    with open("/proc/self/status", encoding="ascii") as status:  # noqa: PTH123 - starts faster
        fields = dict(line.rstrip().split(":\t", 1) for line in status if ":\t" in line)
    wanted = {"CapEff": "0" * 16, "CapBnd": "0" * 16, "NoNewPrivs": "1", "Seccomp": "2"}
    seen = {name: fields.get(name, "?") for name in wanted}
    return seen == wanted, ", ".join(f"{name} {value.lstrip('0') or '0'}" for name, value in seen.items())


def read_only() -> Answer:
    """The system cannot be written to."""
    try:
        with open("/usr/probe", "w", encoding="ascii"):  # noqa: PTH123
            return False, "a file could be written to /usr"
    except OSError as error:
        return error.errno == errno.EROFS, str(error.strerror)


def calls() -> Answer:
    """System calls that lead out of a sandbox are refused."""
    numbers = NUMBERS.get(platform.machine(), {})
    libc = ctypes.CDLL(None, use_errno=True)
    passed = []
    for name, number in numbers.items():
        ctypes.set_errno(0)
        arguments = (1, 0) if name == "io_uring_setup" else (0, 0, 0, 0, 0)
        if libc.syscall(number, *arguments) != -1 or ctypes.get_errno() not in REFUSED:
            passed.append(f"{name}: {os.strerror(ctypes.get_errno())}")
    return bool(numbers) and not passed, "; ".join(passed) or ", ".join(sorted(numbers))


def scratch() -> Answer:
    """The folder for scratch files is small."""
    written = 0
    try:
        with open("/tmp/probe", "wb", buffering=0) as out:  # noqa: PTH123, S108 - the container's own
            while written < SCRATCH:
                written += out.write(bytes(1 << 20))
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EFBIG}
        return full, f"{os.strerror(error.errno or 0)} after {written >> 20} MB"
    finally:
        os.unlink("/tmp/probe")  # noqa: PTH108, S108
    return False, f"{written >> 20} MB could be written"


def memory() -> Answer:
    """A process that takes too much memory is killed; this one goes on."""
    child = os.fork()
    if not child:
        held = []
        for _ in range(MEMORY >> 20):
            held.append(bytearray(1 << 20))  # noqa: PERF401 - it must really be taken, piece by piece
        os._exit(0)
    _, status = os.waitpid(child, 0)
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    return killed, "killed" if killed else f"{MEMORY >> 20} MB could be taken"


def processes() -> Answer:
    """There can only be so many processes."""
    children: list[int] = []
    try:
        while len(children) < PROCESSES:
            child = os.fork()
            if not child:
                time.sleep(20)
                os._exit(0)
            children.append(child)
    except OSError as error:
        return error.errno == errno.EAGAIN, f"{os.strerror(error.errno or 0)} after {len(children)}"
    finally:
        for child in children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
    return False, f"{PROCESSES} could be started"


def main(port: int, gateway: str) -> None:
    """Try everything, then answer every connection with the outcome until killed."""
    trials: dict[str, Callable[[], Answer]] = {
        "own gateway": lambda: connect(gateway),
        "an outside address": lambda: connect(OUTSIDE),
        "name resolution": names,
        "no rights": rights,
        "read-only system": read_only,
        "refused system calls": calls,
        "scratch limit": scratch,
        "memory limit": memory,
        "process limit": processes,
    }
    report = json.dumps({name: trial() for name, trial in trials.items()}).encode()
    with socket.create_server(("127.0.0.1", port)) as server:
        while True:
            connection, _ = server.accept()
            with connection:
                connection.sendall(report)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
