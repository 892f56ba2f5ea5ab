"""The report as JUnit XML: a suite for each criterion, a case for each check.

GitLab shows the text of an element and not its `message`, so the message is in both. What could not be decided is
an `error` that says whose fault it is, never a `failure`; what was not asked, or waits for people, is `skipped`.
"""

from __future__ import annotations

from xml.etree import ElementTree as ET

from grader.exhibits import AnyExhibit, CodeExhibit, HttpExhibit, SqlExhibit, TextExhibit
from grader.model import Outcome
from grader.report.views import as_seen
from grader.report.wording import cut, folded, severity, told
from grader.result import CheckResult, CriterionResult, Result
from grader.visible import visible

MOST_EXHIBITS = 3
BODY = 4096
TEXT = 2000
COUNTED = ("failure", "error", "skipped")
PLURAL = {"failure": "failures", "error": "errors", "skipped": "skipped"}


def render(result: Result) -> str:
    """The XML document."""
    shown = as_seen(result)
    suites = ET.Element("testsuites", name=visible(f"{shown.challenge.title} · {shown.level.value}"))
    for criterion in shown.criteria:
        suites.append(_suite(shown, criterion))
    _count(suites, list(suites.iter("testcase")))
    ET.indent(suites)
    return "<?xml version='1.0' encoding='UTF-8'?>\n" + ET.tostring(suites, encoding="unicode") + "\n"


def _suite(result: Result, criterion: CriterionResult) -> ET.Element:
    suite = ET.Element("testsuite", name=visible(criterion.title))
    for check in criterion.checks:
        suite.append(_case(result, criterion, check))
    if not criterion.checks:
        case = ET.SubElement(suite, "testcase", classname=_classname(result, criterion), name="Read by people")
        ET.SubElement(case, "skipped", message="left to people")
    _count(suite, list(suite))
    return suite


def _count(element: ET.Element, cases: list[ET.Element]) -> None:
    element.set("tests", str(len(cases)))
    for tag in COUNTED:
        element.set(PLURAL[tag], str(sum(case.find(tag) is not None for case in cases)))


def _classname(result: Result, criterion: CriterionResult) -> str:
    return visible(f"{result.challenge.id}.{criterion.title}", keep="")


def _case(result: Result, criterion: CriterionResult, check: CheckResult) -> ET.Element:
    name = visible(f"{check.id} {check.title}", keep="")
    case = ET.Element("testcase", classname=_classname(result, criterion), name=name)
    tag, kind = _kind(check)
    if not tag:
        return case
    said = visible(cut(_said(check), TEXT))
    ended = ET.SubElement(case, tag, message=said)
    if tag != "skipped":
        ended.set("type", kind)
    ended.text = _text(check, kind, said)
    return case


def _said(check: CheckResult) -> str:
    """The message, after a title that says whether it holds: the case's name is the same whether it passed or not."""
    if check.outcome is Outcome.FAIL or check.counted_in:
        return f"{told(check)}: {check.message}" if check.message else told(check)
    return check.message or check.title


def _kind(check: CheckResult) -> tuple[str, str]:
    """Which element says how the check ended, and in what words."""
    if check.outcome is Outcome.FAIL:
        return (
            ("failure", severity(check)) if check.scored else ("skipped", f"advice, costs nothing: {severity(check)}")
        )
    if check.counted_in:
        return "skipped", f"already counted in {', '.join(check.counted_in)}"
    if check.outcome is Outcome.PASS and not check.scored:
        return "skipped", "informs, is no check that counts"
    return {
        Outcome.PASS: ("", ""),
        Outcome.BLOCKED: ("error", "blocked by a fault of the submission"),
        Outcome.UNDECIDED: ("error", "undecided: our side failed, the submission is not at fault"),
        Outcome.NOT_APPLICABLE: ("skipped", "does not apply"),
        Outcome.FOR_REVIEW: ("skipped", "waits for people"),
        Outcome.UNSTABLE: ("skipped", "unstable: two runs in fresh containers disagree"),
    }[check.outcome]


def _text(check: CheckResult, kind: str, said: str) -> str:
    parts = [f"{visible(kind)}: {said}"]
    named = (("Expected", check.expected), ("Where", check.where), ("Why", check.why), ("Fix", check.fix))
    parts += [f"{name}: {visible(cut(text, TEXT))}" for name, text in named if text]
    parts += [visible(f"The brief: {cut(check.brief, TEXT)}")] if check.brief else []
    if check.outcome is Outcome.FAIL:
        parts += [visible(text) for exhibit in check.evidence[:MOST_EXHIBITS] if (text := _shown(exhibit))]
    return "\n".join(parts)


def _shown(exhibit: AnyExhibit) -> str:
    match exhibit:
        case HttpExhibit():
            return f"\n{_body(exhibit.request)}\n\n{_body(exhibit.response)}\n\n{cut(exhibit.command, BODY)}"
        case SqlExhibit():
            return f"\n{_body(exhibit.statement)}\n\n{_body(exhibit.answer)}\n\n{cut(exhibit.command, BODY)}"
        case CodeExhibit():
            return f"\n{exhibit.file}:{exhibit.line}\n{cut(chr(10).join(exhibit.lines), BODY)}"
        case TextExhibit():
            return f"\n{_body(exhibit.text)}"
        case _:
            return ""


def _body(text: str) -> str:
    return cut(folded(text), BODY)
