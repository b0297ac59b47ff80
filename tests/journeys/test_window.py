"""The tutorials from the window: keyboard first, with MFA, with an external ID, on the practice account and doubles."""

import pytest

from harness import doubles
from harness.aws import Aws
from harness.clipboard import Clipboard
from harness.rolecall import Rolecall, binary
from harness.shell import Shell
from harness.wait import until
from harness.webdriver import CONTROL, DOWN, ENTER, TAB, Window


@pytest.fixture
def practice(desktop, keychain, tray, notifications):
    """Rolecall on its practice account, with the window open: (the app, its window)."""
    window = Window(desktop, binary("rolecall-desktop"), "--practice", "--window").start()
    window.wait_for_text("practice account")
    yield Rolecall(desktop, practice=True), window
    window.close()


@pytest.fixture
def window(desktop, rolecall, account, keychain, tray, notifications):
    """The window of an app with the user's key and two roles on an independent double."""
    rolecall.write_settings(endpoint=account.endpoint)
    rolecall.write_roles(
        guest=account.role("guest"),
        partner=account.role("partner", external_id="wrong-1"),
    )
    window = Window(desktop, binary("rolecall-desktop"), "--window").start()
    rolecall.add_key("user", account)
    window.wait_for_text("guest")
    yield window
    window.close()


def find(window, text):
    """Searches in the window; the best role is then selected."""
    window.type("Search sessions and roles", text)


def test_the_keyboard_alone_assumes_and_copies(desktop, rolecall, account, window):
    find(window, "gue")
    window.press(ENTER)
    rolecall.wait_for_session("guest")
    window.wait_for_text("until")
    find(window, "guest")
    window.press(CONTROL, "c")
    block = until(Clipboard(desktop).text, "the export block in the clipboard")
    client = Aws(desktop, account.endpoint)
    ((code, output, errors),) = Shell(desktop).paste(block, client.line("sts", "get-caller-identity"))
    assert code == 0 and ":assumed-role/guest/my-temporary-role" in output, errors


def test_a_wrong_external_id_is_explained_and_the_right_one_works(rolecall, account, window):
    find(window, "partner")
    window.press(ENTER)
    rolecall.wait_for_session("partner", "failed")
    window.wait_for_text("external id")
    rolecall.write_roles(guest=account.role("guest"), partner=account.role("partner", external_id=doubles.EXTERNAL_ID))
    until(lambda: _role(rolecall, "partner")["external_id"] == doubles.EXTERNAL_ID, "the changed file to be seen")
    window.click("button", "Try again")
    rolecall.wait_for_session("partner")


def test_a_role_is_added_in_the_window_and_comments_in_the_file_stay(rolecall, account, window):
    path = rolecall.config_dir / "roles.toml"
    path.write_text("# mine\n" + path.read_text())
    window.click("button", "Add role")
    window.type("Role ARN", account.roles["guest"])
    window.press(TAB)
    until(lambda: window.run("return document.activeElement.value") == "guest", "the name that the ARN proposes")
    window.type("Name", "again")
    window.click("button", "Add role", exact=True)
    until(lambda: "again" in [role["name"] for role in rolecall.snapshot()["roles"]], "the new role")
    assert path.read_text().startswith("# mine\n")
    find(window, "again")
    window.press(ENTER)
    rolecall.wait_for_session("again")


def test_a_role_with_mfa_asks_for_a_code_and_a_code_works_once(practice):
    rolecall, window = practice
    role = next(role["name"] for role in rolecall.snapshot()["roles"] if role["needs_code"])
    find(window, role)
    window.press(ENTER)
    window.find("dialog", f"Code for {role}")
    window.click("button", "Fill in")
    rolecall.wait_for_session(role)
    window.wait_for_text("until")


def test_a_tray_click_on_a_role_with_mfa_raises_its_prompt(practice, tray):
    rolecall, window = practice
    role = next(role for role in rolecall.snapshot()["roles"] if role["needs_code"])
    path = [role["group"]] if role["group"] else []
    tray.wait_for_item().click(*path, role["name"])
    window.find("dialog", f"Code for {role['name']}")
    window.click("button", "Cancel")
    until(lambda: rolecall.snapshot()["prompts"] == [], "the prompt to be gone")


def test_a_tray_click_with_the_window_closed_opens_it_for_the_code(desktop, tray, keychain, notifications):
    rolecall = Rolecall(desktop, practice=True).start()
    role = next(role for role in rolecall.snapshot()["roles"] if role["needs_code"])
    path = [role["group"]] if role["group"] else []
    assert not [title for title in desktop.windows() if "Rolecall" in title]
    tray.wait_for_item().click(*path, role["name"])
    until(lambda: [title for title in desktop.windows() if "Rolecall" in title], "the window")


def test_every_practice_role_behaves_as_in_its_story(practice):
    rolecall, _window = practice
    names = [role["name"] for role in rolecall.snapshot()["roles"] if not role["needs_code"]]
    ended = {name: rolecall.cli("assume", name) for name in names}
    refused = {name: done.stderr for name, done in ended.items() if done.returncode != 0}
    assert set(refused) == {"vault", "finance"}, refused
    assert "trust" in refused["vault"], "its trust policy does not name the user"
    assert "sts:AssumeRole" in refused["finance"], "the user's own policy does not allow it"


def test_the_session_counts_down_and_ends_from_the_window(rolecall, window):
    find(window, "guest")
    window.press(ENTER)
    rolecall.wait_for_session("guest")
    window.wait_for_text("1 h")
    window.act("End session")
    until(lambda: rolecall.session("guest") is None, "the session to end")


def test_a_setting_is_changed_in_the_window_and_the_rest_of_the_file_stays(rolecall, window):
    path = rolecall.config_dir / "settings.toml"
    path.write_text("# mine\n" + path.read_text())
    before = path.read_text()
    window.press(CONTROL, ",")
    window.click("checkbox", "Confirm production roles")
    until(lambda: not rolecall.snapshot()["settings"]["confirm_production"], "the setting to take effect")
    assert path.read_text() == before + "\n[production]\nconfirm = false\n"
    window.type("Region", "eu west")
    window.press(TAB)
    window.wait_for_text("eu west")
    window.find("alert")
    assert "eu west" not in path.read_text(), "a wrong value is not written"
    window.type("Region", "eu-west-1")
    window.press(TAB)
    until(lambda: rolecall.snapshot()["settings"]["region"] == "eu-west-1", "the region to take effect")
    path.write_text(path.read_text().replace("confirm = false", "confirm = 1"))
    window.wait_for_text("must be true or false")


def test_a_new_user_is_offered_a_key_or_the_practice_account(desktop, rolecall, keychain, tray, notifications):
    window = Window(desktop, binary("rolecall-desktop"), "--window").start()
    window.find("button", "Add an access key")
    window.click("button", "Try the practice account")
    until(Rolecall(desktop, practice=True).is_reachable, "the practice instance", 20)


def test_the_arrows_move_the_selection(window):
    window.press(DOWN)
    until(lambda: window.run("return document.querySelectorAll('[role=row][aria-selected=true]').length") == 1, "one line")


def _role(rolecall, name):
    return next(role for role in rolecall.snapshot()["roles"] if role["name"] == name)
