"""Attacks on the container credentials endpoint: ambiguous and endless requests, slow ones, and other machines."""

import os
import re
import socket
import time

import pytest

from harness import root
from harness.agent import Agent
from harness.background import Background
from harness.endpoint import Endpoint
from harness.practice import Practice
from harness.rolecall import binary
from harness.wait import until
from harness.web_page import Careless

# What an attack must not bring: any part of an answer with credentials.
SECRETS = re.compile(r"AccessKeyId|SecretAccessKey|ASIA[A-Z0-9]|\"Token\"")
END = "\r\n\r\n"


@pytest.fixture
def practice(machine):
    """The practice account, and an agent with a role on it."""
    practice = Practice(machine).start()
    practice.agent = Agent(machine).start_on(practice, "guest")
    return practice


def talk(port, request):
    """Sends a request and the end of the input, and returns all that comes back; a reset ends it."""
    answer = b""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        try:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            while part := connection.recv(1 << 16):
                answer += part
        except OSError:
            pass
    return answer.decode(errors="replace")


def attacks(good, port):
    """Returns requests with the right token that are no SDK's, by what they try."""
    host = f"Host: 127.0.0.1:{port}"
    inner = good.replace("/v1/credentials", "/v1/credentials", 1)
    fields = {
        "expect": "Expect: 100-continue",
        "body": "Content-Length: 0",
        "length twice": "Content-Length: 0\r\nContent-Length: 5",
        "length and chunks": "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "chunks": "Transfer-Encoding: chunked",
        "hidden chunks": "Transfer-Encoding: xchunked",
        "chunks after a tab": "Transfer-Encoding:\tchunked",
        "chunks with a space": "Transfer-Encoding : chunked",
        "chunks after a vertical tab": "Transfer-Encoding:\x0bchunked",
        "chunks on a second line": "Transfer-Encoding:\r\n chunked",
        "a trailer": "Trailer: Authorization",
        "a websocket": "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: eDNKSEhNYkRMMUV6TGtoOUdCaFhEdz09",
        "HTTP/2": "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__",
        "a proxy": "X-Forwarded-For: 127.0.0.1",
        "another origin": "Origin: http://evil.test",
        "no origin": "Origin: null",
        "a name": f"Host: localhost:{port}",
        "a line feed": "X: a\nHost: evil.test",
        "a carriage return": "X: a\rHost: evil.test",
        "a zero byte": "X: a\0b",
        "a field without a name": ": x",
        "a field without a colon": "x",
        "many fields": "\r\n".join(f"X-{number}: y" for number in range(200)),
        "a huge field": "X: " + "y" * 100_000,
        "a huge name": "y" * 100_000 + ": x",
    }
    requests = {name: good.replace(END, f"\r\n{field}{END}") for name, field in fields.items()}
    hosts = {
        "rebound": "evil.test",
        "rebound port": f"evil.test:{port}",
        "localhost": f"localhost:{port}",
        "IPv6": f"[::1]:{port}",
        "mapped": f"[::ffff:127.0.0.1]:{port}",
        "a final dot": f"127.0.0.1.:{port}",
        "another loopback": f"127.0.0.2:{port}",
        "one number": f"2130706433:{port}",
        "all addresses": f"0.0.0.0:{port}",
        "no port": "127.0.0.1",
        "another port": f"127.0.0.1:{port + 1}",
        "a user": f"x@127.0.0.1:{port}",
        "nobody": "",
    }
    requests |= {f"host: {name}": good.replace(host, f"Host: {value}") for name, value in hosts.items()}
    first = "GET /v1/credentials HTTP/1.1"
    lines = {
        "absolute": f"GET http://127.0.0.1:{port}/v1/credentials HTTP/1.1",
        "absolute elsewhere": "GET http://evil.test/v1/credentials HTTP/1.1",
        "an old version": "GET /v1/credentials HTTP/1.0",
        "no version": "GET /v1/credentials",
        "another method": "POST /v1/credentials HTTP/1.1",
        "a preflight": "OPTIONS /v1/credentials HTTP/1.1",
        "a tunnel": f"CONNECT 127.0.0.1:{port} HTTP/1.1",
        "a detour": "GET /v1/x/../credentials HTTP/1.1",
        "escapes": "GET /v1/%63redentials HTTP/1.1",
        "a query": "GET /v1/credentials?x HTTP/1.1",
        "a long path": f"GET /{'x' * 100_000} HTTP/1.1",
    }
    requests |= {f"line: {name}": good.replace(first, line) for name, line in lines.items()}
    requests |= {
        "pipelined": good + good,
        "a second request": good + "GET /x HTTP/1.1\r\n\r\n",
        "a smuggled request": good.replace(END, f"\r\nContent-Length: {len(inner)}{END}{inner}"),
        "no host": good.replace(f"{host}\r\n", ""),
        "line feeds": good.replace("\r\n", "\n"),
        "an empty line first": "\r\n" + good,
        "half a request": good[:-2],
        "HTTP/2 at once": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + good,
        "the token in the path": good.replace("Authorization: ", "X: ").replace(first, "GET /v1/credentials?token=x HTTP/1.1"),
    }
    tls = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500)
    wire = {name: request.encode("latin-1") for name, request in requests.items()}
    assert good.encode() not in wire.values(), "each differs from the request of an SDK"
    return wire | {"TLS": tls, "UTF-16": good.encode("utf-16"), "nothing": b"", "zeros": bytes(50_000)}


def test_b69_b70_b72_b73_t13_no_ambiguous_request_gets_anything(machine, practice):
    endpoint = Endpoint(machine)
    # Any granted request would assume the role again.
    practice.agent.ok("end", "guest")
    before = practice.requests()["AssumeRole"]
    for name, request in attacks(endpoint.request(), endpoint.port).items():
        answer = talk(endpoint.port, request)
        head, _, body = answer.partition(END)
        assert not SECRETS.search(answer), name
        assert body == "" and answer.count("HTTP/1.1 ") <= 1, (name, answer)
        assert answer == "" or re.match(r"HTTP/1\.1 4\d\d ", head), (name, answer)
        assert "Access-Control" not in head and "100 Continue" not in head, (name, answer)
    assert practice.requests()["AssumeRole"] == before and practice.agent.session("guest") is None
    assert '"AccessKeyId"' in talk(endpoint.port, endpoint.request().encode()), "the same way brings credentials"


def test_b72_each_of_these_requests_gets_a_careless_secret():
    good = "GET /v1/credentials HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: x\r\n\r\n"
    with Careless() as careless:
        requests = attacks(good.format(port=careless.port), careless.port)
        kept = [name for name, request in requests.items() if careless.SECRET not in talk(careless.port, request)]
    assert len(requests) > 60 and kept == []


class Dripping(Background):
    """Connections that send a request byte by byte, and never all of it."""

    COUNT = 100

    def __init__(self, port):
        super().__init__()
        self.port, self.lives = port, []

    def _run(self):
        opened = {}
        while not self._end.wait(0.1):
            while len(opened) < self.COUNT:
                opened[socket.create_connection(("127.0.0.1", self.port), timeout=5)] = time.monotonic()
            for connection in [it for it in opened if not self._is_open(it)]:
                self.lives.append(time.monotonic() - opened.pop(connection))
                connection.close()
        for connection in opened:
            connection.close()

    @staticmethod
    def _is_open(connection):
        try:
            connection.send(b"G")
            # An answer, or the end of the input.
            connection.recv(1, socket.MSG_DONTWAIT)
            return False
        except BlockingIOError:
            return True
        except OSError:
            return False


def test_t40_slow_requests_are_closed_and_delay_nobody(machine, practice):
    endpoint = Endpoint(machine)
    with Dripping(endpoint.port) as dripping:
        until(lambda: dripping.lives, "the first one to be closed")
        for _ in range(30):
            begun = time.monotonic()
            assert endpoint.key()
            assert time.monotonic() - begun < 1
    assert max(dripping.lives) < 4


def test_t15_it_listens_on_one_address_of_ipv4(machine, practice):
    endpoint = Endpoint(machine)
    ports = [line.split()[1] for table in ("tcp", "tcp6") for line in open(f"/proc/net/{table}") if " 0A " in line]
    assert [it for it in ports if it.endswith(f":{endpoint.port:04X}")] == [f"0100007F:{endpoint.port:04X}"]


# A machine with an endpoint, and its neighbour, which sends packets for 127.0.0.1 to it. Both are network namespaces.
# Container software turns on route_localnet, which lets such packets in.
NEIGHBOURS = """
exec 2>&1
ip link set lo up
unshare --net sleep 60 & other=$!
trap 'kill $other $served $careless' EXIT
until [ "$(readlink /proc/$other/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do :; done
ip link add near type veth peer name far && ip link set far netns $other
ip addr add 10.99.0.1/24 dev near && ip link set near up
neighbour() { nsenter --net=/proc/$other/ns/net -- "$@"; }
echo 1 > /proc/sys/net/ipv4/conf/near/route_localnet || exit 3
neighbour sh -ec 'echo 1 > /proc/sys/net/ipv4/conf/far/route_localnet; ip addr add 10.99.0.2/24 dev far; ip link set far up; ip route add 127.0.0.1 via 10.99.0.1'
"$@" > "$OUT" & served=$!
python3 -c "$CARELESS" 18080 & careless=$!
for _ in $(seq 500); do
  port=$(sed -n 's|^AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1:\\([0-9]*\\)/.*|\\1|p' "$OUT")
  [ -n "$port" ] && python3 -c "$ASK" 127.0.0.1 18080 x | grep -q careless && break
  sleep 0.02
done
token=$(cat "$(sed -n 's/^AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=//p' "$OUT")")
for address in 127.0.0.1 10.99.0.1; do
  echo "careless $address: $(neighbour python3 -c "$ASK" $address 18080 x)"
  echo "endpoint $address: $(neighbour python3 -c "$ASK" $address $port "$token")"
done
echo "itself: $(python3 -c "$ASK" 127.0.0.1 $port "$token")"
"""
ASK = """
import socket, sys
host, port, token = sys.argv[1:]
try:
    connection = socket.create_connection((host, int(port)), timeout=3)
    connection.sendall(f"GET /v1/credentials HTTP/1.1\\r\\nHost: 127.0.0.1:{port}\\r\\nAuthorization: {token}\\r\\n\\r\\n".encode())
    print(connection.makefile().read().split("\\n")[-1] or "nothing")
except OSError as error:
    print(type(error).__name__)
"""
CARELESS = """
import socket, sys
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    connection, _ = listener.accept()
    connection.recv(4096)
    connection.sendall(b"careless secret")
    connection.close()
"""


def test_t14_another_machine_gets_nothing_even_where_its_packets_arrive(machine, practice):
    user = ["setpriv", f"--reuid={os.getuid()}", f"--regid={os.getgid()}", "--clear-groups", "--"]
    out = machine.root / "endpoint.out"
    env = {**machine.env, "ASK": ASK, "CARELESS": CARELESS, "OUT": str(out), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
    served = [*user, binary("rolecall"), "endpoint", "guest"]
    done = root.run("unshare", "--net", "bash", "-c", NEIGHBOURS, "neighbours", *served, env=env, timeout=60)
    if done.returncode == 3:
        pytest.skip("this system does not let root change route_localnet")
    said = dict(line.split(": ", 1) for line in done.stdout.splitlines() if ": " in line)
    assert said["careless 127.0.0.1"] == "careless secret", ("the packets arrive", done.stdout)
    assert said["endpoint 127.0.0.1"] in ("nothing", "ConnectionResetError"), done.stdout
    assert said["endpoint 10.99.0.1"] == "ConnectionRefusedError", done.stdout
    assert SECRETS.search(said["itself"]), done.stdout
