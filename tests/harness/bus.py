"""A connection to one desktop's session bus: call, serve, own names, receive signals.

Callbacks run in one background thread, so that a served object answers while a test waits for a program.
"""

import threading
from concurrent.futures import Future

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

DBUS = ("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus")
PROPERTIES = "org.freedesktop.DBus.Properties"


class BusError(Exception):
    """What the other side answered instead of a result; `.name` is the D-Bus error name."""

    def __init__(self, error):
        self.name = Gio.DBusError.get_remote_error(error) or "timeout or no connection"
        super().__init__(f"{self.name}: {error.message}")


class _Loop:
    """The background thread with its GLib context, started on first use."""

    def __init__(self):
        self.context = GLib.MainContext.new()
        self._ready = threading.Event()
        threading.Thread(target=self._run, name="bus", daemon=True).start()
        self._ready.wait()

    def _run(self):
        self.context.push_thread_default()
        self._ready.set()
        GLib.MainLoop.new(self.context, False).run()

    def do(self, work):
        """Runs `work` in the thread and returns what it returns."""
        future = Future()

        def step(*_):
            try:
                future.set_result(work())
            except Exception as problem:  # noqa: BLE001 - handed to the caller
                future.set_exception(problem)
            return GLib.SOURCE_REMOVE

        source = GLib.idle_source_new()
        source.set_callback(step)
        source.attach(self.context)
        return future.result(15)


_loop = None


def _shared_loop():
    global _loop
    _loop = _loop or _Loop()
    return _loop


class Bus:
    """One connection. Close it, or let its desktop end."""

    def __init__(self, address):
        flags = Gio.DBusConnectionFlags
        self._loop = _shared_loop()
        self.connection = self._loop.do(
            lambda: Gio.DBusConnection.new_for_address_sync(
                address, flags.AUTHENTICATION_CLIENT | flags.MESSAGE_BUS_CONNECTION, None, None
            )
        )
        self.connection.set_exit_on_close(False)

    def close(self):
        """Closes the connection, and with it every name and object."""
        if not self.connection.is_closed():
            self.connection.close_sync(None)

    def call(self, destination, path, interface, method, arguments=None, timeout=5.0):
        """Calls a method and returns its results as plain Python values.

        Raises BusError when the other side refuses, is absent, or does not answer in `timeout` seconds.
        """
        no_autostart = Gio.DBusCallFlags.NO_AUTO_START
        try:
            answer = self.connection.call_sync(
                destination, path, interface, method, arguments, None, no_autostart, int(timeout * 1000), None
            )
        except GLib.Error as error:
            raise BusError(error) from None
        return answer.unpack()

    def properties(self, destination, path, interface):
        """Returns all properties of an interface."""
        arguments = GLib.Variant("(s)", (interface,))
        return self.call(destination, path, PROPERTIES, "GetAll", arguments)[0]

    def owner(self, name):
        """Returns the unique name of the owner of `name`, or None."""
        try:
            return self.call(*DBUS, "GetNameOwner", GLib.Variant("(s)", (name,)))[0]
        except BusError:
            return None

    def pid_of(self, name):
        """Returns the process id of the owner of `name`."""
        return self.call(*DBUS, "GetConnectionUnixProcessID", GLib.Variant("(s)", (name,)))[0]

    def own(self, name):
        """Takes a well-known name; fails when someone else has it."""
        do_not_queue = 4
        result = self.call(*DBUS, "RequestName", GLib.Variant("(su)", (name, do_not_queue)))[0]
        assert result in (1, 4), f"{name} is owned by {self.owner(name)}"

    def release(self, name):
        """Releases a well-known name."""
        self.call(*DBUS, "ReleaseName", GLib.Variant("(s)", (name,)))

    def serve(self, path, xml, methods, properties=None):
        """Exports an object and returns a token for `withdraw`.

        `methods` maps a name to a function of (sender, *arguments) that returns a GLib.Variant tuple or None;
        a function that returns NotImplemented leaves the caller without an answer, and one that raises
        PermissionError refuses. `properties` maps a name
        to a function that returns a GLib.Variant.
        """
        interface = Gio.DBusNodeInfo.new_for_xml(xml).interfaces[0]

        def on_call(_connection, sender, _path, _interface, method, arguments, invocation):
            try:
                result = methods[method](sender, *arguments.unpack())
            except PermissionError as error:
                invocation.return_dbus_error("org.freedesktop.DBus.Error.AccessDenied", str(error))
                return
            if result is not NotImplemented:
                invocation.return_value(result)

        def on_get(_connection, _sender, _path, _interface, name):
            return properties[name]()

        return self._loop.do(lambda: self.connection.register_object(path, interface, on_call, on_get, None))

    def withdraw(self, token):
        """Removes a served object."""
        self._loop.do(lambda: self.connection.unregister_object(token))

    def emit(self, path, interface, signal, arguments, destination=None):
        """Sends a signal, to all or to one."""
        self.connection.emit_signal(destination, path, interface, signal, arguments)
        self.connection.flush_sync(None)

    def listen(self, interface, signal, heard, sender=None, path=None):
        """Calls `heard(*arguments)` in the background thread whenever the signal comes."""

        def on_signal(_connection, _sender, _path, _interface, _signal, arguments):
            heard(*arguments.unpack())

        none = Gio.DBusSignalFlags.NONE
        return self._loop.do(
            lambda: self.connection.signal_subscribe(sender, interface, signal, path, None, none, on_signal)
        )
