"""The report as one self-contained HTML page.

Three walls keep a submission's text from becoming part of the page: everything is escaped (autoescape is on for
every template, and nothing but our own drawings, style and script is markup), invisible characters are made
visible, and the page's policy allows no style and no script but the two whose hashes it names.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from grader.model import Outcome
from grader.report import er, overview, page, plan_tree, wording
from grader.report.charts import bar, ruler
from grader.report.figures import MOST_ROWS, body, is_cut, is_tall, whole
from grader.report.views import as_seen
from grader.result import Result
from grader.visible import visible

_CODE = re.compile(r"`([^`\n]+)`")
CELL = 600
GLANCE = 240
TEMPLATES = {"interviewer": "report.html.j2", "candidate": "candidate.html.j2", "feedback": "candidate.html.j2"}


def render(result: Result) -> str:
    """The page: the interviewer's report, or what a candidate may see. The same result gives the same bytes."""
    shown = as_seen(result)
    template = environment().get_template(TEMPLATES[shown.view])
    return template.render(result=shown, page=page.page_of(shown), css=_static("report.css"), js=_static("report.js"))


@cache
def environment() -> Environment:
    """Templates with escaping switched on outright: `select_autoescape` would miss `.html.j2`."""
    made = Environment(
        loader=PackageLoader("grader.report"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    made.globals.update(_globals())
    made.filters.update(
        body=body, cell=_cell, glance=_glance, number=wording.number, policy_hash=policy_hash, prose=prose, whole=whole
    )
    return made


def policy_hash(block: str) -> str:
    """The hash by which the page's policy names a style or script block."""
    return "sha256-" + base64.b64encode(hashlib.sha256(block.encode()).digest()).decode()


def _globals() -> dict[str, Any]:
    return {
        "Outcome": Outcome,
        "bar": bar,
        "er": er,
        "is_cut": is_cut,
        "is_tall": is_tall,
        "most_rows": MOST_ROWS,
        "overview": overview,
        "pages": page,
        "plans": plan_tree,
        "ruler": ruler,
        "wording": wording,
    }


def _finalize(value: object) -> object:
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def prose(text: str) -> Markup:
    """Text with what stands between two backticks as code: every piece is escaped before it becomes markup."""
    pieces = _CODE.split(text)  # text, code, text, code, … text
    return Markup("").join(
        Markup("<code>{}</code>").format(escape(visible(piece))) if i % 2 else escape(visible(piece))
        for i, piece in enumerate(pieces)
    )


def _cell(text: str) -> str:
    return wording.cut(wording.folded(text), CELL)


def _glance(text: str) -> str:
    shown = wording.folded(text)
    return shown if len(shown) <= GLANCE else f"{shown[:GLANCE]}…"


@cache
def _static(name: str) -> Markup:
    return Markup((files("grader.report") / "static" / name).read_text(encoding="utf-8").strip())  # noqa: S704 - our own file
