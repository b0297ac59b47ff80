//! The session bus, if a variable names it.

use rolecall_core::doctor::Finding;

use crate::environment::Environment;

/// Returns the finding if the bus of `DBUS_SESSION_BUS_ADDRESS` does not answer. Only a socket in the file system can be
/// tried.
#[cfg(target_os = "linux")]
pub(super) fn finding(environment: &Environment) -> Option<Finding> {
    use std::os::unix::net::UnixStream;

    use rolecall_core::doctor::dead_bus;

    let address = environment.bus_address.as_deref()?;
    let parts = address.split(';').next()?.strip_prefix("unix:")?;
    let path = parts
        .split(',')
        .find_map(|part| part.strip_prefix("path="))?;
    UnixStream::connect(path).is_err().then(|| dead_bus(path))
}

#[cfg(not(target_os = "linux"))]
pub(super) fn finding(_: &Environment) -> Option<Finding> {
    None
}
