"""A proxy between us and PostgreSQL that lets a COMMIT through and loses its answer."""

from __future__ import annotations

import contextlib
import socket
import threading
from types import TracebackType

# A simple query of the protocol: its letter, its length, the statement, a zero.
_COMMIT = b"Q\x00\x00\x00\x0bCOMMIT\x00"


class LosingProxy:
    """Listens on loopback; when `lose_in` commits have passed, the answer to the next is lost."""

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._lock = threading.Lock()
        # Commits still to be let through whole; None: all of them.
        self.lose_in: int | None = None
        self.lost = 0

    def __enter__(self) -> LosingProxy:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._server_port))
                loses = threading.Event()
                for work in (self._upstream, self._downstream):
                    threading.Thread(target=work, args=(client, server, loses), daemon=True).start()

    def _upstream(
        self, client: socket.socket, server: socket.socket, loses: threading.Event
    ) -> None:
        with contextlib.suppress(OSError):
            while data := client.recv(1 << 16):
                if _COMMIT in data and self._is_to_be_lost():
                    loses.set()
                server.sendall(data)
        _end(client, server)

    def _downstream(
        self, client: socket.socket, server: socket.socket, loses: threading.Event
    ) -> None:
        with contextlib.suppress(OSError):
            # What the server says once the commit is sent means that it has committed.
            while (data := server.recv(1 << 16)) and not loses.is_set():
                client.sendall(data)
        _end(client, server)

    def _is_to_be_lost(self) -> bool:
        with self._lock:
            if self.lose_in is None:
                return False
            self.lose_in -= 1
            if self.lose_in >= 0:
                return False
            self.lose_in = None
            self.lost += 1
            return True


def _end(*ends: socket.socket) -> None:
    for end in ends:
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()
