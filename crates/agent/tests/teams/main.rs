//! Team catalogues from a file and from a server on loopback.
#![expect(
    clippy::disallowed_methods,
    reason = "waits for a thread, and moves a file's date"
)]

mod attacks;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use rolecall_agent::paths::{Environment, Paths};
use rolecall_agent::teams::Teams;
use rolecall_core::settings::{self, Settings};
use rolecall_core::value::origin::OriginKind;
use rolecall_core::view::snapshot::{Mode, Snapshot};
use rolecall_keeper::Keeper;
use rolecall_keeper::fakes::Fakes;

const CATALOGUE: &str =
    "[roles.shared]\narn = \"arn:aws:iam::808768216571:role/guest\"\nsource = \"team-key\"\n";

/// A keeper with its team catalogues, in a temporary folder.
struct Place {
    folder: tempfile::TempDir,
    keeper: Arc<Keeper>,
    teams: Arc<Teams>,
}

impl Place {
    fn new() -> Self {
        Self::over(tempfile::tempdir().expect("a folder"))
    }

    fn over(folder: tempfile::TempDir) -> Self {
        let environment = Environment {
            home: Some(folder.path().to_path_buf()),
            ..Environment::default()
        };
        let paths = Paths::new(&environment).expect("paths");
        let fakes = Fakes::at("2026-11-21T12:00:00Z".parse().expect("an instant"));
        let keeper = Arc::new(Keeper::new(fakes.ports(), Mode::Own));
        let teams = Teams::new(keeper.clone(), &paths);
        Self {
            folder,
            keeper,
            teams,
        }
    }

    fn follow(&self, from: &str) {
        self.teams.follow(&settings_of(from));
    }

    fn wait_until(&self, condition: impl Fn(&Snapshot) -> bool) -> Snapshot {
        let begun = Instant::now();
        loop {
            let snapshot = self.keeper.snapshot();
            if condition(&snapshot) {
                return snapshot;
            }
            assert!(begun.elapsed() < Duration::from_secs(60), "{snapshot:?}");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Makes the cached copies two days old.
    fn age(&self) {
        let dir = self.folder.path().join(".local/state/rolecall/teams");
        for file in fs::read_dir(dir).expect("copies") {
            let file = fs::File::options()
                .append(true)
                .open(file.expect("a file").path())
                .expect("open");
            let then = SystemTime::now() - Duration::from_secs(2 * 24 * 60 * 60);
            file.set_modified(then).expect("a date");
        }
    }
}

fn settings_of(from: &str) -> Settings {
    settings::read(
        &format!("[teams.platform]\nfrom = \"{from}\"\nsource = \"user\"\n"),
        "settings.toml",
    )
    .expect("settings")
    .settings
}

fn shared(snapshot: &Snapshot) -> bool {
    snapshot.roles.iter().any(|role| role.name == "shared")
}

/// Serves the answers in turn, and records the request headers.
fn serve(answers: Vec<String>) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!(
        "http://{}/roles.toml",
        listener.local_addr().expect("an address")
    );
    let heads = Arc::new(Mutex::new(Vec::new()));
    let noted = heads.clone();
    thread::spawn(move || {
        for answer in answers {
            let (mut stream, _) = listener.accept().expect("a client");
            let reader = BufReader::new(stream.try_clone().expect("a stream"));
            let lines = reader
                .lines()
                .map_while(Result::ok)
                .take_while(|line| !line.is_empty());
            noted
                .lock()
                .expect("not poisoned")
                .push(lines.collect::<Vec<_>>().join("\n").to_lowercase());
            stream.write_all(answer.as_bytes()).expect("written");
        }
    });
    (url, heads)
}

fn ok(body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\netag: \"v1\"\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

#[test]
fn a_file_adds_read_only_roles_with_the_source_of_the_team() {
    let place = Place::new();
    let path = place.folder.path().join("team.toml");
    fs::write(&path, CATALOGUE).expect("written");
    place.follow(&path.display().to_string());
    let snapshot = place.wait_until(shared);
    let role = &snapshot.roles[0];
    assert_eq!(
        (role.source.as_str(), role.origin.kind),
        ("user", OriginKind::Team)
    );
    assert!(
        place
            .keeper
            .remove_role(&"shared".to_owned().try_into().expect("a name"))
            .is_err()
    );
    place.teams.follow(&Settings::default());
    place.wait_until(|snapshot| snapshot.roles.is_empty());
}

#[test]
fn a_missing_or_invalid_file_is_reported_and_the_last_valid_roles_stay() {
    let place = Place::new();
    let path = place.folder.path().join("team.toml");
    place.follow(&path.display().to_string());
    let snapshot = place.wait_until(|snapshot| !snapshot.problems.is_empty());
    assert!(
        snapshot.problems[0]
            .what
            .starts_with("There is no team catalogue"),
        "{:?}",
        snapshot.problems
    );
    fs::write(&path, CATALOGUE).expect("written");
    place.follow(&path.display().to_string());
    place.wait_until(|snapshot| shared(snapshot) && snapshot.problems.is_empty());
    fs::write(&path, "[roles.shared\n").expect("written");
    place.follow(&path.display().to_string());
    let snapshot = place.wait_until(|snapshot| !snapshot.problems.is_empty());
    assert!(shared(&snapshot));
}

#[test]
fn a_url_is_fetched_once_a_day_and_conditionally() {
    let unchanged = "HTTP/1.1 304 Not Modified\r\nconnection: close\r\n\r\n".to_owned();
    let (url, heads) = serve(vec![ok(CATALOGUE), unchanged]);
    let place = Place::new();
    place.follow(&url);
    place.wait_until(shared);
    assert!(!heads.lock().expect("not poisoned")[0].contains("if-none-match"));
    let copies = place.folder.path().join(".local/state/rolecall/teams");
    let written = |_: &Snapshot| fs::read_dir(&copies).is_ok_and(|files| files.count() == 2);
    place.wait_until(written);

    let again = Place::over(place.folder);
    again.follow(&url);
    again.wait_until(shared);
    assert_eq!(
        heads.lock().expect("not poisoned").len(),
        1,
        "a fresh copy is not fetched again"
    );

    again.age();
    again.follow(&url);
    again.wait_until(|_| heads.lock().expect("not poisoned").len() == 2);
    assert!(heads.lock().expect("not poisoned")[1].contains("if-none-match: \"v1\""));
    assert!(shared(&again.keeper.snapshot()));
}

#[test]
fn offline_the_cached_copy_is_used_and_without_one_there_is_a_problem() {
    let (url, _) = serve(vec![ok(CATALOGUE)]);
    let place = Place::new();
    place.follow(&url);
    place.wait_until(shared);
    let again = Place::over(place.folder);
    again.age();
    again.follow(&url);
    assert!(again.wait_until(shared).problems.is_empty());

    let bare = Place::new();
    bare.follow(&url);
    let snapshot = bare.wait_until(|snapshot| !snapshot.problems.is_empty());
    assert!(
        snapshot.problems[0].what.contains("cannot be fetched"),
        "{:?}",
        snapshot.problems
    );
}

#[test]
fn b47_b60_a_page_a_redirect_and_an_endless_answer_are_refused() {
    let endless = format!(
        "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{}",
        "# x\n".repeat(1_200_000)
    );
    for (answer, word) in [
        (ok("<html>sign in</html>"), "web page"),
        (
            "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\nconnection: close\r\n\r\n"
                .to_owned(),
            "moved",
        ),
        (
            "HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n".to_owned(),
            "signing in",
        ),
        (endless, "4 MiB"),
    ] {
        let (url, _) = serve(vec![answer]);
        let place = Place::new();
        place.follow(&url);
        let snapshot = place.wait_until(|snapshot| !snapshot.problems.is_empty());
        assert!(
            snapshot.problems[0].what.contains(word),
            "{:?}",
            snapshot.problems
        );
        assert!(snapshot.roles.is_empty());
    }
}

const NONSENSE: [&str; 4] = [
    "The service is being maintained.\nPlease try again later.\n",
    "",
    "maintenance = true\n",
    "[roles.shared]\narn = \"not an ARN\"\n",
];

#[test]
fn an_answer_that_is_no_catalogue_leaves_the_good_copy_in_use_also_after_a_restart() {
    for nonsense in NONSENSE {
        let (url, heads) = serve(vec![ok(CATALOGUE), ok(nonsense)]);
        let place = Place::new();
        place.follow(&url);
        place.wait_until(shared);
        place.wait_until(|_| copies(&place).len() == 2);
        place.age();
        place.follow(&url);
        let snapshot = place.wait_until(|snapshot| !snapshot.problems.is_empty());
        assert!(shared(&snapshot), "{nonsense:?}");
        assert_eq!(heads.lock().expect("not poisoned").len(), 2);

        let again = Place::over(place.folder);
        again.follow(&url);
        again.wait_until(shared);
    }
}

#[test]
fn a_copy_that_is_no_catalogue_is_not_fresh_and_its_tag_is_not_sent() {
    let (url, heads) = serve(vec![ok(CATALOGUE), ok(CATALOGUE)]);
    let place = Place::new();
    place.follow(&url);
    place.wait_until(shared);
    place.wait_until(|_| copies(&place).len() == 2);
    for copy in copies(&place) {
        if copy.extension().is_some_and(|it| it == "toml") {
            fs::write(copy, NONSENSE[0]).expect("written");
        }
    }
    let again = Place::over(place.folder);
    again.follow(&url);
    again.wait_until(shared);
    let heads = heads.lock().expect("not poisoned");
    assert!(heads.len() == 2 && !heads[1].contains("if-none-match"));
}

/// Returns the files of the cached copies.
fn copies(place: &Place) -> Vec<std::path::PathBuf> {
    let dir = place.folder.path().join(".local/state/rolecall/teams");
    let files = fs::read_dir(dir).into_iter().flatten();
    files.map(|file| file.expect("a file").path()).collect()
}
