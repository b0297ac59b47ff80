//! The toolkit's connection to the session bus.

use gtk::gio;

/// Keeps this process running when the session bus ends. By default the toolkit then ends it with a signal that looks like
/// a logout.
pub(crate) fn outlive() {
    // The toolkit has this connection already, or there is no bus.
    if let Ok(bus) = gio::bus_get_sync(gio::BusType::Session, gio::Cancellable::NONE) {
        bus.set_exit_on_close(false);
    }
}
