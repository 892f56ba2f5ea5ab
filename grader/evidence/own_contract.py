"""What the candidate's own OpenAPI documents say about the service."""

from __future__ import annotations

from typing import Any

import msgspec


class DocumentedOperation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A method on a path. `responses` maps a status (`200`, `4XX`, `default`) to its media types with their schemas.

    Schemas hold what they say about structure only (types, fields, alternatives), with every reference followed.
    `bases` are the paths its document says it is served below. `secured` says that it needs a token or the like.
    """

    method: str
    path: str
    responses: dict[str, dict[str, Any]] = {}
    bases: tuple[str, ...] = ()
    secured: bool = False


class OwnContract(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All OpenAPI documents of a submission together. `told` are the statuses that its prose names besides."""

    files: tuple[str, ...]
    operations: tuple[DocumentedOperation, ...]
    told: tuple[str, ...] = ()
