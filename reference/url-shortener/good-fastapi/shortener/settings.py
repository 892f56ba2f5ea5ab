import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """Everything that differs between a laptop and production."""

    port: int = 8000
    data_dir: Path = Path("data")
    limit: int = 10
    window: float = 60.0

    @classmethod
    def from_environment(cls) -> "Settings":
        return cls(
            port=int(os.environ.get("PORT", "8000")),
            data_dir=Path(os.environ.get("DATA_DIR", "data")),
            limit=int(os.environ.get("LINKS_LIMIT", "10")),
            window=float(os.environ.get("LINKS_WINDOW", "60")),
        )
