"""Small parts of the sandbox: whose things are whose, what a log may say twice, what is read from the host."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from docker.errors import DockerException

from grader.errors import OurFault, SubmissionFault, UsageError
from grader.sandbox import ServiceState, bootstrap, host, owner, relay
from grader.sandbox.blame import blame
from grader.sandbox.boot import Boot, settled, steady
from grader.sandbox.engine import DEADLINE, HOST, OWNER, SESSION, Engine, abandoned
from grader.sandbox.external import ExternalSandbox
from grader.sandbox.hardening import Limits, hardened, seccomp_profile
from grader.sandbox.plan import Plan


def labels(**changed: str) -> dict[str, str]:
    own = {SESSION: "s", HOST: owner.host(), OWNER: owner.program(), DEADLINE: str(int(time.time()) + 60)}
    return {**own, **{f"io.grader.{name}": value for name, value in changed.items()}}


def test_what_a_living_program_started_is_left_alone() -> None:
    assert not abandoned(labels())


def test_a_long_run_keeps_its_things_past_their_deadline_while_it_lives() -> None:
    assert not abandoned(labels(deadline="1"))


def test_what_is_past_its_deadline_is_removed_where_its_owner_cannot_be_asked() -> None:
    assert abandoned(labels(deadline="1", host="elsewhere"))
    assert abandoned(labels(deadline="1", owner="somebody"))


def test_what_a_dead_program_of_this_machine_started_is_removed() -> None:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    name = owner.program(process.pid)
    assert not abandoned(labels(owner=name))
    process.communicate(b"\n")
    assert abandoned(labels(owner=name))


def test_a_process_number_that_was_given_to_somebody_else_is_not_its_owner() -> None:
    assert abandoned(labels(owner=f"{os.getpid()}:1"))


def test_owners_on_other_machines_are_left_to_their_deadline() -> None:
    assert not abandoned(labels(host="elsewhere", owner="1:1"))


def test_what_is_not_ours_is_never_removed() -> None:
    assert not abandoned({})
    assert not abandoned({DEADLINE: "1"})


@pytest.mark.parametrize(
    ("kernel", "readable"),
    [
        ("0100007F:1F40", "127.0.0.1:8000"),
        ("00000000:1388", "0.0.0.0:5000"),
        ("00000000000000000000000000000000:1F40", "[::]:8000"),
        ("00000000000000000000000001000000:0BB8", "[::1]:3000"),
    ],
)
def test_addresses_of_the_kernel_are_made_readable(kernel: str, readable: str) -> None:
    assert relay._readable(kernel) == readable


def test_two_logs_that_differ_in_time_only_are_the_same() -> None:
    first = "2026-11-21 10:00:01,123 started process [7] in 12 ms <object at 0x7f00aa11bb22> took 1.5s"
    second = "2026-11-22 23:59:59,999 started process [812] in 9 ms <object at 0x7f11223344ff> took 22s"
    assert steady(first) == steady(second)
    assert steady("TypeError: 3 items at index 42") == "TypeError: 3 items at index 42"


def test_containers_get_no_rights_and_only_bounded_things() -> None:
    options = hardened(Limits(), user="10001:10001")
    assert options["cap_drop"] == ["ALL"]
    assert options["network_mode"] == "none"
    assert options["read_only"] is True
    assert options["memswap_limit"] == options["mem_limit"] > 0
    assert options["pids_limit"] > 0
    assert options["security_opt"][0] == "no-new-privileges:true"
    assert not {"privileged", "cap_add", "devices", "pid_mode"} & set(options)


def test_the_profile_refuses_what_it_does_not_list() -> None:
    profile = json.loads(seccomp_profile())
    allowed = {name for rule in profile["syscalls"] if rule["action"] == "SCMP_ACT_ALLOW" for name in rule["names"]}
    dangerous = {
        *("io_uring_setup", "io_uring_enter", "bpf", "keyctl", "add_key", "userfaultfd", "perf_event_open", "ptrace"),
        *(
            "mount",
            "umount2",
            "fsopen",
            "move_mount",
            "open_tree",
            "pivot_root",
            "unshare",
            "setns",
            "clone3",
            "reboot",
        ),
        *("process_vm_readv", "process_vm_writev", "kexec_load", "init_module", "open_by_handle_at", "pidfd_getfd"),
    }
    assert profile["defaultAction"] == "SCMP_ACT_ERRNO"
    assert not allowed & dangerous
    assert {"read", "execve", "futex", "shmget", "epoll_wait"} <= allowed


PLAN = Plan(stack="python", start="x", origin="x", port=8000, installer="pip", declared="requirements.txt")
NPM = Plan(stack="node", start="x", origin="x", port=8000, installer="npm ci", declared="package.json")


@pytest.mark.parametrize(
    "log",
    [
        "WARNING: Retrying (Retry(total=1)) after connection broken by 'NewConnectionError(...)'\nERROR: No matching x",
        "ERROR: Could not install packages due to an OSError: HTTPSConnectionPool(...): Max retries exceeded",
        "SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]'))\nERROR: No matching distribution",
        "ERROR: HTTP error 503 while getting x",
        "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
    ],
)
def test_a_network_that_fails_is_never_the_candidates_fault(log: str) -> None:
    assert isinstance(blame(PLAN, log), OurFault)


@pytest.mark.parametrize(
    "code", ["ENOTFOUND", "ECONNREFUSED", "ETIMEDOUT", "E503", "SELF_SIGNED_CERT_IN_CHAIN", "E401"]
)
def test_a_registry_that_fails_is_never_the_candidates_fault(code: str) -> None:
    assert blame(NPM, f"npm error code {code}\nnpm error x").code == "E212"


@pytest.mark.parametrize(
    ("plan", "log"),
    [
        (PLAN, "Error: no module named venv"),
        (PLAN, "ERROR: Exception:\nTraceback (most recent call last):\nKeyError: x"),
        (PLAN, ""),
        (NPM, "npm error code EACCES\nnpm error x"),
        (NPM, "sh: npm: not found"),
    ],
)
def test_an_installer_that_breaks_is_never_the_candidates_fault(plan: Plan, log: str) -> None:
    assert blame(plan, log).code == "E217"


def test_a_misspelt_package_is_named_with_the_nearest_one() -> None:
    log = "ERROR: Could not find a version that satisfies the requirement fastapii (from versions: none)\n"
    found = blame(PLAN, log + "ERROR: No matching distribution found for fastapii\n")
    assert isinstance(found, SubmissionFault)
    assert "fastapii" in found.problem.what
    assert found.problem.help == "did you mean `fastapi`?"
    assert found.problem.where == "requirements.txt"


def test_a_version_that_does_not_exist_is_told_with_those_that_do() -> None:
    log = "ERROR: Could not find a version that satisfies the requirement flask==99 (from versions: 2.0, 3.0)\n"
    found = blame(PLAN, log + "ERROR: No matching distribution found for flask==99\n")
    assert "2.0, 3.0" in found.problem.help


def test_packages_that_do_not_fit_together_are_told() -> None:
    log = "ERROR: Cannot install a==1 and b==2 because these package versions have conflicting dependencies.\n"
    found = blame(PLAN, log + "ERROR: ResolutionImpossible: for help visit x\n")
    assert "conflicting" in found.problem.what or "ResolutionImpossible" in found.problem.what


def test_a_package_missing_in_the_registry_is_named_without_the_registrys_address() -> None:
    log = "npm error code E404\nnpm error 404 Not Found - GET https://inside.example/expres - Not found\n"
    found = blame(NPM, log + "npm error 404  'expres@^1.0.0' is not in this registry.\n")
    assert found.problem.what.endswith("`expres@^1.0.0` is not in the package registry")
    assert found.problem.help == "did you mean `express`?"


@pytest.fixture
def clean_host(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    for name in list(os.environ):
        if name.upper().startswith(("PIP_", "NPM_CONFIG_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / ".config"))
    return tmp_path


def test_indexes_come_from_pips_own_configuration(clean_host: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = clean_host / "pip.conf"
    config.write_text(
        "[global]\nindex-url = https://mirror.example/simple\n"
        "extra-index-url =\n  file:///of/this/machine\n  https://second.example/simple\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("PIP_CONFIG_FILE", str(config))
    assert "index-url = https://mirror.example/simple\n" in host._pip()
    assert "extra-index-url = https://second.example/simple\n" in host._pip()
    assert "of/this/machine" not in host._pip()
    monkeypatch.setenv("PIP_INDEX_URL", "https://named.example/simple")
    assert "index-url = https://named.example/simple\n" in host._pip()


def test_the_registry_comes_from_npms_own_configuration(clean_host: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (clean_host / ".npmrc").write_text("//x/:_authToken=secret\nregistry = https://npm.example/\n", encoding="utf-8")
    assert host._npm() == "registry=https://npm.example/\n"
    monkeypatch.setenv("npm_config_registry", "https://named.example/")
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    assert host._npm() == "registry=https://named.example/\nhttps-proxy=http://proxy.example:3128\n"


def test_the_archive_is_the_one_apt_uses() -> None:
    lines = (
        "deb [signed-by=/x arch=amd64] https://other.example/x stable main\ndeb http://m.example/debian trixie main\n"
    )
    assert list(host._lines(lines)) == [
        ("https://other.example/x", ["stable"]),
        ("http://m.example/debian", ["trixie"]),
    ]
    stanza = "Types: deb\nURIs: http://m.example/debian\nSuites: trixie trixie-updates\nComponents: main\n"
    off = "Enabled: no\nTypes: deb\nURIs: http://off.example\nSuites: trixie\n"
    assert list(host._stanzas(f"{off}\n\n{stanza}")) == [("http://m.example/debian", ["trixie", "trixie-updates"])]


def test_without_an_engine_the_reason_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nothing.sock")
    with pytest.raises(OurFault) as raised:
        Engine.connect()
    assert raised.value.code == "E201"
    assert "no container engine is running" in raised.value.problem.what
    assert "grader doctor" in raised.value.problem.help


def test_an_engine_one_may_not_use_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> None:
        raise DockerException("Error while fetching server API version") from PermissionError(13, "Permission denied")

    monkeypatch.setattr("docker.DockerClient.from_env", refuse)
    with pytest.raises(OurFault) as raised:
        Engine.connect()
    assert "may not use" in raised.value.problem.what
    assert "docker" in raised.value.problem.help


@pytest.mark.parametrize("url", ["", "ftp://x", "http://", "http://x:99999999"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(UsageError):
        ExternalSandbox(url)


def booting(state: ServiceState, log: str = "last words", *, seconds: float = 0.2) -> SubmissionFault:
    boot = Boot(PLAN, state=lambda: state, log=lambda: log, address=lambda: ("127.0.0.1", 1), seconds=seconds)
    with pytest.raises(SubmissionFault) as raised:
        boot.wait()
    return raised.value


def test_a_service_that_ended_is_told_with_its_code_and_last_words() -> None:
    fault = booting(ServiceState(running=False, exit_code=3))
    assert (fault.code, fault.problem.snippet) == ("E320", "last words")
    assert "exit code 3" in fault.problem.what
    assert "out of memory" in booting(ServiceState(running=False, exit_code=137, out_of_memory=True)).problem.what


def test_a_command_that_was_not_found_gets_its_own_advice() -> None:
    assert "dependencies" in booting(ServiceState(running=False, exit_code=127)).problem.help


def test_a_service_on_another_port_is_told_which_and_what_to_do() -> None:
    fault = booting(ServiceState(running=True, listening=("127.0.0.1:5000",)))
    assert fault.code == "E321"
    assert "127.0.0.1:5000" in fault.problem.what
    assert "port = 5000" in fault.problem.help


def test_a_port_that_the_kernel_chose_makes_no_two_reports_differ() -> None:
    one, other = (booting(ServiceState(running=True, listening=(f"0.0.0.0:{port}",))) for port in (41235, 60001))
    assert one.problem == other.problem
    assert "[run] port" not in one.problem.help


def test_what_a_service_prints_cannot_draw_on_the_readers_terminal() -> None:
    fault = booting(ServiceState(running=False, exit_code=1), "\x1b[2J\u202egnp.exe")
    assert "\x1b" not in fault.problem.snippet
    assert "\u202e" not in fault.problem.snippet


def test_a_service_that_has_just_died_is_not_called_running() -> None:
    looks = iter([ServiceState(running=True), ServiceState(running=True), ServiceState(running=False, exit_code=1)])
    assert settled(lambda: next(looks), 8000).exit_code == 1


def test_making_a_base_image_without_the_right_to_is_told_plainly(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("shutil.which", lambda _name: "/usr/sbin/debootstrap")
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(OurFault) as raised:
        bootstrap._bootstrap(tmp_path, ())
    assert raised.value.code == "E202"
    assert "run it as root" in raised.value.problem.help
    assert "grader images load" in raised.value.problem.help


def test_making_a_base_image_without_debootstrap_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("shutil.which", lambda _name: None)
    with pytest.raises(OurFault) as raised:
        bootstrap._bootstrap(tmp_path, ())
    assert "debootstrap" in raised.value.problem.help
