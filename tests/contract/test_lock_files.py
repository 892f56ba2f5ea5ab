"""Lock files are followed by what installs from them: versions, digests, and nothing of the submission that runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import lock_samples as locks
import pytest
from sandboxes import index_reached, served

from grader.errors import SubmissionFault
from grader.sandbox.engine import Engine

pytestmark = pytest.mark.engine

BOTTLE = """
import os, bottle
@bottle.route("/")
def home():
    return {"version": bottle.__version__}
bottle.run(host="0.0.0.0", port=int(os.environ["PORT"]), quiet=True)
"""
SERVER = """
const fs = require('fs')
const there = (name) => fs.existsSync(`/deps/node_modules/${name}`)
require('http').createServer((request, response) => response.end(JSON.stringify({
  version: require('ms/package.json').version, forDevelopers: there('is-odd'), ran: fs.existsSync('/deps/ran'),
}))).listen(process.env.PORT)
"""
RUNS = "require('fs').writeFileSync('/deps/ran', 'x'); module.exports = {hooks: {}}"
HOSTILE = {
    "evil.js": RUNS,
    ".pnpmfile.cjs": RUNS,
    ".npmrc": "registry=http://127.0.0.1:9/\nignore-scripts=false\npnpmfile=evil.js\n",
    ".yarnrc": 'yarn-path "./evil.js"\nregistry "http://127.0.0.1:9/"\n',
    ".yarnrc.yml": "yarnPath: ./evil.js\nnpmRegistryServer: 'http://127.0.0.1:9'\nenableScripts: true\n",
}


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine.connect() as engine:
        yield engine


def answer(engine: Engine, folder: Path, files: dict[str, str]) -> dict[str, object]:
    with index_reached(), served(engine, folder, files) as service:
        found: dict[str, object] = httpx.get(service.base_url, timeout=20, trust_env=False).json()
        return found


@pytest.mark.parametrize(
    "files",
    [
        {"pyproject.toml": locks.UV_PROJECT, "uv.lock": locks.UV},
        {"pyproject.toml": locks.POETRY_PROJECT, "poetry.lock": locks.POETRY},
    ],
    ids=["uv", "poetry"],
)
def test_a_python_lock_file_decides_the_version(engine: Engine, tmp_path: Path, files: dict[str, str]) -> None:
    assert answer(engine, tmp_path, {"app.py": BOTTLE, **files}) == {"version": "0.13.2"}


@pytest.mark.parametrize(
    "files",
    [{"pnpm-lock.yaml": locks.PNPM}, {"yarn.lock": locks.YARN}, {"yarn.lock": locks.BERRY}],
    ids=["pnpm", "yarn", "berry"],
)
def test_a_lock_file_of_pnpm_or_yarn_decides_the_version_and_nothing_else_is_obeyed(
    engine: Engine, tmp_path: Path, files: dict[str, str]
) -> None:
    found = answer(engine, tmp_path, {"package.json": locks.PACKAGE, "server.js": SERVER, **HOSTILE, **files})
    assert (found["version"], found["ran"]) == ("2.1.2", False)
    assert found["forDevelopers"] == (files.get("yarn.lock") == locks.BERRY)


def test_a_package_that_does_not_have_its_digest_is_refused(engine: Engine, tmp_path: Path) -> None:
    wrong = locks.UV.replace(locks.WHEEL, f"sha256:{'0' * 64}")
    files = {"app.py": BOTTLE, "pyproject.toml": locks.UV_PROJECT, "uv.lock": wrong}
    with pytest.raises(SubmissionFault) as raised, index_reached(), served(engine, tmp_path, files):
        pytest.fail("it was installed")
    assert raised.value.code == "E312"
    assert "MATCH THE HASHES" in raised.value.problem.what
