"""How many links a client may make: a sliding window per client."""

import math
import threading
import time
from collections import deque


class Limiter:
    def __init__(self, limit: int, window: float) -> None:
        self._limit, self._window = limit, window
        self._lock = threading.Lock()
        self._made: dict[str, deque[float]] = {}

    def take(self, client: str) -> int:
        """0 when the client may go on, else the seconds until it may."""
        now = time.monotonic()
        with self._lock:
            times = self._made.setdefault(client, deque())
            while times and times[0] <= now - self._window:
                times.popleft()
            if len(times) >= self._limit:
                return max(1, math.ceil(times[0] + self._window - now))
            times.append(now)
            return 0
