"""The X11 clipboard through xclip."""

from harness.clipboard import Clipboard, Manager
from harness.wait import until


def test_is_empty_then_holds_what_another_program_copied(desktop):
    clipboard = Clipboard(desktop)
    assert clipboard.targets() == [] and clipboard.text() == ""
    clipboard.copy("täxt\n")
    until(lambda: clipboard.text() == "täxt\n", "the copied text")
    assert not clipboard.is_marked_secret()


def test_a_manager_puts_back_what_it_noted(desktop):
    clipboard = Clipboard(desktop)
    with Manager(desktop) as manager:
        clipboard.copy("mine")
        until(lambda: manager.noted == ["mine"], "the note")
        desktop.processes[-1].end()
        until(lambda: clipboard.text() == "mine", "the text again")
