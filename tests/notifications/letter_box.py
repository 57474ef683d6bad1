"""A mailbox over IMAP, of the few words that reading reports needs."""

from __future__ import annotations

import re
import socketserver
import threading
from dataclasses import dataclass, field


@dataclass
class LetterBox:
    """The mails of one folder by their number, and what was asked of it."""

    mails: dict[int, bytes] = field(default_factory=dict)
    deleted: set[int] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    password: str = "s3 cret"

    def put(self, raw: bytes) -> int:
        number = max(self.mails, default=0) + 7
        self.mails[number] = raw
        return number

    def answer(self, words: str) -> list[bytes]:
        """The lines before the one that ends an answer; LookupError for what is refused."""
        self.asked.append(words)
        verb, _, rest = words.removeprefix("UID ").partition(" ")
        if verb == "LOGIN" and self.password not in rest:
            raise LookupError
        if verb == "SEARCH":
            return [b"* SEARCH " + " ".join(map(str, sorted(self.mails))).encode()]
        if verb == "FETCH":
            number, most = re.fullmatch(r"(\d+) \(BODY\.PEEK\[\]<0\.(\d+)>\)", rest).groups()
            raw = self.mails[int(number)][: int(most)]
            head = f"* 1 FETCH (UID {number} BODY[]<0> {{{len(raw)}}}".encode()
            return [head, raw + b")"]
        if verb == "STORE":
            self.deleted |= {int(one) for one in rest.split(" ")[0].split(",")}
        if verb == "EXPUNGE":
            self.mails = {n: raw for n, raw in self.mails.items() if n not in self.deleted}
        return []


class _Talk(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        box: LetterBox = self.server.box
        self.wfile.write(b"* OK ready\r\n")
        for line in self.rfile:
            tag, _, words = line.decode().strip().partition(" ")
            if words == "CAPABILITY":
                self.wfile.write(b"* CAPABILITY IMAP4rev1 UIDPLUS\r\n")
                said = []
            else:
                try:
                    said = box.answer(words)
                except LookupError:
                    self.wfile.write(f"{tag} NO refused\r\n".encode())
                    continue
            for one in said:
                self.wfile.write(one + b"\r\n")
            self.wfile.write(f"{tag} OK done\r\n".encode())
            if words == "LOGOUT":
                return


class LetterBoxServer(socketserver.ThreadingTCPServer):
    """Serves a box on a port of its own, as a context."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, box: LetterBox) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.box = box

    @property
    def url(self) -> str:
        return f"imap://post%40desk.example:s3%20cret@127.0.0.1:{self.server_address[1]}"

    def __enter__(self) -> LetterBoxServer:
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *args: object) -> None:
        self.shutdown()
        self.server_close()
