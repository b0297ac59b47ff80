"""What the doctor says about a machine on which something is broken: each planted fault is found, and nothing else."""

import json
import shutil
import socket
import struct
import threading

import pytest

from harness.agent import Agent
from harness.loopback import free_port
from harness.practice import STORY, Practice
from harness.rolecall import PROTOCOL, binary
from harness.wait import until


def started(machine, world=None, **settings):
    """Returns an agent with a key and a role on the practice account."""
    practice = Practice(machine).start(world)
    agent = Agent(machine)
    agent.practice = practice
    agent.write_settings(endpoint=practice.endpoint, **settings)
    agent.write_roles(guest=practice.role("guest"))
    agent.add_key("user", practice)
    return agent


def findings(agent, env=None):
    """Returns what the doctor finds."""
    done = agent.cli("doctor", "--json", env=env)
    found = json.loads(done.stdout)["findings"]
    assert done.returncode == (1 if found else 0), done.stderr
    return found


def ids(agent, env=None):
    """Returns the ids of what the doctor finds."""
    return [finding["id"] for finding in findings(agent, env)]


@pytest.fixture
def agent(machine):
    """A sound machine."""
    agent = started(machine)
    assert ids(agent) == []
    return agent


def test_a_keychain_that_is_locked_or_absent_is_found_and_opens_no_dialog(machine, agent):
    machine.keychain.lock()
    assert ids(agent) == ["keychain_locked"]
    machine.keychain.unlock()
    assert ids(agent) == []
    machine.keychain.kill()
    assert ids(agent) == ["keychain_absent"]
    machine.keychain.start()
    assert ids(agent) == []


def test_a_dead_session_bus_is_found(machine, agent):
    machine.kill_bus()
    found = ids(agent)
    assert "dead_bus" in found
    assert set(found) <= {"dead_bus", "keychain_absent", "no_bus"}, found


def test_another_copy_in_the_search_path_is_found(machine, agent):
    folder = machine.root / "other-bin"
    folder.mkdir()
    shutil.copy(binary("rolecall"), folder / "rolecall")
    (found,) = findings(agent, env={"PATH": f"{folder}:{machine.env['PATH']}"})
    assert found["id"] == "second_copy" and str(folder) in found["what"] + found["remedy"]
    # A link to the same program is no second copy.
    (folder / "rolecall").unlink()
    (folder / "rolecall").symlink_to(binary("rolecall"))
    assert ids(agent, env={"PATH": f"{folder}:{machine.env['PATH']}"}) == []


def test_an_agent_of_an_older_version_is_found(machine):
    agent = Agent(machine)
    with OlderAgent(agent.socket_path):
        found = findings(agent)
    assert [finding["id"] for finding in found] == ["other_version"]
    assert "0.0.9" in found[0]["what"]


def test_a_closed_way_to_aws_is_found(machine, agent):
    endpoint = agent.practice.endpoint
    for settings, fault in [
        # An endpoint on this machine is never called through a proxy, and has no certificate.
        ({"proxy": f"http://127.0.0.1:{free_port()}"}, "dead_proxy"),
        ({"ca_bundle": str(machine.home / "gone.pem")}, "certificate_file"),
        ({"endpoint_url": f"http://127.0.0.1:{free_port()}"}, "offline"),
        ({"endpoint_url": endpoint}, None),
    ]:
        agent.write_settings(aws=settings)
        expected = [fault] if fault else []
        until(lambda: ids(agent) == expected, lambda: f"{expected} for {settings}; there is {ids(agent)}")


def test_what_aws_says_about_clock_and_regions_is_found(agent):
    agent.practice.set_faults("skew=1200")
    assert ids(agent) == ["clock_skewed"]
    agent.practice.set_faults("GetCallerIdentity:region-disabled")
    assert "region_disabled" in ids(agent)
    agent.practice.set_faults()
    other = {"arn": "arn:aws-cn:iam::808768216571:role/guest", "source": "user"}
    agent.write_roles(china=other)
    until(lambda: ids(agent) == ["partition"], lambda: f"a partition; there is {ids(agent)}")


def world_of_a_user_who_may_read_its_keys():
    """Returns the story's world, with this permission."""
    world = json.loads(STORY.read_text())
    actions = ["iam:ListAccessKeys", "iam:GetAccessKeyLastUsed", "iam:ListMFADevices"]
    statements = world["users"][0]["policies"][0]["Statement"]
    statements.append({"Effect": "Allow", "Action": actions, "Resource": world["users"][0]["arn"]})
    return world


def test_the_state_of_an_access_key_is_found(machine):
    agent = started(machine, world=world_of_a_user_who_may_read_its_keys())
    assert json.loads(agent.cli("doctor", "--json").stdout) == {"findings": [], "unread": []}
    for record, expected in [
        ({"age_days": 89}, []),
        ({"age_days": 120}, [("old_key", "advice")]),
        ({"age_days": 400}, [("old_key", "warning")]),
        ({"age_days": 120, "used_days_ago": 100}, [("old_key", "advice"), ("unused_key", "advice")]),
        ({"age_days": 120, "used_days_ago": None}, [("old_key", "advice"), ("unused_key", "advice")]),
        ({"status": "inactive"}, [("invalid_key", "error")]),
        ({"status": "expired"}, [("invalid_key", "error")]),
    ]:
        agent.practice.set_key(**record)
        found = [(finding["id"], finding["severity"]) for finding in findings(agent)]
        assert found == expected, record


def test_a_device_of_another_user_is_found(machine):
    agent = started(machine, world=world_of_a_user_who_may_read_its_keys())
    for name, expected in [("user", []), ("other", ["mfa_device"])]:
        role = agent.practice.role("guest", mfa_serial=f"arn:aws:iam::177634097045:mfa/{name}")
        agent.write_roles(guest=role)

        def ids_of_role():
            return [finding["id"] for finding in json.loads(agent.cli("doctor", "guest", "--json").stdout)["findings"]]

        until(lambda: ids_of_role() == expected, lambda: f"{expected}; there is {ids_of_role()}")


def test_a_key_of_a_root_user_is_found(machine, agent):
    # Such a key cannot be added, but it may be there from before.
    world = json.loads(STORY.read_text())
    key = {"access_key_id": agent.practice.access_key_id, "secret_access_key": agent.practice.secret_access_key}
    world["users"] = [{"arn": "arn:aws:iam::177634097045:root", **key}]
    agent.write_settings(endpoint=Practice(machine).start(world).endpoint)
    until(lambda: ids(agent) == ["root_key"], lambda: f"a root key; there is {ids(agent)}")


def test_policies_are_evaluated_by_rolecall_where_the_simulator_is_denied(machine):
    world = json.loads(STORY.read_text())
    statements = world["users"][0]["policies"][0]["Statement"]
    reads = ["iam:ListUserPolicies", "iam:GetUserPolicy", "iam:ListAttachedUserPolicies", "iam:ListGroupsForUser", "iam:GetUser"]
    statements[1:] = [{"Effect": "Allow", "Action": reads, "Resource": world["users"][0]["arn"]}]
    agent = started(machine, world=world)
    entry = {"source": "user", "region": "eu-west-1"}
    denied = {"arn": "arn:aws:iam::390411927311:role/archive", **entry}
    agent.write_roles(guest=agent.practice.role("guest"), denied=denied)

    def report(role):
        return json.loads(agent.cli("doctor", role, "--json").stdout)

    until(lambda: [it["id"] for it in report("denied")["findings"]] == ["caller_permission"], lambda: report("denied"))
    sound = report("guest")
    assert sound["findings"] == []
    assert "service control policies as user" in [it["what"] for it in sound["unread"]]
    assert not any("SimulatePrincipalPolicy" in it["what"] for it in sound["unread"])


def test_a_desktop_without_a_tray_is_found(desktop, rolecall, keychain, notifications):
    rolecall.start_on(Practice(desktop).start(), "guest")
    until(lambda: ids(rolecall) == ["no_tray"], lambda: f"no tray; there is {ids(rolecall)}")


def test_a_sound_desktop_has_nothing_wrong(desktop, rolecall, keychain, tray, notifications):
    rolecall.start_on(Practice(desktop).start(), "guest")
    tray.wait_for_item()
    assert ids(rolecall) == []


class OlderAgent:
    """A program at the socket that says it is an agent of version 0.0.9, and knows no doctor."""

    def __init__(self, path):
        path.parent.mkdir(mode=0o700, parents=True)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        path.chmod(0o600)
        self._listener.listen()

    def __enter__(self):
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._listener.close()

    def _serve(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                self._answer(connection)

    def _answer(self, connection):
        (length,) = struct.unpack(">I", connection.recv(4, socket.MSG_WAITALL))
        call = json.loads(connection.recv(length, socket.MSG_WAITALL))["call"]
        host = {"kind": "agent", "version": "0.0.9", "pid": 1, "sealed_file": "", "sealed_file_state": "absent"}
        unknown = {"code": "version_mismatch", "what": "This call is unknown.", "remedy": "Restart Rolecall."}
        result = {"Ok": {"host": host}} if call == "host" else {"Err": unknown}
        answer = json.dumps({"v": PROTOCOL, "app": "0.0.9", "result": result}).encode()
        connection.sendall(struct.pack(">I", len(answer)) + answer)
