"""The tray host against a small item of its own."""

import re

import pytest
from gi.repository import GLib

from harness.tray_host import ITEM, MENU, WATCHER

ITEM_XML = f"""<node><interface name="{ITEM}">
  <method name="Activate"><arg type="i" direction="in"/><arg type="i" direction="in"/></method>
  <property name="Menu" type="o" access="read"/>
  <property name="Status" type="s" access="read"/>
  <property name="ToolTip" type="(sa(iiay)ss)" access="read"/>
  <property name="IconPixmap" type="a(iiay)" access="read"/>
</interface></node>"""
MENU_XML = f"""<node><interface name="{MENU}">
  <method name="GetLayout">
    <arg type="i" direction="in"/><arg type="i" direction="in"/><arg type="as" direction="in"/>
    <arg type="u" direction="out"/><arg type="(ia{{sv}}av)" direction="out"/>
  </method>
  <method name="AboutToShow"><arg type="i" direction="in"/><arg type="b" direction="out"/></method>
  <method name="Event">
    <arg type="i" direction="in"/><arg type="s" direction="in"/><arg type="v" direction="in"/><arg type="u" direction="in"/>
  </method>
</interface></node>"""


def entry(number, label, *children, enabled=True):
    """Returns one dbusmenu node as a variant."""
    properties = {"label": GLib.Variant("s", label), "enabled": GLib.Variant("b", enabled)}
    return GLib.Variant("(ia{sv}av)", (number, properties, list(children)))


@pytest.fixture
def events(desktop, tray):
    """A registered item; returns the calls that it received."""
    events = []
    bus = desktop.bus()
    layout = entry(
        0, "", entry(1, "guest · 59m", entry(2, "Copy__export")), entry(3, "_Quit"), entry(4, "Wait", enabled=False)
    )
    answer = GLib.Variant.new_tuple(GLib.Variant("u", 1), layout)
    bus.serve(
        "/Menu",
        MENU_XML,
        {
            "GetLayout": lambda *_: answer,
            "AboutToShow": lambda _sender, number: events.append(("about", number)) or GLib.Variant("(b)", (False,)),
            "Event": lambda _sender, number, kind, _data, _time: events.append((kind, number)),
        },
    )
    bus.serve(
        "/StatusNotifierItem",
        ITEM_XML,
        {"Activate": lambda *_: events.append(("activate", None))},
        {
            "Menu": lambda: GLib.Variant("o", "/Menu"),
            "Status": lambda: GLib.Variant("s", "Active"),
            "ToolTip": lambda: GLib.Variant("(sa(iiay)ss)", ("", [], "Rolecall", "1 session")),
            "IconPixmap": lambda: GLib.Variant("a(iiay)", [(1, 1, b"\xff\x00\x00\x00")]),
        },
    )
    name = GLib.Variant("(s)", ("/StatusNotifierItem",))
    bus.call(WATCHER, "/StatusNotifierWatcher", WATCHER, "RegisterStatusNotifierItem", name)
    return events


def test_reads_the_item_and_its_menu(tray, events):
    item = tray.wait_for_item()
    assert item.status() == "Active"
    assert item.tooltip() == ("Rolecall", "1 session")
    assert item.icon() == [(1, 1, b"\xff\x00\x00\x00")]
    assert item.labels() == [["guest · 59m", ["Copy_export"]], "Quit", "Wait"]


def test_clicks_by_labels_and_opens_submenus_on_the_way(tray, events):
    item = tray.wait_for_item()
    item.click(re.compile("^guest"), "Copy_export")
    item.activate()
    assert events == [("about", 1), ("clicked", 2), ("activate", None)]


def test_does_not_click_what_is_disabled_or_absent(tray, events):
    item = tray.wait_for_item()
    for label in ("Wait", "Nothing"):
        with pytest.raises(AssertionError, match="menu entry"):
            item.click(label, deadline=0.2)
    assert events == []
