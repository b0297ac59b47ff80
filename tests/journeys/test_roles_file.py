"""roles.toml and settings.toml: applied live, and a mistake keeps the last valid catalogue."""

import re

import pytest

from harness.wait import until

GOOD = '[roles.guest]\narn = "arn:aws:iam::808768216571:role/guest"\nsource = "user"\n'


@pytest.fixture
def running(rolecall, keychain, tray, notifications):
    """An app with one role in a hand-written file."""
    rolecall.write_roles_text(GOOD)
    return rolecall.start()


def names(rolecall):
    """Returns the names in the catalogue."""
    return [role["name"] for role in rolecall.snapshot()["roles"]]


def test_a_changed_file_is_picked_up_live(running, tray):
    running.write_roles_text(GOOD + GOOD.replace("guest", "second"))
    until(lambda: names(running) == ["guest", "second"], lambda: names(running))
    tray.wait_for_item().wait_for(re.compile("^second"))


def test_a_file_changed_in_place_is_picked_up_too(running):
    (running.config_dir / "roles.toml").write_text(GOOD.replace("guest", "other"))
    until(lambda: names(running) == ["other"], lambda: names(running))


@pytest.mark.parametrize(
    "text, words",
    [
        (GOOD + "[roles.second\n", ["roles.toml", "line 4"]),
        (GOOD.replace("808768216571", "80876"), ["roles.toml", "line 2", "5 digits"]),
        (GOOD + 'colour = "red"\n', ["roles.toml", "line 4", "colour"]),
    ],
)
def test_a_mistake_keeps_the_last_valid_catalogue_and_names_its_position(running, text, words):
    running.write_roles_text(text)
    problem = running.wait_for_problem("invalid_file")
    said = f"{problem['what']} {problem['remedy']} {problem.get('detail')}"
    assert [word for word in words if word not in said] == []
    assert names(running) == ["guest"]
    running.write_roles_text(GOOD)
    until(lambda: not running.snapshot()["problems"], "the problem to be gone")


def test_an_endpoint_off_this_machine_is_refused(rolecall, keychain, tray, notifications):
    rolecall.write_settings(endpoint="http://192.0.2.1:80")
    rolecall.write_roles_text(GOOD)
    rolecall.start()
    problem = rolecall.wait_for_problem("invalid_settings")
    assert "loopback" in f"{problem['what']} {problem['remedy']}"
    assert rolecall.snapshot()["endpoint"] is None


def test_the_ambient_aws_environment_is_ignored(rolecall, account, keychain, tray, notifications):
    rolecall.write_settings(endpoint=account.endpoint)
    rolecall.write_roles(guest=account.role("guest"))
    ambient = {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "AWS_ENDPOINT_URL_STS": "http://127.0.0.1:1",
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "ambient",
        "AWS_SESSION_TOKEN": "ambient",
        "AWS_PROFILE": "absent",
        "AWS_REGION": "mars-1",
    }
    rolecall.start(env=ambient)
    rolecall.add_key("user", account)
    rolecall.ok("assume", "guest")
    assert rolecall.handed_out("guest")["AccessKeyId"].startswith("ASIA")
