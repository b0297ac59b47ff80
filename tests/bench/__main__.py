"""Prints the tables: hand-out, start, and footprint, with the machine they were measured on."""

import os
import platform
import statistics
import time
from datetime import date

from bench import agent, footprint, hand_out, scale
from harness.desktop import Desktop
from harness.doubles import Ministack
from harness.keychain import Keychain
from harness.notifications import Notifications
from harness.rolecall import BIN_DIR, Rolecall, binary
from harness.tray_host import TrayHost
from harness.wait import until

STARTS = 10
TITLE = "Rolecall"


def main():
    with Desktop() as desktop:
        rolecall, account = prepare(desktop)
        print_machine(desktop)
        hand_out.print_tables(desktop, rolecall, account)
        rolecall.stop()
        print_start(desktop, rolecall)
        print_footprint(desktop, rolecall)
    agent.print_tables()
    scale.print_table()


def prepare(desktop):
    """Starts a complete desktop, and the app with a key and ten roles, one of them assumed."""
    Keychain(desktop).start()
    Notifications(desktop).start()
    desktop.tray = TrayHost(desktop).start()
    desktop.start("openbox", "openbox")
    account = Ministack(desktop).start()
    rolecall = Rolecall(desktop)
    rolecall.write_settings(endpoint=account.endpoint)
    rolecall.write_roles(**{name: account.role("guest") for name in ["guest", *(f"guest-{n}" for n in range(9))]})
    rolecall.start()
    rolecall.add_key("user", account)
    rolecall.ok("assume", "guest")
    return rolecall, account


def print_machine(desktop):
    """Prints what was measured, where and when."""
    model = next(line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name"))
    system = next(line.split("=")[1].strip().strip('"') for line in open("/etc/os-release") if "PRETTY" in line)
    print(f"\nMeasured {date.today()} on {os.cpu_count()} × {model}, {system}, Linux {platform.release()}.")
    print(f"Programs in {BIN_DIR.name}/, {desktop.run(binary('rolecall'), '--version').stdout.strip()}.")


def print_start(desktop, rolecall):
    """Times from the start of the program to its item in the tray."""
    times = []
    for _ in range(STARTS):
        until(lambda: not rolecall.process.is_running(), "the app to end")
        desktop.tray.items.clear()
        desktop.tray.registered_at = None
        start = time.monotonic()
        rolecall.launch()
        until(lambda: desktop.tray.registered_at, "the tray item", 20)
        times.append((desktop.tray.registered_at - start) * 1000)
        until(rolecall.is_reachable, "the app to answer", 20)
        rolecall.stop()
    print("\n| start to tray item | ms |\n|---|---|")
    print(f"| median of {STARTS} | {statistics.median(times):.0f} |\n| fastest, slowest | {min(times):.0f}, {max(times):.0f} |")


def print_footprint(desktop, rolecall):
    """Measures the idle app in each of its states."""
    print(f"\n| at rest ({footprint.WATCHED_SECONDS} s each) | PSS MiB | processes | wake-ups per minute |\n|---|---|---|---|")
    start_with(rolecall, 1)
    for session in rolecall.snapshot()["sessions"]:
        rolecall.ok("end", session["role"])
    print_state("no session, no window", rolecall)
    rolecall.ask("show_window")
    until(lambda: TITLE in desktop.windows(), "the window", 20)
    print_state("no session, window open", rolecall)
    desktop.close_window(TITLE)
    until(lambda: TITLE not in desktop.windows(), "the window to be gone")
    print_state("no session, window closed again", rolecall)
    for role in rolecall.snapshot()["roles"]:
        rolecall.ok("assume", role["name"])
    print_state(f"{len(rolecall.snapshot()['sessions'])} sessions, window closed again", rolecall)
    sessions = len(rolecall.snapshot()["sessions"])
    rolecall.stop()
    start_with(rolecall, sessions)
    print_state(f"{sessions} sessions, no window yet", rolecall)


def start_with(rolecall, sessions):
    """Starts the app, and waits until this many restored sessions are back."""
    rolecall.start()
    until(lambda: len(rolecall.snapshot()["sessions"]) == sessions, "the sessions to be back", 20)


def print_state(name, rolecall):
    """Prints one row once the app is idle."""
    footprint.settle(rolecall.process)
    wakes = footprint.wake_ups_per_minute(rolecall.process)
    pids = rolecall.process.tree()
    print(f"| {name} | {footprint.pss_mib(pids):.0f} | {len(pids)} | {wakes:.0f} |", flush=True)


if __name__ == "__main__":
    main()
