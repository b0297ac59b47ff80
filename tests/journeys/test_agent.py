"""A server without a display: the agent in the foreground, in the background, killed, stopped and idle."""

import json
import os
import re
import signal
import subprocess

import pytest

from harness.agent import Agent, is_alive
from harness.callers import answers, ask
from harness.practice import Practice
from harness.rolecall import Rolecall, binary
from harness.wait import stays, until

STORM = 50
LINE_MAX = 200


@pytest.fixture
def practice(machine):
    """The practice account in the agent's settings."""
    practice = Practice(machine).start()
    agent = Agent(machine)
    agent.write_settings(endpoint=practice.endpoint)
    agent.write_roles(guest=practice.role("guest"))
    return practice


@pytest.fixture
def agent(machine, practice):
    """An agent that the command line starts on demand, with a key."""
    agent = Agent(machine)
    agent.add_key("user", practice)
    return agent


def test_a_service_runs_in_the_foreground_and_ends_cleanly_on_a_signal(machine, practice):
    agent = Agent(machine).start()
    agent.add_key("user", practice)
    assert agent.ok("assume", "guest").startswith("guest: ")
    assert agent.json("agent", "--status")["pid"] == agent.process.pid
    assert agent.process.listeners() == []
    assert agent.stop() == 0
    assert not agent.socket_path.exists()
    log = agent.process.log()
    assert "ready at" in log and "received a signal" in log
    assert practice.secret_access_key not in log


def test_the_command_line_starts_an_agent_that_detaches_from_the_terminal(machine, agent):
    pid = agent.the_only_one()
    assert os.getsid(pid) == pid
    assert agent.log_path.stat().st_mode & 0o777 == 0o600
    assert "ready at" in agent.log_path.read_text()
    assert json.loads(agent.ok("credentials", "guest"))["Version"] == 1
    assert agent.the_only_one() == pid


def test_a_reader_of_the_output_does_not_wait_for_the_agent(machine, practice):
    done = machine.run("bash", "-c", f'out=$("{binary("rolecall")}" list); echo "$out" | grep -c guest', timeout=15)
    assert done.stdout.strip() == "1", done.stderr
    assert Agent(machine).the_only_one()


def test_r27_fifty_commands_at_once_start_one_agent(machine, practice):
    commands = [
        subprocess.Popen([str(binary("rolecall")), "list"], env=machine.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(STORM)
    ]
    for command in commands:
        output, errors = command.communicate(timeout=60)
        assert command.returncode == 0 and b"guest" in output, errors
    assert Agent(machine).the_only_one()
    assert Agent(machine).log_path.read_text().count("ready at") == 1


def test_r25_killed_in_a_storm_the_next_agent_answers_all(machine, practice, agent):
    practice.set_faults("latency=1500")
    programs = ask(machine, STORM)
    until(lambda: practice.requests().get("AssumeRole"), "the call to be under way")
    first = agent.pid()
    os.kill(first, signal.SIGKILL)
    for code, output, errors in answers(programs):
        assert code == 0 or (errors.isascii() and errors.count("\n") == 1 and len(errors) <= LINE_MAX), errors
        assert code != 0 or json.loads(output)["Version"] == 1
    practice.set_faults()
    assert json.loads(agent.ok("credentials", "guest"))["Version"] == 1
    assert agent.the_only_one() != first


def test_sessions_survive_a_stop(machine, agent):
    before = agent.handed_out("guest")
    pid = agent.pid()
    assert "The agent quits" in agent.ok("agent", "--stop")
    until(lambda: not is_alive(pid), "the agent to end")
    assert agent.handed_out("guest") == before
    assert agent.pid() != pid


def test_a_command_after_a_stop_does_not_meet_the_agent_that_ends(machine, agent):
    agent.ok("status")
    for _ in range(5):
        pid = agent.pid()
        agent.ok("agent", "--stop")
        agent.ok("status")
        assert agent.json("agent", "--status")["pid"] != pid


def test_an_idle_agent_ends_and_one_with_a_session_stays(machine, practice):
    agent = Agent(machine).start("--idle", "1s")
    until(lambda: not agent.process.is_running(), "the idle agent to end")
    assert "ending: idle" in agent.process.log()
    agent.start("--idle", "1s")
    agent.add_key("user", practice)
    agent.ok("assume", "guest")
    stays(agent.process.is_running, "the agent with a session runs", 2)


def test_asking_about_the_agent_starts_none(machine):
    for words in (["agent", "--status"], ["agent", "--stop"], ["status", "--format", "{role}"]):
        Agent(machine).cli(*words)
    assert machine.agents() == []


@pytest.mark.parametrize(("start", "display", "starts"), [
    ("never", None, False), ("without_display", ":9", False), ("always", ":9", True),
])
def test_the_settings_say_when_the_agent_starts(machine, start, display, starts):
    agent = Agent(machine)
    agent.write_settings(agent={"start": start})
    done = agent.cli("list", env={"DISPLAY": display} if display else None)
    assert (done.returncode == 0) == starts, done.stderr
    assert bool(machine.agents()) == starts
    assert starts or "Rolecall is not running." in done.stderr


def test_an_agent_that_cannot_start_says_where_to_look(machine):
    agent = Agent(machine)
    agent.ok("list")
    os.kill(agent.pid(), signal.SIGKILL)
    agent.socket_path.unlink()
    agent.socket_path.mkdir()
    done = agent.cli("list")
    assert done.returncode == 1
    assert "agent.log" in done.stderr or "not private to you" in done.stderr, done.stderr


def test_the_practice_set_starts_no_agent(machine):
    assert Rolecall(machine, practice=True).cli("list").returncode == 1
    assert machine.agents() == []


@pytest.mark.parametrize(("url", "stays_there"), [("http://127.0.0.1:4566", False), ("https://vpce-1.example.com", True)])
def test_a_session_of_aws_is_not_sent_to_an_endpoint_that_another_left_behind(machine, agent, url, stays_there):
    agent.ok("assume", "guest")
    agent.write_settings()
    until(lambda: agent.snapshot()["endpoint"] is None, "the custom endpoint to be gone")
    rolecall, env = binary("rolecall"), {"AWS_ENDPOINT_URL": url}
    shown = "echo endpoint=${AWS_ENDPOINT_URL-none} key=$AWS_ACCESS_KEY_ID"
    expected = f"endpoint={url if stays_there else 'none'} key=ASIA"
    for script in (f'eval "$({rolecall} env guest --shell bash)"; {shown}', f"{rolecall} exec guest -- bash -c '{shown}'"):
        done = machine.run("bash", "-c", script, env=env)
        assert done.stdout.startswith(expected), done
    assert "unset" not in agent.cli("env", "guest", "--shell", "json", env=env).stdout


@pytest.mark.parametrize("zone", ["Pacific/Chatham", "America/New_York", "Nowhere/At_All", ":/etc/passwd", "X-99:99:99", ""])
def test_r04_times_are_the_same_in_every_zone(agent, zone):
    shown = agent.cli("assume", "guest", env={"TZ": zone}).stdout
    ends = json.loads(agent.ok("credentials", "guest"))["Expiration"]
    assert ends.endswith("Z") and f"{ends[11:16]} UTC" in shown, (ends, shown)
    agent.ok("agent", "--stop")
    done = agent.cli("credentials", "guest", env={"TZ": zone})
    assert json.loads(done.stdout)["Expiration"] == ends, "the session of an agent in that zone"


def test_t15_nothing_listens_until_an_endpoint_is_started(machine, practice):
    agent = Agent(machine).start()
    agent.add_key("user", practice)
    served = machine.start("exec", binary("rolecall"), "exec", "--server", "guest", "--", "sh", "-c", "env; read _", hold_stdin=True)
    until(lambda: "AWS_CONTAINER_CREDENTIALS_FULL_URI" in served.log(), served.log)
    assert agent.process.listeners() == []
    listening = machine.run("python3", "-c", "import socket, sys; print(socket.socket().connect_ex(('127.0.0.1', int(sys.argv[1]))))", port_in(served.log()))
    assert listening.stdout == "0\n", "the endpoint, in a process of its own"


def port_in(log):
    """Returns the port of the endpoint that a program was given."""
    return re.search(r"http://127\.0\.0\.1:(\d+)/", log)[1]
