//! What Rolecall is, and where it keeps what.

use std::path::Path;

use rolecall_agent::paths::Paths;
use rolecall_core::api::desktop::{AboutView, KeptAt};
use rolecall_core::view::snapshot::Mode;

/// Returns what the window tells about this program.
pub(crate) fn about(paths: &Paths, mode: Mode) -> AboutView {
    let at = |what: &str, path: &Path| kept(what, &paths.shown(path));
    let places = match mode {
        Mode::Practice => vec![kept("Everything", "in memory, until you quit")],
        Mode::Own => vec![
            at("Roles, labels and settings", &paths.config_dir),
            at("Sessions, history and the window", &paths.state_dir),
            kept("Access keys", "this computer’s keychain"),
        ],
    };
    AboutView {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        places,
    }
}

fn kept(what: &str, place: &str) -> KeptAt {
    KeptAt {
        what: what.to_owned(),
        place: place.to_owned(),
    }
}
