"""Read by gunicorn from the working directory."""

import os

bind = f"0.0.0.0:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "3"))
preload_app = True  # the application, and with it the tables, are made once, before there are workers
accesslog = "-"
