"""A mail server on loopback that keeps what it is given, or refuses it."""

from __future__ import annotations

import socketserver
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType


class Mailbox:
    """Takes mail on `port`; `answer` is what it says to a whole message."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.answer = b"250 taken"
        # While set and not yet fired, nobody is greeted.
        self.hold: threading.Event | None = None
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def __enter__(self) -> Mailbox:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[socketserver.StreamRequestHandler]:
        box = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                if box.hold is not None:
                    box.hold.wait(30)
                self._say(b"220 here")
                while line := self.rfile.readline():
                    word = line[:4].upper()
                    if word == b"DATA":
                        self._say(b"354 go on")
                        self._take()
                    else:
                        self._say(b"221 bye" if word == b"QUIT" else b"250 well")

            def _take(self) -> None:
                lines = []
                while (line := self.rfile.readline()) not in (b".\r\n", b""):
                    lines.append(line.removeprefix(b"."))
                if box.answer.startswith(b"250"):
                    box.mails.append(message_from_bytes(b"".join(lines), policy=policy.default))
                self._say(box.answer)

            def _say(self, words: bytes) -> None:
                self.wfile.write(words + b"\r\n")

        return Handler
