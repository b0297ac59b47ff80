"""Access of programs: a policy per role, the question on the desktop, and the history of requests."""

import json
import os
import re
import signal
import subprocess

import pytest
from gi.repository import GLib

from harness import sandbox
from harness.aws import Aws, write_profile
from harness.notifications import NAME as NOTIFICATIONS
from harness.notifications import PATH as NOTIFICATIONS_PATH
from harness.notifications import Dunst, Notifications
from harness.practice import Practice
from harness.rolecall import Refused, binary, knock
from harness.terminal import Terminal
from harness.wait import stays, until
from harness.webdriver import F2, Window

LINE_MAX = 200
STORM = 200


@pytest.fixture
def practice(desktop, rolecall, keychain, tray):
    """Returns a function that starts the app on a practice account with a policy for the role guest."""
    practice = Practice(desktop).start()

    def begin(policy, start=True):
        rolecall.write_settings(endpoint=practice.endpoint, **{"ask.roles": {"guest": policy}})
        rolecall.write_roles(guest=practice.role("guest"))
        if start:
            rolecall.start()
            rolecall.add_key("user", practice)
        return practice

    return begin


def program(desktop, *command):
    """Starts a program in its own session, as a terminal starts its shell."""
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(
        list(map(str, command)), env=desktop.env, cwd=desktop.home, text=True, start_new_session=True, **pipes
    )


def script(desktop, text):
    """Starts a shell script, whose process tree begins at its shell. `R` stands for the command line."""
    return program(desktop, "/bin/bash", "-c", text.replace("R ", f"{binary('rolecall')} ") + "\ntrue")


def credentials(desktop):
    """Starts a program that asks for the role's credentials."""
    return program(desktop, binary("rolecall"), "credentials", "guest")


def assumed(practice):
    """Returns how often AWS was called for the role."""
    return practice.requests().get("AssumeRole", 0)


def test_t03_a_click_in_a_real_dunst_lets_the_aws_cli_continue(desktop, rolecall, practice):
    account = practice("ask")
    dunst = Dunst(desktop, picks="Allow once").start()
    write_profile(desktop, "guest", credential_process=rolecall.credential_process("guest"))
    aws = Aws(desktop, account.endpoint)
    asking = program(desktop, "/bin/sh", "-c", aws.line("--profile", "guest", "sts", "get-caller-identity"))
    until(lambda: dunst.count_shown() == 1, "the question")
    stays(lambda: asking.poll() is None and assumed(account) == 0, "nothing to be handed out", 1)
    dunst.pick()
    output, errors = asking.communicate(timeout=30)
    assert asking.returncode == 0 and "assumed-role/" in output, errors
    until(lambda: dunst.count_shown() == 0, "the question to be gone")
    [line] = [line for line in rolecall.json("history") if line["request"] == "credentials"]
    assert (line["verdict"], line["aws_call"], line["failure"]) == ("accepted", True, None)
    assert "aws" in [line["process"], *line["parents"]], line


def test_t03_many_questions_at_once_are_one_notice_of_a_real_dunst(desktop, rolecall, practice, tray):
    practice("ask")
    dunst = Dunst(desktop).start()
    asking = [script(desktop, "R credentials guest") for _ in range(4)]
    until(lambda: len(rolecall.snapshot()["questions"]) == 4, "four questions")
    until(lambda: dunst.count_shown() == 1, lambda: f"one notice; there are {dunst.count_shown()}")
    dunst.act()
    until(lambda: [title for title in desktop.windows() if "Rolecall" in title], "the window")
    for one in asking:
        os.killpg(one.pid, signal.SIGKILL)
        one.communicate(timeout=10)
    until(lambda: dunst.count_shown() == 0, "no notice to be left")


def test_t03_a_denial_is_one_line_without_credentials(desktop, rolecall, practice, notifications):
    account = practice("ask")
    asking = credentials(desktop)
    notice = notifications.wait_for("wants access to guest")
    assert list(notice.actions.values()) == ["Allow once", "Deny", "Open Rolecall"]
    assert "Rolecall can't verify the program" in notice.body
    notifications.invoke(notice, "Deny")
    output, errors = asking.communicate(timeout=10)
    assert (asking.returncode, output) == (1, "")
    assert errors == 'rolecall: "guest": the request was not allowed in Rolecall. See why with: rolecall history\n'
    assert len(errors) <= LINE_MAX and assumed(account) == 0
    [line] = rolecall.json("history", "guest")
    assert (line["verdict"], line["failure"], line["count"]) == ("denied", "not_allowed", 1)
    assert line["pid"] > 0 and line["program"], line


def test_t03_no_program_presses_the_button_of_its_own_question(desktop, rolecall, practice, notifications):
    account = practice("ask")
    asking = credentials(desktop)
    notice = notifications.wait_for("wants access to guest")
    another = desktop.bus()
    pressed = GLib.Variant("(us)", (notice.id, "allow-once"))
    for destination in (None, notice.sender):
        another.emit(NOTIFICATIONS_PATH, NOTIFICATIONS, "ActionInvoked", pressed, destination=destination)
    stays(lambda: asking.poll() is None and assumed(account) == 0, "nothing to be handed out", 2)
    closed = GLib.Variant("(uu)", (notice.id, 2))
    another.emit(NOTIFICATIONS_PATH, NOTIFICATIONS, "NotificationClosed", closed)
    notifications.invoke(notice, "Allow once")
    output, errors = asking.communicate(timeout=20)
    assert asking.returncode == 0 and "AccessKeyId" in output, errors


def test_t03_an_allowed_process_tree_is_asked_about_once(desktop, rolecall, practice, notifications):
    practice("once")
    first = script(desktop, "R credentials guest\nR env guest >/dev/null && echo again")
    notice = notifications.wait_for("wants access to guest")
    notifications.invoke(notice, "Allow for this terminal")
    output, errors = first.communicate(timeout=20)
    assert output.strip().endswith("again"), errors
    assert len(notifications.all) == 1, [notice.text for notice in notifications.all]

    other = script(desktop, "R credentials guest")
    until(lambda: len(notifications.all) == 2, "another question for another tree")
    notifications.invoke(notifications.wait_for("wants access to guest"), "Deny")
    assert other.communicate(timeout=10)[0] == ""
    verdicts = [line["verdict"] for line in rolecall.json("history")]
    assert sorted(verdicts) == ["denied", "granted", "granted"]


def test_t03_r11_two_hundred_of_one_tree_share_one_question_and_block_nobody(
    desktop, rolecall, practice, notifications
):
    account = practice("once")
    storm = script(desktop, f"for i in $(seq {STORM}); do R credentials guest & done; wait")
    notice = notifications.wait_for("wants access to guest", deadline=30)
    stays(lambda: rolecall.json("status")["problems"] == [], "others to be served", 3)
    assert len(rolecall.snapshot()["questions"]) == 1
    notifications.invoke(notice, "Allow for this terminal")
    output, errors = storm.communicate(timeout=60)
    lines = output.splitlines()
    assert (len(lines), len(set(lines))) == (STORM, 1), errors
    assert assumed(account) == 1 and len(notifications.all) == 1
    lines = rolecall.json("history")
    assert sum(line["count"] for line in lines) == STORM and len(lines) <= 3, lines


def test_where_a_desktop_asks_no_terminal_answers(desktop, rolecall, practice, notifications):
    practice("ask")
    asking = credentials(desktop)
    notifications.wait_for("wants access to guest")
    terminal = Terminal(desktop, binary("rolecall"), "answer")
    terminal.expect("Questions are asked on the desktop here.")
    assert terminal.end() == 1
    [question] = rolecall.snapshot()["questions"]
    with pytest.raises(Refused, match="on the desktop"):
        rolecall.ask({"reply": {"id": question["id"], "reply": "allow_once"}})
    assert rolecall.snapshot()["questions"] == [question]
    assert "wants access to guest" in rolecall.ok("status")
    asking.kill()
    asking.communicate(timeout=10)


def test_the_question_of_a_program_that_exits_is_withdrawn(desktop, practice, rolecall, notifications):
    practice("ask")
    asking = credentials(desktop)
    notice = notifications.wait_for("wants access to guest")
    asking.kill()
    asking.communicate(timeout=10)
    until(lambda: notice.closed and rolecall.snapshot()["questions"] == [], "the question to be withdrawn")


def test_the_tray_asks_too(desktop, rolecall, practice, notifications, tray):
    practice("ask")
    item = tray.wait_for_item()
    before = item.icon()
    asking = credentials(desktop)
    entry = re.compile("wants access to guest$")
    item.wait_for(entry)
    until(lambda: item.icon() != before, "another icon")
    item.click(entry, "Allow once")
    output, errors = asking.communicate(timeout=20)
    assert json.loads(output)["Version"] == 1, errors
    item.wait_until_gone(entry)


def test_without_buttons_the_window_opens_and_asks(desktop, rolecall, practice):
    practice("ask")
    Notifications(desktop, capabilities=("body",)).start()
    asking = credentials(desktop)
    until(lambda: [title for title in desktop.windows() if "Rolecall" in title], "the window")
    asking.kill()
    asking.communicate(timeout=10)


def test_the_window_asks_and_shows_the_history(desktop, rolecall, practice, notifications, tmp_path):
    account = practice("once", start=False)
    window = Window(desktop, binary("rolecall-desktop"), "--window").start()
    until(rolecall.is_reachable, desktop.logs)
    rolecall.add_key("user", account)
    asking = script(desktop, "R credentials guest")
    dialog = window.find("dialog", "wants access to guest")
    assert dialog and "can’t verify the program" in window.text()
    window.screenshot(tmp_path / "question.png")
    window.click("button", "Allow once")
    output, errors = asking.communicate(timeout=20)
    assert json.loads(output.splitlines()[0])["Version"] == 1, errors
    until(lambda: not window.find_all("dialog"), "the dialog to close")
    window.click("button", "History")
    window.wait_for_text("Allowed once")
    window.wait_for_text("new session")
    window.screenshot(tmp_path / "history.png")

    window.click("button", "Back")
    window.press(F2)
    window.click("tab", "Access")
    chosen = window.find("combobox", "Program access")
    choose = "arguments[0].value = 'never'; arguments[0].dispatchEvent(new Event('change', {bubbles: true}))"
    window.run(choose, chosen)
    settings = rolecall.config_dir / "settings.toml"
    until(lambda: 'guest = "never"' in settings.read_text(), settings.read_text)
    refused = credentials(desktop)
    assert refused.communicate(timeout=10)[0] == "" and refused.returncode == 1
    window.close()


def test_the_history_survives_a_restart_and_is_private(desktop, rolecall, practice, notifications):
    practice("allow")
    for _ in range(3):
        rolecall.handed_out("guest")
    before = rolecall.json("history")
    assert [line["count"] for line in before] == [2, 1], "the first one called AWS, the others did not"
    rolecall.stop()
    rolecall.start()
    assert rolecall.json("history") == before
    assert "credentials" in rolecall.ok("history", "guest", "--since", "1h", "--limit", "1")
    assert rolecall.json("history", "nobody") == []
    assert (rolecall.state_dir / "state.db").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("kind", sandbox.KINDS)
def test_t39_a_program_in_a_sandbox_gets_nothing(desktop, rolecall, practice, notifications, kind):
    account = practice("allow")
    for command in (["credentials", "guest"], ["list"], ["env", "guest"]):
        done = sandbox.run(desktop, kind, binary("rolecall"), *command)
        assert (done.returncode, done.stdout) == (1, ""), done
    assert assumed(account) == 0
    assert {line["verdict"] for line in rolecall.json("history")} <= {"apart"}
    assert json.loads(rolecall.ok("credentials", "guest"))["Version"] == 1, "outside, the same command gets it"


@pytest.mark.parametrize("kind", sandbox.KINDS)
@pytest.mark.parametrize("begin", ["", sandbox.HIDE], ids=["open", "hidden"])
def test_t39_a_sandboxed_program_gets_nothing_by_hiding_its_namespaces(
    desktop, rolecall, practice, notifications, kind, begin
):
    account = practice("allow")
    ask = f"{begin}\n{knock(rolecall, {'credentials': {'role': 'guest'}})}"
    refused = sandbox.run(desktop, kind, "/usr/bin/python3", "-c", ask)
    assert "other_namespace" in refused.stdout and "AccessKeyId" not in refused.stdout, refused
    assert assumed(account) == 0
    outside = desktop.run("/usr/bin/python3", "-c", ask)
    assert "AccessKeyId" in outside.stdout, outside


def test_requests_of_the_user_are_recorded_and_never_asked_about(rolecall, practice, notifications):
    practice("never")
    with pytest.raises(Refused, match="No program may use"):
        rolecall.ask({"credentials": {"role": "guest"}})
    rolecall.ok("assume", "guest")
    assert notifications.wait_for("guest is ready")
    requests = [(line["request"], line["verdict"]) for line in rolecall.json("history")]
    assert sorted(requests) == [("assume", "allowed"), ("credentials", "never")]
