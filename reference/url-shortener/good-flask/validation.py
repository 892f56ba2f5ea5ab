"""What a client may send."""

import re
from urllib.parse import urlsplit

CODE = re.compile(r"[A-Za-z0-9_-]{4,32}")
PRINTABLE = re.compile(r"[!-~]{1,2048}")
YEAR = 31_536_000


class Invalid(Exception):
    """A value that cannot be taken; the text says why."""


def link(body):
    if not isinstance(body, dict):
        raise Invalid("the body must be an object")
    return {
        "url": _url(body.get("url")),
        "code": _code(body.get("code")),
        "expires_in": _seconds(body.get("expires_in")),
    }


def _url(value):
    if not isinstance(value, str) or not PRINTABLE.fullmatch(value):
        raise Invalid("url must be a text of 1 to 2048 printable ASCII characters without blanks")
    try:
        parts = urlsplit(value)
        known = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        known = False
    if not known:
        raise Invalid("url must be an absolute http or https address")
    return value


def _code(value):
    if value is None:
        return None
    if not isinstance(value, str) or not CODE.fullmatch(value) or value == "links":
        raise Invalid("code must be 4 to 32 letters, digits, - or _, and not the name of a route")
    return value


def _seconds(value):
    if value is None:
        return None
    if type(value) is not int or not 1 <= value <= YEAR:
        raise Invalid(f"expires_in must be a whole number from 1 to {YEAR}")
    return value
