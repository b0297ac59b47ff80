//! The cache of fetched catalogues.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use data_encoding::HEXLOWER;
use rolecall_core::catalogue::FILE_MAX;
use sha2::{Digest, Sha256};

use crate::disk;

/// The limit of an entity tag, in bytes.
const ETAG_MAX: usize = 256;

/// The cache files of one URL.
pub(super) struct Cache {
    dir: PathBuf,
    text: PathBuf,
    etag: PathBuf,
}

/// A cached catalogue.
pub(super) struct Cached {
    pub(super) text: String,
    pub(super) etag: Option<String>,
    pub(super) age: Duration,
}

impl Cache {
    pub(super) fn of(dir: &Path, url: &str) -> Self {
        let name = HEXLOWER.encode(&Sha256::digest(url)[..16]);
        Self {
            dir: dir.to_path_buf(),
            text: dir.join(format!("{name}.toml")),
            etag: dir.join(format!("{name}.etag")),
        }
    }

    /// Returns the cached catalogue, if there is one. A link is none, since Rolecall makes files only.
    pub(super) fn read(&self) -> Option<Cached> {
        if [&self.text, &self.etag]
            .into_iter()
            .any(|it| it.is_symlink())
        {
            return None;
        }
        let text = String::from_utf8(disk::read(&self.text, FILE_MAX).ok()??).ok()?;
        let etag = disk::read(&self.etag, ETAG_MAX).ok().flatten();
        Some(Cached {
            text,
            etag: etag.and_then(|bytes| String::from_utf8(bytes).ok()),
            age: self.age().unwrap_or(Duration::MAX),
        })
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "a file's age by the system clock"
    )]
    fn age(&self) -> Option<Duration> {
        let written = fs::metadata(&self.text).ok()?.modified().ok()?;
        SystemTime::now().duration_since(written).ok()
    }

    /// Caches a catalogue. A failure is only logged.
    pub(super) fn write(&self, text: &str, etag: Option<&str>) {
        let etag = etag
            .filter(|etag| etag.len() <= ETAG_MAX)
            .unwrap_or_default();
        // The old tag is removed first, so that it never belongs to a new text.
        let _ = fs::remove_file(&self.etag);
        // What another one's server says must not end up in the file that a link leads to.
        if self.text.is_symlink() {
            let _ = fs::remove_file(&self.text);
        }
        let saved = disk::create_private_dir(&self.dir)
            .and_then(|()| disk::replace(&self.text, text.as_bytes()))
            .and_then(|()| disk::replace(&self.etag, etag.as_bytes()));
        if let Err(error) = saved {
            tracing::warn!(%error, "a team catalogue cannot be cached");
        }
    }

    /// Marks the cached catalogue as fresh.
    #[expect(
        clippy::disallowed_methods,
        reason = "a file's time by the system clock"
    )]
    pub(super) fn touch(&self) {
        let file = fs::File::options().append(true).open(&self.text);
        let touched = file.and_then(|file| file.set_modified(SystemTime::now()));
        if let Err(error) = touched {
            tracing::warn!(%error, "the age of a team catalogue cannot be updated");
        }
    }
}
