//! The session bus: the toolkit's connection to it, and who sends messages.

use gtk::gio;
use zbus::Message;

/// Returns the unique name of who sent a message, which the bus sets.
pub(crate) fn sender(message: &Message) -> String {
    let header = message.header();
    header.sender().map(ToString::to_string).unwrap_or_default()
}

/// Keeps this process running when the session bus ends. By default the toolkit then ends it with a signal that looks like
/// a logout.
pub(crate) fn outlive() {
    // The toolkit has this connection already, or there is no bus.
    if let Ok(bus) = gio::bus_get_sync(gio::BusType::Session, gio::Cancellable::NONE) {
        bus.set_exit_on_close(false);
    }
}
