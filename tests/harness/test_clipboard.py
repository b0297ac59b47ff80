"""The X11 clipboard through xclip."""

from harness.clipboard import Clipboard
from harness.wait import until


def test_is_empty_then_holds_what_another_program_copied(desktop):
    clipboard = Clipboard(desktop)
    assert clipboard.targets() == [] and clipboard.text() == ""
    clipboard.copy("täxt\n")
    until(lambda: clipboard.text() == "täxt\n", "the copied text")
    assert not clipboard.is_marked_secret()
