"""Every error leaves as application/problem+json, whoever raised it."""

import logging
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

log = logging.getLogger(__name__)


def install(app: FastAPI) -> None:
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Exception, _unexpected)


def problem(status: int, detail: str, headers: dict[str, str] | None = None) -> JSONResponse:
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    return JSONResponse(body, status, headers, media_type="application/problem+json")


async def _http(request: Request, error: HTTPException) -> JSONResponse:
    headers = dict(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(_methods(request))
    return problem(error.status_code, str(error.detail), headers)


async def _invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
    """Where and why, without repeating the input."""
    reasons = []
    for item in error.errors():
        place = ".".join(str(part) for part in item["loc"] if part not in ("body", "path"))
        reasons.append(f"{place}: {item['msg']}" if place else item["msg"])
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "; ".join(reasons))


async def _unexpected(_request: Request, error: Exception) -> JSONResponse:
    log.error("unexpected error", exc_info=error)
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "something went wrong here")


def _methods(request: Request) -> list[str]:
    """All methods of a path. The router answers 405 from the first route that fits and names only its methods."""
    for path, operations in request.app.openapi()["paths"].items():
        if compile_path(path)[0].match(request.url.path):
            return sorted(method.upper() for method in operations)
    return []
