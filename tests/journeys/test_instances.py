"""One user, one app: a second start hands over to the first."""

from harness.rolecall import Rolecall
from harness.wait import until


def test_a_second_start_opens_the_first_ones_window_and_ends(desktop, rolecall, keychain, tray, notifications):
    rolecall.write_any_role()
    rolecall.start()
    tray.wait_for_item()
    second = Rolecall(desktop).launch()
    assert second.wait_exit() == 0, second.log()
    until(lambda: [title for title in desktop.windows() if "Rolecall" in title], "the first one's window")
    assert rolecall.process.is_running()
    assert len(tray.items) == 1


def test_of_many_starts_at_once_one_survives(desktop, rolecall, keychain, tray, notifications):
    processes = [Rolecall(desktop).launch() for _ in range(8)]
    until(lambda: sum(process.is_running() for process in processes) == 1, "one survivor", 30)
    assert rolecall.is_reachable()
    assert {process.wait_exit() for process in processes if not process.is_running()} == {0}
    until(lambda: len(tray.items) == 1, "one tray item")


def test_a_start_after_a_kill_takes_the_socket_over(rolecall, keychain, tray, notifications):
    rolecall.start()
    rolecall.process.kill()
    assert rolecall.socket_path.exists()
    rolecall.start()


def test_t01_the_socket_is_private(rolecall, keychain, tray, notifications):
    rolecall.start()
    assert rolecall.socket_path.stat().st_mode & 0o777 == 0o600
    assert rolecall.socket_path.parent.stat().st_mode & 0o777 == 0o700


def test_the_app_and_its_practice_account_run_side_by_side(desktop, rolecall, keychain, tray, notifications):
    rolecall.start()
    practice = Rolecall(desktop, practice=True).start()
    assert rolecall.snapshot()["mode"] == "own" and practice.snapshot()["mode"] == "practice"
    until(lambda: len(tray.items) == 2, "two tray items")


def test_t15_the_app_listens_on_no_network_port(rolecall, keychain, tray, notifications):
    rolecall.start("--window")
    tray.wait_for_item()
    assert rolecall.process.listeners() == []
