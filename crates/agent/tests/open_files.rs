//! The socket when this process may open few files. It is a process of its own, since the limit is one of the process.
#![cfg(target_os = "linux")]
#![expect(
    clippy::disallowed_methods,
    reason = "the test measures, and starts a client in another process"
)]

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use rolecall_agent::socket::{self, Handler, Peer};
use rolecall_core::api::frame::write_frame;
use rolecall_core::api::protocol::{Answer, Call, Request, VERSION};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::time::{ClockId, clock_gettime};

/// Connects many times and sends part of a request each time, then asks once for every line of its input.
const CLIENT: &str = "
import socket, sys
def connect():
    s = socket.socket(socket.AF_UNIX); s.settimeout(60); s.connect(sys.argv[1]); return s
idle = [connect() for _ in range(200)]
for s in idle:
    try: s.send(b'\\0')
    except OSError: pass
print('ready', flush=True)
for _ in sys.stdin:
    s = connect(); s.sendall(bytes.fromhex(sys.argv[2]))
    print(len(s.recv(100)) > 0, flush=True)
";

#[test]
fn r34_a_process_without_files_left_answers_those_who_ask_and_does_not_spin() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = folder.path().join("rolecall");
    let handler: Handler = Arc::new(|_, _: &Peer<'_>| Ok(Answer::Done));
    let _server = socket::serve(&dir, handler).expect("a server");
    let limit = getrlimit(Resource::Nofile);
    assert!(
        limit.current >= limit.maximum.map(|hard| hard.min(4096)),
        "raised"
    );
    let few = Rlimit {
        current: Some(40),
        maximum: limit.maximum,
    };
    let mut frame = Vec::new();
    let request = Request {
        v: VERSION,
        client: "test".into(),
        call: Call::Snapshot,
    };
    write_frame(&mut frame, &request).expect("a frame");
    let mut client = Command::new("/usr/bin/python3")
        .args(["-c", CLIENT])
        .arg(dir.join("agent.sock"))
        .arg(data_encoding::HEXLOWER.encode(&frame))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3");
    setrlimit(Resource::Nofile, few).expect("a limit");
    let mut lines = BufReader::new(client.stdout.take().expect("piped")).lines();
    let mut line = || lines.next().expect("a line").expect("text");
    assert_eq!(line(), "ready");
    let mut input = client.stdin.take().expect("piped");
    let used_before = used();
    for _ in 0..10 {
        input.write_all(b"\n").expect("asked");
        assert_eq!(line(), "True");
    }
    drop(input);
    client.wait().expect("its end");
    assert!(used() - used_before < Duration::from_secs(1), "it spins");
}

/// Returns the processor time of this process.
fn used() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(
        u64::try_from(time.tv_sec).unwrap_or_default(),
        u32::try_from(time.tv_nsec).unwrap_or_default(),
    )
}
