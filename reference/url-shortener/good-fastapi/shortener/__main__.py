import uvicorn

from shortener.api import create_app
from shortener.settings import Settings


def main() -> None:
    settings = Settings.from_environment()
    uvicorn.run(create_app(settings), host="0.0.0.0", port=settings.port)


if __name__ == "__main__":
    main()
