//! The location of the socket, who can connect, and occupied paths.

use std::fs::{self, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;

use rolecall_agent::hand_over::{self, Claimed};
use rolecall_agent::socket::{self, Handler, Peer};
use rolecall_core::api::frame::write_frame;
use rolecall_core::api::protocol::{Answer, Call};
use rolecall_core::value::problem::ProblemCode;

use crate::{Place, done, request};
#[test]
fn the_folder_and_the_socket_are_private_and_removed_at_the_end() {
    let place = Place::new();
    let server = place.serve(done);
    let mode = |path: &Path| fs::metadata(path).expect("there").mode() & 0o7777;
    assert_eq!((mode(&place.dir()), mode(&place.socket())), (0o700, 0o600));
    assert!(place.ask(Call::Snapshot).is_ok());
    drop(server);
    assert!(!place.socket().exists());
    let again = place.serve(done);
    assert!(place.ask(Call::Snapshot).is_ok());
    drop(again);
}

#[test]
fn t02_refuses_every_path_that_is_not_its_own() {
    let storage = ProblemCode::StorageFailed;
    problem_of(
        &|dir| fs::write(dir, "").expect("a file"),
        storage,
        "is not a folder",
    );
    problem_of(
        &|dir| {
            let elsewhere = dir.with_file_name("elsewhere");
            private(&elsewhere);
            symlink(elsewhere, dir).expect("a link");
        },
        storage,
        "is a symbolic link",
    );
    problem_of(
        &|dir| {
            private(dir);
            fs::set_permissions(dir, Permissions::from_mode(0o755)).expect("a mode");
        },
        storage,
        "has the mode 755",
    );
    problem_of(
        &|dir| {
            private(dir);
            fs::write(dir.join("agent.sock"), "precious").expect("a file");
        },
        storage,
        "is not a socket",
    );
    problem_of(
        &|dir| {
            private(dir);
            symlink("/dev/null", dir.join("agent.sock")).expect("a link");
        },
        storage,
        "is not a socket",
    );
    problem_of(
        &|dir| {
            private(dir);
            std::mem::forget(UnixListener::bind(dir.join("agent.sock")).expect("a socket"));
        },
        storage,
        "is in use by another Rolecall",
    );
}

#[test]
fn a_relative_or_too_long_path_is_a_problem() {
    let handler: Handler = Arc::new(|call, _: &Peer<'_>| done(call));
    let problem = socket::serve(Path::new("relative"), handler.clone())
        .err()
        .expect("refused");
    assert!(
        problem.what.contains("is not an absolute path"),
        "{problem}"
    );
    let place = Place::new();
    let problem = socket::serve(&place.dir().join("x".repeat(100)), handler)
        .err()
        .expect("refused");
    assert!(problem.what.contains("at most 107"), "{problem}");
}

#[test]
fn a_socket_left_behind_is_replaced_and_one_in_use_is_not() {
    let place = Place::new();
    fs::create_dir(place.dir()).expect("a folder");
    fs::set_permissions(place.dir(), Permissions::from_mode(0o700)).expect("a mode");
    drop(UnixListener::bind(place.socket()).expect("a socket"));
    let _server = place.serve(done);
    assert!(place.ask(Call::Snapshot).is_ok());
    let handler: Handler = Arc::new(|call, _: &Peer<'_>| done(call));
    let problem = socket::serve(&place.dir(), handler).err().expect("refused");
    assert!(
        problem.what.contains("is in use by another Rolecall"),
        "{problem}"
    );
    assert!(place.ask(Call::Snapshot).is_ok());
}

#[test]
fn the_server_ends_while_somebody_is_connected() {
    let place = Place::new();
    let server = place.serve(done);
    let silent = place.connect();
    assert!(place.ask(Call::Snapshot).is_ok());
    drop(server);
    let refused = UnixStream::connect(place.socket());
    assert_eq!(
        refused.err().map(|error| error.kind()),
        Some(ErrorKind::NotFound)
    );
    drop(silent);
}

#[test]
fn r27_of_twenty_starts_at_once_one_survives() {
    let place = Place::new();
    let (shown, begin) = (Arc::new(AtomicUsize::new(0)), Barrier::new(20));
    let survivors = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..20 {
            scope.spawn(|| {
                begin.wait();
                let claimed = hand_over::claim_without_display(&place.dir());
                if let Claimed::New(claim) = claimed.expect("claimed or asked") {
                    let shown = shown.clone();
                    let server = place.serve(move |call| {
                        if matches!(call, Call::ShowWindow) {
                            shown.fetch_add(1, Ordering::SeqCst);
                        }
                        Ok(Answer::Done)
                    });
                    survivors
                        .lock()
                        .expect("no panic inside")
                        .push((claim, server));
                }
            });
        }
    });
    assert_eq!(survivors.lock().expect("no panic inside").len(), 1);
    assert_eq!(shown.load(Ordering::SeqCst), 19);
}

#[cfg(target_os = "linux")]
#[test]
fn t02_a_fifo_named_like_a_lock_is_reported_and_never_blocks() {
    let fifo = |dir: &Path, name: &str| {
        private(dir);
        let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
        rustix::fs::mkfifoat(rustix::fs::CWD, dir.join(name), mode).expect("a FIFO");
    };
    let plant = |dir: &Path| fifo(dir, "agent.lock");
    problem_of(&plant, ProblemCode::StorageFailed, "is not a file");
    let place = Place::new();
    fifo(&place.dir(), "instance.lock");
    let problem = rolecall_agent::instance::claim_quietly(&place.dir()).expect_err("a FIFO");
    assert_eq!(problem.code, ProblemCode::StorageFailed, "{problem}");
}

/// Asserts the problem with a socket folder that `plant` has prepared.
fn problem_of(plant: &dyn Fn(&Path), code: ProblemCode, part: &str) {
    let place = Place::new();
    plant(&place.dir());
    let handler: Handler = Arc::new(|call, _: &Peer<'_>| done(call));
    let problem = socket::serve(&place.dir(), handler).err().expect("refused");
    assert_eq!(problem.code, code, "{problem}");
    assert!(problem.what.contains(part), "{problem}");
}

fn private(dir: &Path) {
    fs::create_dir(dir).expect("a folder");
    fs::set_permissions(dir, Permissions::from_mode(0o700)).expect("a mode");
}

/// Tests that need root: `cargo test root::`.
mod root {
    use super::*;

    #[test]
    fn t01_a_process_of_another_user_gets_nothing() {
        // Only root can change the user.
        if !rustix::process::geteuid().is_root() {
            return;
        }
        let place = Place::new();
        let asked = Arc::new(AtomicUsize::new(0));
        let counted = asked.clone();
        let _server = place.serve(move |_| {
            counted.fetch_add(1, Ordering::SeqCst);
            Ok(Answer::Done)
        });
        for path in [place.folder(), &place.dir(), &place.socket()] {
            fs::set_permissions(path, Permissions::from_mode(0o777)).expect("a mode");
        }
        let script = "import socket, sys\n\
            s = socket.socket(socket.AF_UNIX); s.settimeout(5); s.connect(sys.argv[1])\n\
            try: s.sendall(bytes.fromhex(sys.argv[2])); sys.stdout.write(s.recv(100).hex())\n\
            except ConnectionError: pass";
        let mut wire = Vec::new();
        write_frame(&mut wire, &request(Call::Snapshot)).expect("a frame");
        let hex = data_encoding::HEXLOWER.encode(&wire);
        let as_user = |user: &str| {
            let output = std::process::Command::new("setpriv")
                .args([
                    "--reuid",
                    user,
                    "--clear-groups",
                    "/usr/bin/python3",
                    "-c",
                    script,
                ])
                .arg(place.socket())
                .arg(&hex)
                .output()
                .expect("setpriv");
            assert!(
                output.status.success(),
                "{}",
                String::from_utf8_lossy(&output.stderr)
            );
            output.stdout
        };
        assert!(as_user("65534").is_empty());
        assert_eq!(asked.load(Ordering::SeqCst), 0);
        assert!(
            !as_user("0").is_empty(),
            "the same from the same user is answered"
        );
    }

    #[test]
    fn t02_a_folder_of_another_user_is_not_used() {
        if !rustix::process::geteuid().is_root() {
            return;
        }
        problem_of(
            &|dir| {
                private(dir);
                std::os::unix::fs::chown(dir, Some(65534), Some(65534)).expect("another owner");
            },
            ProblemCode::ForeignPeer,
            "belongs to another user",
        );
    }
}
