from __future__ import annotations

from xml.etree import ElementTree as ET

import msgspec
from sample_results import SAMPLES, check, criterion, failed, result, todo, undecided

from grader.model import Outcome
from grader.report.junit import render
from grader.result import ChallengeRef, Result

replace = msgspec.structs.replace


def cases(given: Result) -> dict[str, ET.Element]:
    found = ET.fromstring(render(given)).iter("testcase")
    return {case.get("name", "").split(" ")[0]: case for case in found}


def test_a_criterion_is_a_suite_and_a_check_is_a_case() -> None:
    root = ET.fromstring(render(todo()))
    assert [suite.get("name") for suite in root] == [item.title for item in todo().criteria]
    case = cases(todo())["REST-04"]
    assert case.get("classname") == "todo-api.REST principles"
    assert case.get("name") == "REST-04 Create answers 201 with Location"


def test_names_are_unique_because_gitlab_keeps_only_the_first() -> None:
    for sample in SAMPLES.values():
        found = [(c.get("classname"), c.get("name")) for c in ET.fromstring(render(sample())).iter("testcase")]
        assert len(found) == len(set(found))


def test_the_message_is_in_the_text_too_with_all_that_explains_it() -> None:
    failure = cases(todo())["REST-04"].find("failure")
    assert failure is not None
    assert failure.get("message") == (
        "Not met: Create answers 201 with Location: POST /todos answered 200 and gave no Location"
    )
    assert failure.get("type") == "Major"
    text = failure.text or ""
    for part in (failure.get("message", ""), "Expected: 201", "Fix: Return 201", "HTTP/1.1 200 OK", "curl -isS"):
        assert part in text


def test_outcomes_become_the_elements_ci_understands() -> None:
    ends = {outcome: check(outcome.value, "t", outcome, message="m") for outcome in Outcome}
    given = result(
        ChallengeRef(id="c", title="C", version="1", digest="0"),
        (criterion("a", "A", "r", *ends.values(), check("advice", "t", Outcome.FAIL, scored=False)),),
    )
    found = {name: [(item.tag, item.get("type")) for item in case] for name, case in cases(given).items()}
    assert found == {
        "pass": [],
        "fail": [("failure", "Major")],
        "blocked": [("error", "blocked by a fault of the submission")],
        "not_applicable": [("skipped", None)],
        "undecided": [("error", "undecided: our side failed, the submission is not at fault")],
        "for_review": [("skipped", None)],
        "unstable": [("skipped", None)],
        "advice": [("skipped", None)],
    }


def test_counts_agree_with_the_cases() -> None:
    for sample in SAMPLES.values():
        root = ET.fromstring(render(sample()))
        for element in (root, *root):
            found = list(element.iter("testcase"))
            assert element.get("tests") == str(len(found))
            for tag, name in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
                assert element.get(name) == str(sum(case.find(tag) is not None for case in found))


def test_whose_fault_it_is_stands_in_the_text() -> None:
    ours = cases(undecided())["ROB-07"].find("error")
    theirs = cases(failed())["FUN-01"].find("error")
    assert ours is not None
    assert theirs is not None
    assert (ours.text or "").startswith("undecided: our side failed, the submission is not at fault: E201")
    assert (theirs.text or "").startswith("blocked by a fault of the submission: E321")


def test_a_criterion_left_to_people_is_one_skipped_case() -> None:
    people = replace(todo().criteria[3], checks=())
    suite = ET.fromstring(render(replace(todo(), criteria=(people,))))[0]
    assert [case.get("name") for case in suite] == ["Read by people"]
    assert suite.get("skipped") == "1"


def test_control_characters_are_written_out_in_valid_xml() -> None:
    evil = replace(todo().criteria[1].checks[0], message="\x00\x1b[2J\ufffe\uffff & < ]]>")
    given = replace(todo(), criteria=(replace(todo().criteria[1], checks=(evil,)),))
    failure = ET.fromstring(render(given)).find(".//failure")
    assert failure is not None
    assert failure.get("message") == (
        "Not met: Create answers 201 with Location: ⟦U+0000⟧⟦U+001B⟧[2J⟦U+FFFE⟧⟦U+FFFF⟧ & < ]]>"
    )
