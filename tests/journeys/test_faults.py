"""Faults of the network and AWS: each one has its own message, and the next call works."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from harness.practice import Practice
from harness.rolecall import Refused
from harness.wait import until

# What the practice account does wrong, and the code of the problem that the user then reads.
FAULTS = {
    "AssumeRole:throttle=20": "throttled",
    "AssumeRole:html": "not_aws",
    "AssumeRole:redirect": "not_aws",
    "AssumeRole:truncate=120": "aws_failed",
    "AssumeRole:oversize=5000000": "not_aws",
    "AssumeRole:wrong-arn": "wrong_identity",
    "AssumeRole:no-expiration": "aws_failed",
    "AssumeRole:past-expiration": "aws_failed",
    "AssumeRole:region-disabled": "region_disabled",
    "AssumeRole:error-500": "aws_failed",
    "AssumeRole:reset": "offline",
    "AssumeRole:latency=60000": "timed_out",
}
# The longest that a call to AWS may take as a whole, and what else may be in its way.
ANSWER_SECONDS = 20 + 5


@pytest.fixture
def practice(desktop):
    """A practice account whose faults can be changed."""
    return Practice(desktop).start()


@pytest.fixture
def app(practice, rolecall, keychain, tray, notifications):
    """An app on it, with the user's key and the guest role."""
    return rolecall.start_on(practice, "guest")


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_has_its_own_message_and_none_lasts(practice, app, tray, fault):
    practice.set_faults(fault)
    with pytest.raises(Refused) as refused:
        app.ask({"assume": {"role": "guest", "code": None}}, timeout=ANSWER_SECONDS)
    assert refused.value.code == FAULTS[fault], refused.value
    assert tray.wait_for_item().labels(), "the tray answers"
    practice.set_faults()
    app.ok("assume", "guest")


def test_brief_throttling_is_retried(practice, app):
    practice.set_faults("AssumeRole:throttle=1")
    app.ok("assume", "guest")


@pytest.mark.parametrize("seconds", [3600, -3600])
def test_a_wrong_clock_is_corrected(practice, app, seconds):
    practice.set_faults(f"skew={seconds}")
    app.ok("assume", "guest")
    until(lambda: abs(app.snapshot()["clock_offset_ms"]) > 3_000_000, "the offset to be known")


@pytest.mark.parametrize("seconds", [600, -600])
def test_assume_prints_times_by_awss_clock(practice, app, seconds):
    practice.set_faults(f"skew={seconds}")
    for words in (["assume", "guest"], ["status"]):
        printed = app.ok(*words)
        left, until_text = re.search(r"\b(1h|59m) left, until (\d\d:\d\d) UTC", printed).groups()
        end = datetime.now(UTC) + timedelta(seconds=seconds, hours=1)
        ends = [f"{end + timedelta(seconds=more):%H:%M}" for more in (-30, 0, 30)]
        assert left == "1h" and until_text in ends, printed


def test_a_slow_aws_blocks_neither_the_tray_nor_another_role(practice, app, tray):
    app.write_roles(guest=practice.role("guest"), contractor=practice.role("contractor"))
    item = tray.wait_for_item()
    item.wait_for("Conditions", "contractor")
    practice.set_faults("AssumeRole:latency=5000")
    item.click("Start here", "guest")
    app.wait_for_session("guest", "assuming")
    for _ in range(20):
        assert item.labels()
    practice.set_faults()
    app.ok("assume", "contractor")
