"""Read what the candidate's own OpenAPI documents promise, so that it is kept beside what the service answered.

Both are part of one record, because a check has one kind of evidence and this one compares the two.
"""

from __future__ import annotations

from grader.collectors.files.texts import handed_out, read_texts
from grader.documents import found
from grader.evidence.files import SourceFiles
from grader.evidence.own_contract import OwnContract
from grader.job import Job


def own_contract(job: Job) -> OwnContract | None:
    """The OpenAPI documents in the repository as one, None when there is none of the candidate's own."""
    texts, _ = read_texts(job.submission)
    return found.own_contract(SourceFiles(texts=texts, handed_out=handed_out(job.challenge.root)))
