//! Temporary profiles in AWS's credentials file: written and removed with a session, and everything else unchanged.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rolecall_core::asker::history::{Query, RequestKind};
use rolecall_core::aws_files::key_text::KeyPair;
use rolecall_core::aws_files::{AwsFile, Edited, TakenKey};
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::secret::Secret;
use rolecall_core::view::snapshot::Mode;
use rolecall_keeper::fakes::Fakes;
use rolecall_keeper::memory::MemoryFiles;
use rolecall_keeper::ports::{AwsEdit, AwsWriter, Files, Keeping, MovedKeysEdit, OwnFile};
use rolecall_keeper::{Keeper, Ports};

const ROLES: &str = "[roles.guest]\narn = \"arn:aws:iam::808768216571:role/guest\"\nsource = \"user\"\nregion = \"eu-west-1\"\n\
                     [roles.other]\narn = \"arn:aws:iam::808768216571:role/other\"\nsource = \"user\"\n";
const SETTINGS: &str = "[temporary_profiles]\nroles = [\"guest\", \"gone\"]\n";
const CREDENTIALS: &str = "# mine\r\n[own]\r\naws_access_key_id = x";

struct Set {
    fakes: Fakes,
    keeper: Arc<Keeper>,
}

impl Set {
    fn new(mode: Mode, credentials: &str) -> Self {
        let fakes = fakes(credentials);
        let ports = fakes.ports();
        Self::with(fakes, ports, mode)
    }

    fn with(fakes: Fakes, ports: Ports, mode: Mode) -> Self {
        let keeper = Arc::new(Keeper::new(ports, mode));
        keeper.restore_sessions();
        let secret = Secret::new("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".into());
        let pair = KeyPair::parse("AKIAIOSFODNN7EXAMPLE", &secret).expect("a key");
        keeper.add_key(&name("user"), &pair).expect("kept");
        Self { fakes, keeper }
    }

    fn assume(&self, role: &str) {
        self.keeper.assume(&name(role), None).expect("assumed");
        self.keeper.tick();
    }

    fn file(&self) -> String {
        let read = self
            .fakes
            .files
            .read_aws(AwsFile::Credentials)
            .expect("readable");
        read.text.expose().to_owned()
    }

    fn codes(&self) -> Vec<ProblemCode> {
        let problems = self.keeper.snapshot().problems;
        problems.into_iter().map(|problem| problem.code).collect()
    }
}

fn fakes(credentials: &str) -> Fakes {
    let fakes = Fakes::at(
        "2026-11-21T12:00:00Z"
            .parse::<Timestamp>()
            .expect("an instant"),
    );
    *fakes.files.roles.lock().expect("free") = ROLES.to_owned();
    *fakes.files.settings.lock().expect("free") = SETTINGS.to_owned();
    *fakes.files.aws_credentials.lock().expect("free") = credentials.to_owned();
    fakes
}

fn name(text: &str) -> Name {
    Name::parse(text).expect("a name")
}

#[test]
fn a_session_of_a_selected_role_is_written_renewed_and_removed_exactly() {
    let set = Set::new(Mode::Own, CREDENTIALS);
    set.assume("other");
    assert_eq!(set.file(), CREDENTIALS);
    set.assume("guest");
    let section = "\r\n[guest]\r\n# managed-by rolecall expires=2026-11-21T13:00:00Z\r\naws_access_key_id = ASIAFAKE000000000002\r\n\
                   aws_secret_access_key = c2VjcmV0\r\naws_session_token = dG9rZW4\r\nregion = eu-west-1\r\n";
    assert_eq!(set.file(), format!("{CREDENTIALS}{section}"));
    set.fakes.clock.advance(SignedDuration::from_mins(30));
    set.assume("guest");
    let renewed = section
        .replace("13:00:00", "13:30:00")
        .replace("0002", "0003");
    assert_eq!(set.file(), format!("{CREDENTIALS}{renewed}"));
    set.keeper.end(&name("guest")).expect("ends");
    set.keeper.tick();
    assert_eq!(set.file(), CREDENTIALS);
}

#[test]
fn t34_an_expired_session_leaves_the_file() {
    let set = Set::new(Mode::Own, CREDENTIALS);
    set.assume("guest");
    set.fakes.clock.advance(SignedDuration::from_mins(61));
    set.keeper.tick();
    assert_eq!(set.file(), CREDENTIALS);
}

#[test]
fn r35_quitting_removes_it_and_nothing_restores_it() {
    let set = Set::new(Mode::Own, CREDENTIALS);
    set.assume("guest");
    set.keeper.remove_temporary_profiles();
    set.keeper.tick();
    assert_eq!(set.file(), CREDENTIALS);
}

#[test]
fn t34_what_a_crash_left_is_removed_at_the_next_start_and_reported() {
    let crashed = Set::new(Mode::Own, CREDENTIALS);
    crashed.assume("guest");
    let left = crashed.file().replace(
        "[own]",
        "[left]\r\n# managed-by rolecall expires=2020-01-01T00:00:00Z\r\n[own]",
    );
    let next = Set::new(Mode::Own, &left);
    next.keeper.tick();
    assert_eq!(next.file(), CREDENTIALS);
    let titles = next.fakes.notifier.take_titles();
    assert_eq!(
        titles,
        ["2 temporary profiles from the last run were removed"]
    );
    next.keeper.tick();
    assert!(next.fakes.notifier.take_titles().is_empty());
}

#[test]
fn b46_a_profile_that_is_not_ours_stays_and_this_is_reported() {
    let foreign = "[guest]\naws_access_key_id = x\n";
    let set = Set::new(Mode::Own, foreign);
    set.assume("guest");
    assert_eq!(
        (set.file().as_str(), set.codes()),
        (foreign, vec![ProblemCode::NameTaken])
    );
    set.keeper.end(&name("guest")).expect("ends");
    set.keeper.tick();
    assert_eq!((set.file().as_str(), set.codes()), (foreign, vec![]));
}

#[test]
fn a_role_that_is_no_longer_selected_is_removed_from_the_file() {
    let set = Set::new(Mode::Own, CREDENTIALS);
    set.assume("guest");
    set.fakes.files.settings.lock().expect("free").clear();
    set.keeper.reload_settings();
    set.keeper.tick();
    assert_eq!(set.file(), CREDENTIALS);
}

#[test]
fn the_practice_set_writes_none() {
    let set = Set::new(Mode::Practice, CREDENTIALS);
    set.assume("guest");
    assert_eq!(set.file(), CREDENTIALS);
}

#[test]
fn t34_what_cannot_be_removed_at_the_start_is_reported_and_tried_again() {
    let left =
        "[left]\n# managed-by rolecall expires=2020-01-01T00:00:00Z\naws_secret_access_key = x\n";
    let fakes = fakes(left);
    let refusing = Writer::of(&fakes);
    refusing.refuses.store(true, Ordering::Relaxed);
    let ports = Ports {
        aws: refusing.clone(),
        ..fakes.ports()
    };
    let set = Set::with(fakes, ports, Mode::Own);
    set.keeper.tick();
    assert!(set.codes().contains(&ProblemCode::StorageFailed));
    assert_eq!(set.file(), left);
    refusing.refuses.store(false, Ordering::Relaxed);
    set.keeper.tick();
    assert!(!set.codes().contains(&ProblemCode::StorageFailed));
    assert_eq!(set.file(), "");
}

#[test]
fn a_role_is_selected_and_deselected_while_it_has_a_session() {
    let set = Set::new(Mode::Own, CREDENTIALS);
    set.assume("other");
    set.keeper
        .keep_temporary_profile(&name("other"))
        .expect("chosen");
    assert!(set.file().contains("[other]\r\n# managed-by rolecall"));
    let settings = set.fakes.files.read(OwnFile::Settings).expect("readable");
    assert_eq!(
        settings,
        SETTINGS.replace("\"gone\"", "\"gone\", \"other\"")
    );
    set.keeper
        .drop_temporary_profile(&name("other"))
        .expect("left");
    assert_eq!(set.file(), CREDENTIALS);
    assert_eq!(
        set.fakes.files.read(OwnFile::Settings).as_deref(),
        Ok(SETTINGS)
    );
}

#[test]
fn b46_a_role_is_not_selected_if_aws_would_use_something_else() {
    let set = Set::new(Mode::Own, "[guest]\naws_access_key_id = x\n");
    let config = "[profile other]\nrole_arn = arn:aws:iam::808768216571:role/x\n";
    *set.fakes.files.aws_config.lock().expect("free") = config.to_owned();
    for (role, part) in [
        ("guest", "~/.aws/credentials, line 1"),
        ("other", "role_arn"),
        ("nobody", "nobody"),
    ] {
        let problem = set.keeper.keep_temporary_profile(&name(role));
        let problem = problem.expect_err("refused");
        assert!(problem.what.contains(part), "{problem}");
    }
    assert_eq!(
        set.fakes.files.read(OwnFile::Settings).as_deref(),
        Ok(SETTINGS)
    );
    let practice = Set::new(Mode::Practice, CREDENTIALS);
    let refused = practice.keeper.keep_temporary_profile(&name("guest"));
    assert!(refused.is_err());
}

#[test]
fn a_renamed_role_keeps_its_temporary_profile() {
    let set = Set::new(Mode::Own, CREDENTIALS);
    let snapshot = set.keeper.snapshot();
    let role = snapshot.roles.iter().find(|role| role.name == "guest");
    let mut draft = role.expect("there").draft();
    draft.name = "visitor".to_owned();
    set.keeper
        .save_role(Some(&name("guest")), &draft)
        .expect("saved");
    let settings = set.keeper.snapshot().settings;
    assert_eq!(settings.temporary_profiles, ["gone", "visitor"]);
}

/// A writer that fails while the test sets it, and that ends the session of `guest` during an edit once it has a
/// keeper.
struct Writer {
    files: Arc<MemoryFiles>,
    refuses: AtomicBool,
    keeper: OnceLock<Arc<Keeper>>,
}

impl Writer {
    fn of(fakes: &Fakes) -> Arc<Self> {
        Arc::new(Self {
            files: fakes.files.clone(),
            refuses: AtomicBool::new(false),
            keeper: OnceLock::new(),
        })
    }
}

impl AwsWriter for Writer {
    fn edit(
        &self,
        file: AwsFile,
        keeping: Keeping<'_>,
        edit: AwsEdit<'_>,
    ) -> Result<Edited, Problem> {
        self.recover()?;
        let edited = AwsWriter::edit(&*self.files, file, keeping, edit);
        if let Some(keeper) = self.keeper.get() {
            drop(keeper.end(&name("guest")));
        }
        edited
    }
    fn recover(&self) -> Result<(), Problem> {
        match self.refuses.load(Ordering::Relaxed) {
            true => Err(Problem::new(ProblemCode::StorageFailed, "Full.", "Wait.")),
            false => self.files.recover(),
        }
    }
    fn backup_path(&self, file: AwsFile) -> String {
        self.files.backup_path(file)
    }
    fn command_line(&self) -> Result<String, Problem> {
        self.files.command_line()
    }
    fn has_program(&self, path: &str) -> bool {
        self.files.has_program(path)
    }
    fn moved_keys(&self) -> Result<Vec<TakenKey>, Problem> {
        self.files.moved_keys()
    }
    fn edit_moved_keys(&self, edit: MovedKeysEdit<'_>) -> Result<(), Problem> {
        self.files.edit_moved_keys(edit)
    }
}

#[test]
fn a_session_that_ends_while_the_file_is_written_is_noticed() {
    let fakes = fakes(CREDENTIALS);
    let slow = Writer::of(&fakes);
    let ports = Ports {
        aws: slow.clone(),
        ..fakes.ports()
    };
    let set = Set::with(fakes, ports, Mode::Own);
    set.keeper.assume(&name("guest"), None).expect("assumed");
    drop(slow.keeper.set(set.keeper.clone()));
    let pulse = set.keeper.tick();
    assert!(set.file().contains("[guest]"), "it was written meanwhile");

    let (woken, wakes) = mpsc::channel();
    let keeper = set.keeper.clone();
    thread::spawn(move || {
        keeper.wait_after(pulse);
        woken.send(())
    });
    let woke = wakes.recv_timeout(Duration::from_secs(60));
    assert!(
        woke.is_ok(),
        "the next tick waits, with a session's secret left in the file"
    );
    set.keeper.tick();
    assert_eq!(set.file(), CREDENTIALS);
}

#[test]
fn each_profile_that_is_written_is_in_the_history() {
    let set = Set::new(Mode::Own, CREDENTIALS);
    set.assume("guest");
    set.fakes.clock.advance(SignedDuration::from_mins(30));
    set.assume("guest");
    set.keeper.tick();
    let all = Query {
        role: None,
        since: None,
        limit: 10,
    };
    let lines = set.keeper.history(&all).expect("in memory");
    let shown: Vec<(&str, RequestKind, &str)> = lines
        .iter()
        .map(|line| (line.role.as_str(), line.request, line.process.as_str()))
        .collect();
    assert_eq!(shown, [("guest", RequestKind::Profile, "Rolecall"); 2]);
}
