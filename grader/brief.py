"""The sentences of a brief, which every scored check quotes."""

from __future__ import annotations

import re
from difflib import SequenceMatcher


class Quotes:
    """A brief that can be asked whether a text stands in it, however either is wrapped and marked up."""

    def __init__(self, text: str) -> None:
        self._words = _words(text)
        self._sentences = [" ".join(part.split()) for part in re.split(r"(?<=[.!?])\s+|\n\s*\n|\n\s*[-*#|]", text)]

    def __contains__(self, quote: str) -> bool:
        return _words(quote) in self._words

    def nearest(self, quote: str) -> str:
        """The sentence that is most like `quote`."""
        wanted = SequenceMatcher(None, "", _words(quote), autojunk=False)

        def likeness(sentence: str) -> float:
            wanted.set_seq1(_words(sentence))
            return wanted.ratio()

        return max(filter(None, self._sentences), key=likeness, default="")


def _words(text: str) -> str:
    """Text without markup and line breaks."""
    return " ".join(re.sub(r"[`*_>#|]", "", text).split()).casefold()
