//! Many connections at once.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use rolecall_core::api::protocol::{Answer, Call};
use rolecall_core::api::wire_secret::WireSecret;

use crate::{Place, done};

/// Less than the five seconds that a silent connection may take, and enough for a busy machine.
const AT_ONCE: Duration = Duration::from_secs(4);

#[test]
fn b67_at_most_32_requests_are_answered_at_once_and_the_others_wait() {
    let place = Place::new();
    let open = Arc::new(Mutex::new((0_usize, 0_usize)));
    let counted = open.clone();
    let _server = place.serve(move |_| {
        {
            let mut open = counted.lock().expect("no panic inside");
            open.0 += 1;
            open.1 = open.1.max(open.0);
        }
        // As long as a request that calls AWS.
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
fn t40_silent_connections_do_not_block_a_real_one() {
    let place = Place::new();
    let _server = place.serve(done);
    let _silent: Vec<UnixStream> = (0..100).map(|_| place.connect()).collect();
    let begun = Instant::now();
    assert!(place.ask(Call::Snapshot).is_ok());
    assert!(begun.elapsed() < AT_ONCE, "{:?}", begun.elapsed());
}

#[test]
fn t40_a_thousand_silent_connections_cost_a_real_one_nothing() {
    let place = Place::new();
    let _server = place.serve(done);
    let silent: Vec<UnixStream> = (0..1000).map(|_| place.connect()).collect();
    for mut stream in &silent {
        // It may be closed by now.
        let _ = stream.write_all(&[0]);
    }
    let begun = Instant::now();
    for _ in 0..10 {
        assert!(place.ask(Call::Snapshot).is_ok());
    }
    assert!(begun.elapsed() < AT_ONCE, "{:?}", begun.elapsed());
}

#[test]
fn too_many_waiting_requests_are_refused_at_once_and_the_others_answered() {
    let place = Place::new();
    let (open, gate) = mpsc::channel::<()>();
    let gate = Mutex::new(gate);
    let _server = place.serve_peers(move |call, peer| match call {
        Call::Credentials { .. } => {
            peer.park()?;
            // All go on once the sender is dropped.
            let _ = gate.lock().expect("no panic inside").recv();
            Ok(Answer::Done)
        }
        call => done(call),
    });
    let credentials = || {
        let role = "guest".to_owned();
        let reasons = Vec::new();
        place.ask(Call::Credentials { role, reasons })
    };
    let (refuse, refused) = mpsc::channel();
    thread::scope(|scope| {
        let asking: Vec<_> = (0..300)
            .map(|_| {
                let refuse = refuse.clone();
                let credentials = &credentials;
                scope.spawn(move || {
                    let Err(problem) = credentials() else { return };
                    assert!(problem.what.contains("too many requests"), "{problem}");
                    refuse.send(()).expect("a test that counts");
                })
            })
            .collect();
        for _ in 0..44 {
            let soon = Duration::from_secs(60);
            refused.recv_timeout(soon).expect("a refusal");
        }
        let begun = Instant::now();
        assert!(place.ask(Call::Snapshot).is_ok());
        let problem = credentials().expect_err("too many");
        assert!(problem.what.contains("too many requests"), "{problem}");
        assert!(begun.elapsed() < AT_ONCE, "at once");
        drop(open);
        asking
            .into_iter()
            .for_each(|asked| asked.join().expect("no panic"));
    });
    let others = refused.try_iter().count();
    assert_eq!(others, 0, "one process may have 256 waiting");
    assert!(credentials().is_ok(), "the places are free again");
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
    assert!(begun.elapsed() < AT_ONCE, "{:?}", begun.elapsed());
    assert!(
        resident() < before + 10 * 1024,
        "{before} then {} KiB",
        resident()
    );
}

#[test]
fn an_answer_waits_for_no_timer() {
    let place = Place::new();
    let line = "x".repeat(1500);
    let _server = place.serve(move |_| Ok(Answer::Text(WireSecret::new(line.clone()))));
    let ours = median(|| {
        let role = "guest".into();
        let reasons = Vec::new();
        assert!(place.ask(Call::Credentials { role, reasons }).is_ok());
    });
    let plain = median(|| {
        let (mut here, mut there) = UnixStream::pair().expect("a pair");
        let answering = thread::spawn(move || {
            let mut byte = [0];
            there
                .read_exact(&mut byte)
                .and_then(|()| there.write_all(&[1; 1500]))
        });
        let mut answer = [0; 1500];
        here.write_all(&[0])
            .and_then(|()| here.read_exact(&mut answer))
            .expect("an answer");
        answering.join().expect("no panic").expect("answered");
    });
    println!("{ours:?}, a bare pair of sockets {plain:?}");
    // Side by side, so that a busy machine slows both down. A timer of some milliseconds would make it a hundred.
    assert!(ours < 40 * plain, "{ours:?} and {plain:?}");
}

fn median(round: impl Fn()) -> Duration {
    let mut times: Vec<Duration> = (0..300)
        .map(|_| {
            let begun = Instant::now();
            round();
            begun.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[times.len() / 2]
}
