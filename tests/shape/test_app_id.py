"""One id of the application: a desktop that finds another one in a place shows a wrong name or icon there."""

import configparser
import json
import re

from harness.rolecall import REPOSITORY

DESKTOP = REPOSITORY / "src-tauri"
SOURCE = DESKTOP / "src/app_id.rs"


def app_id():
    """Returns the id that the windows and notifications of the program have."""
    return re.search(r'APP_ID: &str = "([^"]+)"', SOURCE.read_text())[1]


def configuration():
    """Returns the settings of the framework."""
    return json.loads((DESKTOP / "tauri.conf.json").read_text())


def test_the_framework_knows_the_application_by_its_id():
    assert configuration()["identifier"] == app_id()
    # Of two processes with this setting, such as the tray's and the window's, the second ends at once.
    assert not configuration()["app"].get("enableGTKAppId")


def test_the_desktop_file_is_named_by_the_id_and_names_it():
    path = DESKTOP / f"{app_id()}.desktop"
    entries = configparser.ConfigParser(interpolation=None)
    entries.optionxform = str
    entries.read(path)
    entry = entries["Desktop Entry"]
    assert entry["Icon"] == entry["StartupWMClass"] == app_id()
    assert entry["Exec"] == configuration()["mainBinaryName"]
    # Its packages would name the desktop file in their own way.
    assert configuration()["bundle"]["active"] is False


def test_the_package_names_desktop_file_and_icons_by_the_id():
    script = (REPOSITORY / "scripts/package").read_text()
    assert f"\nid={app_id()}\n" in script


def test_the_id_is_written_once_in_the_program():
    sources = {path.name: path.read_text().count(f'"{app_id()}"') for path in DESKTOP.glob("src/**/*.rs")}
    assert {name for name, count in sources.items() if count} == {"app_id.rs"}
    notifier = (DESKTOP / "src/notifier/server.rs").read_text()
    assert '("desktop-entry", Value::from(APP_ID))' in notifier and '"Rolecall", new, APP_ID,' in " ".join(notifier.split())
