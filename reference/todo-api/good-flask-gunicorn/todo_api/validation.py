from datetime import date
from typing import Any

from flask import Request
from werkzeug.exceptions import BadRequest, UnprocessableEntity

SORTS = ("id", "-id", "title", "-title")
LARGEST = 2**63 - 1


def body(request: Request, required: tuple[str, ...]) -> dict[str, Any]:
    """The known fields of the JSON body, checked. Raises 400, 415 or 422."""
    try:
        data = request.get_json()
    except RecursionError:
        raise BadRequest("The body is nested too deeply.") from None
    if not isinstance(data, dict):
        raise UnprocessableEntity("The body must be a JSON object.")
    for name in required:
        if name not in data:
            raise UnprocessableEntity(f"{name} is required.")
    return {name: check(name, data[name]) for name, check in FIELDS.items() if name in data}


def page(request: Request) -> dict[str, Any]:
    """The query of a list, checked. Raises 422."""
    return {
        "limit": _number(request, "limit", 20, 1, 100),
        "offset": _number(request, "offset", 0, 0, LARGEST),
        "completed": _choice(request, "completed", ("true", "false"), None),
        "sort": _choice(request, "sort", SORTS, "id"),
    }


def _title(name: str, value: Any) -> str:
    if not (isinstance(value, str) and 1 <= len(value) <= 200):
        raise UnprocessableEntity("title must be a text of 1 to 200 characters.")
    return _encodable(name, value)


def _description(name: str, value: Any) -> str | None:
    if value is None:
        return None
    if not (isinstance(value, str) and len(value) <= 2000):
        raise UnprocessableEntity("description must be a text of at most 2000 characters, or null.")
    return _encodable(name, value)


def _encodable(name: str, value: str) -> str:
    """JSON can spell half of a surrogate pair, UTF-8 cannot."""
    try:
        value.encode()
    except UnicodeEncodeError:
        raise UnprocessableEntity(f"{name} is not valid Unicode.") from None
    return value


def _completed(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise UnprocessableEntity("completed must be true or false.")
    return value


def _due_date(name: str, value: Any) -> str | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(value).isoformat()
    except (TypeError, ValueError):
        raise UnprocessableEntity("due_date must be a date such as 2030-01-15, or null.") from None


def _number(request: Request, name: str, default: int, low: int, high: int) -> int:
    text = request.args.get(name, str(default))
    try:
        number = int(text)
    except ValueError:
        raise UnprocessableEntity(f"{name} must be a whole number.") from None
    if not low <= number <= high:
        raise UnprocessableEntity(f"{name} must be from {low} to {high}.")
    return number


def _choice(request: Request, name: str, choices: tuple[str, ...], default: str | None) -> str | None:
    value = request.args.get(name, default)
    if value is not default and value not in choices:
        raise UnprocessableEntity(f"{name} must be one of {', '.join(choices)}.")
    return value


FIELDS = {"title": _title, "description": _description, "completed": _completed, "due_date": _due_date}
