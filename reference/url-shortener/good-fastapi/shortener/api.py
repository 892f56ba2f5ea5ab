from typing import Annotated

from fastapi import Depends, FastAPI, Header, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from shortener import problems
from shortener.limiter import Limiter
from shortener.models import Link, LinkCreate
from shortener.settings import Settings
from shortener.store import CodeTaken, LinkStore


def create_app(settings: Settings) -> FastAPI:
    app = FastAPI(title="URL shortener", version="1.0.0")
    problems.install(app)
    store = LinkStore(settings.data_dir / "links.db")
    limiter = Limiter(settings.limit, settings.window)

    def within_limit(x_client: Annotated[str | None, Header()] = None) -> None:
        seconds = limiter.take(x_client) if x_client else 0
        if seconds:
            raise HTTPException(429, "too many new links", headers={"Retry-After": str(seconds)})

    @app.post("/links", status_code=201, dependencies=[Depends(_json_required), Depends(within_limit)])
    def create(body: LinkCreate, response: Response) -> Link:
        """Make a short link."""
        try:
            link = store.add(body.url, body.code, body.expires_in)
        except CodeTaken:
            raise HTTPException(409, "the code is taken") from None
        response.headers["Location"] = f"/links/{link.code}"
        return link

    @app.get("/links/{code}")
    def read(code: str) -> Link:
        """Statistics of a link."""
        link = store.get(code)
        if link is None:
            raise _not_found()
        return link

    @app.delete("/links/{code}", status_code=204)
    def delete(code: str) -> None:
        """Delete a link."""
        if not store.remove(code):
            raise _not_found()

    @app.get("/{code}", status_code=302, response_class=RedirectResponse)
    def follow(code: str) -> RedirectResponse:
        """Redirect to the address behind a code."""
        url = store.visit(code)
        if url is None:
            raise _not_found()
        return RedirectResponse(url, 302)

    return app


def _not_found() -> HTTPException:
    return HTTPException(404, "no such link")


def _json_required(request: Request) -> None:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        raise HTTPException(415, "send the body as application/json")
