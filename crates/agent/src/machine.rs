//! This machine's name and login name, for session names.

use rolecall_keeper::ports::Machine;

/// The machine this runs on.
#[derive(Debug, Default)]
pub struct ThisMachine;

impl Machine for ThisMachine {
    fn host(&self) -> String {
        let name = host_name();
        let host = name.split('.').next().unwrap_or_default();
        host.to_owned()
    }

    fn login(&self) -> String {
        let names = ["USER", "LOGNAME", "USERNAME"];
        names
            .iter()
            .find_map(|name| variable(name))
            .unwrap_or_default()
    }
}

#[cfg(unix)]
fn host_name() -> String {
    rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .into_owned()
}

#[cfg(windows)]
fn host_name() -> String {
    variable("COMPUTERNAME").unwrap_or_default()
}

#[expect(
    clippy::disallowed_methods,
    reason = "the adapter of the machine reads its environment"
)]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_has_a_name_without_a_domain() {
        let host = ThisMachine.host();
        assert!(!host.is_empty() && !host.contains('.'), "{host}");
    }
}
