//! The notification server for all tests.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use super::ring;
use crate::memory::lock;
use crate::ports::Notifier;
use rolecall_core::view::notice::{Notice, Topic};

/// A notification server that keeps every notification.
#[derive(Debug, Default)]
pub struct FakeNotifier {
    shown: Mutex<Vec<Notice>>,
    withdrawn: Mutex<Vec<Topic>>,
    unseen: AtomicBool,
}

impl FakeNotifier {
    /// Returns and removes the titles of the notifications so far.
    pub fn take_titles(&self) -> Vec<String> {
        lock(&self.shown)
            .drain(..)
            .map(|notice| notice.title)
            .collect()
    }

    /// Returns and removes the notifications so far.
    pub fn take(&self) -> Vec<Notice> {
        lock(&self.shown).drain(..).collect()
    }

    /// Returns and removes the bodies of the notifications so far.
    pub fn take_bodies(&self) -> Vec<String> {
        lock(&self.shown)
            .drain(..)
            .map(|notice| notice.body)
            .collect()
    }

    /// Returns the title of the last notification.
    pub fn last_title(&self) -> Option<String> {
        lock(&self.shown).last().map(|notice| notice.title.clone())
    }

    /// Makes its notifications invisible, as on a machine without a display.
    pub fn is_unseen(&self) {
        self.unseen.store(true, Ordering::Release);
    }

    /// Returns the topics that were withdrawn so far.
    pub fn withdrawn(&self) -> Vec<Topic> {
        lock(&self.withdrawn).clone()
    }
}

impl Notifier for FakeNotifier {
    fn show(&self, notice: &Notice) {
        lock(&self.shown).push(notice.clone());
        ring();
    }
    fn withdraw(&self, topic: &Topic) {
        lock(&self.withdrawn).push(topic.clone());
        ring();
    }
    fn reaches_a_person(&self) -> bool {
        !self.unseen.load(Ordering::Acquire)
    }
}
