"""What the user's environment says about PostgreSQL is about the user's servers, never about ours."""

from __future__ import annotations

import os
import re

# libpq and the server's programs read these (PostgreSQL manual, "Environment Variables" of libpq; postgres, initdb).
_NAME = re.compile(r"PG[A-Z]+")


def forget() -> None:
    """Take variables such as PGPORT, PGSERVICE and PGOPTIONS out of this process and of what it starts."""
    for name in [name for name in os.environ if _NAME.fullmatch(name)]:
        del os.environ[name]
