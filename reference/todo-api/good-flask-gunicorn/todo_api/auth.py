from hmac import compare_digest

from flask import current_app, request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized


def check_token() -> None:
    token = current_app.config["API_TOKEN"]
    if not token:
        return
    sent = request.authorization
    given = (sent.token or "") if sent is not None and sent.type == "bearer" else ""
    if not compare_digest(given.encode(), token.encode()):
        raise Unauthorized("Send a valid bearer token.", www_authenticate=WWWAuthenticate("bearer"))
