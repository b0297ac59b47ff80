//! The file with what the window remembers. It is of no use to anybody else: one that cannot be read is replaced.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rolecall_core::api::window_memory::WindowMemory;

use crate::disk;

/// More than the window ever remembers.
const FILE_MAX: usize = 256 * 1024;

/// What the window remembers, and the file that has it.
pub struct WindowFile {
    /// `None` for the practice account, which leaves nothing behind.
    path: Option<PathBuf>,
    current: Mutex<WindowMemory>,
}

impl WindowFile {
    /// Reads the file. Without one, the window remembers nothing yet.
    pub fn open(path: Option<PathBuf>) -> Self {
        let bytes = path
            .as_ref()
            .and_then(|path| disk::read(path, FILE_MAX).ok().flatten());
        let read = bytes.map(|bytes| serde_json::from_slice(&bytes));
        if let Some(Err(error)) = &read {
            tracing::warn!(%error, "what the window remembers cannot be read");
        }
        let current = read.and_then(Result::ok).unwrap_or_default();
        Self {
            path,
            current: Mutex::new(current),
        }
    }

    /// Returns what the window remembers.
    pub fn current(&self) -> WindowMemory {
        self.lock().clone()
    }

    /// Changes what the window remembers, and returns it. A file that cannot be written costs only the next start.
    pub fn change(&self, change: impl FnOnce(&mut WindowMemory)) -> WindowMemory {
        let mut current = self.lock();
        let before = current.clone();
        change(&mut current);
        if *current != before
            && let Some(path) = &self.path
        {
            let written = serde_json::to_vec_pretty(&*current)
                .map_err(Into::into)
                .and_then(|bytes| disk::replace(path, &bytes));
            if let Err(error) = written {
                tracing::warn!(%error, "what the window remembers cannot be written");
            }
        }
        current.clone()
    }

    fn lock(&self) -> MutexGuard<'_, WindowMemory> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_changed_is_there_at_the_next_start() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = Some(dir.path().join("rolecall/window.json"));
        let file = WindowFile::open(path.clone());
        assert_eq!(file.current(), WindowMemory::default());
        file.change(|memory| memory.is_on_top = true);
        assert!(WindowFile::open(path).current().is_on_top);
    }

    #[test]
    fn a_file_that_cannot_be_read_is_replaced_and_without_one_nothing_is_written() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("window.json");
        std::fs::write(&path, "{").expect("written");
        let file = WindowFile::open(Some(path.clone()));
        assert_eq!(file.current(), WindowMemory::default());
        file.change(|memory| memory.closes_after_copy = true);
        assert!(WindowFile::open(Some(path)).current().closes_after_copy);
        assert!(
            WindowFile::open(None)
                .change(|memory| memory.is_mini = true)
                .is_mini
        );
    }
}
