"""How a Go submission is built and started, and whose fault it is when it cannot be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
import pytest

from grader.errors import OurFault, SubmissionFault
from grader.sandbox import host
from grader.sandbox.blame import blame
from grader.sandbox.go_blame import uncompiled
from grader.sandbox.go_local import compile_here
from grader.sandbox.golang import own_command
from grader.sandbox.installers import compile_command, install_command
from grader.sandbox.plan import Plan
from grader.sandbox.stack import detect
from grader.submission import open_submission

Detect = Callable[[Mapping[str, str]], Plan]

MAIN = 'package main\n\nimport "net/http"\n\nfunc main() { http.ListenAndServe(":8000", nil) }\n'
TOOL = 'package main\n\nimport "fmt"\n\nfunc main() { fmt.Println() }\n'
MOD = "module example.com/me/todo\n\ngo 1.22\n"


@pytest.fixture
def plan(tmp_path: Path) -> Detect:
    def of(files: Mapping[str, str]) -> Plan:
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text, encoding="utf-8")
        with open_submission(str(tmp_path)) as submission:
            return detect(submission)

    return of


def test_a_program_at_the_root_is_compiled_and_started(plan: Detect) -> None:
    found = plan({"go.mod": MOD, "main.go": MAIN, "README.md": ""})
    assert (found.stack, found.start, found.origin) == ("go", "exec todo", "main.go:5")
    assert (found.programs, found.installer, found.version) == ({"todo": "."}, "", "1.22")


@pytest.mark.parametrize(
    ("files", "programs"),
    [
        ({"cmd/api/main.go": MAIN, "store/store.go": "package store\n"}, {"api": "./cmd/api"}),
        ({"main.go": MAIN, "cmd/migrate/main.go": TOOL}, {"todo": "."}),
        ({"cmd/api/main.go": MAIN, "cmd/migrate/main.go": TOOL}, {"api": "./cmd/api"}),
        (
            {
                "cmd/api/main.go": 'package main\nimport x "example.com/me/todo/internal/web"\nfunc main() { x.A() }\n',
                "internal/web/web.go": 'package web\nimport (\n\t// serves\n\t"net/http"\n)\nvar _ = http.MethodGet\n',
                "cmd/seed/main.go": TOOL,
            },
            {"api": "./cmd/api"},
        ),
        ({"main.go": MAIN, "tools/go.mod": "module tools\n", "tools/main.go": MAIN}, {"todo": "."}),
        ({"cmd/api/main.go": MAIN, "tools/go.mod": "module tools\n", "tools/a/b/main.go": MAIN}, {"api": "./cmd/api"}),
        ({"go.mod": "module example.com/todo/v2\n", "main.go": MAIN}, {"todo": "."}),
        ({"main.go": MAIN, "gen.go": "//go:build ignore\n\npackage main\n\nfunc main() {}\n"}, {"todo": "."}),
        ({"cmd/api/main.go": MAIN, "cmd/win/main_windows.go": MAIN}, {"api": "./cmd/api"}),
        (
            {"cmd/api/main.go": "/* a\nb */\n" + MAIN, "examples/a_test.go": MAIN, "vendor/x/y/m.go": MAIN},
            {"api": "./cmd/api"},
        ),
    ],
)
def test_the_service_is_found_among_packages(plan: Detect, files: dict[str, str], programs: dict[str, str]) -> None:
    found = plan({"go.mod": MOD, **files})
    assert found.programs == programs
    assert found.start == f"exec {next(iter(programs))}"


def test_several_services_must_be_told_apart(plan: Detect) -> None:
    with pytest.raises(SubmissionFault) as raised:
        plan({"go.mod": MOD, "cmd/a/main.go": MAIN, "cmd/b/main.go": MAIN})
    assert raised.value.code == "E310"
    assert "cmd/a/main.go:5, cmd/b/main.go:5" in raised.value.problem.note
    assert "[run] start" in raised.value.problem.help


def test_a_declared_start_is_taken_as_it_is(plan: Detect) -> None:
    files = {"go.mod": MOD, "cmd/a/main.go": MAIN, "cmd/b/main.go": MAIN}
    found = plan({**files, "submission.toml": '[run]\nstart = "go run ./cmd/b"\n'})
    assert (found.start, found.origin, found.prepare) == ("go run ./cmd/b", "submission.toml", "")
    assert found.programs == {"a": "./cmd/a", "b": "./cmd/b"}


@pytest.mark.parametrize(
    ("start", "prepare"),
    [
        ("bin/todo -v", 'mkdir -p bin && cp "$PROGRAMS"/todo bin/todo'),
        ("./server", 'mkdir -p . && cp "$PROGRAMS"/todo server'),
        ("GIN_MODE=release exec ./server", 'mkdir -p . && cp "$PROGRAMS"/todo server'),
        ("./run.sh", ""),
        ("todo", ""),
        ("go build -o x . && ./x", ""),
        ("../x", ""),
    ],
)
def test_a_program_that_was_not_handed_in_is_put_where_it_is_started(plan: Detect, start: str, prepare: str) -> None:
    found = plan({"go.mod": MOD, "main.go": MAIN, "run.sh": "go run .", "Procfile": f"web: {start}\n"})
    assert (found.start, found.prepare) == (start, prepare)


def test_a_single_file_needs_no_module(plan: Detect) -> None:
    found = plan({"main.go": MAIN, "README.md": ""})
    assert (found.start, found.manifest) == ("exec submission", {"go.mod": "module submission\n"})


def test_a_build_constraint_that_cannot_be_read_holds(plan: Detect) -> None:
    assert plan({"main.go": f"//go:build {'(' * 190}\n\n{MAIN}"}).stack == "go"


def test_replacements_are_found_however_they_are_written_and_brackets_that_stay_open_take_no_time(plan: Detect) -> None:
    """Each open bracket was once the beginning of another search through the rest of the file."""
    mod = "module example.com/me\n\nreplace (\n\texample.com/a => ./a // own\n)\nreplace example.com/b => ./b\n"
    files = {"main.go": MAIN, "a/go.mod": "module example.com/a\n", "b/go.mod": "module example.com/b\n"}
    found = plan({**files, "go.mod": mod + "exclude (\n" * 40_000})
    assert {"a/go.mod", "b/go.mod"} <= set(found.manifest)
    with pytest.raises(OurFault):
        plan({**files, "go.mod": "module example.com/me\nreplace(\n\texample.com/c => ../c\n)\n"})


def test_a_module_in_the_only_folder_is_found(plan: Detect) -> None:
    found = plan({"README.md": "", "server/go.mod": MOD, "server/main.go": MAIN})
    assert (found.folder, found.origin) == ("server", "server/main.go:5")


def test_a_module_with_tools_of_other_languages_stays_go(plan: Detect) -> None:
    files = {
        "go.mod": MOD,
        "main.go": MAIN,
        "package.json": '{"scripts": {"start": "x"}}',
        "load.py": "",
        "web/a.js": "",
    }
    assert plan(files).stack == "go"


def test_other_languages_with_a_go_file_stay_what_they_are(plan: Detect) -> None:
    assert plan({"server.js": "", "tools/x.go": TOOL}).stack == "node"


def test_modules_are_fetched_by_the_names_of_their_packages_alone(plan: Detect) -> None:
    code = MAIN.replace(
        '"net/http"', '(\n\t"net/http"\n\tchi "github.com/go-chi/chi/v5"\n\t_ "example.com/me/todo/db"\n)'
    )
    files = {
        "go.mod": MOD + "toolchain go1.99.1\nrequire github.com/go-chi/chi/v5 v5.2.1\n",
        "go.sum": "sums",
        "main.go": code,
        "db/db.go": 'package db\n\nimport _ "github.com/lib/pq"\n',
        "unused/x.go": 'package unused\n\nimport _ "github.com/no/such"\n',
        "main_test.go": 'package main\n\nimport _ "github.com/stretchr/testify/assert"\n',
    }
    found = plan(files)
    assert found.installer == "go"
    assert found.manifest["imported.go"] == (
        'package imported\n\nimport (\n\t_ "github.com/go-chi/chi/v5"\n\t_ "github.com/lib/pq"\n)\n'
    )
    assert "toolchain" not in found.manifest["go.mod"]
    assert set(found.manifest) == {"go.mod", "go.sum", "imported.go"}
    fetch, build = install_command(found)[-1], compile_command(found)[-1]
    assert "GOVCS='*:off'" in fetch
    assert "GOPROXY=off" not in fetch
    assert "GOPROXY=off" in build


def test_a_patch_release_of_go_is_no_reason_to_refuse(plan: Detect) -> None:
    found = plan({"go.mod": "module x\n\ngo 1.24.13 // new\n", "main.go": MAIN})
    assert (found.version, found.manifest["go.mod"]) == ("1.24", "module x\n\ngo 1.24\n")


def test_vendored_modules_are_not_fetched(plan: Detect) -> None:
    code = MAIN.replace('"net/http"', '(\n\t"net/http"\n\t_ "github.com/a/b"\n)')
    found = plan(
        {"go.mod": MOD, "main.go": code, "vendor/modules.txt": "# github.com/a/b v1.0.0\n", "vendor/b/b.go": ""}
    )
    assert (found.installer, found.notes) == ("", ("packages are taken from vendor/",))


@pytest.mark.parametrize(
    "line",
    ["replace github.com/a/b => ../b", "replace (\n\tgithub.com/a/b v1.0.0 => /etc/b\n)", "replace a.b/c => ./no"],
)
def test_what_is_replaced_from_outside_is_left_to_people(plan: Detect, line: str) -> None:
    with pytest.raises(OurFault) as raised:
        plan({"go.mod": f"{MOD}\n{line}\n", "main.go": MAIN})
    assert (raised.value.code, raised.value.problem.where) == ("E219", "go.mod")


def test_what_is_replaced_by_a_folder_of_the_submission_is_its_own(plan: Detect) -> None:
    files = {
        "go.mod": f"{MOD}\nreplace github.com/a/b => ./lib\n",
        "main.go": 'package main\n\nimport "github.com/a/b/web"\n\nfunc main() { web.Run() }\n',
        "lib/go.mod": "module github.com/a/b\n",
        "lib/web/web.go": 'package web\n\nimport _ "github.com/c/d"\n',
    }
    found = plan(files)
    assert found.manifest["lib/go.mod"] == "module github.com/a/b\n"
    assert "github.com/c/d" in found.manifest["imported.go"]
    assert "github.com/a/b" not in found.manifest["imported.go"]


def test_a_workspace_of_several_modules_is_left_to_people(plan: Detect) -> None:
    files = {"go.mod": MOD, "main.go": MAIN, "go.work": "go 1.22\n\nuse .\n"}
    assert plan(files).stack == "go"
    with pytest.raises(OurFault) as raised:
        plan({**files, "go.work": "go 1.22\n\nuse (\n\t.\n\t./lib\n)\n"})
    assert raised.value.code == "E219"


@pytest.mark.parametrize(
    "files",
    [
        {"go.mod": f"{MOD}\nrequire (\n\tgithub.com/mattn/go-sqlite3 v1.14.22 // indirect\n)\n", "main.go": MAIN},
        {"go.mod": MOD, "main.go": MAIN.replace('import "net/http"', 'import "C"\nimport "net/http"')},
    ],
)
def test_what_needs_a_c_compiler_is_known(plan: Detect, files: dict[str, str]) -> None:
    found = plan(files)
    assert found.compiled
    assert "CGO_ENABLED=1" in own_command(found.programs, source="/s", app="/a", folder="/a", c=True)[-1]


def go(**fields: object) -> Plan:
    return msgspec.structs.replace(
        Plan(stack="go", start="", origin="", port=8000, declared="go.mod", installer="go"), **fields
    )


ERRORS = """# example.com/me/todo/store
store/store.go:7:2: declared and not used: x
# example.com/me/todo
./main.go:12:5: undefined: serve
./main.go:13:5: undefined: other
"""


def test_code_that_does_not_compile_is_told_with_the_first_errors() -> None:
    fault = uncompiled(go(folder="server"), ERRORS)
    assert isinstance(fault, SubmissionFault)
    assert (fault.code, fault.problem.where) == ("E315", "server/main.go:12")
    assert fault.problem.what == "the code does not compile: undefined: serve"
    assert fault.problem.snippet.count("\n") == 2


def test_errors_are_told_in_the_same_order_every_time() -> None:
    first, second = ERRORS.split("# example.com/me/todo\n")
    turned = f"# example.com/me/todo\n{second}{first}"
    assert uncompiled(go(), turned).problem == uncompiled(go(), ERRORS).problem


@pytest.mark.parametrize(
    ("log", "code"),
    [
        ("go: go.mod requires go >= 1.99 (running go 1.24.4; GOTOOLCHAIN=local)\n", "E213"),
        ("# github.com/a/b\n/deps/modules/github.com/a/b@v1.0.0/x.go:3:1: undefined: C.x\n", "E214"),
        ("package x\n\timports github.com/a/b: build constraints exclude all Go files in /deps/modules/b\n", "E214"),
        (
            "main.go:4:2: no required module provides package github.com/a/b; to add it:\n\tgo get github.com/a/b\n",
            "E315",
        ),
    ],
)
def test_what_is_missing_in_the_sandbox_is_not_held_against_the_submission(log: str, code: str) -> None:
    assert uncompiled(go(), log).code == code


@pytest.mark.parametrize(
    ("log", "code"),
    [
        ("go: github.com/a/b@v1: reading …: dial tcp: lookup index: no such host\n", "E212"),
        ("go: github.com/a/b@v1: reading …: 403 Forbidden\n", "E212"),
        ("go: x@v1: Get …: tls: failed to verify certificate: x509: certificate signed by unknown authority\n", "E212"),
        ("go: github.com/a/b@v9.9.9: reading …: 404 Not Found\n", "E312"),
        ("go: github.com/a/b: GOVCS disallows using git for public github.com/a/b\n", "E219"),
        ("go: github.com/a/b@v2: requires go >= 1.99 (running go 1.24.4; GOTOOLCHAIN=local)\n", "E213"),
        ("verifying github.com/a/b@v1.0.0: checksum mismatch\n\tdownloaded: h1:x\n\tgo.sum: h1:y\n", "E312"),
    ],
)
def test_the_network_is_told_from_wrong_modules(log: str, code: str) -> None:
    assert blame(go(), log).code == code


def test_the_module_index_of_this_machine_is_used_without_its_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = tmp_path / "env"
    settings.write_text("GOPROXY=file:///srv/modules,https://index.test/go|direct\nGOFLAGS=-mod=mod\nGONOSUMDB=*\n")
    monkeypatch.setenv("GOENV", str(settings))
    for name in host.GO_OPTIONS:
        monkeypatch.delenv(name, raising=False)
    host.network.cache_clear()
    try:
        assert host.network().go == "GOPROXY=https://index.test/go|direct\nGONOSUMDB=*\n"
    finally:
        host.network.cache_clear()


def test_a_self_check_without_go_says_so(tmp_path: Path) -> None:
    with pytest.raises(OurFault) as raised:
        compile_here(go(programs={"x": "."}), tmp_path, tmp_path, {"PATH": str(tmp_path)})
    assert raised.value.code == "E225"
    assert "docker" in raised.value.problem.help


def test_a_self_check_compiles_with_the_candidates_own_go(tmp_path: Path) -> None:
    tools, source, programs = (tmp_path / name for name in ("tools", "source", "programs"))
    for folder in (tools, source, programs):
        folder.mkdir()
    (source / "go.mod").write_text(MOD)
    fake = tools / "go"
    fake.write_text(
        '#!/bin/sh\necho "$@" > seen\n[ -f fine ] && touch "$4" || { echo "./main.go:3:1: undefined: x"; exit 1; }\n'
    )
    fake.chmod(0o755)
    environment = {"PATH": f"{tools}:/usr/bin:/bin"}
    wanted = go(programs={"todo": "./cmd/todo"})
    with pytest.raises(SubmissionFault) as raised:
        compile_here(wanted, source, programs, environment)
    assert (raised.value.code, raised.value.problem.where) == ("E315", "main.go:3")
    (source / "fine").touch()
    compile_here(wanted, source, programs, environment)
    assert (programs / "todo").exists()
    assert (source / "seen").read_text() == f"build -buildvcs=false -o {programs}/todo ./cmd/todo\n"
