//! Shows how far a rotation is while its call waits.

use std::thread;
use std::time::Duration;

use rolecall_core::rotation::{RotationStep, RotationView};
use rolecall_core::value::sanitise::visible;

use crate::client::Client;
use crate::terminal;

/// How often to look.
const POLL: Duration = Duration::from_millis(300);

/// Tells each step and what it waits for, in a thread that ends with this process.
pub(super) fn watch(client: &Client, name: &str) {
    let (client, name) = (client.clone(), name.to_owned());
    thread::spawn(move || {
        let mut last = None;
        loop {
            let now = rotation(&client, &name).filter(|it| it.is_running);
            let line = now.as_ref().and_then(line);
            if let Some(line) = line.as_ref().filter(|_| line != last) {
                terminal::tell(&visible(line));
            }
            last = line.or(last);
            pause();
        }
    });
}

fn rotation(client: &Client, name: &str) -> Option<RotationView> {
    let keys = client.snapshot().ok()?.keys;
    let key = keys.into_iter().find(|key| key.name == name.trim())?;
    key.rotation
}

fn line(rotation: &RotationView) -> Option<String> {
    if let Some(waiting) = &rotation.waiting {
        return Some(format!("Waiting: {waiting}"));
    }
    let new = rotation.new_id.as_deref().unwrap_or("the new key");
    match (rotation.is_back, rotation.next) {
        (true, _) | (false, RotationStep::Create | RotationStep::Delete) => None,
        (false, RotationStep::Switch) => Some(format!("Stored {new}. Verifying it with AWS…")),
        (false, RotationStep::Deactivate) => {
            Some(format!("Rolecall uses {new}. Deactivating the old key…"))
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "polls the application while a call waits"
)]
fn pause() {
    thread::sleep(POLL);
}
