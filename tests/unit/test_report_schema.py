from __future__ import annotations

import json
from pathlib import Path

import jsonschema_rs
import msgspec
import pytest
from sample_results import SAMPLES, todo

import grader.result
from grader.report import FORMATS
from grader.report.views import candidate
from grader.result import decode, encode, schema

FILE = Path(grader.result.__file__).with_name("result.schema.json")


def test_the_schema_in_the_repository_is_made_from_the_records() -> None:
    assert json.loads(FILE.read_text(encoding="utf-8")) == json.loads(msgspec.json.encode(schema())), (
        "write it anew: python -m grader.result > grader/result.schema.json"
    )


@pytest.mark.parametrize("name", SAMPLES)
def test_results_and_what_candidates_see_of_them_fit_the_schema(name: str) -> None:
    validator = jsonschema_rs.validator_for(json.loads(FILE.read_text(encoding="utf-8")))
    for result in (SAMPLES[name](), candidate(SAMPLES[name]())):
        validator.validate(json.loads(encode(result)))


def test_the_schema_refuses_what_is_no_result() -> None:
    validator = jsonschema_rs.validator_for(schema())
    document = json.loads(encode(todo()))
    document["status"] = "great"
    assert not validator.is_valid(document)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_result_read_back_is_the_same(name: str) -> None:
    result = SAMPLES[name]()
    assert decode(encode(result)) == msgspec.json.decode(encode(result), type=type(result)) == result


def test_the_json_format_is_the_result() -> None:
    assert FORMATS["json"](todo()).encode() == encode(todo())
