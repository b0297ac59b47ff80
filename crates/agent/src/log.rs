//! The log: lines on standard error. Of the libraries only errors, since an SDK may log what it sends.

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Our own crates, as they name themselves in the log.
const OURS: [&str; 4] = [
    "rolecall_desktop",
    "rolecall_agent",
    "rolecall_core",
    "rolecall_practice",
];

/// Writes warnings, without their time: for a program whose log is read when it fails.
pub fn write_warnings() {
    let output = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .without_time()
        .with_ansi(false);
    tracing_subscriber::registry()
        .with(output)
        .with(filter(LevelFilter::WARN))
        .init();
}

/// Writes what happens, each line with its time: for a program whose log is all that there is to see of it.
pub fn write_events() {
    let output = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_target(false)
        .with_ansi(false);
    tracing_subscriber::registry()
        .with(output)
        .with(filter(LevelFilter::INFO))
        .init();
}

fn filter(ours: LevelFilter) -> Targets {
    Targets::new()
        .with_default(LevelFilter::ERROR)
        .with_targets(OURS.map(|name| (name, ours)))
}
