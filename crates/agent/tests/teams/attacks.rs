//! A team's server that attacks: it never ends, drips, compresses, sends elsewhere, or hopes for a link in the cache.

use std::io::Read;
use std::net::TcpStream;
#[cfg(unix)]
use std::path::Path;

use super::*;

/// The longest that a catalogue may take, in seconds, and what a busy machine adds to it.
const LIMIT: Duration = Duration::from_secs(20 + 8);

/// Serves one connection with `answer`, and returns the address and what was received.
fn attack(
    answer: impl FnOnce(&mut TcpStream) -> std::io::Result<()> + Send + 'static,
) -> (String, Arc<Mutex<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/roles.toml", listener.local_addr().expect("own"));
    let received = Arc::new(Mutex::new(String::new()));
    let noted = received.clone();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a client");
        let mut head = [0; 4096];
        let length = stream.read(&mut head).expect("a request");
        *noted.lock().expect("not poisoned") =
            String::from_utf8_lossy(&head[..length]).to_lowercase();
        // The other end closes the connection once it has enough.
        let _ = answer(&mut stream);
    });
    (url, received)
}

/// Sends a beginning, and then the same again and again until nobody reads.
fn endless(begin: &'static str, again: &'static str) -> String {
    let (url, _) = attack(move |stream| {
        stream.write_all(begin.as_bytes())?;
        let many = again.repeat(1 + (16 << 10) / again.len());
        loop {
            stream.write_all(many.as_bytes())?;
        }
    });
    url
}

/// Follows a catalogue at this address until there is a problem, and returns it. There is no role.
fn refused(url: &str) -> String {
    let place = Place::new();
    let begun = Instant::now();
    place.follow(url);
    let problem = loop {
        let snapshot = place.keeper.snapshot();
        assert!(snapshot.roles.is_empty(), "{snapshot:?}");
        if let Some(problem) = snapshot.problems.first() {
            break problem.what.clone();
        }
        assert!(begun.elapsed() < LIMIT, "{url}: it still waits");
        thread::sleep(Duration::from_millis(5));
    };
    assert!(problem.contains("cannot be fetched"), "{problem}");
    assert!(problem.len() < 300, "{problem}");
    problem
}

#[test]
fn b49_what_never_ends_is_cut_off() {
    let ok = "HTTP/1.1 200 OK\r\n";
    let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    let extended = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;";
    let trailed = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\n# x\n\r\n0\r\n";
    let long = "HTTP/1.1 200 OK\r\ncontent-length: 18446744073709551615\r\n\r\n";
    let all = [
        (ok, "x: y\r\n"),
        (ok, "x"),
        ("HTTP/1.1 200 ", "O"),
        (chunked, "4\r\n# x\n\r\n"),
        (chunked, "ffffffffffffffff"),
        (extended, "x"),
        (trailed, "x: y\r\n"),
        (long, "# x\n"),
        ("", "\0"),
    ];
    thread::scope(|scope| {
        for (begin, again) in all {
            scope.spawn(move || refused(&endless(begin, again)));
        }
    });
}

#[test]
fn r08_a_dripping_server_is_given_up() {
    let all = [
        ("HTTP/1.1 200 OK\r\ncontent-length: 4000\r\n\r\n", "#"),
        ("HTTP/1.1 200 OK\r\n", "x"),
        ("", "HTTP/1.1 100 Continue\r\n\r\n"),
        ("", "HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n"),
    ];
    thread::scope(|scope| {
        for (begin, again) in all {
            let drip = move |stream: &mut TcpStream| {
                stream.write_all(begin.as_bytes())?;
                loop {
                    stream.write_all(again.as_bytes())?;
                    thread::sleep(Duration::from_millis(100));
                }
            };
            let url = attack(drip).0;
            scope.spawn(move || {
                let problem = refused(&url);
                assert!(problem.contains("no answer within 20 seconds"), "{problem}");
            });
        }
    });
}

#[test]
fn b48_a_part_of_a_catalogue_is_none() {
    let length = CATALOGUE.len();
    for head in [
        format!("content-length: {}", length + 1),
        "content-length: 1, 2".to_owned(),
        "content-length: 5\r\ncontent-length: 4000".to_owned(),
        "content-length: -1".to_owned(),
        format!("transfer-encoding: chunked\r\n\r\n{length:x}\r\n{CATALOGUE}\r\n5"),
        format!("transfer-encoding: chunked\r\n\r\n{length:x}\r\n{CATALOGUE}\r\n-1\r\n"),
        "transfer-encoding: gzip, chunked\r\n\r\nffff\r\n[roles.shared]".to_owned(),
    ] {
        let answer = format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n{CATALOGUE}");
        let (url, _) = attack(move |stream| stream.write_all(answer.as_bytes()));
        refused(&url);
    }
}

#[test]
fn b49_nothing_is_decompressed() {
    let (url, received) = attack(|stream| {
        let head = "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\nconnection: close\r\n\r\n";
        stream.write_all(head.as_bytes())?;
        stream.write_all(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 0xff])
    });
    assert!(refused(&url).contains("it is not UTF-8"));
    assert!(!received.lock().expect("not poisoned").contains("encoding"));
}

#[test]
fn b60_no_answer_leads_elsewhere() {
    let elsewhere = TcpListener::bind("127.0.0.1:0").expect("a port");
    elsewhere.set_nonblocking(true).expect("does not wait");
    let address = elsewhere.local_addr().expect("own");
    let secret = tempfile::NamedTempFile::new().expect("a file");
    fs::write(secret.path(), CATALOGUE).expect("written");
    for location in [
        format!("http://{address}/"),
        format!("//{address}/"),
        format!("file://{}", secret.path().display()),
        secret.path().display().to_string(),
        "data:text/plain,x".to_owned(),
    ] {
        for status in [300, 301, 302, 303, 305, 307, 308, 401, 407, 421, 503] {
            let answer = format!(
                "HTTP/1.1 {status} x\r\nlocation: {location}\r\nrefresh: 0; url={location}\r\nretry-after: 0\r\n\
                 alt-svc: h2=\"{address}\"\r\nproxy-authenticate: basic\r\nconnection: close\r\n\r\n{CATALOGUE}"
            );
            let (url, _) = attack(move |stream| stream.write_all(answer.as_bytes()));
            refused(&url);
        }
    }
    let nobody = elsewhere.accept().expect_err("nobody came");
    assert_eq!(nobody.kind(), std::io::ErrorKind::WouldBlock);
}

#[test]
fn b61_what_is_no_tls_is_refused() {
    for answer in [
        &b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n[roles]"[..],
        &[0x16, 3, 3, 0xff, 0xff, 2, 0xff, 0xff, 0xff],
        &[0x15, 3, 3, 0, 2, 2, 40],
        &[0; 70_000],
    ] {
        let (url, received) = attack(move |stream| stream.write_all(answer));
        refused(&url.replace("http://", "https://"));
        assert!(!received.lock().expect("not poisoned").contains("get /"));
    }
}

/// Returns the file of the copy in the cache.
#[cfg(unix)]
fn copy(place: &Place) -> std::path::PathBuf {
    let is_text = |path: &std::path::PathBuf| path.extension().is_some_and(|it| it == "toml");
    copies(place).into_iter().find(is_text).expect("a copy")
}

#[cfg(unix)]
#[test]
fn t35_a_link_in_the_cache_leads_to_no_other_file() {
    const CHANGED: &str =
        "[roles.other]\narn = \"arn:aws:iam::808768216571:role/other\"\nsource = \"x\"\n";
    let (url, heads) = serve(vec![ok(CATALOGUE), ok(CHANGED)]);
    let place = Place::new();
    place.follow(&url);
    place.wait_until(shared);
    place.wait_until(|_| copies(&place).len() == 2);
    let (copy, victim) = (copy(&place), place.folder.path().join("notes"));
    fs::write(&victim, CATALOGUE).expect("written");
    fs::remove_file(&copy).expect("removed");
    std::os::unix::fs::symlink(&victim, &copy).expect("a link");

    let again = Place::over(place.folder);
    again.follow(&url);
    again.wait_until(|snapshot| snapshot.roles.iter().any(|role| role.name == "other"));
    let is_written = |path: &Path| fs::read_to_string(path).is_ok_and(|text| text == CHANGED);
    again.wait_until(|_| is_written(&copy) && !copy.is_symlink());
    assert_eq!(fs::read_to_string(&victim).expect("read"), CATALOGUE);
    let heads = heads.lock().expect("not poisoned");
    assert!(!heads[1].contains("if-none-match"), "a link is no copy");
}
