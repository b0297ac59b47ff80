"""The AWS console: opened in a real browser at the sign-in of the practice account, which gives nothing away."""

import re
import urllib.parse
import urllib.request

import pytest

from harness import root
from harness.agent import Agent
from harness.console_browser import ArgumentRecorder, ConsoleBrowser, is_there
from harness.leak_scan import Canary, files
from harness.practice import Practice
from harness.rolecall import binary
from harness.wait import until

GUEST = "assumed-role/guest/"
ARCHIVE_PAGE = "https://390411927311-abcdef12.us-east-1.console.aws.amazon.com/s3/home?region=us-east-1"
needs_browser = pytest.mark.skipif(not is_there(), reason="Chromium or ChromeDriver is not installed")


@pytest.fixture
def rolecall(desktop):
    return Agent(desktop)


@pytest.fixture
def practice(desktop, rolecall, keychain):
    practice = Practice(desktop).start()
    rolecall.start_on(practice, "guest", "archive")
    return practice


@pytest.fixture
def silent(desktop):
    """A browser that fetches nothing, and writes down what it was started with."""
    program = desktop.root / "silent-browser"
    program.write_text(f'#!/bin/sh\necho "$1" >{desktop.root}/address.part\nmv {desktop.root}/address.part {desktop.root}/address\n')
    program.chmod(0o755)
    return program


def address_in(desktop):
    path = desktop.root / "address"
    return until(lambda: path.exists() and path.read_text().strip(), "the browser to be started")


@needs_browser
def test_t11_t25_the_sign_in_is_seen_nowhere(desktop, rolecall, practice):
    browser = ConsoleBrowser(desktop)
    with ArgumentRecorder() as arguments:
        opened = rolecall.ok("console", "guest", "--service", "s3", "--browser", browser.program)
        browser.attach()
        browser.wait_for_text(GUEST)
    assert opened.startswith("Opened the console as guest in account 808768216571, until ")
    assert "https://eu-west-1.console.aws.amazon.com/s3/home?region=eu-west-1" in browser.text()
    assert browser.addresses()[-1] == f"{practice.endpoint}/console/home"
    visited = until(browser.visited, "the browser to write its history", 40)
    browser.quit()
    (sign_in,) = practice.sign_ins()
    assert sign_in["used_by"] == "POST"
    canary = Canary(sign_in["token"])
    assert arguments.holding(canary) == []
    assert len(arguments.lists) > 10, "the recorder saw processes"
    assert files(canary, desktop.root) == {}, "neither in our logs and state nor in the browser's profile"
    assert any(url.startswith("http://127.0.0.1:") for url in visited), "it has a history"
    assert not canary.seen_in("\n".join(visited))
    assert re.search(r"\bconsole\b.*\bguest\b|\bguest\b.*\bconsole\b", rolecall.ok("history"))


@needs_browser
def test_two_roles_are_signed_in_at_once(desktop, rolecall, practice, silent):
    browser = ConsoleBrowser(desktop)
    rolecall.ok("console", "guest", "--browser", browser.program)
    browser.attach()
    browser.wait_for_text(GUEST)
    # Chromium without a display does not pass an address on to one that runs.
    opening = desktop.start("opening", binary("rolecall"), "console", "archive", "--browser", silent)
    browser.visit(address_in(desktop))
    browser.wait_for_text("assumed-role/archive/")
    assert GUEST in browser.text(), "the other session is still there"
    assert opening.wait_exit(40) == 0, opening.log()
    browser.quit()


def test_a_printed_url_signs_in_once_and_warns(rolecall, practice):
    printed = rolecall.cli("console", "guest", "--print")
    assert printed.returncode == 0, printed
    assert "is a secret" in printed.stderr and "15 minutes" in printed.stderr
    url = printed.stdout.strip()
    assert url.startswith(f"{practice.endpoint}/federation?Action=login&")
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    assert GUEST in opener.open(url, timeout=5).read().decode()
    with pytest.raises(urllib.error.HTTPError, match="400"):
        opener.open(url, timeout=5)


def test_a_colleagues_address_opens_with_the_role_of_its_account(rolecall, practice):
    printed = rolecall.cli("console", "--url", ARCHIVE_PAGE, "--print", "--duration", "8h")
    assert printed.returncode == 0, printed
    assert "Using archive in account 390411927311." in printed.stderr
    assert "The console session ends with the role's session, not after 8h" in printed.stderr
    (query,) = re.findall(r"\?(.*)", printed.stdout.strip())
    (destination,) = urllib.parse.parse_qs(query)["Destination"]
    assert destination == "https://us-east-1.console.aws.amazon.com/s3/home?region=us-east-1"
    rolecall.ok("console", "guest", "--print", "--duration", "8h")
    assert [it["duration_s"] for it in practice.sign_ins()] == [None, 28_800]
    nobody = rolecall.cli("console", "--url", "https://eu-west-1.console.aws.amazon.com/", "--print")
    assert nobody.returncode == 1
    assert "Several roles can open this page: archive, guest." in nobody.stderr or "guest, archive" in nobody.stderr


def test_v1_t25_another_user_cannot_take_the_sign_in(desktop, rolecall, practice, silent):
    opening = desktop.start("opening", binary("rolecall"), "console", "guest", "--browser", silent)
    address = address_in(desktop)
    other = root.run("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "python3", "-c", FETCH, address)
    assert "SigninToken" not in other.stdout + other.stderr, other
    (sign_in,) = practice.sign_ins()
    assert sign_in["used_by"] is None
    ours = urllib.request.urlopen(address, timeout=5).read().decode()
    assert "SigninToken" in ours and sign_in["token"] in ours.replace("&amp;", "&")
    assert opening.wait_exit(40) == 0
    assert "Another user of this machine tried to get the sign-in and got nothing: user ID 65534." in opening.log()
    with pytest.raises(urllib.error.HTTPError, match="410"):
        urllib.request.urlopen(address, timeout=5)


FETCH = """
import sys, urllib.request
try:
    print(urllib.request.urlopen(sys.argv[1], timeout=5).read())
except OSError as error:
    print(error)
"""


def test_a_browser_that_fails_or_does_not_come_is_reported(rolecall, practice):
    failed = rolecall.cli("console", "guest", "--browser", "/bin/false")
    assert failed.returncode == 1
    assert 'The browser "/bin/false" could not be started.' in failed.stderr
    absent = rolecall.cli("console", "guest", "--browser", "no-such-browser")
    assert absent.returncode == 1
    assert 'The browser "no-such-browser" could not be started.' in absent.stderr
    practice.set_faults("getSigninToken:html")
    refused = rolecall.cli("console", "guest", "--print")
    assert "The network answered instead of AWS" in refused.stderr
