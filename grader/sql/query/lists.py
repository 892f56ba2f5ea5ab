"""Whether a sentence is only a list of names and terms: it names everything and says nothing of any of it."""

from __future__ import annotations

import re
from collections.abc import Collection

from grader.sql.query import claim_words as words

LEAST_PARTS = 6
SHORT_PART = 3
MOSTLY = 0.75
LEAST_TERMS = 10
GLUE = 0.3
_WORD = re.compile(r"[^\W\d]\w*")
_APART = re.compile(r"[,;:|/•·、，；]|\s[-–—]\s")  # noqa: RUF001 - commas of other scripts
_TERMS = re.compile(
    r"^(?:sarg\w*|non|half|open|range|predicate|expression|function|column|columns|covering|partial|composite|index\w*"
    r"|btree|b|tree|gin|hash|heap|bitmap\w*|statistics|misestimates?|skew|nested|loops?|scan|seq|join|joins|sort|limit"
    r"|spill\w*|temp|files?|external|merge|work_mem|buffers?|blocks?|rows?|removed|filter|explain|analy[sz]e|vacuum|cost"
    r"|actual|plan\w*|optimi[sz]\w+|fence|cte|materiali[sz]ed|inline|lateral|window\w*|aggregate\w*|hashaggregate"
    r"|group|order|by|not|in|exists|anti|semi|or|union|all|null|nulls|keywords?|correlated|subquer\w+|subplan\w*"
    r"|initplan\w*|memoize|parallel|only|using|cardinality|estimat\w+|selectivity|cache|hit|shared)$",
    re.IGNORECASE,
)
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def is_list(sentence: str, names: Collection[str]) -> bool:
    """True for a list of terms and `names` (in lower case), set apart by commas or not; table rows are no lists."""
    if sentence.startswith("|") or words.ARROW.search(sentence) or _CJK.search(sentence):
        return False
    parts = [len(_WORD.findall(part)) for part in _APART.split(sentence)]
    parts = [count for count in parts if count]
    short = sum(count <= SHORT_PART for count in parts)
    told = [word.lower() for word in _WORD.findall(sentence)]
    terms = sum(word in names or _TERMS.match(word) is not None for word in told)
    many = len(parts) >= LEAST_PARTS and short >= MOSTLY * len(parts) and terms >= len(told) / 2
    if terms == len(told) and not re.search(r"\d", sentence):
        return True
    return many or (len(told) >= LEAST_TERMS and len(told) - terms < GLUE * len(told))
