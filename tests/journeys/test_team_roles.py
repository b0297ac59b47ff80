"""Shared roles: a team catalogue over HTTP, and an exported file."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from harness.practice import Practice
from harness.wait import until


@pytest.fixture
def practice(desktop):
    """A practice account."""
    return Practice(desktop).start()


class Team(BaseHTTPRequestHandler):
    """A server of one catalogue with entity tags."""

    text = ""

    def do_GET(self):
        tag = f'"{hash(self.text)}"'
        unchanged = self.headers.get("If-None-Match") == tag
        self.send_response(304 if unchanged else 200)
        self.send_header("ETag", tag)
        self.end_headers()
        if not unchanged:
            self.wfile.write(self.text.encode())

    def log_message(self, *_):
        pass


@pytest.fixture
def team():
    """A running server of a catalogue, and its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Team)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/roles.toml"
    server.shutdown()
    server.server_close()


def entry(name, role):
    """Returns a catalogue file with one role."""
    return f"[roles.{name}]\n" + "".join(f'{key} = "{value}"\n' for key, value in role.items())


def test_a_teams_role_is_assumed_like_any_other_and_shows_its_origin(rolecall, practice, team, keychain, tray):
    Team.text = entry("shared", practice.role("guest", source="someone"))
    rolecall.write_settings(endpoint=practice.endpoint, **{"teams.platform": {"from": team, "source": "user"}})
    rolecall.start()
    rolecall.add_key("user", practice)
    until(lambda: any(role["name"] == "shared" for role in rolecall.snapshot()["roles"]), "the team's role")
    tray.wait_for_item().click("Start here", "shared")
    rolecall.wait_for_session("shared")
    (role,) = rolecall.snapshot()["roles"]
    assert role["origin"]["kind"] == "team" and role["origin"]["place"] == team


def test_roles_go_from_one_user_to_another_as_a_file(desktop, rolecall, practice, keychain):
    rolecall.write_settings(endpoint=practice.endpoint)
    rolecall.write_roles(guest=practice.role("guest"), contractor=practice.role("contractor"))
    rolecall.start()
    text = rolecall.ok("roles", "export")
    assert "practice-4711" in text and "practice-4711" not in rolecall.ok("roles", "export", "--without-external-ids")

    rolecall.write_roles_text("# empty\n")
    until(lambda: rolecall.snapshot()["roles"] == [], "no roles")
    rolecall.add_key("mine", practice)
    path = desktop.home / "theirs.toml"
    path.write_text(text)
    assert "will import" in rolecall.ok("roles", "import", str(path), "--source", "mine", "--dry-run")
    rolecall.ok("roles", "import", str(path), "--source", "mine")
    assert ":assumed-role/" in rolecall.ok("assume", "contractor")
