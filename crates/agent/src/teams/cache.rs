//! What was fetched last, for when it cannot be fetched.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rolecall_core::catalogue::FILE_MAX;
use sha2::{Digest, Sha256};

use crate::disk;

/// The longest entity tag that is kept.
const ETAG_MAX: usize = 256;

/// The place of one URL's copy.
pub(super) struct Cache {
    dir: PathBuf,
    text: PathBuf,
    etag: PathBuf,
}

/// What was fetched last.
pub(super) struct Kept {
    pub(super) text: String,
    pub(super) etag: Option<String>,
    pub(super) age: Duration,
}

impl Cache {
    pub(super) fn of(dir: &Path, url: &str) -> Self {
        let name: String = Sha256::digest(url)
            .iter()
            .take(16)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Self {
            dir: dir.to_path_buf(),
            text: dir.join(format!("{name}.toml")),
            etag: dir.join(format!("{name}.etag")),
        }
    }

    /// Returns what was fetched last, if anything was.
    pub(super) fn read(&self) -> Option<Kept> {
        let text = String::from_utf8(disk::read(&self.text, FILE_MAX).ok()??).ok()?;
        let etag = disk::read(&self.etag, ETAG_MAX).ok().flatten();
        Some(Kept {
            text,
            etag: etag.and_then(|bytes| String::from_utf8(bytes).ok()),
            age: self.age().unwrap_or(Duration::MAX),
        })
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "a file's age by the clock that dated it"
    )]
    fn age(&self) -> Option<Duration> {
        let written = fs::metadata(&self.text).ok()?.modified().ok()?;
        SystemTime::now().duration_since(written).ok()
    }

    /// Keeps what was fetched. That it cannot be kept is no reason not to use it.
    pub(super) fn write(&self, text: &str, etag: Option<&str>) {
        let etag = etag
            .filter(|etag| etag.len() <= ETAG_MAX)
            .unwrap_or_default();
        // First the old tag goes: a new text never stands under it.
        let _ = fs::remove_file(&self.etag);
        let kept = disk::create_private_dir(&self.dir)
            .and_then(|()| disk::replace(&self.text, text.as_bytes()))
            .and_then(|()| disk::replace(&self.etag, etag.as_bytes()));
        if let Err(error) = kept {
            tracing::warn!(%error, "a team catalogue cannot be kept");
        }
    }

    /// Notes that what is kept is as fresh as now.
    #[expect(
        clippy::disallowed_methods,
        reason = "a file's date by the system's clock"
    )]
    pub(super) fn touch(&self) {
        let file = fs::File::options().append(true).open(&self.text);
        let touched = file.and_then(|file| file.set_modified(SystemTime::now()));
        if let Err(error) = touched {
            tracing::warn!(%error, "the age of a team catalogue cannot be noted");
        }
    }
}
