"""A desktop with locked, missing or frozen parts: each is detected in time, and everything else keeps working."""

import pytest

from harness.desktop import Desktop
from harness.doubles import Ministack
from harness.keychain import SECRETS, Keychain
from harness.notifications import Notifications
from harness.practice import Practice
from harness.rolecall import Rolecall, binary
from harness.tray_host import TrayHost
from harness.wait import stays, until
from harness.window_process import windows_of

# What a person waits at most for a word about the keychain, and what a program start may add to it.
ANSWER_SECONDS = 6 + 2
WORDS = {
    "locked": "The keychain is locked.",
    "absent": "No keychain is running in this desktop session.",
    "frozen": "The keychain does not respond.",
    "never comes up": "No keychain is running in this desktop session.",
}
NO_BUS = "The desktop's session bus cannot be reached."


@pytest.fixture
def started(rolecall, account, keychain, tray, notifications):
    """A running app with the user's key, and a second role that has no session yet."""
    rolecall.start_on(account, guest=account.role("guest"), again=account.role("guest"))
    rolecall.ok("assume", "guest")
    return rolecall


def break_keychain(keychain, how):
    """Puts the keychain into a state."""
    {"locked": keychain.lock, "absent": keychain.kill, "frozen": keychain.freeze}[how]()


@pytest.mark.parametrize("how", ["locked", "absent", "frozen"])
def test_r14_r15_r16_a_broken_keychain_is_reported_in_time_and_active_sessions_keep_working(started, keychain, tray, how):
    break_keychain(keychain, how)
    refused = started.cli("assume", "again", timeout=ANSWER_SECONDS)
    assert refused.returncode == 1
    assert WORDS[how] in refused.stderr
    assert started.ok("credentials", "guest")
    assert tray.wait_for_item().labels(), "the tray answers"


@pytest.mark.parametrize("how", ["locked", "absent", "frozen"])
def test_the_tray_answers_while_the_keychain_does_not(started, keychain, tray, notifications, how):
    break_keychain(keychain, how)
    item = tray.wait_for_item()
    item.click("again")
    for _ in range(20):
        assert item.labels()
    notice = notifications.wait_for(WORDS[how], deadline=ANSWER_SECONDS)
    assert "again could not be assumed" in notice.summary


@pytest.mark.parametrize("how", ["locked", "frozen"])
def test_a_repaired_keychain_works_without_a_restart(started, keychain, how):
    break_keychain(keychain, how)
    assert started.cli("assume", "again", timeout=ANSWER_SECONDS).returncode == 1
    {"locked": keychain.unlock, "frozen": keychain.thaw}[how]()
    until(lambda: started.cli("assume", "again").returncode == 0, "the role to be assumed", 20)


def test_a_keychain_that_was_restarted_works_without_a_restart_of_the_app(started, keychain):
    keychain.kill()
    assert started.cli("assume", "again", timeout=ANSWER_SECONDS).returncode == 1
    keychain.start()
    until(lambda: started.cli("assume", "again").returncode == 0, "the role to be assumed", 20)


@pytest.mark.parametrize("how", ["absent", "never comes up"])
def test_c8_a_key_is_only_stored_in_a_keychain(how):
    with Desktop(broken=[SECRETS] if how == "never comes up" else []) as desktop:
        TrayHost(desktop).start()
        Notifications(desktop).start()
        account = Ministack(desktop).start()
        rolecall = Rolecall(desktop)
        rolecall.write_settings(endpoint=account.endpoint)
        rolecall.start()
        typed = f"{account.access_key_id}\n{account.secret_access_key}\n"
        refused = rolecall.cli("keys", "add", "user", input=typed, timeout=ANSWER_SECONDS)
        assert refused.returncode == 1
        assert WORDS[how] in refused.stderr
        assert rolecall.snapshot()["keys"] == []


def test_a_keychain_that_is_locked_at_the_start_does_not_stop_the_app(started, keychain, tray):
    before = started.session("guest")
    keychain.lock()
    started.process.kill()
    started.start()
    assert tray.wait_for_item().labels()
    started.wait_for_problem("keychain_locked")
    keychain.unlock()
    started.ok("assume", "again")
    assert started.wait_for_session("guest")["expires_at"] == before["expires_at"], "the kept session is opened again"
    assert started.snapshot()["problems"] == []


def test_r20_without_a_tray_the_window_opens_and_says_so_once(desktop, rolecall, keychain, notifications):
    rolecall.write_any_role()
    rolecall.start()
    rolecall.wait_for_problem("no_tray", deadline=6)
    until(lambda: [title for title in desktop.windows() if "Rolecall" in title], "the window", 6)


def test_r20_the_item_registers_when_a_tray_appears_later(desktop, rolecall, keychain, notifications):
    rolecall.start()
    rolecall.wait_for_problem("no_tray", deadline=6)
    item = TrayHost(desktop).start().wait_for_item()
    assert "Quit" in item.labels()
    until(lambda: not rolecall.snapshot()["problems"], "the hint to be gone")


def test_r20_the_item_comes_back_when_the_tray_is_restarted(rolecall, keychain, tray, notifications):
    rolecall.start()
    tray.wait_for_item()
    for _ in range(3):
        tray.stop()
        tray.start()
        assert "Quit" in tray.wait_for_item().labels()


def test_r18_the_app_goes_on_without_its_session_bus_and_comes_back_with_it(desktop, started, keychain, tray):
    tray.wait_for_item()
    desktop.kill_bus()
    started.wait_for_problem("no_bus")
    assert NO_BUS in started.ok("status")
    assert NO_BUS in started.process.log()
    assert started.ok("credentials", "guest"), "what needs no bus"
    until(lambda: "Rolecall" in desktop.windows(), "the window to open, since the tray is gone")
    keychain.process.kill()
    desktop.restart_bus()
    Keychain(desktop).start()
    notifications = Notifications(desktop).start()
    item = TrayHost(desktop).start().wait_for_item()
    until(lambda: not started.snapshot()["problems"], lambda: f"no problem in {started.snapshot()['problems']}")
    item.click("again")
    assert notifications.wait_for("again is ready"), "tray, keychain and notifications"
    assert started.stop() == 0


def test_the_open_window_goes_on_without_the_session_bus(desktop, rolecall, keychain, tray, notifications):
    rolecall.write_any_role()
    rolecall.start("--window")
    window = until(lambda: windows_of(rolecall), "the window's process")
    until(lambda: "Rolecall" in desktop.windows(), "the window")
    desktop.kill_bus()
    rolecall.wait_for_problem("no_bus")
    stays(lambda: windows_of(rolecall) == window, "the window's process", 2)


def test_a_question_of_a_notification_is_asked_by_the_window_once_the_bus_ended(desktop, rolecall, keychain, tray, notifications):
    practice = Practice(desktop).start()
    rolecall.write_settings(endpoint=practice.endpoint, ask={"default": "ask"})
    rolecall.write_roles(guest=practice.role("guest"))
    rolecall.start()
    rolecall.add_key("user", practice)
    asking = desktop.start("asking", binary("rolecall"), "credentials", "guest")
    assert "Allow once" in notifications.wait_for("guest").actions.values()
    tray.wait_for_item()
    desktop.kill_bus()
    until(lambda: "Rolecall" in desktop.windows(), "the window, which asks")
    assert asking.is_running()


def test_r21_without_a_display_the_app_says_what_is_missing():
    with Desktop(display=False) as desktop:
        process = Rolecall(desktop).launch()
        assert process.wait_exit() != 0
        assert "display" in process.log().lower()
        assert "panicked" not in process.log()
