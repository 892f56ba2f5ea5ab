import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """Everything that differs between a laptop and production."""

    port: int = 8000
    data_dir: Path = Path("data")
    api_token: str | None = None

    @classmethod
    def from_environment(cls) -> "Settings":
        return cls(
            port=int(os.environ.get("PORT", "8000")),
            data_dir=Path(os.environ.get("DATA_DIR", "data")),
            api_token=os.environ.get("API_TOKEN") or None,
        )
