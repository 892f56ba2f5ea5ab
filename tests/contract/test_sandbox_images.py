"""Base images and the self-test, against the real engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.errors import OurFault, UsageError
from grader.sandbox.engine import Engine, remove
from grader.sandbox.hardening import Limits, hardened
from grader.sandbox.images import Images, Recipe
from grader.sandbox.selftest import self_test

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine.connect() as engine:
        yield engine


def output(engine: Engine, image: str, code: str) -> str:
    container = engine.create("test", image, ["sh", "-c", code], hardened(Limits(), user="10001:10001"))
    try:
        container.start()
        assert container.wait(timeout=60)["StatusCode"] == 0, container.logs().decode()
        return container.logs().decode()
    finally:
        remove(container)


def test_every_purpose_has_an_image_after_a_build(engine: Engine) -> None:
    images = Images(engine)
    images.build()
    listed = {info.purpose: info for info in images.list()}
    assert set(listed) >= {"python", "node", "relay"}
    assert all(info.present and info.id.startswith("sha256:") and info.size for info in listed.values())
    assert listed["relay"].id == listed["python"].id
    assert images.ensure("node") == listed["node"]


def test_the_images_hold_their_programs_and_nothing_of_this_machine(engine: Engine) -> None:
    images = Images(engine)
    python = output(
        engine, images.built("python").id, "python --version; python3 -m venv --help >/dev/null && echo venv"
    )
    node = output(engine, images.built("node").id, "node --version; npm --version; python3 --version")
    assert python.startswith("Python 3.")
    assert "venv" in python
    assert node.startswith("v24.")
    traces = "cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null; ls /home /var/log; cat /etc/resolv.conf"
    lines = output(engine, images.built("python").id, traces).split("\n")
    assert {line for line in lines if line and not line.startswith(("#", "/home", "/var/log"))} <= {
        *("nameserver 127.0.0.1", "search .")
    }


def test_a_missing_image_is_told_with_every_way_to_get_it(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_PULL", "never")
    with pytest.raises(OurFault) as fault:
        Images(engine, recipes=(Recipe(purpose="cobol", pulled="cobol:latest"),)).ensure("cobol")
    assert fault.value.code == "E202"
    for way in ("grader images build", "grader images load", "GRADER_BASE_COBOL"):
        assert way in fault.value.problem.help


def test_a_registry_out_of_reach_is_given_up_on(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_BASE_COBOL", "127.0.0.1:9/no/such:image")
    with pytest.raises(OurFault) as fault:
        Images(engine, recipes=(Recipe(purpose="cobol"),)).ensure("cobol")
    assert "127.0.0.1:9/no/such" in fault.value.problem.note


def test_a_named_image_is_used_as_it_is(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    python = Images(engine).built("python")
    monkeypatch.setenv("GRADER_BASE_NODE", python.tag)
    assert Images(engine).ensure("node").id == python.id


def test_a_saved_image_can_be_loaded_and_other_files_cannot(engine: Engine, tmp_path: Path) -> None:
    images = Images(engine)
    python = images.built("python")
    saved = tmp_path / "saved.tar"
    with saved.open("wb") as out:
        for chunk in engine.client.images.get(python.tag).save(named=python.tag):
            out.write(chunk)
    assert images.load(saved) == (python.tag,)
    (tmp_path / "other.tar").write_bytes(b"no image")
    for wrong in (tmp_path / "other.tar", tmp_path / "nothing.tar"):
        with pytest.raises(UsageError) as fault:
            images.load(wrong)
        assert fault.value.code == "E116"


def test_the_limits_hold_on_this_engine() -> None:
    probes = self_test()
    assert [probe for probe in probes if not probe.ok] == []
    assert {"own gateway", "memory limit", "process limit", "no rights", "relay round trip"} <= {p.name for p in probes}


def test_without_an_engine_the_self_test_says_only_that(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    (probe,) = self_test()
    assert not probe.ok
    assert probe.help
