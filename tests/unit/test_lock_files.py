"""Lock files of every tool: what is taken from them, what is never passed on, what is told when one does not fit."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import lock_samples as locks
import pytest

from grader.errors import OurFault, SubmissionFault
from grader.sandbox.plan import Plan
from grader.sandbox.stack import detect
from grader.submission import open_submission

Detect = Callable[[Mapping[str, str]], Plan]

APP = "import bottle\nif __name__ == '__main__':\n    bottle.run()\n"
FLASK = "from flask import Flask\napp = Flask(__name__)\n"
HASHES = f" --hash={locks.WHEEL} --hash={locks.SDIST}"
DIGEST = "sha256:" + "0" * 64
PIPFILE = '[packages]\nbottle = "*"\n[dev-packages]\npytest = "*"\n'


@pytest.fixture
def plan(tmp_path: Path) -> Detect:
    def of(files: Mapping[str, str]) -> Plan:
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes(text.encode())
        with open_submission(str(tmp_path)) as submission:
            return detect(submission)

    return of


def pinned(plan: Plan) -> list[str]:
    """Lines for pip without their digests."""
    return [line.partition(" --hash")[0] for line in plan.manifest["exact.txt"].splitlines()]


def entry(name: str, version: str = "1.0", more: str = "") -> str:
    """A package of a uv.lock."""
    return (
        f'\n[[package]]\nname = "{name}"\nversion = "{version}"\nsource = {{ registry = "https://x.example/simple" }}\n'
        f'wheels = [{{ url = "https://x.example/{name}.whl", hash = "{DIGEST}" }}]\n{more}'
    )


def project(*needs: str) -> str:
    return f"[project]\nname = 'todo'\nversion = '1'\ndependencies = {json.dumps(needs)}\n"


# Python


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("file", "declaring"), [("uv.lock", "UV_PROJECT"), ("poetry.lock", "POETRY_PROJECT")], ids=["uv", "poetry"]
)
def test_a_lock_file_gives_versions_and_digests_of_what_the_service_needs(
    plan: Detect, file: str, declaring: str, end: str
) -> None:
    text = locks.UV if file == "uv.lock" else locks.POETRY
    files = {"pyproject.toml": getattr(locks, declaring), file: text}
    found = plan({"app.py": APP, **{name: text.replace("\n", end) for name, text in files.items()}})
    assert found.manifest == {"exact.txt": f"bottle==0.13.2{HASHES}\n"}
    assert (found.installer, found.declared, found.notes) == ("pip", "pyproject.toml", ())


def test_poetry_kept_digests_elsewhere_before_1_3(plan: Detect) -> None:
    text = (
        '[[package]]\nname = "bottle"\nversion = "0.13.2"\ncategory = "main"\noptional = false\n'
        f'[metadata]\nlock-version = "1.1"\n[metadata.files]\nbottle = [{{file = "x.whl", hash = "{locks.WHEEL}"}}]\n'
    )
    found = plan({"app.py": APP, "pyproject.toml": locks.POETRY_PROJECT, "poetry.lock": text})
    assert found.manifest == {"exact.txt": f"bottle==0.13.2 --hash={locks.WHEEL}\n"}


def test_needs_of_needs_and_of_extras_are_found(plan: Detect) -> None:
    lock = (
        entry("uvicorn", "0.30.0", 'dependencies = [{ name = "click" }]\n[package.optional-dependencies]\n')
        + 'standard = [{ name = "httptools" }, { name = "colorama", marker = "sys_platform == \'win32\'" }]\n'
        + "".join(entry(name) for name in ("click", "httptools", "colorama", "unrelated"))
    )
    files = {"app.py": APP, "pyproject.toml": project("uvicorn[standard]>=0.30"), "uv.lock": lock}
    assert pinned(plan(files)) == ["click==1.0", "httptools==1.0", "uvicorn==0.30.0"]


def test_a_server_that_an_extra_brings_is_known_to_be_there(plan: Detect) -> None:
    lock = entry("fastapi", more='[package.optional-dependencies]\nstandard = [{ name = "uvicorn" }]\n')
    files = {"pyproject.toml": project("fastapi[standard]"), "uv.lock": lock + entry("uvicorn")}
    found = plan({"main.py": "from fastapi import FastAPI\napp = FastAPI()\n", **files})
    assert found.start.startswith("python -m uvicorn main:app")


def test_poetry_lists_what_extras_bring_among_the_needs(plan: Detect) -> None:
    lock = """
[[package]]
name = "uvicorn"
version = "0.30.0"
[package.dependencies]
click = ">=7.0"
tomli = {version = ">=1", markers = "python_version < \\"3.11\\" and extra == \\"standard\\"", optional = true}
watch = {version = "^1.0", optional = true, markers = "extra == \\"standard\\""}
other = {version = "*", optional = true, markers = "extra == \\"other\\""}
[package.extras]
standard = ["tomli (>=1)", "watch (>=1.0)"]
other = ["other"]
""" + "".join(f'[[package]]\nname = "{name}"\nversion = "1.0"\n' for name in ("click", "tomli", "watch", "other"))
    toml = '[tool.poetry.dependencies]\nuvicorn = {version = "^0.30", extras = ["standard"]}\n'
    found = plan({"app.py": APP, "pyproject.toml": toml, "poetry.lock": lock})
    assert pinned(found)[0] == "click==1.0"
    assert pinned(found)[1].startswith("tomli==1.0 ; python_version < ")
    assert pinned(found)[2:] == ["uvicorn==0.30.0", "watch==1.0"]
    assert found.notes == ("poetry.lock has no digests of its packages to check",)


def test_versions_for_other_pythons_keep_their_markers(plan: Detect) -> None:
    old, new = ('resolution-markers = ["python_full_version ' + text + '"]\n' for text in ("< '3.12'", ">= '3.12'"))
    files = {"pyproject.toml": project("redis"), "uv.lock": entry("redis", "7.0", old) + entry("redis", "8.0", new)}
    assert pinned(plan({"app.py": APP, **files})) == [
        'redis==7.0 ; python_full_version < "3.12"',
        'redis==8.0 ; python_full_version >= "3.12"',
    ]


def test_pdm_lists_a_package_once_more_for_its_extras(plan: Detect) -> None:
    lock = """
[metadata]
lock_version = "4.5.0"
[[package]]
name = "uvicorn"
version = "0.30.0"
dependencies = ["click>=7.0", "importlib-metadata; python_version < '3.8'"]
[[package]]
name = "uvicorn"
version = "0.30.0"
extras = ["standard"]
dependencies = ["uvicorn==0.30.0", "watch>=1; sys_platform != 'win32'"]
""" + "".join(f'[[package]]\nname = "{name}"\nversion = "1.0"\n' for name in ("click", "watch"))
    found = plan({"app.py": APP, "pyproject.toml": project("uvicorn[standard]"), "pdm.lock": lock})
    assert pinned(found) == ["click==1.0", "uvicorn==0.30.0", "watch==1.0"]


def pipfile_lock(**bottle: object) -> str:
    return json.dumps({"_meta": {}, "default": {"bottle": bottle}, "develop": {"pytest": {"version": "==8"}}})


def test_a_pipfile_lock_is_followed_with_and_without_its_pipfile(plan: Detect) -> None:
    lock = pipfile_lock(version="==0.13.2", hashes=[locks.WHEEL], markers="python_version >= '3.8'")
    for files in ({"Pipfile.lock": lock}, {"Pipfile": PIPFILE}):
        found = plan({"app.py": APP, **files})
        assert found.manifest == {"exact.txt": f"bottle==0.13.2 --hash={locks.WHEEL}\n"}


def test_a_pipfile_without_its_lock_is_read(plan: Detect) -> None:
    text = '[packages]\nflask = "~=3.0"\nredis = {version = "*", extras = ["hiredis"], sys_platform = "== \'linux\'"}\n'
    found = plan({"app.py": FLASK, "Pipfile": text})
    assert found.manifest == {"requirements.txt": "flask~=3.0\nredis[hiredis] ; (sys_platform == 'linux')\n"}
    assert found.declared == "Pipfile"


def test_the_lock_file_of_the_standard_is_followed(plan: Detect) -> None:
    wheel = f'[[packages.wheels]]\nhashes = {{sha256 = "{"0" * 64}"}}\n'
    text = f'lock-version = "1.0"\n[[packages]]\nname = "bottle"\nversion = "0.13.2"\n{wheel}'
    found = plan({"app.py": APP, "pylock.toml": text})
    assert found.manifest == {"exact.txt": f"bottle==0.13.2 --hash={DIGEST}\n"}


@pytest.mark.parametrize(
    ("needs", "lock", "why"),
    [
        (["bottle", "redis"], entry("bottle"), "it does not name `redis`"),
        (["bottle>=2"], entry("bottle"), "it has `bottle` 1.0, and >=2 is asked for"),
        (["bottle"], entry("bottle", more='dependencies = [{ name = "gone" }]\n'), "it does not name `gone`"),
        (["bottle"], "[[package", "it cannot be read"),
        (["bottle"], "package = 3\n", "it is not written as this tool does"),
        (["bottle"], entry("bottle", "1.0 --index-url https://evil.example"), "it has no version of `bottle`"),
        (["bottle"], entry("bottle").replace("sha256:0", "x --pre sha256:"), "pip would not understand"),
    ],
)
def test_a_lock_file_that_does_not_fit_is_told_and_left_aside(
    plan: Detect, needs: list[str], lock: str, why: str
) -> None:
    found = plan({"app.py": APP, "pyproject.toml": project(*needs), "uv.lock": lock})
    assert found.manifest == {"requirements.txt": "\n".join((*needs, ""))}
    (note,) = found.notes
    assert note.startswith("uv.lock not used: ")
    assert why in note
    assert note.endswith("versions are chosen from pyproject.toml")


@pytest.mark.parametrize(
    "source",
    ['{ git = "https://x.example/y?rev=1#2" }', '{ url = "https://x.example/y.whl" }', '{ directory = "libs/y" }'],
)
def test_a_locked_package_from_elsewhere_is_left_to_people(plan: Detect, source: str) -> None:
    lock = f'[[package]]\nname = "y"\nversion = "1"\nsource = {source}\n'
    with pytest.raises(OurFault) as raised:
        plan({"app.py": APP, "pyproject.toml": project("y"), "uv.lock": lock})
    assert (raised.value.code, raised.value.problem.where) == ("E219", "uv.lock")


def test_sources_named_for_uv_are_not_looked_for_in_the_index(plan: Detect) -> None:
    toml = project("y") + '[tool.uv.sources]\ny = { git = "https://x.example/y" }\n'
    with pytest.raises(OurFault) as raised:
        plan({"app.py": APP, "pyproject.toml": toml})
    assert raised.value.code == "E219"


def test_requirements_come_before_a_lock_file(plan: Detect) -> None:
    files = {"requirements.txt": "bottle\n", "pyproject.toml": locks.UV_PROJECT, "uv.lock": locks.UV}
    found = plan({"app.py": APP, **files})
    assert found.manifest == {"requirements.txt": "bottle\n"}
    assert found.notes == ("uv.lock not used: packages come from requirements.txt",)


@pytest.mark.parametrize(
    "names",
    [
        ["requirements-prod.txt", "requirements-dev.txt"],
        ["requirements/production.txt", "requirements/base.txt", "requirements/test.txt"],
        ["requirements/base.txt", "requirements/local.txt"],
        ["requirements.in"],
    ],
)
def test_requirements_by_other_names_are_found(plan: Detect, names: list[str]) -> None:
    files = {name: f"flask  # of {name}\n" if name == names[0] else "black\n" for name in names}
    found = plan({"app.py": FLASK, **files})
    assert (found.manifest["requirements.txt"], found.declared) == ("flask\n", names[0])
    assert found.notes == (f"packages come from {names[0]}: there is no requirements.txt",)


@pytest.mark.parametrize(
    "files",
    [
        {"setup.cfg": "[options]\ninstall_requires =\n    flask>=3\n"},
        {"setup.py": "from setuptools import setup\nsetup(name='x', install_requires=['flask>=3'])\n"},
        {"setup.py": "NEEDS = ['flask>=3']\nimport setuptools\nsetuptools.setup(install_requires=NEEDS)\n"},
        {
            "setup.py": "from setuptools import setup\nsetup()\n",
            "setup.cfg": "[options]\ninstall_requires = flask>=3\n",
        },
        {"setup.py": "", "pyproject.toml": "[tool.ruff]\n", "setup.cfg": "[options]\ninstall_requires = flask>=3\n"},
        {
            "pyproject.toml": '[project]\ndynamic = ["dependencies"]\n[tool.setuptools.dynamic]\n'
            'dependencies = { file = ["needs.txt"] }\n',
            "needs.txt": "flask>=3  # web\n",
        },
    ],
)
def test_needs_of_older_projects_are_read_without_running_them(plan: Detect, files: dict[str, str]) -> None:
    assert plan({"app.py": FLASK, **files}).manifest == {"requirements.txt": "flask>=3\n"}


def test_a_setup_that_would_have_to_run_is_told(plan: Detect) -> None:
    code = "from setuptools import setup\nsetup(install_requires=open('x').read().split())\n"
    with pytest.raises(SubmissionFault) as raised:
        plan({"app.py": FLASK, "setup.py": code})
    assert raised.value.code == "E311"


def test_a_line_break_in_a_need_begins_no_line_for_pip(plan: Detect) -> None:
    found = plan({"app.py": APP, "pyproject.toml": project("bottle\n--index-url https://evil.example")})
    assert found.manifest["requirements.txt"].count("\n") == 1


def test_poetry_says_on_which_python_a_package_is_needed(plan: Detect) -> None:
    toml = (
        '[tool.poetry.dependencies]\nflask = "^3"\ntomli = {version = "^2", python = "<3.11"}\n'
        'redis = [{version = "^4", python = ">=3.7.1,<3.9"}, {version = "^5", markers = "os_name == \'posix\'"}]\n'
    )
    assert plan({"app.py": FLASK, "pyproject.toml": toml}).manifest["requirements.txt"].splitlines() == [
        "flask>=3,<4",
        "tomli>=2,<3 ; (python_version < '3.11')",
        "redis>=4,<5 ; (python_full_version >= '3.7.1') and (python_version < '3.9')",
        "redis>=5,<6 ; (os_name == 'posix')",
    ]


@pytest.mark.parametrize(
    "groups",
    [
        "[dependency-groups]\ndev = ['uvicorn', 'pytest']\n",
        "[project.optional-dependencies]\nserver = ['uvicorn']\n",
        "[tool.poetry.group.dev.dependencies]\nuvicorn = '*'\npytest = '*'\n",
    ],
)
def test_a_server_among_the_tools_for_developers_is_installed_when_there_is_no_other(plan: Detect, groups: str) -> None:
    code = "from fastapi import FastAPI\napp = FastAPI()\n"
    found = plan({"main.py": code, "pyproject.toml": project("fastapi") + groups})
    assert found.manifest == {"requirements.txt": "fastapi\nuvicorn\n"}
    assert found.start.startswith("python -m uvicorn main:app")


# Node.js


def node(**more: object) -> str:
    return json.dumps({**json.loads(locks.PACKAGE), **more})


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("name", "text", "installer"),
    [
        ("pnpm-lock.yaml", locks.PNPM, "pnpm"),
        ("yarn.lock", locks.YARN, "yarn"),
        ("yarn.lock", locks.BERRY, "yarn berry"),
    ],
)
def test_a_lock_file_of_another_tool_is_followed_by_that_tool(
    plan: Detect, name: str, text: str, installer: str, end: str
) -> None:
    found = plan({"package.json": locks.PACKAGE, "server.js": "", name: text.replace("\n", end)})
    assert (found.installer, found.notes) == (installer, ())
    assert "example" not in found.manifest[name]
    assert "2.1.2" in found.manifest[name]
    tool = json.loads(found.manifest["tool/package-lock.json"])["packages"]
    assert all(entry["integrity"].startswith("sha512-") for path, entry in tool.items() if path)
    kept = json.loads(found.manifest["package.json"])
    assert not {"scripts", "packageManager", "workspaces", "pnpm"} & set(kept)


def test_files_that_could_run_code_or_name_a_registry_stay_behind(plan: Detect) -> None:
    names = (".npmrc", ".pnpmfile.cjs", "pnpm-workspace.yaml", ".yarnrc", ".yarnrc.yml", ".yarn/releases/yarn.cjs")
    files = dict.fromkeys(names, "evil")
    for lock in ("pnpm-lock.yaml", "yarn.lock"):
        found = plan(
            {
                "package.json": locks.PACKAGE,
                "server.js": "",
                lock: locks.PNPM if "p" in lock[0] else locks.YARN,
                **files,
            }
        )
        assert not any("evil" in text for text in found.manifest.values())


PNPM_6 = """lockfileVersion: '6.0'
dependencies:
  ms:
    specifier: ^2.1.0
    version: 2.1.2
devDependencies:
  is-odd:
    specifier: 3.0.0
    version: 3.0.0
packages:
  /ms@2.1.2:
    resolution: {integrity: sha512-x}
    dev: false
  /is-odd@3.0.0:
    resolution: {integrity: sha512-y}
    dev: true
"""


@pytest.mark.parametrize(
    ("lock", "version"),
    [
        (locks.PNPM, "10."),
        (PNPM_6, "8."),
        (
            "lockfileVersion: 5.4\nspecifiers: {ms: ^2.1.0, is-odd: 3.0.0}\ndependencies: {ms: 2.1.2}\npackages: {}\n",
            "7.",
        ),
    ],
)
def test_each_format_of_pnpm_has_its_own_version(plan: Detect, lock: str, version: str) -> None:
    found = plan({"package.json": locks.PACKAGE, "server.js": "", "pnpm-lock.yaml": lock})
    assert json.loads(found.manifest["tool/package.json"])["dependencies"]["pnpm"].startswith(version)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pnpm-lock.yaml", locks.PNPM.replace("specifier: ^2.1.0", "specifier: ^1.0.0")),
        ("pnpm-lock.yaml", locks.PNPM.replace("'9.0'", "'99.0'")),
        ("pnpm-lock.yaml", "x: &x [1]\ny: [*x, *x]\n"),
        ("pnpm-lock.yaml", ": : :"),
        ("pnpm-lock.yaml", ""),
        ("yarn.lock", locks.YARN.replace("ms@^2.1.0", "ms@^1.0.0")),
        ("yarn.lock", locks.BERRY.replace('ms: "npm:^2.1.0"', 'ms: "npm:^1.0.0"')),
        ("yarn.lock", locks.BERRY.replace("version: 8", "version: 77")),
    ],
)
def test_a_lock_file_that_does_not_fit_is_told_and_npm_chooses(plan: Detect, name: str, text: str) -> None:
    found = plan({"package.json": locks.PACKAGE, "server.js": "", name: text})
    assert found.installer == "npm install"
    (note,) = found.notes
    assert note.startswith(f"{name} not used: ")
    assert note.endswith("npm chose the versions from package.json")
    assert set(found.manifest) == {"package.json"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "pnpm-lock.yaml",
            locks.PNPM.replace(f"integrity: {locks.MS}, ", "").replace("registry.example/ms/-/", "x.example/"),
        ),
        ("pnpm-lock.yaml", locks.PNPM.replace(f"{{integrity: {locks.MS}", "{type: git, repo: https://x.example/y")),
        ("pnpm-lock.yaml", locks.PNPM + "patchedDependencies:\n  ms@2.1.2:\n    path: patches/ms.patch\n"),
        ("pnpm-lock.yaml", locks.PNPM + "overrides:\n  is-number: git+https://x.example/y\n"),
        ("yarn.lock", locks.YARN.replace("https://registry.example/ms/-/ms-2.1.2.tgz", "git+https://x.example/ms.git")),
        ("yarn.lock", locks.YARN.replace("https://registry.example/ms/-/ms-2.1.2.tgz", "https://x.example/ms.tgz")),
        ("yarn.lock", locks.BERRY.replace('resolution: "ms@npm:2.1.2"', 'resolution: "ms@exec:./evil.js"')),
        ("yarn.lock", locks.BERRY.replace('resolution: "ms@npm:2.1.2"', 'resolution: "ms@https://x.example/y.git#1"')),
        (
            "pnpm-lock.yaml",
            locks.PNPM.replace(
                f"{{integrity: {locks.MS}", f"{{integrity: {locks.MS}, type: binary, url: 'https://x.example/y.tgz'"
            ),
        ),
        (
            "pnpm-lock.yaml",
            locks.PNPM.replace(f"{{integrity: {locks.MS}", f"{{integrity: {locks.MS}, type: git, repo: x.example/y"),
        ),
        ("yarn.lock", locks.YARN + '  dependencies:\n    evil "https://x.example/y.tgz"\n'),
        (
            "yarn.lock",
            locks.BERRY.replace(
                'resolution: "ms@npm:2.1.2"',
                'resolution: "ms@npm:2.1.2"\n  dependencies:\n    evil: "exec:./evil.js"',
            ),
        ),
    ],
)
def test_a_locked_package_of_no_registry_is_left_to_people(plan: Detect, name: str, text: str) -> None:
    with pytest.raises(OurFault) as raised:
        plan({"package.json": locks.PACKAGE, "server.js": "", name: text})
    assert (raised.value.code, raised.value.problem.where) == ("E219", name)


@pytest.mark.parametrize(
    "more",
    [
        {"dependencies": {"ms": "exec:./evil.js"}},
        {"dependencies": {"ms": "portal:./x"}},
        {"dependencies": {"ms": "patch:ms@2#./x.patch"}},
        {"overrides": {"ms": {"x": "git+https://x.example/y"}}},
        {"resolutions": {"ms": "exec:./evil.js"}},
        {"peerDependencies": {"ms": "https://x.example/y.tgz"}},
    ],
)
def test_nothing_in_package_json_leads_elsewhere(plan: Detect, more: dict[str, object]) -> None:
    with pytest.raises(OurFault) as raised:
        plan({"package.json": node(**more), "server.js": ""})
    assert raised.value.code == "E219"


@pytest.mark.parametrize("word", ['"resolved"', "resolved ", "resolved"])
def test_however_an_address_is_written_yarn_asks_the_registry_only(plan: Detect, word: str) -> None:
    text = locks.YARN.replace("  resolved ", f"  {word} ")
    found = plan({"package.json": locks.PACKAGE, "server.js": "", "yarn.lock": text})
    assert found.installer == "yarn"
    assert "example" not in found.manifest["yarn.lock"]


def test_a_need_that_is_called_resolved_stays_as_it_is(plan: Detect) -> None:
    text = locks.YARN + '  dependencies:\n    resolved "^1.0.0"\n'
    found = plan({"package.json": locks.PACKAGE, "server.js": "", "yarn.lock": text})
    assert '    resolved "^1.0.0"' in found.manifest["yarn.lock"].splitlines()


def test_no_comment_makes_yarn_read_a_lock_file_by_older_rules(plan: Detect) -> None:
    text = "# yarn lockfile v1\n" + locks.BERRY
    found = plan({"package.json": locks.PACKAGE, "server.js": "", "yarn.lock": text})
    assert found.installer == "yarn berry"
    assert "#" not in {line[:1] for line in found.manifest["yarn.lock"].splitlines()}


@pytest.mark.parametrize("value", ["9" * 5000, "[" * 5000])
@pytest.mark.parametrize("name", ["pyproject.toml", "submission.toml"])
def test_a_file_that_no_tool_could_read_is_the_submissions_fault(plan: Detect, name: str, value: str) -> None:
    with pytest.raises(SubmissionFault):
        plan({"app.py": "", name: f"number = {value}"})


@pytest.mark.parametrize(("name", "text"), [("pnpm-lock.yaml", locks.PNPM), ("yarn.lock", locks.BERRY)])
def test_a_number_too_long_to_be_read_makes_a_lock_file_unfit(plan: Detect, name: str, text: str) -> None:
    found = plan({"package.json": locks.PACKAGE, "server.js": "", name: f"{text}\nmore: {'9' * 5000}\n"})
    assert found.installer == "npm install"


def test_names_that_no_text_may_hold_are_told_all_the_same(plan: Detect) -> None:
    with pytest.raises(OurFault) as raised:
        plan({"package.json": node(dependencies={"\ud800": "git+https://x.example/y"}), "server.js": ""})
    assert "`?` comes from" in raised.value.problem.what


AWAY = "https://x.example/y.tgz"


@pytest.mark.parametrize(
    "lock",
    [
        {"lockfileVersion": 1, "dependencies": {"ms": {"version": AWAY, "integrity": locks.MS}}},
        {"lockfileVersion": 1, "dependencies": {"ms": {"version": "git+https://x.example/y#1"}}},
        {"lockfileVersion": 1, "dependencies": {"ms": {"version": "2.1.2", "requires": {"evil": AWAY}}}},
        {"lockfileVersion": 3, "packages": {"node_modules/ms": {"version": "2.1.2", "dependencies": {"evil": AWAY}}}},
        {"lockfileVersion": 3, "packages": {"node_modules/ms": {"version": "2.1.2", "resolved": AWAY}}},
    ],
)
def test_nothing_in_a_lock_file_of_npm_leads_elsewhere(plan: Detect, lock: dict[str, object]) -> None:
    with pytest.raises(OurFault) as raised:
        plan({"package.json": locks.PACKAGE, "server.js": "", "package-lock.json": json.dumps(lock)})
    assert (raised.value.code, raised.value.problem.where) == ("E219", "package-lock.json")


NPM_ENTRIES = {"ms": {"version": "2.1.2", "resolved": "https://r.example/ms/-/ms-2.1.2.tgz", "integrity": locks.MS}}


@pytest.mark.parametrize(
    ("name", "lock"),
    [
        ("package-lock.json", {"lockfileVersion": 1, "dependencies": NPM_ENTRIES}),
        (
            "package-lock.json",
            {"lockfileVersion": 2, "packages": {"node_modules/ms": NPM_ENTRIES["ms"]}, "dependencies": NPM_ENTRIES},
        ),
        ("package-lock.json", {"lockfileVersion": 3, "packages": {"node_modules/ms": NPM_ENTRIES["ms"]}}),
        ("npm-shrinkwrap.json", {"lockfileVersion": 3, "packages": {"node_modules/ms": NPM_ENTRIES["ms"]}}),
    ],
)
def test_npm_lock_files_of_every_version_are_followed(plan: Detect, name: str, lock: dict[str, object]) -> None:
    found = plan({"package.json": locks.PACKAGE, "server.js": "", name: json.dumps(lock)})
    assert found.installer == "npm ci"
    assert locks.MS in found.manifest["package-lock.json"]
    assert "example" not in found.manifest["package-lock.json"]


def test_a_lock_file_of_more_than_a_megabyte_is_read_to_its_end(plan: Detect) -> None:
    many = {f"node_modules/x{number}": {"version": "1.0.0", "integrity": locks.MS} for number in range(12_000)}
    lock = json.dumps({"lockfileVersion": 3, "packages": many})
    assert len(lock) > 1 << 20
    found = plan({"package.json": locks.PACKAGE, "server.js": "", "package-lock.json": lock})
    assert found.installer == "npm ci"


def test_the_named_manager_decides_between_lock_files(plan: Detect) -> None:
    npm = json.dumps({"lockfileVersion": 3, "packages": {}})
    files = {"server.js": "", "package-lock.json": npm, "pnpm-lock.yaml": locks.PNPM}
    found = plan({"package.json": locks.PACKAGE, **files})
    assert (found.installer, found.notes) == (
        "pnpm",
        ("package-lock.json not used: versions come from pnpm-lock.yaml",),
    )
    assert plan({"package.json": node(packageManager="npm@10.0.0")}).installer == "npm ci"


def test_packages_to_compile_are_those_the_service_needs(plan: Detect) -> None:
    text = locks.PNPM.replace("is-number: 6.0.0", "better-sqlite3: 6.0.0").replace("is-number@6", "better-sqlite3@6")
    files = {"package.json": locks.PACKAGE, "server.js": ""}
    assert plan({**files, "pnpm-lock.yaml": text}).compiled == ()
    needed = text.replace("ms@2.1.2: {}", "ms@2.1.2:\n    dependencies:\n      better-sqlite3: 6.0.0\n")
    assert plan({**files, "pnpm-lock.yaml": needed}).compiled == ("better-sqlite3",)


# How it is started


@pytest.mark.parametrize("start", ["yarn serve", "pnpm run serve", "yarn run serve"])
def test_scripts_are_run_by_npm_whichever_tool_calls_them(plan: Detect, start: str) -> None:
    package = node(scripts={"serve": "tsx src/index.ts"}, devDependencies={"tsx": "^4"})
    found = plan({"package.json": package, "src/index.ts": "", "Procfile": f"web: {start}\r\n"})
    assert (found.start, found.development) == ("npm run --silent serve", True)


@pytest.mark.parametrize(
    "start", ["ts-node src/index.ts", "node --import tsx src/index.ts", "nodemon --exec ts-node x.ts"]
)
def test_typescript_run_as_it_is_brings_its_tools(plan: Detect, start: str) -> None:
    tools = {"ts-node": "^10", "tsx": "^4", "nodemon": "^3", "typescript": "^5"}
    assert plan({"package.json": node(scripts={"start": start}, devDependencies=tools), "src/index.ts": ""}).development


def test_a_main_file_that_the_build_makes_is_built(plan: Detect) -> None:
    package = node(main="dist/index.js", scripts={"build": "tsc"}, devDependencies={"typescript": "^5"})
    found = plan({"package.json": package, "src/index.ts": ""})
    assert (found.start, found.prepare, found.development) == ("node dist/index.js", "npm run build --silent", True)


def test_a_script_for_development_is_better_than_nothing(plan: Detect) -> None:
    package = node(scripts={"dev": "tsx watch src/api.ts"}, devDependencies={"tsx": "^4"})
    found = plan({"package.json": package, "src/api.ts": ""})
    assert (found.start, found.origin) == ("tsx watch src/api.ts", "package.json (scripts.dev)")


def test_a_release_step_of_a_procfile_runs_before_the_start(plan: Detect) -> None:
    files = {"requirements.txt": "django\ngunicorn\n", "manage.py": "", "todo/migrations/0001_initial.py": ""}
    found = plan({**files, "Procfile": "release: python manage.py migrate\r\nweb: gunicorn site.wsgi\r\n"})
    assert (found.start, found.prepare) == ("gunicorn site.wsgi", "python manage.py migrate")
    assert "migrate" in plan({**files, "Procfile": "web: gunicorn site.wsgi\n"}).prepare


@pytest.mark.parametrize(
    ("start", "run"),
    [
        ("python backend/app.py", "cd .. && python backend/app.py"),
        ("uvicorn backend.app:app", "cd .. && uvicorn backend.app:app"),
        ("python app.py", "python app.py"),
        ("python -m backend_tools", "python -m backend_tools"),
    ],
)
def test_a_start_command_may_be_meant_from_the_root(plan: Detect, start: str, run: str) -> None:
    files = {"backend/app.py": APP, "backend/requirements.txt": "bottle\n"}
    found = plan({"submission.toml": f'[run]\nstart = "{start}"\n', "README.md": "", **files})
    assert (found.folder, found.start) == ("backend", run)


def test_of_several_projects_the_service_is_taken(plan: Detect) -> None:
    files = {
        "frontend/package.json": '{"scripts": {"start": "vite"}}',
        "backend/package.json": "{}",
        "backend/server.js": "",
    }
    found = plan({"README.md": "", "docker-compose.yml": "services: {}", **files})
    assert (found.folder, found.start) == ("backend", "node server.js")
    assert found.notes[0].startswith("docker-compose.yml not used: ")


# When nothing fits


def test_a_dockerfile_alone_is_our_limit_and_says_what_to_write(plan: Detect) -> None:
    text = 'FROM python:3.13-slim AS base\nRUN true\nCMD ["flask", "--app", "my app", \\\n "run"]\n'
    with pytest.raises(OurFault) as raised:
        plan({"README.md": "", "Dockerfile": text})
    problem = raised.value.problem
    assert (problem.code, problem.where) == ("E218", "Dockerfile")
    assert problem.snippet == '[run]\nstart = "flask --app \'my app\' run"\nstack = "python"'
    assert problem.note.startswith(
        "nothing was taken from the submission for it; found Dockerfile, README.md; looked for"
    )


def test_a_start_command_without_any_code_asks_for_the_language(plan: Detect) -> None:
    with pytest.raises(SubmissionFault) as raised:
        plan({"submission.toml": '[run]\nstart = "./serve"\n', "serve": "#!/bin/sh"})
    assert raised.value.code == "E310"
    assert 'start = "./serve"' in raised.value.problem.snippet
    assert "stack" in raised.value.problem.help
