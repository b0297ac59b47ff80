"""Real AWS clients get a session in every supported way, and continue when it is renewed during their run."""

import pytest

from harness import aws, clients
from harness.clients import Client
from harness.doubles import REGION
from harness.practice import Practice
from harness.rolecall import binary
from harness.wait import until

# When the renewal is seen at the latest: every SDK asks again once its credentials are over.
OVER = 61


@pytest.fixture
def practice(desktop, rolecall, keychain):
    """A running app with a role for an hour, on a practice account with an adjustable clock."""
    practice = Practice(desktop).start()
    rolecall.start_on(practice, "guest", "contractor")
    return practice


def credential_process(desktop, rolecall):
    aws.write_profile(desktop, "p", credential_process=rolecall.credential_process("guest"), region=REGION)
    return [], {"AWS_PROFILE": "p"}


def environment(desktop, rolecall):
    return ["sh", "-c", 'eval "$(rolecall env guest --shell sh)"; exec "$@"', "sh"], {"PATH": path(desktop)}


def child(desktop, rolecall):
    return [binary("rolecall"), "exec", "guest", "--"], {}


def temporary_profile(desktop, rolecall):
    rolecall.write_settings(endpoint=rolecall.snapshot()["endpoint"], temporary_profiles={"roles": ["guest"]})
    rolecall.ok("assume", "guest")
    path = desktop.home / ".aws" / "credentials"
    until(lambda: "[guest]" in path.read_text(), "the temporary profile")
    return [], {"AWS_PROFILE": "guest"}


def path(desktop):
    return f"{binary('rolecall').parent}:{desktop.env['PATH']}:/usr/local/bin"


def served(desktop, rolecall):
    return [binary("rolecall"), "exec", "--server", "guest", "--"], {}


def endpoint(desktop, rolecall):
    # The CLI of Debian knows no file of a token.
    token = 'AWS_CONTAINER_AUTHORIZATION_TOKEN=$(cat "$AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")'
    script = f'export $(rolecall endpoint guest --while $$); export {token}; exec "$@"'
    return ["sh", "-c", script, "sh"], {"PATH": path(desktop)}


RENEWING = {"credential_process": credential_process, "exec --server": served, "endpoint": endpoint}
STATIC = {"env": environment, "exec": child}


def pass_until(rolecall, practice, client, minute):
    """Advances the clocks of AWS and the client by this many minutes; the app gets the time from AWS."""
    practice.set_faults(f"skew={minute * 60}")
    client.move_to(minute)
    rolecall.ok("assume", "contractor")


@pytest.mark.parametrize("name", clients.found())
@pytest.mark.parametrize("way", RENEWING)
def test_a_client_continues_with_a_renewed_session(desktop, rolecall, practice, way, name):
    prefix, env = RENEWING[way](desktop, rolecall)
    with Client(desktop, clients.found()[name], practice.endpoint, prefix, env) as client:
        first = client.identity()
        assert ":assumed-role/guest/" in first["arn"]
        assert rolecall.handed_out("guest")["AccessKeyId"].endswith(first["key"])
        pass_until(rolecall, practice, client, OVER)
        second = client.identity()
        assert second["arn"] == first["arn"]
        assert second["key"] != first["key"]
        assert rolecall.handed_out("guest")["AccessKeyId"].endswith(second["key"])


@pytest.mark.parametrize("name", clients.found())
@pytest.mark.parametrize("way", STATIC)
def test_a_client_keeps_a_session_that_is_renewed_elsewhere(desktop, rolecall, practice, way, name):
    prefix, env = STATIC[way](desktop, rolecall)
    with Client(desktop, clients.found()[name], practice.endpoint, prefix, env) as client:
        first = client.identity()
        assert ":assumed-role/guest/" in first["arn"]
        pass_until(rolecall, practice, client, 45)
        assert not rolecall.handed_out("guest")["AccessKeyId"].endswith(first["key"])
        assert client.identity() == first


@pytest.mark.parametrize("name", clients.found())
def test_a_temporary_profile_serves_and_follows_a_renewal(desktop, rolecall, practice, name):
    prefix, env = temporary_profile(desktop, rolecall)
    with Client(desktop, clients.found()[name], practice.endpoint, prefix, env) as client:
        first = client.identity()
        assert ":assumed-role/guest/" in first["arn"]
        pass_until(rolecall, practice, client, 45)
        rolecall.ok("assume", "guest")
        renewed = rolecall.handed_out("guest")["AccessKeyId"]
        credentials = desktop.home / ".aws" / "credentials"
        until(lambda: renewed in credentials.read_text(), "the renewed session in the profile")
        # The CLI reads the file for each command; an SDK keeps what it read, which stays valid.
        second = client.identity()
        assert renewed.endswith(second["key"]) if name.startswith("aws") else second == first


def test_every_client_is_there():
    assert sorted(clients.found()) == ["aws-v1", "aws-v2", "boto3", "javascript", "rust"]
