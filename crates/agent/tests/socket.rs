//! The local socket: who may ask, what is too much, and what becomes of a place that is not ours.
#![cfg(unix)]
#![expect(
    clippy::disallowed_methods,
    reason = "the tests measure, and start programs as another user"
)]

use std::fs::{self, Permissions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use rolecall_agent::socket::{self, Handler, Server};
use rolecall_core::problem::{Problem, ProblemCode};
use rolecall_core::protocol::{
    ANSWER_MAX, Answer, Call, Request, Response, VERSION, WireSecret, read_frame, write_frame,
};

const SOON: Duration = Duration::from_secs(5);

struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn dir(&self) -> PathBuf {
        self.0.path().join("rolecall")
    }

    fn socket(&self) -> PathBuf {
        self.dir().join("agent.sock")
    }

    fn serve(
        &self,
        handler: impl Fn(Call) -> Result<Answer, Problem> + Send + Sync + 'static,
    ) -> Server {
        let handler: Handler = Arc::new(handler);
        socket::serve(&self.dir(), handler).expect("a server")
    }

    fn connect(&self) -> UnixStream {
        let stream = UnixStream::connect(self.socket()).expect("a connection");
        stream.set_read_timeout(Some(2 * SOON)).expect("a limit");
        stream
    }

    fn ask(&self, call: Call) -> Result<Answer, Problem> {
        socket::ask(&self.dir(), call, SOON)
    }
}

fn done(_: Call) -> Result<Answer, Problem> {
    Ok(Answer::Done)
}

fn frame(bytes: &[u8]) -> Vec<u8> {
    let length = u32::try_from(bytes.len()).expect("short");
    [&length.to_be_bytes(), bytes].concat()
}

fn request(call: Call) -> Request {
    Request {
        v: VERSION,
        client: "test".into(),
        call,
    }
}

/// Sends bytes and returns the answer's problem, or `None` if the connection was closed without one.
fn refusal_of(place: &Place, bytes: &[u8]) -> Option<Problem> {
    let mut stream = place.connect();
    // The server may close before it read everything.
    let _ = stream.write_all(bytes);
    let response: Response = read_frame(&mut stream, ANSWER_MAX).ok()?;
    Some(response.result.expect_err("a refusal"))
}

#[test]
fn the_folder_and_the_socket_are_private_and_gone_at_the_end() {
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
fn t01_a_process_of_another_user_gets_nothing() {
    // Only root can become somebody else.
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
    for path in [place.0.path(), &place.dir(), &place.socket()] {
        fs::set_permissions(path, Permissions::from_mode(0o777)).expect("a mode");
    }
    let script = "import socket, sys\n\
        s = socket.socket(socket.AF_UNIX); s.settimeout(5); s.connect(sys.argv[1])\n\
        try: s.sendall(bytes.fromhex(sys.argv[2])); sys.stdout.write(s.recv(100).hex())\n\
        except ConnectionError: pass";
    let mut wire = Vec::new();
    write_frame(&mut wire, &request(Call::Snapshot)).expect("a frame");
    let hex: String = wire.iter().map(|byte| format!("{byte:02x}")).collect();
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
fn t02_refuses_every_place_that_is_not_its_own() {
    let problem_of = |plant: &dyn Fn(&Path), code: ProblemCode, part: &str| {
        let place = Place::new();
        plant(&place.dir());
        let handler: Handler = Arc::new(done);
        let problem = socket::serve(&place.dir(), handler).err().expect("refused");
        assert_eq!(problem.code, code, "{problem}");
        assert!(problem.what.contains(part), "{problem}");
    };
    let private = |dir: &Path| {
        fs::create_dir(dir).expect("a folder");
        fs::set_permissions(dir, Permissions::from_mode(0o700)).expect("a mode");
    };
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
        "is in the way and not a socket",
    );
    problem_of(
        &|dir| {
            private(dir);
            symlink("/dev/null", dir.join("agent.sock")).expect("a link");
        },
        storage,
        "is in the way and not a socket",
    );
    problem_of(
        &|dir| {
            private(dir);
            std::mem::forget(UnixListener::bind(dir.join("agent.sock")).expect("a socket"));
        },
        storage,
        "is in use by another Rolecall",
    );
    if rustix::process::geteuid().is_root() {
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

#[test]
fn a_relative_or_too_long_path_is_told() {
    let handler: Handler = Arc::new(done);
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
    let handler: Handler = Arc::new(done);
    let problem = socket::serve(&place.dir(), handler).err().expect("refused");
    assert!(
        problem.what.contains("is in use by another Rolecall"),
        "{problem}"
    );
    assert!(place.ask(Call::Snapshot).is_ok());
}

#[test]
fn b62_impossible_lengths_are_refused_and_closed() {
    let place = Place::new();
    let _server = place.serve(done);
    for length in [0, 65_537, u32::MAX, 1 << 31] {
        let problem = refusal_of(&place, &length.to_be_bytes()).expect("an answer");
        assert!(problem.what.contains("is not allowed"), "{problem}");
    }
}

#[test]
fn b63_half_a_question_is_given_up_after_five_seconds_however_slowly_it_drips() {
    let place = Place::new();
    let _server = place.serve(done);
    let begun = Instant::now();
    let mut silent = place.connect();
    silent.write_all(&[0, 0]).expect("sent");
    let mut dripping = place.connect();
    let drip = dripping.try_clone().expect("a second handle");
    thread::spawn(move || {
        let mut drip = drip;
        let bytes = frame(&[b' '; 60_000]);
        for byte in bytes.chunks(1) {
            if drip.write_all(byte).is_err() {
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
    });
    for stream in [&mut silent, &mut dripping] {
        let ended = stream.read(&mut [0; 1]);
        assert!(matches!(ended, Ok(0) | Err(_)), "{ended:?}");
        assert!(ended.is_ok_and(|count| count == 0) || begun.elapsed() < 2 * SOON);
    }
    assert!((4..8).contains(&begun.elapsed().as_secs()));
}

#[test]
fn b64_b65_what_is_not_understood_is_refused_without_an_echo() {
    let place = Place::new();
    let _server = place.serve(done);
    let deep = "[".repeat(10_000);
    for text in [
        b"canary".as_slice(),
        b"\xff\xfe canary",
        b"{\"v\":1e400,\"client\":\"canary\",\"call\":\"snapshot\"}",
        b"{\"v\":NaN}",
        b"{\"v\":1,\"v\":1,\"client\":\"canary\",\"call\":\"snapshot\"}",
        b"{\"v\":1,\"client\":\"canary\",\"call\":\"steal\"}",
        b"{\"v\":1,\"client\":\"canary\",\"call\":\"snapshot\",\"more\":1}",
        deep.as_bytes(),
    ] {
        let problem = refusal_of(&place, &frame(text)).expect("an answer");
        assert_eq!(problem.code, ProblemCode::VersionMismatch);
        assert!(problem.what.contains("protocol 1") && !problem.to_string().contains("canary"));
    }
    let newer = br#"{"v":2,"client":"9.9","call":"snapshot"}"#;
    let problem = refusal_of(&place, &frame(newer)).expect("an answer");
    assert!(problem.what.contains("protocol 1 and 2"), "{problem}");
}

#[test]
fn b67_one_question_per_connection_is_answered() {
    let place = Place::new();
    let _server = place.serve(done);
    let mut wire = Vec::new();
    for _ in 0..1000 {
        write_frame(&mut wire, &request(Call::Snapshot)).expect("a frame");
    }
    let mut stream = place.connect();
    // The server may close before it read everything.
    let _ = stream.write_all(&wire);
    let first: Response = read_frame(&mut stream, ANSWER_MAX).expect("an answer");
    assert!(first.result.is_ok());
    assert!(read_frame::<Response>(&mut stream, ANSWER_MAX).is_err());
}

#[test]
fn b68_an_asker_that_goes_away_harms_nobody() {
    let place = Place::new();
    let long = "x".repeat(1 << 20);
    let _server = place.serve(move |_| Ok(Answer::Text(WireSecret::new(long.clone()))));
    for _ in 0..100 {
        write_frame(&mut place.connect(), &request(Call::Snapshot)).expect("asked");
    }
    assert!(place.ask(Call::Snapshot).is_ok());
}

#[test]
fn a_fault_in_one_answer_does_not_end_the_server() {
    let place = Place::new();
    let _server = place.serve(|call| match call {
        Call::ShowWindow => std::panic::panic_any("a fault that this test asks for"),
        call => done(call),
    });
    let problem = place.ask(Call::ShowWindow).expect_err("a fault");
    assert_eq!(problem.code, ProblemCode::Internal);
    assert!(place.ask(Call::Snapshot).is_ok());
}

#[test]
fn b67_at_most_32_questions_are_answered_at_once_and_the_others_wait() {
    let place = Place::new();
    let open = Arc::new(Mutex::new((0_usize, 0_usize)));
    let counted = open.clone();
    let _server = place.serve(move |_| {
        {
            let mut open = counted.lock().expect("no panic inside");
            open.0 += 1;
            open.1 = open.1.max(open.0);
        }
        // As long as a hand-out that asks AWS.
        thread::sleep(Duration::from_millis(30));
        counted.lock().expect("no panic inside").0 -= 1;
        Ok(Answer::Done)
    });
    thread::scope(|scope| {
        let asking: Vec<_> = (0..200)
            .map(|_| scope.spawn(|| place.ask(Call::Snapshot).is_ok()))
            .collect();
        assert!(
            asking
                .into_iter()
                .all(|asked| asked.join().expect("no panic"))
        );
    });
    let most = open.lock().expect("no panic inside").1;
    assert!((2..=32).contains(&most), "{most}");
}

#[test]
fn t40_silent_connections_do_not_keep_an_honest_one_waiting() {
    let place = Place::new();
    let _server = place.serve(done);
    let _silent: Vec<UnixStream> = (0..100).map(|_| place.connect()).collect();
    let begun = Instant::now();
    assert!(place.ask(Call::Snapshot).is_ok());
    assert!(
        begun.elapsed() < Duration::from_secs(2),
        "{:?}",
        begun.elapsed()
    );
}

#[test]
fn t40_ten_thousand_connections_leave_nothing_behind() {
    let place = Place::new();
    let _server = place.serve(done);
    let resident = || {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let line = status
            .lines()
            .find(|line| line.starts_with("VmRSS:"))
            .unwrap_or_default()
            .to_owned();
        line.split_whitespace()
            .nth(1)
            .and_then(|count| count.parse::<u64>().ok())
            .unwrap_or(0)
    };
    assert!(place.ask(Call::Snapshot).is_ok());
    let before = resident();
    for _ in 0..10_000 {
        drop(place.connect());
    }
    let begun = Instant::now();
    assert!(place.ask(Call::Snapshot).is_ok());
    assert!(
        begun.elapsed() < Duration::from_millis(500),
        "{:?}",
        begun.elapsed()
    );
    assert!(
        resident() < before + 10 * 1024,
        "{before} then {} KiB",
        resident()
    );
}

#[test]
fn an_answer_takes_well_under_a_millisecond() {
    let place = Place::new();
    let line = "x".repeat(1500);
    let _server = place.serve(move |_| Ok(Answer::Text(WireSecret::new(line.clone()))));
    let mut times: Vec<Duration> = (0..500)
        .map(|_| {
            let begun = Instant::now();
            assert!(
                place
                    .ask(Call::Credentials {
                        role: "guest".into()
                    })
                    .is_ok()
            );
            begun.elapsed()
        })
        .collect();
    times.sort_unstable();
    println!("median {:?}, 99th {:?}", times[250], times[495]);
    // A generous bound, for busy machines; the benchmark tells more.
    assert!(times[250] < Duration::from_millis(5), "{:?}", times[250]);
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
                let claimed =
                    rolecall_agent::instance::claim(&place.dir()).expect("claimed or asked");
                if let Some(instance) = claimed {
                    let shown = shown.clone();
                    let server = place.serve(move |_| {
                        shown.fetch_add(1, Ordering::SeqCst);
                        Ok(Answer::Done)
                    });
                    survivors
                        .lock()
                        .expect("no panic inside")
                        .push((instance, server));
                }
            });
        }
    });
    assert_eq!(survivors.lock().expect("no panic inside").len(), 1);
    assert_eq!(shown.load(Ordering::SeqCst), 19);
}
