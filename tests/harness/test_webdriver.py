"""The WebDriver client against WebKit's own small browser."""

from pathlib import Path

import pytest

from harness.leak_scan import Canary
from harness.webdriver import ENTER, Window

PAGE = """<!doctype html><title>Page</title><h1>Roles</h1>
<label for=q>Search</label><input id=q>
<button onclick="out.textContent = 'hello ' + q.value">Say hello</button><button hidden>Say nothing</button>
<button aria-label="Copy export block of guest">C</button><output id=out></output>
<form onsubmit="out.textContent = 'sent'; return false"><label>Code <input name=code></label></form>"""


@pytest.fixture
def window(desktop):
    """MiniBrowser showing a small page."""
    browser = next(Path("/usr/lib").glob("*/webkit2gtk-4.1/MiniBrowser"))
    window = Window(desktop, browser, "--automation").start()
    window.run("document.open(); document.write(arguments[0]); document.close()", PAGE)
    window.wait_for_text("roles")
    yield window
    window.close()


def test_finds_types_clicks_and_reads(window):
    window.type("Search", "you")
    window.click("button", "Say hello")
    window.wait_for_text("hello you")
    assert len(window.find_all("button", "say")) == 1
    assert len(window.find_all("button", "Copy export block of guest", exact=True)) == 1


def test_presses_keys_where_the_cursor_is(window):
    window.type("Code", "123456")
    window.press(ENTER)
    window.wait_for_text("sent")


def test_sees_field_values_when_looking_for_a_leak(window):
    canary = Canary("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
    assert canary.seen_in(window.everything()) == []
    window.type("Search", canary.secret)
    assert canary.seen_in(window.everything())


def test_takes_a_picture(window, tmp_path):
    window.screenshot(tmp_path / "page.png")
    assert (tmp_path / "page.png").read_bytes().startswith(b"\x89PNG")
