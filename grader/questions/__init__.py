"""Questions for the follow-up talk, from what was found. No template, no question.

The templates are the pack's (`question`, `praise`): what went wrong, what went well, and what to listen for at each
level. One question points at lines of the candidate's own, so that the talk shows whether they know their code; where
no finding leads there it is about the function with the most branches. Everything is chosen from evidence alone: the
same answer is asked the same.
"""

from grader.questions.choosing import MOST, questions
from grader.questions.sources import Sources, sources

__all__ = ["MOST", "Sources", "questions", "sources"]
