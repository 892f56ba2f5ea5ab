import os
import secrets
from typing import Annotated

from fastapi import Depends, HTTPException, status
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

API_TOKEN = os.getenv("API_TOKEN")

bearer = HTTPBearer(auto_error=False)


async def require_token(credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]):
    if not API_TOKEN:
        return
    if credentials is None or not secrets.compare_digest(credentials.credentials.encode(), API_TOKEN.encode()):
        raise HTTPException(
            status_code=status.HTTP_401_UNAUTHORIZED,
            detail="Invalid or missing token",
            headers={"WWW-Authenticate": "Bearer"},
        )
