"""Our own exam beside a default `schemathesis run`, on the same running container: time, and faults found.

    python bench/instruments.py [EVERY] [BASE]

Starts the good answer BASE (good-fastapi) and every EVERY-th (6th) of its mutants, each once. Both instruments get the
same container, one after the other, at mid level: first the challenge's own exam with the checks that read it, then
`schemathesis run` with the published contract and nothing else set. A mutant is found when an instrument reports
something that it does not report for the good answer: what it always reports is no finding about this fault.
"""

from __future__ import annotations

import contextlib
import re
import statistics
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader import pipeline
from grader.checks import CHECKS
from grader.collectors import COLLECTORS
from grader.collectors.exam import collector as exam
from grader.database.container import ContainerDatabases
from grader.evidence.exam import HttpExam
from grader.job import Job
from grader.judge import judge
from grader.model import Challenge, Level, Outcome, Submission
from grader.packs import find_pack
from grader.public import part_about
from grader.sandbox import Service
from grader.sandbox.container import DockerSandbox
from grader.sandbox.engine import Engine
from grader.stages import Stages
from grader.submission import open_submission
from grader.validation.answers import answers
from grader.validation.proof import Case
from grader.validation.variants import Variant, variants

ROOT = Path(__file__).parents[1]
CHALLENGE = "todo-api"
TOOL = Path(sys.executable).with_name("schemathesis")
SECONDS = 180


@dataclass(frozen=True, slots=True)
class Seen:
    """What one instrument reported, and how long it took."""

    findings: frozenset[str]
    seconds: float


class Kept:
    """A sandbox whose service goes on running after it was asked, until `stack` ends."""

    isolation = "docker"

    def __init__(self, sandbox: DockerSandbox, stack: contextlib.ExitStack) -> None:
        self._sandbox, self._stack = sandbox, stack
        self.token = ""
        self.service: Service | None = None

    def images(self) -> dict[str, str]:
        return {}

    @contextlib.contextmanager
    def serve(self, submission: Submission, *, environment: Mapping[str, str]) -> Iterator[Service]:
        self.token = environment["API_TOKEN"]
        self.service = self._stack.enter_context(self._sandbox.serve(submission, environment=environment))
        yield self.service


def own_exam(pack: Challenge, submission: Submission, sandbox: Kept) -> Seen:
    stages = Stages()
    job = Job(
        challenge=pack,
        submission=submission,
        level=Level.MID,
        seed=1,
        public_only=False,
        sandbox=sandbox,  # type: ignore[arg-type] # the protocol without the word `Isolation`
        databases=None,  # type: ignore[arg-type] # the exam asks for none
        stages=stages,
    )
    evidence = {HttpExam: exam.collect(job)}
    asked = next(stage.seconds for stage in stages.recorded() if stage.name == "exam")
    part = part_about(pack, [HttpExam], collectors=COLLECTORS, checks=CHECKS)
    start = time.monotonic()
    judged = judge(part, evidence, Level.MID, CHECKS)
    seconds = asked + time.monotonic() - start
    failed = (j.use.id for group in judged.values() for j in group if j.scored and j.finding.outcome is Outcome.FAIL)
    return Seen(frozenset(failed), seconds)


def schemathesis(pack: Challenge, service: Service, token: str) -> Seen:
    """A run with the defaults of the tool and a seed: `operation: code` for each thing it reports."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "junit.xml"
        command = [str(TOOL), "run", str(pack.root / "openapi.yaml"), "--url", service.base_url, "--report", "junit"]
        command += ["--report-junit-path", str(report), "--seed", "1", "--header", f"Authorization: Bearer {token}"]
        start = time.monotonic()
        subprocess.run(command, cwd=folder, capture_output=True, timeout=SECONDS, check=False)
        seconds = time.monotonic() - start
        cases = ET.parse(report).iter("testcase") if report.exists() else ()
        found = {
            f"{case.get('name')}: {code}"
            for case in cases
            for failure in case.iter("failure")
            for code in re.findall(r"(?m)^- (ST\d+)", failure.text or "")
        }
        return Seen(frozenset(found), seconds)


def measured(pack: Challenge, sandbox: DockerSandbox, case: Case) -> tuple[Seen, Seen]:
    with contextlib.ExitStack() as stack, case.made() as root, open_submission(str(root)) as submission:
        kept = Kept(sandbox, stack)
        own = own_exam(pack, submission, kept)
        if kept.service is None:
            raise RuntimeError(case.name)
        return own, schemathesis(pack, kept.service, kept.token)


def told(name: str, runs: list[tuple[Seen, bool]]) -> None:
    seconds = [seen.seconds for seen, _ in runs]
    found = sum(hit for _, hit in runs)
    print(f"{name:<26} {statistics.median(seconds):6.2f} s   ({min(seconds):.2f} to {max(seconds):.2f})", end="   ")
    print(f"{found} of {len(runs)} faults found ({100 * found / max(len(runs), 1):.0f} %)")


def main(every: int, base: str) -> None:
    pack = pipeline.load(find_pack(CHALLENGE))
    folder = ROOT / "reference" / CHALLENGE
    known = answers(folder)
    good = next(answer for answer in known if answer.name == base)
    mutants = [v for v in variants(folder, known, tuple(pack.checks)) if v.base == good.root and not v.good]
    mutants = [mutant for mutant in mutants if Level.MID in mutant.expected][::every]
    with Engine.connect() as engine:
        databases = ContainerDatabases(engine)
        sandbox = DockerSandbox(engine, Stages(), postgres=databases.beside)
        measured(pack, sandbox, good)  # warms the caches
        clean = measured(pack, sandbox, good)
        print(f"{base} itself: own exam {clean[0].seconds:.2f} s and {len(clean[0].findings)} findings,", end=" ")
        print(f"schemathesis {clean[1].seconds:.2f} s and {len(clean[1].findings)} (false alarms)")
        rows: list[tuple[Variant, tuple[Seen, bool], tuple[Seen, bool]]] = []
        for mutant in mutants:
            own, tool = measured(pack, sandbox, mutant)
            hits = [bool(seen.findings - before.findings) for seen, before in zip((own, tool), clean, strict=True)]
            rows.append((mutant, (own, hits[0]), (tool, hits[1])))
            said = " ".join("found " if hit else "missed" for _, hit in rows[-1][1:])
            print(f"  {mutant.name:<44} own {said.split()[0]:<7} schemathesis {said.split()[1]:<7}", flush=True)
    told("own exam", [row[1] for row in rows])
    told("schemathesis run (default)", [row[2] for row in rows])


if __name__ == "__main__":
    given = dict(enumerate(sys.argv))
    main(int(given.get(1, 6)), given.get(2, "good-fastapi"))
