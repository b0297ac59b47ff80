"""The real xfce4-panel."""

from harness.desktop import Desktop
from harness.panel import SERVICES, Panel


def test_a_real_panel_brings_a_tray_and_a_picture(tmp_path):
    with Desktop(activatable=SERVICES) as desktop:
        panel = Panel(desktop).start()
        assert panel.items() == []
        desktop.screenshot(tmp_path / "desktop.png")
        assert (tmp_path / "desktop.png").stat().st_size > 500
