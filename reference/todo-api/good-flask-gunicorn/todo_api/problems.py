"""Every error is application/problem+json."""

import json

from flask import Flask, Response
from werkzeug.exceptions import HTTPException


def init_app(app: Flask) -> None:
    app.register_error_handler(HTTPException, as_problem)


def as_problem(error: HTTPException) -> Response:
    """werkzeug's answer with its status and headers; unexpected errors come here as InternalServerError."""
    response = error.get_response()
    response.data = json.dumps({"title": error.name, "status": error.code, "detail": error.description})
    response.content_type = "application/problem+json"
    return response
