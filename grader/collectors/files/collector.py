"""Read the submitted files: bounded texts, the size of every function in any language lizard knows, repeated code."""

from __future__ import annotations

from grader.collectors.files.measuring import measured
from grader.collectors.files.texts import MAX_NAMES, handed_out, read_texts
from grader.evidence.files import SourceFiles
from grader.job import Job
from grader.model import Collector


def collect(job: Job) -> SourceFiles:
    """Texts (UTF-8, UTF-16 with its mark, or Latin), function sizes, repeated code, and what was left out."""
    with job.stages.measure("files"):
        texts, left_out = read_texts(job.submission)
        found = measured(texts)
    return SourceFiles(
        names=job.submission.files[:MAX_NAMES],
        texts=texts,
        functions=found.functions,
        repeats=found.repeats,
        left_out=left_out,
        handed_out=handed_out(job.challenge.root),
        unmeasured=found.missing,
    )


COLLECTOR = Collector(name="files", gathers=SourceFiles, collect=collect)
