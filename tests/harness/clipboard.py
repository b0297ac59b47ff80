"""The X11 clipboard as another program sees it."""

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
