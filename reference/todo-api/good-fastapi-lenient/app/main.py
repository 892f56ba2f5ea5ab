from fastapi import Depends, FastAPI

from app.auth import require_token
from app.routers import todos

app = FastAPI(title="Todo API")
app.include_router(todos.router, prefix="/todos", tags=["todos"], dependencies=[Depends(require_token)])


@app.get("/health")
async def health():
    return {"status": "ok"}
