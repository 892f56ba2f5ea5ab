import os
import secrets
from typing import Annotated

from fastapi import Header, HTTPException

TOKEN = os.environ.get("API_TOKEN")


def require_token(authorization: Annotated[str | None, Header(include_in_schema=False)] = None) -> None:
    expected = f"Bearer {TOKEN}"
    if TOKEN and not secrets.compare_digest((authorization or "").encode(), expected.encode()):
        raise HTTPException(
            401, "a valid bearer token is required", headers={"WWW-Authenticate": 'Bearer realm="todos"'}
        )
