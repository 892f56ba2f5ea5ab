from __future__ import annotations

import json

import pytest
import yaml

from grader.checks.files.documentation import documents_errors, documents_words, readme_documents, run_instructions
from grader.documents.found import Document, tells
from grader.evidence.files import SourceFiles
from grader.model import Finding, Outcome

BRIEF = """# Todo API

Build a small service that manages todos, in any language.

| request | what it does |
|---|---|
| `GET /todos` | lists todos |
| `POST /todos` | makes a todo |
| `DELETE /todos/{id}` | deletes one |

What does not exist is answered 404. Start it with `python main.py`.
"""
CONTRACT = """openapi: 3.1.0
paths:
  /todos:
    get: {parameters: [{name: limit}], responses: {'200': {}, '422': {}}}
    post: {responses: {'201': {}, '400': {}}}
  /todos/{id}:
    delete: {responses: {'204': {}, '401': {}, '404': {}}}
"""
HANDED_OUT = {"brief.md": BRIEF, "openapi.yaml": CONTRACT}
ROUTES = (
    {"method": "GET", "path": "/todos"},
    {"method": "POST", "path": "/todos"},
    {"method": "DELETE", "path": "/todos/{id}"},
)
ERRORS = (("400", "422"), ("404",), ("401",))


def files(**texts: str) -> SourceFiles:
    named = {name.replace("__", "/").replace("_", "."): text for name, text in texts.items()}
    return SourceFiles(names=tuple(named), texts=named, handed_out=HANDED_OUT)


def routes(text: str, name: str = "README_md") -> Finding:
    return readme_documents(files(**{name: text}), routes=ROUTES)


@pytest.mark.parametrize(
    "text",
    [
        "| Method | Path |\n|---|---|\n| GET | /todos |\n| POST | /todos |\n| DELETE | `/todos/:id` |",
        "| `/todos` | GET, POST |\n| `/todos/<int:id>` | DELETE |",
        "## /todos\n\n- **GET** lists\n- **POST** makes one\n\n## /todos/{todo_id}\n\n- **DELETE** removes it",
        "**Method:** `GET`\n**URL:** `/todos`\n\n**Method:** POST\n**URL:** /todos\n\nMethod: DELETE\nURL: /todos/:id",
        "```\ncurl :8000/todos\ncurl :8000/todos -d '{}'\ncurl -X DELETE \\\n  :8000/todos/1\n```",
        "http :8000/todos\nhttp :8000/todos title=Milk\nhttp DELETE :8000/todos/1",
        "Mit `GET /todos` liest man alle, mit `POST /todos` legt man an, `DELETE /todos/{id}` löscht.",
        "获取全部：GET /todos，新建：POST /todos，删除：DELETE /todos/:id。",  # noqa: RUF001 - Chinese punctuation
        "requests.get(f'{BASE}/todos')\nfetch('/todos', {method: 'POST'})\nclient.delete('/todos/1')",
        "get /todos - list\npost /todos - create\ndelete /todos/{id}",
        "<td>GET</td><td>/todos</td>\n<td>POST</td><td><code>/todos</code></td>\n<td>DELETE</td><td>/todos/&lt;id&gt;",
        ".. http:get:: /todos\n\n.. http:post:: /todos\n\n.. http:delete:: /todos/(int:id)",
        "+-----+---------+\n| GET | /todos |\n| POST | /todos |\n| DELETE | /todos/{id} |",
        "# Todos [/todos]\n## List [GET]\n## Make [POST]\n# Todo [/todos/{id}]\n## Delete [DELETE]",
        "/todos:\n  get:\n    description: a page\n  post:\n/todos/{id}:\n  delete:",
        "| `/todos` | GET, POST | `/todos/:id` | DELETE |",
        "GET und POST `/todos`, DELETE `/todos/{id}`",
        "<tr><td>GET<td>/todos</tr><tr><td>POST<td>/todos</tr><tr><td>DELETE<td>/todos/1</tr>",
        "GET http://localhost:8000/todos?limit=5\nPOST http://localhost/todos/\nDELETE http://localhost/todos/7",
    ],
)
def test_routes_are_found_however_they_are_written(text: str) -> None:
    assert routes(text).outcome is Outcome.PASS


@pytest.mark.parametrize(
    "name", ["README_rst", "readme", "README_de_md", "docs__api_adoc", "docs__api_txt", "api_http"]
)
def test_documentation_may_be_any_kind_of_text(name: str) -> None:
    assert routes("GET /todos\nPOST /todos\nDELETE /todos/{id}", name).outcome is Outcome.PASS


def test_an_openapi_file_of_ones_own_documents_routes_and_errors() -> None:
    own = {
        "openapi": "3.1.0",
        "paths": {
            "/todos": {"get": {"responses": {"422": {}}}, "post": {"responses": {"4XX": {}}}},
            "/todos/{todo_id}": {"delete": {"responses": {"401": {}, "404": {}}}},
        },
    }
    submitted = files(docs__openapi_json=json.dumps(own))
    assert readme_documents(submitted, routes=ROUTES).outcome is Outcome.PASS
    assert documents_errors(submitted, codes=ERRORS).outcome is Outcome.PASS


def test_a_postman_collection_documents_routes() -> None:
    def request(method: str, url: object) -> dict[str, object]:
        return {"request": {"method": method, "url": url}}

    collection = {
        "info": {"schema": "https://schema.getpostman.com/v2.1"},
        "item": [
            {"item": [request("GET", {"raw": "{{base}}/todos?limit=1"}), request("POST", "http://localhost/todos")]},
            request("DELETE", {"raw": "{{base}}/todos/{{id}}"}),
        ],
    }
    assert routes(json.dumps(collection), "todo_postman_json").outcome is Outcome.PASS


def test_the_share_of_described_routes_counts_and_the_missing_ones_are_named() -> None:
    found = routes("GET /todos lists and POST /todos makes one")
    assert (found.outcome, round(found.score, 2)) == (Outcome.FAIL, 0.67)
    assert "DELETE /todos/{id}" in found.message
    assert found.where == "README.md"


def test_a_path_without_a_method_and_words_that_look_like_methods_describe_nothing() -> None:
    assert routes("Get going: put your todos in and delete them. See /todos/ for more.").score == 0


@pytest.mark.parametrize(
    "text",
    [
        "DELETE GET POST /todos /todos/{id} 400 401 404 422 limit offset",
        "/todos/{id} /todos GET POST DELETE",
        "GET, POST and DELETE are methods.\n\nThere are /todos and /todos/{id}.",
    ],
)
def test_a_list_of_words_does_not_say_which_method_belongs_to_which_path(text: str) -> None:
    assert routes(text).outcome is Outcome.FAIL


def test_a_longer_path_is_not_the_shorter_one() -> None:
    assert routes("GET /todos/{id}\nPOST /todos/{id}/done").score == 0


def test_the_brief_as_readme_is_not_documentation() -> None:
    submitted = files(README_md=BRIEF)
    for found in (
        readme_documents(submitted, routes=ROUTES),
        documents_errors(submitted, codes=ERRORS),
        run_instructions(submitted),
    ):
        assert (found.outcome, found.score) == (Outcome.FAIL, 0)


def test_the_brief_wrapped_at_another_width_is_still_the_brief() -> None:
    words = BRIEF.split()
    wrapped = "\n".join(" ".join(words[n : n + 6]) for n in range(0, len(words), 6))
    submitted = files(README_md=f"# My answer\n\n{wrapped}\n")
    assert readme_documents(submitted, routes=ROUTES).score == 0
    assert documents_errors(submitted, codes=ERRORS).score == 0


def test_the_contract_in_another_notation_is_still_the_contract() -> None:
    as_json = json.dumps(yaml.safe_load(CONTRACT))
    alone = files(README_md="# Mine\n\nrun `python main.py`", openapi_json=as_json)
    assert readme_documents(alone, routes=ROUTES).score == 0


def test_what_is_added_to_the_brief_counts() -> None:
    own = BRIEF + "\n# My notes\n\nGET /todos, POST /todos, DELETE /todos/7\n\n    python serve.py\n"
    assert routes(own).outcome is Outcome.PASS
    assert "python serve.py" in run_instructions(files(README_md=own)).message


def test_a_few_lines_taken_from_the_brief_count() -> None:
    own = "# My service\n\n" + "\n".join(line for line in BRIEF.splitlines() if line.startswith("|"))
    assert routes(own).outcome is Outcome.PASS


def test_a_copy_of_the_contract_counts_when_the_readme_points_to_it() -> None:
    alone = files(README_md="# Mine\n\nrun `python main.py`", openapi_yaml=CONTRACT)
    assert readme_documents(alone, routes=ROUTES).score == 0
    named = files(README_md="# Mine\n\nThe API is in openapi.yaml", openapi_yaml=CONTRACT)
    assert readme_documents(named, routes=ROUTES).outcome is Outcome.PASS
    assert documents_words(named, words=("limit",)).outcome is Outcome.PASS


def test_without_any_document_nothing_is_documented() -> None:
    submitted = files(main_py="print('GET /todos')", LICENSE_md="GET /todos")
    assert readme_documents(submitted, routes=ROUTES).score == 0
    assert documents_errors(submitted, codes=ERRORS).outcome is Outcome.FAIL
    assert documents_words(submitted, words=("limit",)).outcome is Outcome.FAIL
    assert run_instructions(submitted).outcome is Outcome.FAIL


@pytest.mark.parametrize(
    "text", ["[" * 50_000, "openapi: [" + "[" * 5_000, "a: &a [*a]\nopenapi: *a", "openapi: 3\npaths: 7"]
)
def test_a_hostile_openapi_file_is_no_document(text: str) -> None:
    assert readme_documents(files(openapi_yaml=text), routes=ROUTES).outcome is Outcome.FAIL


def test_errors_are_told_by_number_or_by_name() -> None:
    prose = "Invalid input gives 422, a missing token is Unauthorized, and `404` comes for an unknown id."
    assert documents_errors(files(README_md=prose), codes=ERRORS).outcome is Outcome.PASS


@pytest.mark.parametrize(
    "text",
    [
        "| 400 | 401 | 404 |",
        "Fehler: 422, 401, 404",
        "错误：400、401、404",  # noqa: RUF001 - Chinese punctuation
        "422 invalid\n401 token\n404 unknown id",
        "Answers `Bad Request`, `Unauthorized` or `Not Found`",
        "It returns a not found error, a bad request or unauthorized",
    ],
)
def test_errors_are_told_in_many_ways(text: str) -> None:
    assert documents_errors(files(README_md=text), codes=ERRORS).outcome is Outcome.PASS


@pytest.mark.parametrize(
    "text", ["400 401 404 422", "GET POST /todos 400 401 404", "If python is not found, install it"]
)
def test_numbers_alone_and_everyday_words_tell_no_error(text: str) -> None:
    assert documents_errors(files(README_md=text), codes=ERRORS).score == 0


def test_a_number_that_is_no_status_tells_nothing() -> None:
    found = documents_errors(files(README_md="It takes 400 ms and 404 MB, version 1.401, port :422"), codes=ERRORS)
    assert found.score == 0


def test_missing_errors_are_named() -> None:
    found = documents_errors(files(README_md="404 when there is none; 400 when it is wrong"), codes=ERRORS)
    assert found.message == "nothing is said about 401"


def test_words_are_whole_words() -> None:
    found = documents_words(files(README_md="`limit` and unlimited offsets"), words=("limit", "offset"))
    assert (found.score, found.message) == (0.5, "1 of 2 parameters are not named: offset")


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("Start: python main.py", "python main.py"),
        ("```bash\npip install -r requirements.txt\npython -m app\n```", "python -m app"),
        ("    node .", "node ."),
        ("`make run`", "make run"),
        ("$ ./start.sh", "./start.sh"),
        ("npm install && npm start", "npm start"),
        ("PORT=8000 uvicorn app.main:app", "uvicorn app.main:app"),
        ("docker compose -f dev.yml up --build", "docker compose -f dev.yml up"),
        ("Démarrage : `go run .`", "go run ."),
        ("./gradlew bootRun", "./gradlew bootRun"),
        ("cargo run --release", "cargo run"),
        ("flask --app main run", "flask --app main run"),
    ],
)
def test_a_start_command_is_found_in_any_stack(text: str, command: str) -> None:
    found = run_instructions(files(README_md=text))
    assert found.outcome is Outcome.PASS
    assert f"`{command}`" in found.message


@pytest.mark.parametrize(
    "text",
    [
        "Built with node express; python is required. Make sure to have it, and just do it.",
        "```\npip install -r requirements.txt\npython -m pytest\n```",
        "npm ci\nnpm test\nnpm run lint",
        "python -m venv .venv",
        "poetry run pytest",
    ],
)
def test_installing_and_testing_do_not_start_anything(text: str) -> None:
    assert run_instructions(files(README_md=text)).outcome is Outcome.FAIL


@pytest.mark.parametrize(
    "text",
    [
        "Errors: 400/401/404/405/415.",
        ".. list-table::\n\n   * - Request\n     - Errors\n   * - ``PUT``\n     - 400, 401, 404\n",
    ],
)
def test_statuses_may_stand_beside_slashes_and_in_cells_of_a_list_table(text: str) -> None:
    document = Document(name="README.rst", text=text)
    assert all(tells(document, code) for code in ("400", "401", "404"))
    assert not tells(document, "422")
