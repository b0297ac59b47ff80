//! The log on standard error. Libraries only log errors, since an SDK may log what it sends.

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// The log targets of our crates.
const OURS: [&str; 4] = [
    "rolecall_desktop",
    "rolecall_agent",
    "rolecall_core",
    "rolecall_practice",
];

/// Logs warnings, without timestamps: for a program with a user interface.
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

/// Logs events with timestamps: for a program without a user interface.
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
