"""What a link is and what a client may send."""

import re
from datetime import datetime
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

RESERVED = {"links", "docs", "redoc", "openapi.json"}
YEAR = 365 * 24 * 60 * 60
PRINTABLE = re.compile(r"[!-~]+")


def _web_address(text: str) -> str:
    """The text itself: it is kept as it is, never as it was parsed."""
    if not PRINTABLE.fullmatch(text):
        raise ValueError("must be printable ASCII without blanks; percent-encode everything else")
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https"):
        raise ValueError("must begin with http:// or https://")
    if not parts.hostname:
        raise ValueError("must name a host")
    parts.port  # raises ValueError for what is no port
    return text


def _free(code: str) -> str:
    if code in RESERVED:
        raise ValueError("is a path of the service")
    return code


Url = Annotated[str, Field(max_length=2048), AfterValidator(_web_address)]
Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{4,32}$"), AfterValidator(_free)]


class LinkCreate(BaseModel):
    model_config = ConfigDict(strict=True)

    url: Url
    code: Code | None = None
    expires_in: Annotated[int, Field(ge=1, le=YEAR)] | None = None


class Link(BaseModel):
    code: str
    url: str
    clicks: int
    created_at: datetime
    expires_at: datetime | None
