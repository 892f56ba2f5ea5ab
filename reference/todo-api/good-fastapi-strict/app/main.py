from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from app import database, errors
from app.routes import router


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    database.create_tables()
    yield


app = FastAPI(title="Todo API", version="1.0.0", lifespan=lifespan)
errors.install(app)
app.include_router(router)
