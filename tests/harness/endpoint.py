"""A program with a container credentials endpoint, and what an SDK in it gets."""

import json
import re
import socket

from harness.rolecall import binary
from harness.wait import until


class Endpoint:
    """A program that was started with an endpoint, and what it was given."""

    def __init__(self, desktop, role="guest", command=("exec", "--server"), script="env; read _"):
        words = [binary("rolecall"), *command, role]
        if command[0] == "exec":
            words += ["--", "sh", "-c", script]
        self.process = desktop.start("served", *words, hold_stdin=True)
        self.variables = until(self._said, self.process.log)
        url = self.variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"]
        (port,) = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/v1/credentials", url).groups()
        self.port = int(port)

    def _said(self):
        said = dict(line.split("=", 1) for line in self.process.log().splitlines() if "=" in line)
        return said if {"AWS_CONTAINER_CREDENTIALS_FULL_URI"} <= said.keys() else None

    @property
    def token(self):
        """The token in its environment."""
        return self.variables["AWS_CONTAINER_AUTHORIZATION_TOKEN"]

    def request(self):
        """Returns the request of an SDK."""
        return f"GET /v1/credentials HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nAuthorization: {self.token}\r\n\r\n"

    def ask(self):
        """Returns the status and the parsed body, as an SDK gets them."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
            connection.sendall(self.request().encode())
            answer = b""
            while part := connection.recv(1 << 16):
                answer += part
        head, _, body = answer.decode().partition("\r\n\r\n")
        return int(head.split(" ")[1]), json.loads(body or "null")

    def key(self):
        """Returns the access key id that an SDK gets."""
        status, body = self.ask()
        assert status == 200, body
        return body["AccessKeyId"]

    def listens(self):
        """Returns whether anything listens on its port."""
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0
