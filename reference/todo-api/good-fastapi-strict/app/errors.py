import logging
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

log = logging.getLogger(__name__)


class Problem(JSONResponse):
    media_type = "application/problem+json"

    def __init__(self, status: int, detail: str, **more: object) -> None:
        super().__init__(
            {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail} | more,
            status,
        )


def install(app: FastAPI) -> None:
    @app.exception_handler(HTTPException)
    async def http_error(_request: Request, error: HTTPException) -> Problem:
        response = Problem(error.status_code, error.detail)
        response.headers.update(error.headers or {})
        return response

    @app.exception_handler(RequestValidationError)
    async def invalid(_request: Request, error: RequestValidationError) -> Problem:
        errors = [{"at": list(item["loc"]), "message": item["msg"]} for item in error.errors()]
        return Problem(422, "the request is not valid", errors=errors)

    @app.exception_handler(Exception)
    async def unexpected(_request: Request, error: Exception) -> Problem:
        log.error("unexpected", exc_info=error)
        return Problem(500, "an unexpected error happened")
