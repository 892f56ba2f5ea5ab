import os

import uvicorn

from todo_service.app import create_app
from todo_service.database import open_pool


def main() -> None:
    with open_pool(os.environ["DATABASE_URL"]) as pool:
        app = create_app(pool, api_token=os.environ.get("API_TOKEN"))
        uvicorn.run(app, host="0.0.0.0", port=int(os.environ.get("PORT", "8000")))


if __name__ == "__main__":
    main()
