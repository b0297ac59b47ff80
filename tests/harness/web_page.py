"""A hostile web page in a real browser: it tries every way to read a loopback port, also after its name was rebound."""

import json
import socket
import threading
from pathlib import Path

from harness.wait import until

BROWSERS = [Path("/usr/bin/chromium"), Path("/usr/bin/chromium-browser"), Path("/usr/bin/google-chrome")]
# The page's own address: the same port as the target's on another address, so that its name can be bound to either.
OWN = "127.0.0.2"
NAME = "evil.test"
PAGE = Path(__file__).parent / "web_page.html"


def browser():
    """Returns the path of a Chromium, or None."""
    return next((path for path in BROWSERS if path.exists()), None)


class WebPage:
    """The page and its server. What the page asks for below /v1/ goes to the target: the name is then bound to it.

    The browser sees what it sees after DNS rebinding, the target gets what it gets: the page's name in the Host field.
    """

    def __init__(self, desktop, port, token=""):
        self.desktop, self.port, self.token = desktop, port, token
        self.report = None
        self.relayed = []

    def __enter__(self):
        self._listener = socket.create_server((OWN, self.port))
        threading.Thread(target=_accept, args=(self._listener, self._serve), daemon=True).start()
        return self

    def __exit__(self, *_):
        self._listener.close()

    def visit(self, deadline=60.0):
        """Opens the page and returns the result of each attack, by name."""
        profile = self.desktop.root / f"profile-{len(self.desktop.processes)}"
        flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-dev-shm-usage"]
        rules = f"--host-resolver-rules=MAP {NAME} {OWN}"
        address = f"http://{NAME}:{self.port}/"
        process = self.desktop.start("chromium", browser(), *flags, f"--user-data-dir={profile}", rules, address)
        until(lambda: self.report is not None, lambda: f"the page's report\n{process.log()}", deadline)
        process.end()
        return self.report

    def _serve(self, connection):
        with connection:
            head = _head(connection)
            line = head.split(b"\r\n", 1)[0].decode(errors="replace").split(" ")
            path = line[1] if len(line) > 1 else ""
            if path.startswith("/v1/"):
                self._relay(connection, head)
            elif path == "/report":
                self.report = json.loads(_body(connection, head))
                connection.sendall(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
            elif path == "/":
                _answer(connection, self._page())
            else:
                connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    def _relay(self, connection, head):
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as target:
            target.sendall(head)
            answer = b""
            try:
                while part := target.recv(1 << 16):
                    answer += part
                    connection.sendall(part)
            except OSError:
                pass
        self.relayed.append((head.decode(errors="replace"), answer.decode(errors="replace")))

    def _page(self):
        text = PAGE.read_text()
        return text.replace("@PORT@", str(self.port)).replace("@TOKEN@", self.token)


class Careless:
    """An insecure endpoint, which gives its secret to every client."""

    SECRET = "careless-secret"

    def __enter__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=_accept, args=(self._listener, self._serve), daemon=True).start()
        return self

    def __exit__(self, *_):
        self._listener.close()

    def _serve(self, connection):
        with connection:
            _head(connection)
            _answer(connection, self.SECRET)


def _accept(listener, serve):
    """Serves each connection on its own thread, until the listener is closed."""
    while True:
        try:
            connection, _peer = listener.accept()
        except OSError:
            return
        threading.Thread(target=serve, args=(connection,), daemon=True).start()


def _head(connection):
    connection.settimeout(10)
    head = b""
    while b"\r\n\r\n" not in head:
        part = connection.recv(1 << 16)
        if not part:
            break
        head += part
    return head


def _body(connection, head):
    fields, _, body = head.partition(b"\r\n\r\n")
    (length,) = (int(line.split(b":")[1]) for line in fields.split(b"\r\n") if line.lower().startswith(b"content-length:"))
    while len(body) < length:
        body += connection.recv(1 << 16)
    return body


def _answer(connection, text):
    body = text.encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    connection.sendall(head.encode() + body)
