"""How a submission is started, judged from its files."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from grader.errors import OurFault, SubmissionFault
from grader.sandbox.plan import Plan
from grader.sandbox.stack import detect
from grader.submission import open_submission

Detect = Callable[[Mapping[str, str]], Plan]

FASTAPI = "from fastapi import FastAPI\napp = FastAPI()\n"
FLASK = "from flask import Flask\napp = Flask(__name__)\n"
UVICORN = 'python -m uvicorn {} --host 0.0.0.0 --port "$PORT"'


@pytest.fixture
def plan(tmp_path: Path) -> Detect:
    def of(files: Mapping[str, str]) -> Plan:
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text, encoding="utf-8")
        with open_submission(str(tmp_path)) as submission:
            return detect(submission)

    return of


def fault(plan: Detect, files: Mapping[str, str]) -> SubmissionFault:
    with pytest.raises(SubmissionFault) as raised:
        plan(files)
    assert raised.value.problem.what
    return raised.value


def not_ours_to_judge(plan: Detect, files: Mapping[str, str]) -> OurFault:
    with pytest.raises(OurFault) as raised:
        plan(files)
    assert "nothing was taken" in raised.value.problem.note
    return raised.value


def test_submission_toml_comes_first(plan: Detect) -> None:
    found = plan(
        {
            "submission.toml": '[run]\nstart = "python -m todo"\nport = 9000\n',
            "Procfile": "web: gunicorn app:app\n",
            "requirements.txt": "flask\n",
            "app.py": FLASK,
        }
    )
    assert (found.start, found.port, found.origin) == ("python -m todo", 9000, "submission.toml")


def test_a_procfile_comes_before_the_code(plan: Detect) -> None:
    found = plan({"Procfile": "web: gunicorn app:app\nworker: x\n", "requirements.txt": "flask\n", "app.py": FLASK})
    assert (found.start, found.origin) == ("gunicorn app:app", "Procfile")


def test_a_fastapi_application_is_served_by_uvicorn(plan: Detect) -> None:
    found = plan({"requirements.txt": "fastapi\nuvicorn[standard]>=0.30  # server\n", "main.py": FASTAPI})
    assert found.start == UVICORN.format("main:app")
    assert found.origin == "main.py:2"
    assert found.manifest == {"requirements.txt": "fastapi\nuvicorn[standard]>=0.30\n"}
    assert found.declared == "requirements.txt"


def test_the_extra_of_fastapi_brings_uvicorn(plan: Detect) -> None:
    found = plan({"requirements.txt": "fastapi[standard]\n", "api.py": FASTAPI.replace("app =", "api =")})
    assert found.start == UVICORN.format("api:api")


@pytest.mark.parametrize(
    ("files", "target", "root"),
    [
        ({"app/main.py": FASTAPI}, "app.main:app", None),
        ({"app/main.py": "from app.db import x\n" + FASTAPI, "app/db.py": "x = 1"}, "app.main:app", None),
        ({"app/main.py": "from .db import x\n" + FASTAPI, "app/db.py": "x = 1"}, "app.main:app", None),
        ({"src/main.py": "from db import x\n" + FASTAPI, "src/db.py": "x = 1"}, "main:app", "src"),
        ({"src/main.py": "from src.db import x\n" + FASTAPI, "src/db.py": "x = 1"}, "src.main:app", None),
        ({"src/todo/api.py": "from todo.db import x\n" + FASTAPI, "src/todo/db.py": "x=1"}, "todo.api:app", "src"),
        ({"todo/__init__.py": FASTAPI}, "todo:app", None),
    ],
)
def test_an_application_in_a_folder_is_found_where_its_imports_work(
    plan: Detect, files: dict[str, str], target: str, root: str | None
) -> None:
    found = plan({"requirements.txt": "fastapi\nuvicorn\n", **files})
    assert (found.start, found.import_root) == (UVICORN.format(target), root)


def test_an_application_made_by_a_function_of_another_module_is_found(plan: Detect) -> None:
    found = plan(
        {
            "requirements.txt": "fastapi\nuvicorn\n",
            "app/factory.py": "import fastapi\ndef create_app():\n    app = fastapi.FastAPI()\n    return app\n",
            "app/main.py": "from app.factory import create_app\napp = create_app()\n",
        }
    )
    assert found.start == UVICORN.format("app.main:app")


def test_a_factory_without_an_object_is_called_by_the_server(plan: Detect) -> None:
    code = "from fastapi import FastAPI\ndef create_app(debug=False) -> FastAPI:\n    app = FastAPI()\n    return app\n"
    found = plan({"requirements.txt": "fastapi\nuvicorn\n", "app.py": code})
    assert found.start == UVICORN.format("--factory app:create_app")


def test_an_object_in_the_tests_is_not_the_service(plan: Detect) -> None:
    found = plan({"requirements.txt": "fastapi\nuvicorn\n", "tests/app.py": FASTAPI, "service.py": FASTAPI})
    assert found.start == UVICORN.format("service:app")


@pytest.mark.parametrize(
    ("packages", "start"),
    [
        ("flask\n", 'python -m flask --app app:app run --host 0.0.0.0 --port "$PORT"'),
        ("flask\ngunicorn\n", 'python -m gunicorn --bind "0.0.0.0:$PORT" "app:app"'),
        ("flask\nwaitress\n", 'waitress-serve --listen "0.0.0.0:$PORT" app:app'),
    ],
)
def test_a_wsgi_application_is_served_by_what_it_declares(plan: Detect, packages: str, start: str) -> None:
    assert plan({"requirements.txt": packages, "app.py": FLASK}).start == start


def test_a_script_that_prepares_its_tables_is_started_as_its_author_does(plan: Detect) -> None:
    code = FLASK + "def init(): ...\nif __name__ == '__main__':\n    init()\n    app.run(port=8000)\n"
    found = plan({"requirements.txt": "flask\n", "app.py": code})
    assert (found.start, found.origin) == ("python app.py", "app.py:4")


def test_a_script_that_only_serves_gives_way_to_the_application(plan: Detect) -> None:
    code = FASTAPI + "if __name__ == '__main__':\n    import uvicorn\n    uvicorn.run(app, port=5000)\n"
    assert plan({"requirements.txt": "fastapi\nuvicorn\n", "main.py": code}).start == UVICORN.format("main:app")


def test_a_script_of_the_standard_library_needs_no_requirements(plan: Detect) -> None:
    code = "import http.server as h\nif __name__ == '__main__':\n    h.HTTPServer(('', 1), None).serve_forever()\n"
    found = plan({"server.py": code, "README.md": "run it"})
    assert (found.stack, found.start, found.installer) == ("python", "python server.py", "")


def test_a_package_with_a_main_module_is_run_as_a_module(plan: Detect) -> None:
    found = plan({"todo/__main__.py": "from todo.web import main\nmain()\n", "todo/web.py": "def main(): ...\n"})
    assert found.start == "python -m todo"


def test_django_is_migrated_and_run(plan: Detect) -> None:
    found = plan({"manage.py": "", "requirements.txt": "django\n", "site/wsgi.py": ""})
    assert found.start == 'python manage.py runserver --noreload "0.0.0.0:$PORT"'
    assert found.prepare == "python manage.py migrate --noinput"


def test_an_application_without_a_server_is_told_what_to_add(plan: Detect) -> None:
    raised = fault(plan, {"requirements.txt": "fastapi\n", "main.py": FASTAPI})
    assert raised.code == "E311"
    assert raised.problem.where == "main.py:2"
    assert "`uvicorn`" in raised.problem.help


def test_an_application_without_any_requirements_is_told_so(plan: Detect) -> None:
    raised = fault(plan, {"main.py": FASTAPI})
    assert raised.code == "E311"
    assert "requirements.txt" in raised.problem.help


def test_code_that_does_not_parse_is_not_the_end_of_the_search(plan: Detect) -> None:
    found = plan({"requirements.txt": "fastapi\nuvicorn\n", "old.py": "print 'x'", "main.py": FASTAPI})
    assert found.start == UVICORN.format("main:app")


def test_code_newer_than_our_own_python_is_understood_well_enough(plan: Detect) -> None:
    code = (
        "from fastapi import (\n    FastAPI,  # the framework\n    Depends,\n)\n\n"
        "class Page[T = int]:\n    x: T = f'{'a' + 't\\n'}' <newer syntax>\n\n"
        "app = FastAPI(\n    title='x',\n)\n\n@app.get('/')\ndef home() -> str: ...\n"
    )
    found = plan({"requirements.txt": "fastapi\nuvicorn\n", "main.py": code})
    assert (found.start, found.origin) == (UVICORN.format("main:app"), "main.py:9")
    script = "import http.server\nclass A[T = int]: ...\nif __name__ == '__main__':\n    serve()\n"
    assert plan({"main.py": "", "app.py": script, "requirements.txt": ""}).start == "python app.py"


def test_a_node_service_is_started_by_its_own_script(plan: Detect) -> None:
    found = plan({"package.json": '{"scripts": {"start": "node src/server.js"}}', "src/server.js": ""})
    assert (found.stack, found.start, found.installer) == ("node", "node src/server.js", "")


@pytest.mark.parametrize(
    ("files", "start"),
    [
        ({"package.json": '{"main": "./lib/web.js"}', "lib/web.js": ""}, "node lib/web.js"),
        ({"package.json": "{}", "server.js": ""}, "node server.js"),
        ({"server.mjs": ""}, "node server.mjs"),
        ({"package.json": "{}", "src/index.ts": ""}, "node src/index.ts"),
    ],
)
def test_a_node_service_without_a_script_is_found_by_usual_names(
    plan: Detect, files: dict[str, str], start: str
) -> None:
    assert plan(files).start == start


def lock(address: str) -> str:
    entry = {"version": "2.1.3", "resolved": address}
    return json.dumps({"lockfileVersion": 3, "packages": {"": {}, "node_modules/ms": entry}})


def depending(version: str) -> str:
    return json.dumps({"dependencies": {"x": version}})


def test_a_lock_file_is_followed_without_its_addresses(plan: Detect) -> None:
    address = "https://registry.example/ms/-/ms-2.1.3.tgz"
    package = '{"dependencies": {"ms": "^2"}, "scripts": {"start": "node x.js", "postinstall": "curl evil"}}'
    found = plan({"package.json": package, "package-lock.json": lock(address), "x.js": ""})
    assert found.installer == "npm ci"
    assert "registry.example" not in found.manifest["package-lock.json"]
    assert "postinstall" not in found.manifest["package.json"]


@pytest.mark.parametrize(
    "address", ["git+ssh://git@example/x.git#1", "http://172.17.0.1:8080/ms.tgz", "file:../x", "https://a/b.tgz"]
)
def test_a_lock_file_that_points_elsewhere_is_left_to_people(plan: Detect, address: str) -> None:
    files = {"package.json": '{"dependencies": {"ms": "^2"}}', "package-lock.json": lock(address), "server.js": ""}
    assert not_ours_to_judge(plan, files).code == "E219"


@pytest.mark.parametrize(
    "version", ["git+https://a/b.git", "file:./x", "http://a/b.tgz", "user/repository", "github:a/b"]
)
def test_a_node_dependency_from_elsewhere_is_left_to_people(plan: Detect, version: str) -> None:
    files = {"package.json": depending(version), "server.js": ""}
    raised = not_ours_to_judge(plan, files)
    assert (raised.code, raised.problem.where) == ("E219", "package.json")


@pytest.mark.parametrize("version", ["^4.19.0", "*", "latest", ">=1 <2", "1.x", "npm:other@1.0.0", "4.0.0-beta.1"])
def test_versions_of_the_registry_are_left_as_they_are(plan: Detect, version: str) -> None:
    found = plan({"package.json": depending(version), "server.js": ""})
    assert version in found.manifest["package.json"]
    assert found.installer == "npm install"


def test_tools_for_developers_are_installed_when_the_start_needs_them(plan: Detect) -> None:
    package = '{"scripts": {"start": "tsx src/server.ts"}, "devDependencies": {"tsx": "^4", "jest": "^29"}}'
    assert plan({"package.json": package, "src/server.ts": ""}).development
    package = '{"scripts": {"start": "node a.js"}, "dependencies": {"x": "1"}, "devDependencies": {"jest": "^29"}}'
    assert not plan({"package.json": package, "a.js": ""}).development


def test_output_that_was_not_handed_in_is_built_first(plan: Detect) -> None:
    package = (
        '{"scripts": {"start": "node dist/server.js", "build": "tsc -p ."}, "devDependencies": {"typescript": "^5"}}'
    )
    found = plan({"package.json": package, "src/server.ts": ""})
    assert (found.prepare, found.development) == ("npm run build --silent", True)
    assert plan({"package.json": package, "dist/server.js": ""}).prepare == ""


@pytest.mark.parametrize(
    ("dependencies", "compiled"),
    [
        ({"better-sqlite3": "^12.0.0", "express": "4"}, ("better-sqlite3",)),
        ({"bcrypt": "^5.1.1", "sqlite3": "5"}, ("bcrypt", "sqlite3")),
        ({"bcrypt": "^6.0.0"}, ()),
    ],
)
def test_packages_that_must_be_compiled_are_known(
    plan: Detect, dependencies: dict[str, str], compiled: tuple[str, ...]
) -> None:
    assert plan({"package.json": json.dumps({"dependencies": dependencies}), "server.js": ""}).compiled == compiled


def test_another_package_by_the_name_of_one_that_is_compiled_is_not_compiled(plan: Detect) -> None:
    package = json.dumps({"dependencies": {"better-sqlite3": "npm:other@1.0.0"}})
    assert not_ours_to_judge(plan, {"package.json": package, "server.js": ""}).code == "E219"


def test_other_lock_files_are_noted(plan: Detect) -> None:
    found = plan({"package.json": '{"dependencies": {"x": "1"}}', "pnpm-lock.yaml": "", "server.js": ""})
    assert any("pnpm-lock.yaml" in note for note in found.notes)


def test_a_dockerfile_is_not_used_and_noted(plan: Detect) -> None:
    found = plan({"Dockerfile": "FROM scratch", "server.js": ""})
    assert found.notes == (
        (
            "Dockerfile not used: the sandbox does not build containers of candidates yet; "
            "Node.js, started with `node server.js` as server.js says"
        ),
    )


def test_a_project_in_the_only_folder_is_found(plan: Detect) -> None:
    found = plan({"README.md": "", "backend/requirements.txt": "fastapi\nuvicorn\n", "backend/main.py": FASTAPI})
    assert (found.folder, found.start) == ("backend", UVICORN.format("main:app"))
    assert found.declared == "backend/requirements.txt"


def test_python_with_a_package_json_for_tools_stays_python(plan: Detect) -> None:
    files = {"requirements.txt": "fastapi\nuvicorn\n", "main.py": FASTAPI, "package.json": '{"scripts": {}}'}
    assert plan(files).stack == "python"


def test_node_with_a_python_helper_stays_node(plan: Detect) -> None:
    files = {
        "package.json": '{"scripts": {"start": "node a.js"}}',
        "a.js": "",
        "seed.py": "if __name__ == '__main__': 1",
    }
    assert plan(files).stack == "node"


def test_the_stack_may_be_named(plan: Detect) -> None:
    files = {"submission.toml": '[run]\nstack = "nodejs"\n', "server.js": "", "app.py": FASTAPI}
    assert plan(files).stack == "node"


@pytest.mark.parametrize("files", [{"Cargo.toml": ""}, {"pom.xml": ""}, {"submission.toml": '[run]\nstack = "rust"\n'}])
def test_a_language_the_sandbox_cannot_run_is_left_to_people(plan: Detect, files: dict[str, str]) -> None:
    assert not_ours_to_judge(plan, {"README.md": "", **files}).code == "E218"


def test_a_stack_that_does_not_exist_is_told_with_the_nearest(plan: Detect) -> None:
    raised = fault(plan, {"submission.toml": '[run]\nstack = "pyton"\n', "app.py": ""})
    assert (raised.code, raised.problem.help) == ("E314", "did you mean `python`?")


def test_nothing_to_start_says_what_was_looked_for(plan: Detect) -> None:
    raised = fault(plan, {"README.md": "hello"})
    assert raised.code == "E310"
    assert "Procfile" in raised.problem.note
    assert "README.md" in raised.problem.note
    assert raised.problem.snippet.startswith("[run]\nstart = ")


@pytest.mark.parametrize("text", ["{", "[]", "[" * 100_000])
def test_a_package_json_that_cannot_be_read_is_a_fault(plan: Detect, text: str) -> None:
    raised = fault(plan, {"package.json": text, "server.js": ""})
    assert (raised.code, raised.problem.where) == ("E310", "package.json")
