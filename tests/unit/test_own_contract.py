from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
import yaml
from exams import ask, exam, got, run

from grader.documents import found
from grader.documents.parsing import parsed
from grader.evidence import freeze, thaw
from grader.evidence.exam import HttpExam
from grader.evidence.files import SourceFiles
from grader.evidence.own_contract import OwnContract
from grader.exhibits import HttpExhibit, RowsExhibit
from grader.model import Finding, Outcome

THING = {"id": 1, "name": "anchor"}
SCHEMA = {
    "type": "object",
    "required": ["id", "name"],
    "properties": {"id": {"type": "integer"}, "name": {"type": "string", "maxLength": 3, "pattern": "("}},
}
MADE = run("crud.create", got(201, THING), "POST /things", {"name": "anchor"}, captured={"id": 1})
READ = run("crud.read", got(200, THING), "GET /things/1", template="/things/$ID")
GONE = run("crud.delete", got(204), "DELETE /things/1", template="/things/$ID")
MISSING = run("crud.read-deleted", got(404, {"error": "?"}), "GET /things/1", template="/things/$ID")


def response(schema: Any = None, kind: str = "application/json") -> dict[str, Any]:
    return {"description": "", "content": {kind: {"schema": SCHEMA if schema is None else schema}}}


def document(**changed: Any) -> dict[str, Any]:
    """A document that is true of the four runs above, with some operations changed (None: left out)."""
    operations = {
        "list": {"responses": {"200": response({})}},
        "create": {"responses": {"201": response()}},
        "read": {"responses": {"200": response(), "404": {}}},
        "delete": {"responses": {"204": {}}},
        **changed,
    }
    every = {
        "/things": {"get": operations["list"], "post": operations["create"]},
        "/things/{thing_id}": {"get": operations["read"], "delete": operations["delete"]},
    }
    paths = {path: {key: value for key, value in item.items() if value is not None} for path, item in every.items()}
    return {"openapi": "3.1.0", "paths": paths}


def contract(texts: dict[str, str]) -> OwnContract | None:
    return found.own_contract(SourceFiles(texts=texts))


def judged(document_: dict[str, Any], *runs: Any, readme: str = "", **fields: Any) -> Finding:
    texts = {"openapi.yaml": yaml.safe_dump(document_), **({"README.md": readme} if readme else {})}
    asked = runs or (MADE, READ, GONE, MISSING)
    return ask("http.own_contract", exam(*asked, own_contract=contract(texts), **fields), step="crud.*")


def rows(finding: Finding) -> list[tuple[str, ...]]:
    table = finding.exhibits[0]
    assert isinstance(table, RowsExhibit)
    return list(table.rows)


def test_without_a_document_of_ones_own_nothing_is_asked() -> None:
    assert contract({"README.md": "GET /things", "package.json": '{"item": 1}'}) is None
    assert ask("http.own_contract", exam(MADE)).outcome is Outcome.NOT_APPLICABLE


def test_a_document_about_another_service_is_not_compared() -> None:
    elsewhere = {"openapi": "3.0.0", "paths": {"/pets": {"get": {"responses": {"200": {}}}}}}
    assert judged(elsewhere).outcome is Outcome.NOT_APPLICABLE


def test_a_service_that_never_succeeds_shows_nothing() -> None:
    found_ = judged(document(), run("crud.read", got(500), "GET /things/1"))
    assert found_.outcome is Outcome.BLOCKED


def test_a_document_that_is_true_passes() -> None:
    assert judged(document()).outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("changed", "row"),
    [
        ({"delete": None}, ("DELETE /things/{id}", "204", "not in the document")),
        ({"delete": {"responses": {"200": {}}}}, ("DELETE /things/{thing_id}", "204", "200")),
        ({"read": {"responses": {"200": response()}}}, ("GET /things/{thing_id}", "404", "200")),
        (
            {"create": {"responses": {"201": response(kind="text/csv")}}},
            ("POST /things", "201 application/json", "text/csv"),
        ),
        (
            {"create": {"responses": {"201": response({"required": ["id", "size"]})}}},
            ("POST /things", "201: no `size`", "`size` is required"),
        ),
        (
            {"create": {"responses": {"201": response({"properties": {"id": {"type": "string"}}})}}},
            ("POST /things", "201: `id` is a number", "`id`: string"),
        ),
        (
            {"create": {"responses": {"201": response({"properties": {"name": {"enum": ["a", "b"]}}})}}},
            ("POST /things", "201: `name` is something else", "`name`: one of 2 choices"),
        ),
        ({"create": {"responses": {}}}, ("POST /things", "201", "no status")),
    ],
)
def test_what_differs_is_told_with_operation_answer_and_document(changed: dict[str, Any], row: tuple[str, ...]) -> None:
    found_ = judged(document(**changed))
    assert found_.outcome is Outcome.FAIL
    assert rows(found_) == [row]
    assert found_.where == "openapi.yaml"
    assert isinstance(found_.exhibits[1], HttpExhibit)
    assert found_.exhibits[1].command


def test_the_share_of_operations_that_agree_counts_however_often_one_differs() -> None:
    wrong = {"responses": {"200": response({"required": ["size"]})}}  # the body, and 404 is missing
    found_ = judged(document(read=wrong))
    assert [row[0] for row in rows(found_)] == ["GET /things/{thing_id}"] * 2
    assert round(found_.score, 2) == 0.67


def test_an_operation_that_the_service_does_not_have_is_told() -> None:
    told = document()
    told["paths"]["/things/{thing_id}"]["put"] = {"responses": {"200": {}}}
    refused = run("crud.put", got(405), "PUT /things/1", template="/things/$ID")
    unknown = run("crud.put", got(404), "PUT /things/1", template="/things/$ID")
    nobody = run("crud.put", got(404), "PUT /things/9")
    wanted = [("PUT /things/{thing_id}", "405: there is no such operation", "an operation")]
    assert rows(judged(told, MADE, READ, refused)) == wanted
    assert rows(judged(told, MADE, READ, nobody, unknown))[0][1] == "404: there is no such operation"
    assert judged(told, MADE, READ, nobody).outcome is Outcome.FAIL  # 404 alone: it is not among the statuses
    told["paths"]["/things/{thing_id}"]["put"]["responses"]["404"] = {}
    assert judged(told, MADE, READ, nobody).outcome is Outcome.PASS


@pytest.mark.parametrize(
    "responses",
    [{"default": {}}, {"2XX": {}, "4XX": {}}, {200: {}, 404: {}}, {"200": {"$ref": "other.yaml#/x"}, "default": {}}],
)
def test_ranges_defaults_and_numbers_are_statuses(responses: dict[Any, Any]) -> None:
    assert judged(document(read={"responses": responses})).outcome is Outcome.PASS


def test_errors_that_the_prose_names_are_told() -> None:
    silent = document(read={"responses": {"200": response()}})
    assert judged(silent, readme="`404` when there is no such thing").outcome is Outcome.PASS
    assert judged(silent, readme="There are things").outcome is Outcome.FAIL


def test_a_document_that_asks_for_a_token_tells_of_401() -> None:
    intruder = run("crud.read", got(401), "GET /things/1")
    silent = document()
    assert judged(silent, MADE, READ, intruder).outcome is Outcome.FAIL
    assert judged({**silent, "security": [{"bearer": []}]}, MADE, READ, intruder).outcome is Outcome.PASS


def test_one_status_for_invalid_input_is_enough_and_what_http_gives_to_any_path_is_not_asked_for() -> None:
    told = document(create={"responses": {"201": response(), "422": {}}})
    answers = [run("crud.bad", got(status), "POST /things", {"name": 1}) for status in (400, 422, 405, 413, 415, 500)]
    assert judged(told, MADE, READ, *answers).outcome is Outcome.PASS


def test_the_bodies_of_errors_are_not_compared() -> None:
    told = document(read={"responses": {"200": response(), "404": response(kind="application/problem+json")}})
    assert judged(told).outcome is Outcome.PASS


def test_requests_at_the_same_time_and_other_steps_are_not_compared() -> None:
    odd = run("crud.race", got(409), "GET /things/1", together=True)
    hidden = run("hostile.read", got(409), "GET /things/1")
    assert judged(document(), MADE, READ, odd, hidden).outcome is Outcome.PASS


@pytest.mark.parametrize("servers", ["/api", "http://localhost:8000/api/", "{scheme}://host/api"])
def test_paths_may_be_written_below_a_server(servers: str) -> None:
    told = {**document(), "servers": [{"url": servers}]}
    below = [run("crud.read", got(200, THING), "GET /api/things/1"), run("crud.list", got(200, []), "GET /api/things")]
    assert judged(told, MADE, READ).outcome is Outcome.PASS
    expected = Outcome.PASS if "{" not in servers else Outcome.NOT_APPLICABLE
    assert judged(told, *below).outcome is expected


def test_the_path_with_the_fewest_placeholders_is_meant() -> None:
    told = document()
    told["paths"]["/things/latest"] = {"get": {"responses": {"200": response({"type": "array"})}}}
    latest = run("crud.latest", got(200, []), "GET /things/latest")
    assert judged(told, MADE, READ, MISSING, latest).outcome is Outcome.PASS


def test_swagger_2_and_a_document_in_several_files_are_read() -> None:
    swagger = {
        "swagger": "2.0",
        "basePath": "/v1",
        "produces": ["application/json"],
        "paths": {
            "/things/{id}": {"get": {"responses": {"200": {"schema": {"$ref": "#/definitions/Thing"}}, "404": {}}}}
        },
        "definitions": {"Thing": {"type": "object", "required": ["id", "size"]}},
    }
    parts = {
        "api/openapi.yaml": "openapi: 3.0.0\npaths:\n  /things/{id}: {$ref: paths/thing.yaml}\n",
        "api/paths/thing.yaml": yaml.safe_dump(
            {"get": {"responses": {"200": {"content": {"*/*": {"schema": {"$ref": "../thing.json"}}}}, "default": {}}}}
        ),
        "api/thing.json": json.dumps({"type": "object", "required": ["id", "size"]}),
    }
    read = run("crud.read", got(200, THING), "GET /v1/things/1")
    for texts, asked in (({"swagger.json": json.dumps(swagger)}, read), (parts, READ)):
        found_ = ask("http.own_contract", exam(asked, own_contract=contract(texts)), step="crud.*")
        assert [row[1] for row in rows(found_)] == ["200: no `size`"]


def test_null_and_fields_that_are_only_sent_follow_the_documents_dialect() -> None:
    schema = {
        "type": "object",
        "required": ["name", "password"],
        "properties": {
            "name": {"type": "string", "nullable": True, "enum": ["a"]},
            "password": {"type": "string", "writeOnly": True},
        },
    }
    nothing = run("crud.read", got(200, {"name": None}), "GET /things/1")
    assert judged(document(read={"responses": {"200": response(schema)}}), nothing).outcome is Outcome.PASS


def test_schemas_that_hold_themselves_or_grow_without_end_are_cut() -> None:
    tree = {"type": "object", "required": ["size"], "properties": {"children": {"items": {"$ref": "#/x/tree"}}}}
    doubled = {f"s{n}": {"allOf": [{"$ref": f"#/x/s{n + 1}"}] * 8} for n in range(30)}
    for name in ("tree", "s0"):
        told = document(read={"responses": {"200": response({"$ref": f"#/x/{name}"}), "404": {}}})
        own = contract({"openapi.json": json.dumps({**told, "x": {"tree": tree, **doubled}})})
        assert own is not None
        found_ = ask("http.own_contract", exam(MADE, READ, own_contract=own), step="crud.*")
        assert found_.outcome is (Outcome.FAIL if name == "tree" else Outcome.PASS)


def test_a_schema_that_is_made_to_be_slow_costs_no_minutes() -> None:
    slow = {"type": "array", "items": {"anyOf": [{"type": "string"}] * 1900}}
    told = document(read={"responses": {"200": response(slow), "404": {}}})
    many = [run("crud.read", got(200, [1] * 19_000), "GET /things/1") for _ in range(5)]
    assert judged(told, MADE, *many).outcome is Outcome.FAIL


def test_references_that_lead_out_are_not_followed() -> None:
    for reference in ("https://evil.test/schema.json", "/etc/passwd", "../../etc/passwd", "#/nowhere/at/all", "#/x"):
        told = {**document(create={"responses": {"201": response({"$ref": reference})}}), "x": {"$ref": "#/x"}}
        assert judged(told).outcome is Outcome.PASS


def test_what_is_compared_survives_saving() -> None:
    own = contract({"openapi.yaml": "openapi: 3.0.0\npaths: {/a: {get: {responses: {200: {}}}}}\n"})
    assert own is not None
    assert [(o.method, o.path, dict(o.responses)) for o in own.operations] == [("GET", "/a", {"200": {}})]
    assert isinstance(exam(own_contract=own), HttpExam)


@pytest.mark.parametrize(
    "text",
    [
        "openapi: " + "[" * 90_000 + "]" * 90_000,  # libyaml's composer ends the process with these
        "openapi: 3\npaths: " + "{a: " * 30_000 + "1" + "}" * 30_000,
        "a: &a [*a]\nopenapi: *a",
        "\n".join(f"b{n}: &b{n} [{','.join([f'*b{n - 1}' if n else '1'] * 10)}]" for n in range(20)),
        "\n".join(f"b{n}: &b{n} {{<<: [{','.join([f'*b{n - 1}' if n else '{k: v}'] * 10)}]}}" for n in range(20)),
        "x: 2024-13-45",
        "{" * 100_000,
        "%TAG ! tag:yaml.org,2002:\n--- !!python/object/apply:os.system ['true']",
    ],
)
def test_hostile_texts_are_no_documents(text: str) -> None:
    assert parsed(text) is None


def bomb(schema: dict[str, Any], **response_: Any) -> dict[str, Any]:
    """A document of a few kB in which one schema is meant 64 000 times."""
    answers = {"responses": {str(200 + n): {"$ref": "#/answer"} for n in range(40)}}
    media = {f"application/{n}": {"$ref": "#/media"} for n in range(8)}
    return {
        "openapi": "3.0.0",
        "paths": {f"/things/{n}": {"$ref": "#/item"} for n in range(25)},
        "item": dict.fromkeys(("get", "post", "put", "patch", "delete", "head", "options", "trace"), answers),
        "answer": {"content": media, **response_},
        "media": {"schema": schema},
    }


@pytest.mark.parametrize(
    "document_",
    [
        bomb({"required": [f"field{n}" for n in range(10_000)]}),
        bomb({"enum": list(range(20_000))}),
        bomb({"enum": ["x" * 100_000]}),
        bomb({"properties": {"x" * 100_000: {}}}),
        bomb({}, content={"x" * 100_000: {}}),
    ],
    ids=["required", "values", "a value", "a field", "a media type"],
)
def test_what_is_meant_often_does_not_grow_without_bounds(document_: dict[str, Any]) -> None:
    own = contract({"openapi.json": json.dumps(document_)})
    assert own is not None
    assert len(msgspec.json.encode(own)) < 5_000_000


def test_a_required_field_counts_in_a_document_within_the_bounds() -> None:
    finding = judged(document(read={"responses": {"200": response({"required": ["gone"]}), "404": {}}}))
    assert rows(finding)[0][2] == "`gone` is required"


def test_each_file_is_read_once_however_often_it_is_referred_to(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def counted(text: str) -> Any:
        read.append(text)
        return parsed(text)

    monkeypatch.setattr(found, "parsed", counted)
    ring = {f"{n}.yaml": f"next:\n  $ref: '{(n + 1) % 40}.yaml#/next'\n" for n in range(40)}
    main = bomb({}, **{"$ref": "0.yaml#/next"})
    assert contract({**ring, "openapi.json": json.dumps(main)}) is not None
    assert len(read) <= len(ring) + 1


def test_of_many_documents_only_some_are_read() -> None:
    own = contract({f"{n}.json": json.dumps(document()) for n in range(200)})
    assert own is not None
    assert len(own.files) == found.MOST_DESCRIBED


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(document(read={"responses": {"200": {"$ref": f"#/{'1' * 5000}"}}})),
        f"openapi: 3.0.0\npaths:\n  /things:\n    get:\n      responses:\n        0x{'f' * 6000}: {{}}\n",
        json.dumps(
            {"openapi": "3.1.0", "paths": {"/\ud800": {"get": {"responses": {"200": response({"enum": ["\ud800"]})}}}}}
        ),
    ],
    ids=["a long index", "a long number", "half a character"],
)
def test_no_document_breaks_what_reads_or_saves_it(text: str) -> None:
    own = contract({"openapi.yaml" if text.startswith("o") else "openapi.json": text})
    saved = freeze({HttpExam: HttpExam(own_contract=own)})
    assert thaw(saved)[HttpExam].runs == ()
    assert msgspec.json.encode(saved)
