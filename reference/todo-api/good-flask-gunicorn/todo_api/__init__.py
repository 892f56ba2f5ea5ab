import os
from pathlib import Path

from flask import Flask

from todo_api import database, problems, todos


def create_app(settings: dict | None = None) -> Flask:
    app = Flask(__name__)
    app.config.update(
        DATABASE=Path(os.environ.get("DATA_DIR", ".")) / "todos.sqlite",
        API_TOKEN=os.environ.get("API_TOKEN", ""),
        MAX_CONTENT_LENGTH=1024 * 1024,
    )
    app.config.update(settings or {})
    database.init_app(app)
    problems.init_app(app)
    app.register_blueprint(todos.blueprint)
    return app
