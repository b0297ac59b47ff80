"""The X11 clipboard as another program sees it."""

from harness.background import Background
from harness.wait import until

SECRET_HINT = "x-kde-passwordManagerHint"


class Clipboard:
    """Reads and writes the CLIPBOARD selection of one desktop through xclip."""

    def __init__(self, desktop):
        self.desktop = desktop

    def targets(self):
        """Returns the offered formats; empty if the clipboard has no owner."""
        return self._read("TARGETS").split()

    def text(self):
        """Returns the text, or "" when there is none."""
        return self._read("UTF8_STRING")

    def is_marked_secret(self):
        """Returns whether clipboard managers are asked not to keep the content."""
        return SECRET_HINT in self.targets() and self._read(SECRET_HINT) == "secret"

    def copy(self, text):
        """Takes over the clipboard, like another program that copies."""
        # xclip keeps running to serve the selection; it ends with the desktop.
        self.desktop.start("xclip", "xclip", "-quiet", "-selection", "clipboard", stdin=text.encode())

    def _read(self, target):
        done = self.desktop.run("xclip", "-selection", "clipboard", "-o", "-t", target, timeout=10)
        return done.stdout if done.returncode == 0 else ""


class Manager(Background):
    """A clipboard manager: notes what it sees, and puts its last text back if the clipboard loses its owner.

    One that honours the hint does not note a text that is marked as secret.
    """

    def __init__(self, desktop, honours_hint=True):
        super().__init__()
        self.clipboard, self.honours_hint = Clipboard(desktop), honours_hint
        self.noted = []

    def _run(self):
        while not self._end.wait(0.05):
            targets = self.clipboard.targets()
            if not targets and self.noted:
                self.clipboard.copy(self.noted[-1])
                until(self.clipboard.targets, "the text that was put back")
                continue
            text = self.clipboard.text()
            is_the_same = targets and targets == self.clipboard.targets()
            is_skipped = self.honours_hint and SECRET_HINT in targets
            if is_the_same and not is_skipped and text not in self.noted[-1:]:
                self.noted.append(text)
