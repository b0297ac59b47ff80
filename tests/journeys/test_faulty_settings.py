"""Invalid settings never allow what they had denied, also after a restart."""

import shutil

import pytest

from harness.practice import Practice
from harness.wait import until

NEVER = '[ask]\ndefault = "never"\n'


@pytest.fixture
def practice(desktop, rolecall, keychain, tray, notifications):
    """A practice account; the app has its key and a role, and is stopped."""
    practice = Practice(desktop).start()
    rolecall.write_settings(endpoint=practice.endpoint)
    rolecall.write_roles(guest=practice.role("guest"))
    rolecall.start()
    rolecall.add_key("user", practice)
    assert rolecall.stop() == 0
    return practice


@pytest.fixture
def path(rolecall):
    return rolecall.config_dir / "settings.toml"


def endpoint(practice):
    return f'[aws]\nendpoint_url = "{practice.endpoint}"\n'


def refused(rolecall, *what):
    done = rolecall.cli("credentials", *what)
    assert done.returncode == 1 and done.stdout == ""
    return done.stderr


def test_a_typing_error_beside_it_opens_no_policy_and_keeps_the_endpoint(rolecall, practice, path):
    path.write_text(endpoint(practice) + NEVER + '[clipboard]\nclear_after = "soon"\n')
    rolecall.start()
    for what in [["guest"], ["--key", "user"]]:
        assert "not allowed in Rolecall" in refused(rolecall, *what)
    assert "AssumeRole" not in practice.requests() and "GetSessionToken" not in practice.requests()
    problem = rolecall.wait_for_problem("invalid_settings")
    assert "settings.toml, line 6" in problem["what"] and "5s to 1h" in problem["what"]
    assert rolecall.ok("assume", "guest").startswith("guest: ")
    assert practice.requests()["AssumeRole"] == 1


def unreadable(path, how):
    """Writes an unreadable settings file."""
    match how:
        case "an unclosed quote":
            path.write_text(NEVER + 'x = "never\n')
        case "not UTF-8":
            path.write_bytes(NEVER.encode() + b"# \xff\n")
        case "a folder":
            path.unlink()
            path.mkdir()
        case "not ours to read":
            path.chmod(0)


def readable(path, text):
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.chmod(0o600)
    path.write_text(text)


@pytest.mark.parametrize("how", ["an unclosed quote", "not UTF-8", "a folder", "not ours to read"])
def test_settings_that_cannot_be_read_give_programs_nothing_and_send_nothing(rolecall, practice, path, how):
    before = practice.requests()
    unreadable(path, how)
    rolecall.start()
    for what in [["guest"], ["--key", "user"]]:
        assert "Rolecall cannot use one of its files" in refused(rolecall, *what)
    output = rolecall.cli("env", "guest").stderr
    assert "Its policy cannot be read" in output and "settings.toml" in output
    assert "Nothing is sent to AWS" in rolecall.cli("assume", "guest").stderr
    assert practice.requests() == before
    (problem,) = rolecall.snapshot()["problems"]
    assert problem["remedy"].endswith("Until then programs get nothing, and nothing is sent to AWS.")
    readable(path, endpoint(practice))
    until(lambda: not rolecall.snapshot()["problems"], lambda: rolecall.snapshot()["problems"])
    assert rolecall.handed_out("guest")["AccessKeyId"].startswith("ASIA")


def test_a_misspelled_endpoint_sends_nothing_and_a_running_app_keeps_what_it_could_read(rolecall, practice, path):
    path.write_text(endpoint(practice))
    rolecall.start()
    before = practice.requests()
    path.write_text(endpoint(practice).replace("endpoint_url", "endpoint_urll"))
    problem = rolecall.wait_for_problem("invalid_settings")
    assert "endpoint_urll" in problem["what"] and problem["remedy"].endswith("nothing is sent to AWS.")
    assert "Rolecall cannot use one of its files" in refused(rolecall, "guest")
    assert "Nothing is sent to AWS" in rolecall.cli("assume", "guest").stderr
    assert practice.requests() == before
    path.write_text(endpoint(practice))
    until(lambda: not rolecall.snapshot()["problems"], lambda: rolecall.snapshot()["problems"])
    path.write_text(endpoint(practice) + "[ask\n")
    rolecall.wait_for_problem("invalid_settings")
    assert rolecall.handed_out("guest")["AccessKeyId"].startswith("ASIA")
