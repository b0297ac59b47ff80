"""Questions on a machine without a desktop: at the terminal of the program, or at one that runs `rolecall answer`."""

import json
import os
import subprocess
import time

import pytest

from harness.agent import Agent
from harness.practice import Practice
from harness.rolecall import Refused, binary
from harness.terminal import Terminal
from harness.wait import stays, until

LINE_MAX = 200
ALLOW = "[d] deny: "
NOBODY = 'rolecall: "guest": Rolecall cannot ask you about it. Run in another terminal: rolecall answer\n'
# Asks the endpoint of its environment, as an SDK does.
FETCH = """
import json, os, sys, urllib.request
headers = {"Authorization": os.environ["AWS_CONTAINER_AUTHORIZATION_TOKEN"]}
for _ in range(3):
    request = urllib.request.Request(os.environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"], headers=headers)
    print("got", json.load(urllib.request.urlopen(request, timeout=10))["AccessKeyId"])
"""


@pytest.fixture
def practice(machine):
    """A practice account for the role that is asked about."""
    return Practice(machine).start()


@pytest.fixture
def agent(machine, practice):
    """Returns a function that starts an agent with a policy for the role guest."""

    def begin(policy):
        agent = Agent(machine)
        agent.write_settings(endpoint=practice.endpoint, **{"ask.roles": {"guest": policy}})
        agent.write_roles(guest=practice.role("guest"))
        agent.start()
        agent.add_key("user", practice)
        return agent

    return begin


def detached(machine, *command):
    """Starts a program without a terminal, like a service."""
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(
        list(map(str, command)), env=machine.env, cwd=machine.home, text=True, start_new_session=True, **pipes
    )


def verdicts(agent):
    """Returns the decisions, newest first."""
    return [line["verdict"] for line in agent.json("history")]


def test_t03_exec_is_asked_about_at_its_own_terminal(machine, agent):
    agent = agent("ask")
    terminal = Terminal(machine, binary("rolecall"), "exec", "guest", "--", "sh", "-c", "echo key=$AWS_ACCESS_KEY_ID")
    terminal.expect("wants access to guest (")
    terminal.expect("cannot verify the program, or who answers here")
    stays(lambda: agent.snapshot()["sessions"] == [], "nothing to be done before the answer", 1)
    terminal.answer(ALLOW, "o")
    terminal.expect("key=ASIA")
    assert terminal.end() == 0
    assert verdicts(agent) == ["accepted"]


def test_t03_an_empty_line_denies(machine, agent):
    agent = agent("ask")
    terminal = Terminal(machine, binary("rolecall"), "env", "guest")
    terminal.answer(ALLOW, "")
    terminal.expect("was denied in Rolecall")
    assert terminal.end() == 1
    assert agent.snapshot()["sessions"] == [] and verdicts(agent) == ["denied"]


def test_t03_t10_a_credential_process_asks_its_terminal_and_its_outputs_stay_clean(machine, agent):
    agent = agent("ask")
    script = f"{binary('rolecall')} credentials guest >out 2>err; echo ended $?"
    terminal = Terminal(machine, "sh", "-c", script)
    terminal.answer(ALLOW, "o")
    terminal.expect("ended 0")
    assert json.loads((machine.home / "out").read_text())["Version"] == 1
    assert (machine.home / "err").read_text() == ""
    terminal.end()
    assert verdicts(agent) == ["accepted"]


def test_t03_what_was_typed_before_the_question_is_no_answer(machine, agent):
    agent = agent("ask")
    terminal = Terminal(machine, "sh", "-c", f"sleep 1; {binary('rolecall')} credentials guest")
    os.write(terminal._controller, b"o\no\no\n")
    terminal.expect(ALLOW)
    stays(lambda: agent.snapshot()["sessions"] == [], "an answer to be waited for", 1)
    terminal.answer("", "d")
    terminal.expect("was not allowed")
    assert terminal.end() == 1


def test_t03_one_question_for_a_tree_and_the_whole_tree_continues(machine, agent, practice):
    agent = agent("once")
    storm = f"for i in $(seq 20); do {binary('rolecall')} credentials guest >>out & done; wait; echo over"
    # Without job control the programs of a script share its process group, and so its place at the terminal.
    terminal = Terminal(machine, "bash", "-c", storm)
    terminal.answer(ALLOW, "t")
    terminal.expect("over")
    terminal.end()
    assert len((machine.home / "out").read_text().splitlines()) == 20
    assert practice.requests()["AssumeRole"] == 1
    assert terminal.shown().count("wants access to guest") == 0
    assert set(verdicts(agent)) == {"granted"}


def test_t03_without_a_terminal_it_is_denied_at_once(machine, agent, practice):
    agent = agent("ask")
    begun = time.monotonic()
    output, errors = detached(machine, binary("rolecall"), "credentials", "guest").communicate(timeout=20)
    assert time.monotonic() - begun < 5
    assert (output, errors) == ("", NOBODY)
    assert errors.isascii() and len(errors) <= LINE_MAX
    assert verdicts(agent) == ["unasked"] and practice.requests().get("AssumeRole", 0) == 0
    output, errors = detached(machine, binary("rolecall"), "env", "guest").communicate(timeout=20)
    assert output == "" and "[ask.roles]" in errors


def test_t03_a_job_in_the_background_is_denied_and_not_stopped(machine, agent):
    agent = agent("ask")
    script = f"set -m; {binary('rolecall')} credentials guest & wait $!; echo ended $?"
    terminal = Terminal(machine, "bash", "-c", script)
    terminal.expect("Rolecall cannot ask you about it")
    terminal.expect("ended 1")
    terminal.end()
    assert verdicts(agent) == ["unasked"]


def test_t03_another_terminal_answers_for_programs_without_one(machine, agent):
    agent = agent("ask")
    watching = Terminal(machine, binary("rolecall"), "answer")
    watching.expect("Waiting for programs")
    asking = detached(machine, binary("rolecall"), "credentials", "guest")
    watching.expect("wants access to guest (")
    assert "wants access to guest" in agent.ok("status")
    watching.answer(ALLOW, "o")
    output, errors = asking.communicate(timeout=20)
    assert json.loads(output)["Version"] == 1, errors
    refused = detached(machine, binary("rolecall"), "credentials", "guest")
    watching.answer(ALLOW, "d")
    assert refused.communicate(timeout=20)[0] == ""
    os.kill(watching.pid, 2)
    watching.end()
    assert verdicts(agent) == ["denied", "accepted"]


def test_a_terminal_that_waits_for_questions_starts_no_agent_that_was_stopped(machine, agent):
    agent = agent("ask")
    watching = Terminal(machine, binary("rolecall"), "answer")
    watching.expect("Waiting for programs")
    agent.ok("agent", "--stop")
    stays(lambda: agent.cli("agent", "--status").returncode == 1, "no agent", 3)
    os.kill(watching.pid, 2)
    watching.end()


def test_answer_needs_a_terminal_itself_and_so_does_every_answer(machine, agent):
    agent = agent("ask")
    done = agent.cli("answer")
    assert done.returncode == 1 and "terminal" in done.stderr
    agent.ask("questions")
    asking = detached(machine, binary("rolecall"), "credentials", "guest")
    until(lambda: agent.snapshot()["questions"], "the question")
    [question] = agent.snapshot()["questions"]
    pretending = detached(machine, "python3", "-c", pretender(agent, {"reply": {"id": question["id"], "reply": "allow_once"}}))
    output, errors = pretending.communicate(timeout=20)
    assert "not_allowed" in output, errors
    asking.kill()
    asking.communicate()


def pretender(agent, call):
    """Returns a Python program that asks the socket something and prints the answer."""
    request = json.dumps({"v": 1, "client": "pretender", "call": call})
    return f"""
import socket, struct
connection = socket.socket(socket.AF_UNIX)
connection.connect({str(agent.socket_path)!r})
request = {request!r}.encode()
connection.sendall(struct.pack(">I", len(request)) + request)
print(connection.recv(65536))
"""


def test_t03_an_endpoint_is_asked_about_with_its_exec_and_nobody_poses_as_it(machine, agent):
    agent = agent("ask")
    terminal = Terminal(machine, binary("rolecall"), "exec", "--server", "guest", "--", "python3", "-c", FETCH)
    terminal.answer(ALLOW, "o")
    for _ in range(3):
        terminal.expect("got ASIA")
    assert terminal.end() == 0
    assert "wants access to guest" not in terminal.shown(), "one question for one action"
    lines = agent.json("history")
    assert {(line["request"], line["verdict"]) for line in lines} == {("exec", "accepted"), ("endpoint", "accepted")}
    assert len({(line["process"], line["pid"]) for line in lines}) == 1, "both are put down to who started exec"
    stranger = detached(machine, "python3", "-c", pretender(agent, {"container_credentials": {"role": "guest"}}))
    output, errors = stranger.communicate(timeout=20)
    assert "nobody_to_ask" in output and "ASIA" not in output, errors
    with pytest.raises(Refused, match="not allowed to serve"):
        agent.ask({"serve": {"role": "guest", "process": os.getpid()}})
