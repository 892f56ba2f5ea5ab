"""Follow the bytes of one connection, to know when a response began and when it is whole.

Only framing is read, nothing is changed. Bytes that make no sense end the following, not the connection: whoever
sent the request decides what to make of them.
"""

from __future__ import annotations

from collections.abc import Callable

import h11

LARGEST_HEAD = 1 << 18
MOST_SHOWN = 80


class Exchange:
    """One request and its response. `asked` says that the request is complete, `whole` that the response is."""

    def __init__(self) -> None:
        self.received = 0
        self.asked = False
        self.whole = False
        self.request = ""
        self._requests = h11.Connection(h11.SERVER, max_incomplete_event_size=LARGEST_HEAD)
        self._responses = h11.Connection(h11.CLIENT, max_incomplete_event_size=LARGEST_HEAD)
        self._followed = True

    @property
    def over(self) -> bool:
        """True when what the asker sends next belongs to another request: nobody here sends two at once."""
        return self.received > 0 and (self.asked or not self._followed)

    def sent(self, data: bytes) -> None:
        """Bytes of the request went out."""
        if self._followed:
            self._try(self._follow_request, data)

    def came(self, data: bytes) -> None:
        """Bytes of the response came in; none of them means that the other side closed."""
        self.received += len(data)
        if self._followed:
            self._try(self._follow_response, data)

    def _try(self, follow: Callable[[bytes], None], data: bytes) -> None:
        try:
            follow(data)
        except h11.ProtocolError:
            self._followed = False

    def _follow_request(self, data: bytes) -> None:
        self._requests.receive_data(data)
        while (event := self._requests.next_event()) is not h11.NEED_DATA and event is not h11.PAUSED:
            if isinstance(event, h11.Request):
                self.request = f"{event.method.decode()} {event.target.decode('latin-1')}"[:MOST_SHOWN]
            self.asked = self.asked or isinstance(event, h11.EndOfMessage)
            if isinstance(event, h11.Event):
                self._responses.send(event)

    def _follow_response(self, data: bytes) -> None:
        self._responses.receive_data(data)
        while (event := self._responses.next_event()) is not h11.NEED_DATA and event is not h11.PAUSED:
            if isinstance(event, h11.EndOfMessage | h11.ConnectionClosed):
                self.whole = True
                return
