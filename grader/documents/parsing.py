"""A stranger's JSON or YAML as a value, or nothing: no text can crash, hang or blow up whoever reads it.

libyaml's composer recurses in C, so that some thousand open brackets end the process: nesting is counted on the
stream of events first. Aliases and merge keys share what they repeat until somebody walks over it, so the size of the
document as it would be walked is counted before it is built.
"""

from __future__ import annotations

import functools
import json
from typing import Any

import yaml

MAX_NESTING = 64
MAX_NODES = 100_000
MAX_NUMBER = 1_000  # characters; Python neither reads nor writes numbers of some thousand digits
_NUMBER = "tag:yaml.org,2002:int"
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_OPENING = (yaml.MappingStartEvent, yaml.SequenceStartEvent)
_CLOSING = (yaml.MappingEndEvent, yaml.SequenceEndEvent)


class _Refused(ValueError):
    """The text is no document that anybody would write."""


@functools.lru_cache(maxsize=32)
def parsed(text: str) -> Any:  # noqa: ANN401 - any JSON value
    """The value of a JSON or YAML text, None when it is neither or out of bounds. Not to be changed: it is shared."""
    try:
        return json.loads(text) if text.lstrip().startswith("{") else _yaml(text)
    except (ValueError, yaml.YAMLError, RecursionError):
        return None


def _yaml(text: str) -> Any:  # noqa: ANN401 - any JSON value
    _refuse_nested(text)
    loader = _LOADER(text)
    try:
        root = loader.get_single_node()
        if root is None:
            return None
        _Sizes().of(root)
        return loader.construct_document(root)
    finally:
        loader.dispose()


def _refuse_nested(text: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        depth += isinstance(event, _OPENING) - isinstance(event, _CLOSING)
        if depth > MAX_NESTING:
            raise _Refused("nested too deeply")


class _Sizes:
    """How many nodes a document has when every alias is written out."""

    def __init__(self) -> None:
        self._known: dict[int, int] = {}

    def of(self, node: yaml.Node) -> int:
        """Raises `ValueError` when there are too many, or when a node holds itself."""
        size = self._known.get(id(node))
        if size is None:
            if node.tag == _NUMBER and len(node.value) > MAX_NUMBER:
                raise _Refused("a number too long")
            self._known[id(node)] = MAX_NODES + 1  # met again before it is known: it holds itself
            size = 1 + sum(self.of(child) for child in _children(node))
            self._known[id(node)] = size
        if size > MAX_NODES:
            raise _Refused("too large")
        return size


def _children(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [child for pair in node.value for child in pair]
    return node.value if isinstance(node, yaml.SequenceNode) else []
