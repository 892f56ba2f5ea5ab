"""What a client may send. Everything here raises `Invalid` with a reason for people."""

import re
from datetime import date

DEFAULTS = {"description": None, "completed": False, "due_date": None}


class Invalid(Exception):
    pass


def fields(body, required):
    if not isinstance(body, dict):
        raise Invalid("the body must be a JSON object")
    for name in required:
        if name not in body:
            raise Invalid(f"{name} is missing")
    return {name: CHECKS[name](name, body[name]) for name in CHECKS if name in body}


def list_parameters(args, sorts):
    completed = args.get("completed")
    if completed not in (None, "true", "false"):
        raise Invalid("completed must be true or false")
    sort = args.get("sort", "id")
    if sort not in sorts:
        raise Invalid(f"sort must be one of {', '.join(sorts)}")
    limit = max(1, min(number(args, "limit", 20), 100))
    offset = max(0, min(number(args, "offset", 0), 1_000_000))
    return limit, offset, None if completed is None else completed == "true", sort


def number(args, name, default):
    value = args.get(name)
    if value is None:
        return default
    if not re.fullmatch(r"-?[0-9]{1,30}", value):
        raise Invalid(f"{name} must be a number")
    return int(value)


def _title(name, value):
    if not isinstance(value, str) or not value.strip():
        raise Invalid("title must be a text that is not blank")
    return _text(name, value, 200)


def _description(name, value):
    return None if value is None else _text(name, value, 2000)


def _text(name, value, most):
    if not isinstance(value, str):
        raise Invalid(f"{name} must be a text")
    if len(value) > most:
        raise Invalid(f"{name} can have at most {most} characters")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise Invalid(f"{name} holds half a character") from None
    return value


def _completed(name, value):
    if not isinstance(value, bool):
        raise Invalid("completed must be true or false")
    return value


def _due_date(name, value):
    if value is None:
        return None
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        raise Invalid("due_date must look like 2030-01-15")
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise Invalid("due_date is no day of the calendar") from None


CHECKS = {"title": _title, "description": _description, "completed": _completed, "due_date": _due_date}
