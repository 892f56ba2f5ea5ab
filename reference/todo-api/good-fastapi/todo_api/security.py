import secrets
from collections.abc import Callable
from typing import Annotated

from fastapi import Header, HTTPException


def token_required(token: str | None) -> Callable[..., None]:
    """A dependency that lets a request pass when no token is configured or the right one is sent."""

    def check(authorization: Annotated[str, Header()] = "") -> None:
        if token is None:
            return
        scheme, _, given = authorization.partition(" ")
        if scheme.lower() != "bearer" or not secrets.compare_digest(given.strip().encode(), token.encode()):
            raise HTTPException(401, "send a valid token", headers={"WWW-Authenticate": "Bearer"})

    return check
