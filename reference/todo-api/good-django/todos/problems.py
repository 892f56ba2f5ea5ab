"""Errors as application/problem+json, those of REST framework and those of Django itself."""

from http import HTTPStatus

from django.http import JsonResponse
from rest_framework import views

PROBLEM = "application/problem+json"


def exception_handler(error, context):
    response = views.exception_handler(error, context)
    if response is not None:
        response.data = problem(response.status_code, "; ".join(_reasons(response.data)))
        response.content_type = PROBLEM
    return response


def problem(status, detail):
    return {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}


def bad_request(request, exception):
    return JsonResponse(problem(400, "The request cannot be understood."), status=400, content_type=PROBLEM)


def not_found(request, exception):
    return JsonResponse(problem(404, "There is nothing here."), status=404, content_type=PROBLEM)


def server_error(request):
    return JsonResponse(problem(500, "Something went wrong here."), status=500, content_type=PROBLEM)


def _reasons(data, field=""):
    """`{"title": ["is required"]}` as `title: is required`."""
    if isinstance(data, dict):
        for name, value in data.items():
            yield from _reasons(value, "" if name in ("detail", "non_field_errors") else name)
    elif isinstance(data, list):
        for value in data:
            yield from _reasons(value, field)
    else:
        yield f"{field}: {data}" if field else str(data)
