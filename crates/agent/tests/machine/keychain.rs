//! Tests the keychain with gnome-keyring on a private bus.

use std::sync::Arc;
use std::time::Duration;

use crate::desktop::display::Display;
use crate::desktop::{
    Bus, Services, on_desktop, signal, skipped, unlock_keyring, wait_until, with_dialog, within,
};
use rolecall_agent::keychain::OsKeychain;
use rolecall_core::value::access_key::AccessKeyId;
use rolecall_core::value::keychain_error::KeychainError;
use rolecall_core::value::secret::Secret;
use rolecall_keeper::ports::Keychain;
use rustix::process::Signal;

/// The maximum time until the user sees an error.
const LIMIT: Duration = Duration::from_secs(6);

fn id(text: &str) -> AccessKeyId {
    AccessKeyId::parse(text).expect("an id")
}

fn user() -> AccessKeyId {
    id("AKIAIOSFODNN7EXAMPLE")
}

fn secret(text: &str) -> Secret {
    Secret::new(text.to_owned())
}

/// Returns a keychain with the user's secret.
fn keychain_with_secret() -> Arc<OsKeychain> {
    let keychain = Arc::new(OsKeychain::new());
    keychain
        .store(&user(), &secret("canary/secret+1"))
        .expect("stores");
    keychain
}

fn fetch(keychain: &Arc<OsKeychain>) -> Result<String, KeychainError> {
    let keychain = keychain.clone();
    within(LIMIT, move || {
        keychain
            .fetch(&user())
            .map(|secret| secret.expose().to_owned())
    })
}

#[test]
fn keeps_replaces_and_forgets_a_secret() {
    on_desktop(
        "keychain::keeps_replaces_and_forgets_a_secret",
        Services::Keyring,
        |_| {
            let keychain = keychain_with_secret();
            let other = id("AKIAIOSFODNN7EXAMPL2");
            keychain.store(&other, &secret("other")).expect("stores");
            assert_eq!(fetch(&keychain), Ok("canary/secret+1".into()));

            keychain.store(&user(), &secret("second")).expect("stores");
            assert_eq!(fetch(&keychain), Ok("second".into()));
            let mut labels = Bus::session().labels();
            labels.sort();
            assert_eq!(
                labels,
                [
                    "Rolecall access key AKIAIOSFODNN7EXAMPL2",
                    "Rolecall access key AKIAIOSFODNN7EXAMPLE"
                ]
            );

            keychain.remove(&user()).expect("forgets");
            keychain.remove(&user()).expect("forgets what is not there");
            assert_eq!(fetch(&keychain), Err(KeychainError::Empty));
            assert_eq!(keychain.fetch(&other).expect("kept").expose(), "other");
        },
    );
}

#[test]
fn r14_a_locked_keychain_is_reported_and_works_once_unlocked() {
    on_desktop(
        "keychain::r14_a_locked_keychain_is_reported_and_works_once_unlocked",
        Services::Keyring,
        |desktop| {
            let keychain = keychain_with_secret();
            Bus::session().lock();
            // Without a display, the keyring's own dialog cannot open.
            assert_eq!(fetch(&keychain), Err(KeychainError::Locked));
            unlock_keyring(desktop);
            assert_eq!(fetch(&keychain), Ok("canary/secret+1".into()));
        },
    );
}

#[test]
fn r15_a_frozen_keychain_is_reported_to_all_in_time_and_recovers() {
    on_desktop(
        "keychain::r15_a_frozen_keychain_is_reported_to_all_in_time_and_recovers",
        Services::Keyring,
        |_| {
            let keychain = keychain_with_secret();
            let pid = Bus::session().keychain_pid().expect("runs");
            signal(pid, Signal::STOP);
            let calls: Vec<_> = (0..8)
                .map(|_| {
                    let keychain = keychain.clone();
                    std::thread::spawn(move || fetch(&keychain))
                })
                .collect();
            for call in calls {
                assert_eq!(call.join().expect("in time"), Err(KeychainError::Frozen));
            }
            signal(pid, Signal::CONT);
            assert_eq!(fetch(&keychain), Ok("canary/secret+1".into()));
        },
    );
}

#[test]
fn r16_a_killed_keychain_comes_back_locked_and_works_once_unlocked() {
    on_desktop(
        "keychain::r16_a_killed_keychain_comes_back_locked_and_works_once_unlocked",
        Services::Keyring,
        |desktop| {
            let keychain = keychain_with_secret();
            let bus = Bus::session();
            let pid = bus.keychain_pid().expect("runs");
            signal(pid, Signal::KILL);
            wait_until("the keyring is gone", || bus.keychain_pid() != Some(pid));
            assert_eq!(fetch(&keychain), Err(KeychainError::Locked));
            unlock_keyring(desktop);
            assert_eq!(fetch(&keychain), Ok("canary/secret+1".into()));
        },
    );
}

#[test]
fn r16_a_keychain_killed_at_its_dialog_is_reported_in_time_and_recovers() {
    with_dialog(
        "keychain::r16_a_keychain_killed_at_its_dialog_is_reported_in_time_and_recovers",
        Services::Keyring,
        |desktop| {
            let keychain = keychain_with_secret();
            let Some(display) = Display::start(desktop) else {
                skipped("Xvfb or xdotool is not installed");
                return;
            };
            let bus = Bus::session();
            bus.lock();
            let call = fetch_unlimited(&keychain);
            wait_until("the dialog is open", || display.dialogs() > 0);
            signal(bus.keychain_pid().expect("runs"), Signal::KILL);
            let outcome = within(LIMIT, move || call.join().expect("ends"));
            // The bus has started a new one, which is locked.
            assert_eq!(outcome, Err(KeychainError::Locked));

            wait_until("the dialog is gone", || display.dialogs() == 0);
            let call = fetch_unlimited(&keychain);
            display.unlock();
            assert_eq!(call.join().expect("ends"), Ok("canary/secret+1".into()));
        },
    );
}

#[test]
fn one_connection_serves_all_calls() {
    on_desktop(
        "keychain::one_connection_serves_all_calls",
        Services::Keyring,
        |_| {
            let bus = Bus::session();
            let before = bus.connections();
            let keychain = keychain_with_secret();
            assert_eq!(fetch(&keychain), Ok("canary/secret+1".into()));
            assert_eq!(fetch(&keychain), Ok("canary/secret+1".into()));
            assert_eq!(bus.connections(), before + 1);
        },
    );
}

#[test]
fn r16_an_absent_keychain_is_reported() {
    on_desktop(
        "keychain::r16_an_absent_keychain_is_reported",
        Services::None,
        |_| {
            let keychain = Arc::new(OsKeychain::new());
            assert_eq!(fetch(&keychain), Err(KeychainError::Absent));
            assert_eq!(
                keychain.store(&user(), &secret("canary")),
                Err(KeychainError::Absent)
            );
        },
    );
}

#[test]
fn r16_a_keychain_that_never_comes_up_is_absent_in_time() {
    on_desktop(
        "keychain::r16_a_keychain_that_never_comes_up_is_absent_in_time",
        Services::NeverUp,
        |_| {
            let keychain = Arc::new(OsKeychain::new());
            assert_eq!(fetch(&keychain), Err(KeychainError::Absent));
        },
    );
}

#[test]
fn r18_without_a_bus_the_keychain_is_absent() {
    on_desktop(
        "keychain::r18_without_a_bus_the_keychain_is_absent",
        Services::NoBus,
        |_| {
            let keychain = Arc::new(OsKeychain::new());
            assert_eq!(fetch(&keychain), Err(KeychainError::Absent));
        },
    );
}

#[test]
fn r14_one_dialog_of_the_keychain_serves_all_that_wait() {
    with_dialog(
        "keychain::r14_one_dialog_of_the_keychain_serves_all_that_wait",
        Services::Keyring,
        |desktop| {
            let keychain = keychain_with_secret();
            let Some(display) = Display::start(desktop) else {
                skipped("Xvfb or xdotool is not installed");
                return;
            };
            let bus = Bus::session();
            let fetch_all = || {
                (0..3)
                    .map(|_| fetch_unlimited(&keychain))
                    .collect::<Vec<_>>()
            };

            bus.lock();
            let calls = fetch_all();
            display.cancel();
            for call in calls {
                assert_eq!(call.join().expect("ends"), Err(KeychainError::Locked));
            }
            assert_eq!(display.dialogs(), 0);

            let calls = fetch_all();
            display.unlock();
            for call in calls {
                assert_eq!(call.join().expect("ends"), Ok("canary/secret+1".into()));
            }
            assert_eq!(display.dialogs(), 0);
        },
    );
}

#[test]
fn a_desktop_without_a_keyring_is_asked_to_make_one() {
    with_dialog(
        "keychain::a_desktop_without_a_keyring_is_asked_to_make_one",
        Services::NewKeyring,
        |desktop| {
            let keychain = Arc::new(OsKeychain::new());
            let Some(display) = Display::start(desktop) else {
                skipped("Xvfb or xdotool is not installed");
                return;
            };
            let storing = {
                let keychain = keychain.clone();
                std::thread::spawn(move || keychain.store(&user(), &secret("canary")))
            };
            display.begin_keyring();
            assert_eq!(storing.join().expect("ends"), Ok(()));
            assert_eq!(fetch(&keychain), Ok("canary".into()));
        },
    );
}

/// Fetches on a thread of its own, without a timeout.
fn fetch_unlimited(
    keychain: &Arc<OsKeychain>,
) -> std::thread::JoinHandle<Result<String, KeychainError>> {
    let keychain = keychain.clone();
    std::thread::spawn(move || {
        keychain
            .fetch(&user())
            .map(|secret| secret.expose().to_owned())
    })
}
