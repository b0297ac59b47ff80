"""Two hundred programs ask at once: one call to AWS, one answer; and a kill in the middle has no lasting effect."""

import json

import pytest

from harness.callers import answers, ask
from harness.practice import Practice
from harness.wait import until

STORM = 200
LINE_MAX = 200


@pytest.fixture
def practice(desktop, rolecall, keychain):
    """A running app on a slow practice account that counts its calls."""
    practice = Practice(desktop).start()
    rolecall.start_on(practice, "guest")
    return practice


def test_r11_two_hundred_programs_share_one_call_and_one_answer(desktop, rolecall, practice):
    practice.set_faults("latency=500")
    done = answers(ask(desktop, STORM))
    assert {code for code, _, _ in done} == {0}, {errors for _, _, errors in done}
    assert len({output for _, output, _ in done}) == 1
    assert practice.requests()["AssumeRole"] == 1


def test_r25_a_kill_in_the_middle_is_reported_in_one_line_and_the_next_start_serves(desktop, rolecall, practice):
    practice.set_faults("latency=5000")
    programs = ask(desktop, 50)
    until(lambda: practice.requests().get("AssumeRole"), "the call to be under way")
    rolecall.process.kill()
    for code, output, errors in answers(programs):
        assert (code, output) == (1, "")
        assert errors.isascii() and errors.count("\n") == 1 and len(errors) <= LINE_MAX, errors
    practice.set_faults()
    rolecall.start()
    done = answers(ask(desktop, 50))
    assert {code for code, _, _ in done} == {0}, {errors for _, _, errors in done}
    assert len({json.loads(output)["AccessKeyId"] for _, output, _ in done}) == 1


def test_r11_killing_the_first_caller_does_not_affect_the_others(desktop, rolecall, practice):
    practice.set_faults("latency=2000")
    first, *others = ask(desktop, 1)
    until(lambda: practice.requests().get("AssumeRole"), "the call of the first to be under way")
    others = ask(desktop, STORM - 1)
    first.kill()
    done = answers(others)
    assert {code for code, _, _ in done} == {0}, {errors for _, _, errors in done}
    assert len({output for _, output, _ in done}) == 1
    assert practice.requests()["AssumeRole"] == 1


def test_r25_a_kill_under_two_hundred_is_reported_to_each_in_fixed_words(desktop, rolecall, practice):
    practice.set_faults("latency=8000")
    programs = ask(desktop, STORM)
    until(lambda: practice.requests().get("AssumeRole"), "the call to be under way")
    rolecall.process.kill()
    failures = {(code, output, errors) for code, output, errors in answers(programs)}
    words = "Rolecall is not running. Start rolecall-desktop, or on a machine without a display: rolecall agent\n"
    assert failures == {(1, "", words)}
    practice.set_faults()
    rolecall.start()
    assert json.loads(rolecall.ok("credentials", "guest"))["Version"] == 1
