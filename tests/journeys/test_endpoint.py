"""The container credentials endpoint: fresh credentials for a long-running program, and nothing for a web page."""

import json
import os
import re
import socket
import subprocess
import time

import pytest

from harness import root
from harness.agent import Agent
from harness.endpoint import Endpoint
from harness.practice import Practice
from harness.rolecall import binary
from harness.wait import until
from harness.web_page import Careless, WebPage, browser

# The endpoint has the session looked after twice a minute.
LOOKED_AFTER = 30 + 10
# What an attack must not bring: any part of an answer with credentials.
SECRETS = re.compile(r"AccessKeyId|SecretAccessKey|ASIA[A-Z0-9]|\"Token\"")


@pytest.fixture
def rolecall(desktop):
    """Rolecall without a display: the code that serves programs is the same."""
    return Agent(desktop)


@pytest.fixture
def practice(desktop, rolecall, keychain):
    """A running app with roles on a practice account with an adjustable clock."""
    practice = Practice(desktop).start()
    rolecall.start_on(practice, "guest", "contractor", operator=practice.role("operator", mfa_code="own"))
    return practice


def pass_until(rolecall, practice, minute):
    """Advances AWS's clock by this many minutes; the app gets the time from the next answer."""
    practice.set_faults(f"skew={minute * 60}")
    rolecall.ok("assume", "contractor")
    rolecall.ok("end", "contractor")


def test_it_is_answered_from_memory(desktop, rolecall, practice):
    endpoint = Endpoint(desktop)
    status, body = endpoint.ask()
    assert (status, set(body)) == (200, {"AccessKeyId", "SecretAccessKey", "Token", "Expiration", "AccountId"})
    assert body["Expiration"].endswith("Z") and body["AccountId"] == rolecall.session("guest")["account_id"]
    times = []
    for _ in range(50):
        begun = time.monotonic()
        assert endpoint.key() == body["AccessKeyId"]
        times.append(time.monotonic() - begun)
    assert sorted(times)[25] < 0.05, times


def test_a_silent_program_is_renewed_before_it_asks(desktop, rolecall, practice):
    endpoint = Endpoint(desktop)
    first, ends = endpoint.key(), rolecall.session("guest")["expires_at"]
    pass_until(rolecall, practice, 45)
    until(lambda: rolecall.session("guest")["expires_at"] > ends, "a renewal that nobody asked for", LOOKED_AFTER)
    assert endpoint.key() != first


def test_a_request_gets_the_current_session_and_starts_its_renewal(desktop, rolecall, practice):
    endpoint = Endpoint(desktop)
    first = endpoint.key()
    pass_until(rolecall, practice, 45)
    practice.set_faults(f"skew={45 * 60}", "AssumeRole:latency=1500")
    begun = time.monotonic()
    assert endpoint.key() == first and time.monotonic() - begun < 1
    until(lambda: endpoint.key() != first, "the renewed session")


def test_a_role_that_needs_a_code_asks_early_and_blocks_no_request(desktop, rolecall, practice):
    code = practice.code(practice.role("operator")["mfa_serial"])
    rolecall.ask({"assume": {"role": "operator", "code": code}})
    endpoint = Endpoint(desktop, "operator")
    first = endpoint.key()
    pass_until(rolecall, practice, 45)
    assert endpoint.key() == first
    until(lambda: rolecall.snapshot()["prompts"], "the prompt")
    pass_until(rolecall, practice, 61)
    begun = time.monotonic()
    status, body = endpoint.ask()
    assert (status, body["code"]) == (400, "code_needed") and time.monotonic() - begun < 2
    assert "waits for you" in body["message"]


def test_it_survives_a_restart_of_the_app(desktop, rolecall, practice):
    endpoint = Endpoint(desktop)
    first = endpoint.key()
    rolecall.stop()
    status, body = endpoint.ask()
    assert (status, body["code"]) == (503, "not_running")
    rolecall.start()
    rolecall.wait_for_session("guest")
    assert endpoint.key() == first


def test_a_killed_program_leaves_nothing(desktop, rolecall, practice):
    endpoint = Endpoint(desktop)
    endpoint.process.kill()
    until(lambda: not endpoint.listens(), "the port to close")


def test_the_app_itself_listens_on_no_port(desktop, rolecall, practice):
    endpoint = Endpoint(desktop)
    assert endpoint.key() and rolecall.process.listeners() == []


def test_a_containers_other_user_gets_a_session_with_the_tokens_file(desktop, rolecall, practice):
    endpoint = Endpoint(desktop, command=("endpoint",))
    path = endpoint.variables["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"]
    mounted = desktop.root / "mounted.token"
    mounted.write_bytes(open(path, "rb").read())
    mounted.chmod(0o444)
    desktop.root.chmod(0o755)
    script = """import os, urllib.request
request = urllib.request.Request(os.environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"])
request.add_header("Authorization", open(os.environ["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"]).read())
print(urllib.request.urlopen(request, timeout=5).read().decode())"""
    env = {**endpoint.variables, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(mounted), "PATH": "/usr/bin"}
    command = ["unshare", "--mount", "setpriv", "--reuid", "65534", "--clear-groups", "/usr/bin/python3", "-c", script]
    done = root.run(*command, env=env)
    assert "AccessKeyId" in done.stdout, done.stderr
    endpoint.process.kill()
    until(lambda: not os.path.exists(path), "the token's file to go")


@pytest.fixture
def chromium():
    """A Chromium; without one the test is skipped, but fails in CI."""
    if browser() is None:
        text = "there is no Chromium: run `make setup`"
        pytest.fail(text) if os.environ.get("CI") else pytest.skip(text)


@pytest.mark.parametrize("known", ["token", "no token"])
def test_t12_t13_a_web_page_gets_nothing_from_it(desktop, rolecall, practice, chromium, known):
    endpoint = Endpoint(desktop)
    # Any granted request would assume the role again.
    rolecall.ok("end", "guest")
    before = practice.requests()["AssumeRole"]
    with WebPage(desktop, endpoint.port, endpoint.token if known == "token" else "") as page:
        brought = page.visit()
    assert len(brought) == 25
    assert {name: text for name, text in brought.items() if SECRETS.search(text)} == {}
    assert len(page.relayed) >= 6, "the rebound name was tried"
    for request, answer in page.relayed:
        head, _, body = answer.partition("\r\n\r\n")
        assert re.match(r"HTTP/1\.1 4\d\d ", head) and body == "", (request, answer)
        assert "Access-Control" not in head
    assert practice.requests()["AssumeRole"] == before and rolecall.session("guest") is None
    assert endpoint.key(), "a program still gets its credentials"


def test_the_page_can_read_an_insecure_endpoint(desktop, chromium):
    with Careless() as careless, WebPage(desktop, careless.port) as page:
        brought = page.visit()
    leaks = {name for name, text in brought.items() if careless.SECRET in text}
    assert {"rebound", "rebound_with_token", "rebound_put", "rebound_xhr", "rebound_frame", "rebound_form"} <= leaks, brought
