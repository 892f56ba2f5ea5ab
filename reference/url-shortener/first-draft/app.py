"""First draft: everything in a dict, short codes count up."""

import os
from datetime import datetime, timezone

from flask import Flask, jsonify, redirect, request
from waitress import serve

app = Flask(__name__)
links = {}
counter = 0


def next_code():
    global counter
    counter += 1
    return str(counter)


@app.post("/links")
def create():
    data = request.get_json(force=True)
    url = data.get("url")
    if not url or not url.startswith("http"):
        return jsonify(error="please send a url"), 400
    code = (data.get("code") or next_code()).lower()
    if code in links:
        return jsonify(message="this code is taken"), 409
    links[code] = {
        "code": data.get("code") or code,
        "url": url,
        "clicks": 0,
        "created_at": datetime.now(timezone.utc).isoformat(),
        "expires_at": None,
    }
    return jsonify(links[code]), 200


@app.get("/links/<code>")
def stats(code):
    link = links.get(code.lower())
    if link is None:
        return jsonify(error="no such link"), 404
    return jsonify(link)


@app.delete("/links/<code>")
def delete(code):
    if links.pop(code.lower(), None) is None:
        return jsonify(error="no such link"), 404
    return jsonify(status="deleted")


@app.get("/<code>")
def follow(code):
    link = links.get(code.lower())
    if link is None:
        return jsonify(error="no such link"), 404
    link["clicks"] += 1
    return redirect(link["url"], 301)


if __name__ == "__main__":
    serve(app, host="0.0.0.0", port=int(os.environ.get("PORT", "8000")))
