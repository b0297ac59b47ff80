"""What a careless program does in the same place: each attack works, so a test that finds nothing has looked."""

import configparser
import re
import socket
import sqlite3
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from gi.repository import GLib

from harness.notifications import NAME, PATH
from harness.shell import COMMANDS, Shell
from harness.terminal import Terminal
from harness.tray_host import plain
from harness.wait import until
from harness.web_page import browser

# A name that is a command in every shell that reads it as code.
RUNS = "$(touch ran)`touch ran`"
FISH_RUNS = "x; touch ran"
HIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069]")


def test_t02_a_socket_that_anybody_may_prepare_is_used_by_a_careless_client(machine):
    with socket.socket(socket.AF_UNIX) as listener, socket.socket(socket.AF_UNIX) as client:
        path = machine.root / "tmp" / "agent.sock"
        listener.bind(str(path))
        path.parent.chmod(0o777)
        listener.listen()
        client.connect(str(path))
        client.sendall(b"a secret")
        assert listener.accept()[0].recv(100) == b"a secret"


def test_t15_a_program_that_listens_is_seen(machine):
    script = "import socket, time; it = socket.create_server(('127.0.0.1', 0)); time.sleep(60)"
    process = machine.start("listening", "python3", "-c", script)
    until(lambda: process.listeners(), "its address")


def test_t18_a_name_controls_a_terminal_that_is_shown_it_as_it_is(machine):
    name = "a\x1b]0;owned\x07\x1b[31m\u202eb\u200b"
    (machine.home / "name").write_text(name)
    terminal = Terminal(machine, "cat", "name")
    assert terminal.end() == 0
    assert len(HIDDEN.findall(terminal.everything())) >= 5


@pytest.mark.skipif(browser() is None, reason="there is no Chromium")
def test_t19_a_name_that_a_page_takes_as_html_runs(machine):
    name = "<img src=x onerror=\\\"document.title='ran'\\\">"
    page = machine.home / "page.html"
    page.write_text(f'<title>x</title><p></p><script>document.querySelector("p").innerHTML = "{name}"</script>')
    flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=2000", f"--user-data-dir={machine.root}/profile"]
    done = machine.run(browser(), *flags, "--dump-dom", f"file://{page}", timeout=60)
    assert "<title>ran</title>" in done.stdout, done


def test_t20_markup_reaches_a_notification_server_as_it_is(desktop, notifications):
    arguments = GLib.Variant("(susssasa{sv}i)", ("test", 0, "", "x", "<b>bold</b> & <img src='x'>", [], {}, -1))
    desktop.bus().call(NAME, PATH, NAME, "Notify", arguments)
    assert "<b>bold</b>" in notifications.wait_for("x").body


def test_t21_a_mark_in_a_name_is_lost_in_a_menu():
    assert (plain("a_b"), plain("a__b")) == ("ab", "a_b")


@pytest.mark.parametrize("kind", COMMANDS)
def test_t22_a_name_without_quotes_runs_in_every_shell(machine, kind):
    name = FISH_RUNS if kind == "fish" else RUNS
    line = f"set -gx AWS_PROFILE {name}" if kind == "fish" else f'export AWS_PROFILE="{name}"'
    Shell(machine, kind).paste(line, "true")
    assert (machine.home / "ran").exists()


def test_t23_a_value_with_a_line_end_adds_a_section():
    value = "eu-west-1\n[profile added]\nrole_arn = x"
    parser = configparser.RawConfigParser()
    parser.read_string(f"[profile guest]\nregion = {value}\n")
    assert "profile added" in parser.sections()


def test_t28_a_line_without_a_space_is_in_the_history_and_a_line_end_runs_it(machine):
    history = machine.home / "history"
    env = {"HISTFILE": str(history), "HISTCONTROL": "ignorespace", "PS1": "$ ", "INPUTRC": "/dev/null"}
    terminal = Terminal(machine, "bash", "--noprofile", "--norc", "-i", env=env)
    terminal.expect("$ ")
    terminal.send("export SHOWN=secret-shown\n export SPARED=secret-spared\necho $SHOWN $SPARED\nexit\n")
    terminal.expect("secret-shown secret-spared")
    until(lambda: history.exists() and "SHOWN" in history.read_text(), "the history")
    assert "secret-shown" in history.read_text() and "secret-spared" not in history.read_text()


def test_t34_a_session_that_is_not_encrypted_is_found(machine):
    path = machine.root / "state.db"
    with sqlite3.connect(path) as state:
        state.execute("CREATE TABLE sessions (role TEXT, token TEXT)")
        state.execute("INSERT INTO sessions VALUES ('guest', 'CanaryCanaryCanary')")
    state.close()
    assert b"CanaryCanaryCanary" in path.read_bytes()


def test_t35_a_careless_program_writes_through_a_link(machine):
    victim, link = machine.home / "victim", machine.home / "config"
    victim.write_text("precious")
    link.symlink_to(victim)
    link.write_text("[default]\n")
    assert victim.read_text() == "[default]\n"


def test_t39_another_mount_namespace_does_not_keep_a_program_from_a_socket(machine):
    with socket.socket(socket.AF_UNIX) as listener:
        path = machine.root / "open.sock"
        listener.bind(str(path))
        listener.listen()
        script = f"import socket; it = socket.socket(socket.AF_UNIX); it.connect({str(path)!r}); it.sendall(b'x')"
        done = machine.run("unshare", "--user", "--map-current-user", "--mount", "python3", "-c", script)
        assert done.returncode == 0, done
        assert listener.accept()[0].recv(1) == b"x"


def test_t40_one_silent_connection_keeps_a_careless_server_busy():
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        with socket.create_connection(server.server_address), socket.create_connection(server.server_address, timeout=1) as asking:
            asking.sendall(b"GET / HTTP/1.0\r\n\r\n")
            begun = time.monotonic()
            with pytest.raises(TimeoutError):
                asking.recv(100)
            assert time.monotonic() - begun > 0.9
        server.shutdown()
