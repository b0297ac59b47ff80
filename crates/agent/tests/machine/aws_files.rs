//! AWS's files on a real disk, with other programs that write them at any time.

use std::cell::Cell;
use std::fs::{self, File, FileTimes, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use rolecall_agent::aws_files::AwsFilesWriter;
use rolecall_agent::paths::{Environment, Paths};
use rolecall_core::aws_files::{AwsFile, Edited, Editor, OwnSection, ProfileName};
use rolecall_core::value::problem::Problem;
use rolecall_core::value::secret::Secret;
use rolecall_keeper::ports::{AwsWriter, Keeping};

use crate::crash::{Child, KillPoint, strace_is_there, variable};
use crate::desktop::skipped;
use crate::small_disk::on_small_disk;

const BASE: &str = "# mine\n[profile a]\nregion = eu-west-1\ns3 =\n  max = 20\n";

/// A home folder with AWS's files in it.
pub(crate) struct Home {
    dir: PathBuf,
    files: AwsFilesWriter,
}

impl Home {
    fn at(dir: &Path, watch: Duration) -> Self {
        let environment = Environment {
            home: Some(dir.to_owned()),
            ..Environment::default()
        };
        let paths = Paths::new(&environment).expect("paths");
        Self {
            dir: dir.to_owned(),
            files: AwsFilesWriter::watching_for(paths, watch),
        }
    }

    fn aws_dir(&self) -> PathBuf {
        self.dir.join(".aws")
    }

    fn config(&self) -> PathBuf {
        self.aws_dir().join("config")
    }

    fn write(&self, text: &str) {
        fs::create_dir_all(self.aws_dir()).expect("a folder");
        fs::set_permissions(self.aws_dir(), PermissionsExt::from_mode(0o700)).expect("sets");
        fs::write(self.config(), text).expect("writes");
        settle(&self.config());
    }

    fn text(&self) -> String {
        fs::read_to_string(self.config()).expect("there")
    }

    fn connect(&self) -> Result<Edited, Problem> {
        self.files
            .edit(AwsFile::Config, Keeping::Backup, &with_guest)
    }

    fn disconnect(&self) -> Result<Edited, Problem> {
        self.files.edit(AwsFile::Config, Keeping::Backup, &|text| {
            Ok(without_guest(text))
        })
    }

    fn names(&self) -> Vec<String> {
        names(&self.aws_dir())
    }
}

fn names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).expect("a folder").flatten();
    let mut names: Vec<String> = entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn in_home(test: impl FnOnce(&Home)) {
    let dir = tempfile::tempdir().expect("a folder");
    test(&Home::at(dir.path(), Duration::ZERO));
}

fn with_guest(text: &str) -> Result<Edited, Problem> {
    let settings = vec![(
        "credential_process",
        Secret::new("/usr/bin/rolecall credentials guest".into()),
    )];
    let section = OwnSection::new(ProfileName::parse("guest")?, None, settings).expect("safe");
    let mut editor = Editor::new(AwsFile::Config, text);
    editor
        .put(&section)
        .map_err(|foreign| foreign.problem("~/.aws/config"))?;
    Ok(editor.finish())
}

fn without_guest(text: &str) -> Edited {
    let mut editor = Editor::new(AwsFile::Config, text);
    editor.remove(|owned| owned.profile == "guest");
    editor.finish()
}

/// Makes a file look as if it had not been written for a while.
pub(crate) fn settle(path: &Path) {
    let before = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let file = OpenOptions::new().write(true).open(path).expect("there");
    file.set_times(FileTimes::new().set_modified(before))
        .expect("sets");
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("there").permissions().mode() & 0o777
}

#[test]
fn a_section_is_added_and_removed_and_the_file_is_unchanged() {
    in_home(|home| {
        home.write(BASE);
        fs::set_permissions(home.config(), PermissionsExt::from_mode(0o640)).expect("sets");
        home.connect().expect("connects");
        assert_eq!(home.text(), with_guest(BASE).expect("edited").text.expose());
        home.disconnect().expect("disconnects");
        assert_eq!((home.text().as_str(), mode(&home.config())), (BASE, 0o640));
        assert_eq!(home.names(), ["config"]);
    });
}

#[test]
fn r23_a_missing_folder_and_file_are_created_private() {
    in_home(|home| {
        home.connect().expect("connects");
        assert!(home.text().starts_with("[profile guest]\n"));
        assert_eq!(
            (mode(&home.aws_dir()), mode(&home.config())),
            (0o700, 0o600)
        );
    });
}

#[test]
fn secrets_are_closed_to_other_users() {
    in_home(|home| {
        home.write(BASE);
        let path = home.aws_dir().join("credentials");
        fs::write(&path, "[a]\n").expect("writes");
        fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).expect("sets");
        home.files
            .edit(AwsFile::Credentials, Keeping::Backup, &with_guest)
            .expect("edits");
        assert_eq!(mode(&path), 0o600);
    });
}

#[test]
fn an_edit_without_changes_writes_nothing() {
    in_home(|home| {
        home.write(BASE);
        home.connect().expect("connects");
        settle(&home.config());
        let before = fs::metadata(home.config())
            .and_then(|found| found.modified())
            .expect("a time");
        assert_eq!(home.connect().expect("connects").difference, []);
        assert_eq!(
            fs::metadata(home.config())
                .and_then(|found| found.modified())
                .expect("a time"),
            before
        );
    });
}

#[test]
fn c6_a_private_backup_is_made_once_a_run_and_at_most_three_are_kept() {
    in_home(|home| {
        for round in 1..=5 {
            home.write(&format!("# {round}\n"));
            let again = Home::at(&home.dir, Duration::ZERO);
            again.connect().expect("connects");
            again.disconnect().expect("disconnects");
        }
        let dir = home.dir.join(".local/state/rolecall/backups");
        assert_eq!(names(&dir), ["config.1", "config.2", "config.3"]);
        assert_eq!(
            fs::read_to_string(dir.join("config.1")).expect("there"),
            "# 5\n"
        );
        assert_eq!(mode(&dir.join("config.1")), 0o600);
    });
}

#[test]
fn c6_a_backup_of_a_key_move_and_all_earlier_ones_lack_the_secret() {
    in_home(|home| {
        let dir = home.dir.join(".local/state/rolecall/backups");
        let read = |name: &str| fs::read_to_string(dir.join(name)).expect("there");
        let secret = Secret::new("wJalrXUtnFEMI".to_owned());
        let base = "[a]\naws_secret_access_key=wJalrXUtnFEMI\nregion = x\n";
        let blanked = base.replace("wJalrXUtnFEMI", "(in the keychain of Rolecall)");
        home.write(base);
        home.connect().expect("connects");
        assert_eq!(read("config.1"), base);
        fs::copy(dir.join("config.1"), dir.join("credentials.3")).expect("copies");
        let gone = |text: &str| {
            let mut edited = Edited::unchanged("");
            edited.text = Secret::new(text.replace("wJalrXUtnFEMI", "gone"));
            Ok(edited)
        };
        let keeping = Keeping::Without(&secret);
        home.files
            .edit(AwsFile::Config, keeping, &gone)
            .expect("edits");
        assert!(home.text().contains("=gone"));
        let connected = home
            .text()
            .replace("=gone", "=(in the keychain of Rolecall)");
        assert_eq!(read("config.1"), connected);
        assert_eq!(
            (read("config.2"), read("credentials.3")),
            (blanked.clone(), blanked)
        );
        assert_eq!(mode(&dir.join("config.1")), 0o600);
        assert_eq!(
            home.files.backup_path(AwsFile::Config),
            "~/.local/state/rolecall/backups/config.1"
        );
    });
}

#[test]
fn r17_a_secret_stays_in_the_file_if_it_cannot_be_backed_up_without_the_secret() {
    in_home(|home| {
        let secret = Secret::new("wJalrXUtnFEMI".to_owned());
        home.write("[a]\naws_secret_access_key=wJalrXUtnFEMI\n");
        let before = home.text();
        fs::create_dir_all(home.dir.join(".local/state/rolecall")).expect("a folder");
        fs::write(home.dir.join(".local/state/rolecall/backups"), "a file").expect("writes");
        let gone = |text: &str| {
            let mut edited = Edited::unchanged("");
            edited.text = Secret::new(text.replace("wJalrXUtnFEMI", "gone"));
            Ok(edited)
        };
        let keeping = Keeping::Without(&secret);
        let problem = home.files.edit(AwsFile::Config, keeping, &gone);
        let problem = problem.expect_err("refused");
        assert!(problem.what.contains("backups"), "{problem}");
        assert_eq!(home.text(), before);
    });
}

#[test]
fn r32_links_are_kept_and_their_targets_replaced() {
    in_home(|home| {
        home.write(BASE);
        let dotfiles = home.dir.join("dotfiles");
        fs::create_dir(&dotfiles).expect("a folder");
        fs::rename(home.config(), dotfiles.join("aws-config")).expect("moves");
        symlink("../dotfiles/aws-config", home.aws_dir().join("middle")).expect("links");
        symlink("middle", home.config()).expect("links");
        home.connect().expect("connects");
        assert!(
            fs::symlink_metadata(home.config())
                .expect("there")
                .is_symlink()
        );
        assert!(
            fs::read_to_string(dotfiles.join("aws-config"))
                .expect("there")
                .contains("[profile guest]")
        );
        assert_eq!(
            (names(&dotfiles), home.names()),
            (
                vec!["aws-config".to_owned()],
                vec!["config".to_owned(), "middle".to_owned()]
            )
        );
    });
}

#[test]
fn t35_no_folder_above_a_file_may_be_writable_for_others() {
    in_home(|home| {
        let (above, below) = (home.dir.join("a b"), home.dir.join("a b/data/aws"));
        fs::create_dir_all(&below).expect("folders");
        symlink(&below, home.aws_dir()).expect("links");
        home.connect().expect("connects");
        fs::set_permissions(&above, PermissionsExt::from_mode(0o777)).expect("sets");
        let problem = home.disconnect().expect_err("refused");
        let shown = above.display();
        assert!(
            problem
                .what
                .contains(&format!("is below {shown}, which every user can write")),
            "{problem}"
        );
        assert!(
            problem.remedy.ends_with(&format!("chmod o-w '{shown}'")),
            "{problem}"
        );
        assert!(home.text().contains("guest"), "not written");
        // As in /tmp, nobody can rename the folder of another user.
        fs::set_permissions(&above, PermissionsExt::from_mode(0o1777)).expect("sets");
        home.disconnect().expect("disconnects");
    });
}

#[test]
fn t35_b42_a_file_that_others_could_have_created_is_not_written() {
    in_home(|home| {
        let refused = |part: &str| {
            let problem = home.connect().expect_err("refused");
            assert!(problem.what.contains(part), "{part}: {problem}");
        };
        home.write(BASE);
        fs::set_permissions(home.config(), PermissionsExt::from_mode(0o666)).expect("sets");
        refused("can be written by every user");
        fs::set_permissions(home.config(), PermissionsExt::from_mode(0o600)).expect("sets");
        fs::hard_link(home.config(), home.aws_dir().join("other")).expect("links");
        refused("hard link");
        fs::remove_file(home.aws_dir().join("other")).expect("removes");
        fs::set_permissions(home.aws_dir(), PermissionsExt::from_mode(0o777)).expect("sets");
        refused("a folder that every user can write");
        fs::set_permissions(home.aws_dir(), PermissionsExt::from_mode(0o700)).expect("sets");
        fs::set_permissions(&home.dir, PermissionsExt::from_mode(0o777)).expect("sets");
        refused("which every user can write");
        fs::set_permissions(&home.dir, PermissionsExt::from_mode(0o700)).expect("sets");
        assert_eq!(home.text(), BASE);
        fs::remove_file(home.config()).expect("removes");
        symlink("config", home.config()).expect("links");
        refused("too many links");
        fs::remove_file(home.config()).expect("removes");
        fs::create_dir(home.config()).expect("a folder");
        refused("is a folder");
        fs::remove_dir(home.config()).expect("removes");
        fs::write(home.config(), b"[profile caf\xe9]\n").expect("writes");
        refused("not UTF-8 at byte 12");
    });
}

/// Tests that need root: `cargo test root::`.
mod root {
    use super::*;

    #[test]
    fn t35_another_users_file_is_not_written() {
        if !rustix::process::geteuid().is_root() {
            return skipped("only root can make another user's file");
        }
        in_home(|home| {
            home.write(BASE);
            std::os::unix::fs::chown(home.config(), Some(12_345), None).expect("changes hands");
            let problem = home.connect().expect_err("refused");
            assert!(
                problem.what.contains("belongs to another user"),
                "{problem}"
            );
        });
    }
}

/// A badly behaved writer: it reads, waits, truncates the file and writes it in two parts, without a lock.
/// Returns when it was done.
fn append_as_others_do(path: &Path, pauses: [u64; 4]) -> Instant {
    let wait = |of: usize| pause(Duration::from_micros(pauses[of]));
    wait(0);
    let text = fs::read_to_string(path).expect("there");
    wait(1);
    let mut file = File::create(path).expect("there");
    wait(2);
    let text = format!("{text}[profile theirs]\nregion = x\n");
    let (first, second) = text.split_at(text.len() / 2);
    file.write_all(first.as_bytes()).expect("writes");
    wait(3);
    file.write_all(second.as_bytes()).expect("writes");
    now()
}

#[expect(
    clippy::disallowed_methods,
    reason = "tells which of two threads was done first"
)]
fn now() -> Instant {
    Instant::now()
}

#[expect(
    clippy::disallowed_methods,
    reason = "is another program that takes its time"
)]
pub(crate) fn pause(time: Duration) {
    thread::sleep(time);
}

/// Deterministic pseudo-random numbers: Marsaglia's xorshift.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) % limit
    }
}

/// How long our edits watch for the other program.
const WATCHED: Duration = Duration::from_millis(40);

/// Runs one edit of ours and one of another program concurrently, then checks that nothing is lost. Returns whether they
/// overlapped: on a busy machine, the other edit may end long after ours stops watching. Ours watches from its last edit
/// on, and looks once more after that.
fn interleave(numbers: &mut Numbers) -> bool {
    let dir = tempfile::tempdir().expect("a folder");
    let home = Home::at(dir.path(), WATCHED);
    home.write(BASE);
    let ours_after = Duration::from_micros(numbers.below(8_000));
    let pauses = [(); 4].map(|()| numbers.below(3_000));
    let is_in_time = thread::scope(|scope| {
        let theirs = scope.spawn(|| append_as_others_do(&home.config(), pauses));
        pause(ours_after);
        let last_edit = Cell::new(now());
        let edit = |text: &str| {
            last_edit.set(now());
            with_guest(text)
        };
        let edited = home.files.edit(AwsFile::Config, Keeping::Backup, &edit);
        edited.expect("connects");
        theirs.join().expect("no panic") <= last_edit.get() + WATCHED
    });
    if !is_in_time {
        return false;
    }
    let text = home.text();
    let theirs = format!("{BASE}[profile theirs]\nregion = x\n");
    assert!(
        text.contains("[profile guest]\n# managed-by rolecall\n"),
        "ours is lost: {pauses:?} {ours_after:?}\n{text}"
    );
    let rest = without_guest(&text);
    let rest = rest.text.expose().replace("20\n\n[", "20\n[");
    assert_eq!(rest, theirs, "theirs is lost: {pauses:?} {ours_after:?}");
    assert_eq!(home.names(), ["config"]);
    true
}

#[test]
fn r31_a_thousand_interleavings_with_a_writer_that_locks_nothing_lose_nothing() {
    thread::scope(|scope| {
        for seed in 1..=10 {
            scope.spawn(move || {
                let mut numbers = Numbers(0x9E37_79B9_7F4A_7C15 ^ seed);
                let mut done = 0;
                // Ten attempts each, so that a machine that is always too slow fails.
                for _ in 0..1_000 {
                    done += u32::from(interleave(&mut numbers));
                    if done == 100 {
                        return;
                    }
                }
                unreachable!("only {done} of 100 were in time");
            });
        }
    });
}

#[test]
fn b45_a_file_that_keeps_changing_is_not_written() {
    in_home(|home| {
        home.write(BASE);
        let path = home.config();
        let asked = Cell::new(0);
        let meddling = |text: &str| {
            asked.set(asked.get() + 1);
            let edited = with_guest(text);
            fs::write(&path, format!("{BASE}# {}\n", asked.get())).expect("writes");
            settle(&path);
            edited
        };
        let problem = home
            .files
            .edit(AwsFile::Config, Keeping::Backup, &meddling)
            .expect_err("restless");
        assert!(
            problem
                .what
                .ends_with("was changed by another program; nothing was written."),
            "{problem}"
        );
        assert_eq!((home.text(), asked.get()), (format!("{BASE}# 5\n"), 5));
    });
}

#[test]
fn r22_a_full_or_read_only_disk_leaves_the_old_file() {
    on_small_disk(
        "aws_files::r22_a_full_or_read_only_disk_leaves_the_old_file",
        |small| {
            let home = Home::at(&small.dir, Duration::ZERO);
            home.write(BASE);
            home.connect().expect("connects");
            home.disconnect().expect("disconnects");
            let filler = small.fill();
            let problem = home.connect().expect_err("full");
            assert!(problem.what.contains("no space left"), "{problem}");
            assert_eq!(
                (home.text().as_str(), home.names()),
                (BASE, vec!["config".to_owned()])
            );
            fs::remove_file(filler).expect("removes");
            small.remount("ro");
            assert!(home.connect().is_err());
            assert_eq!(home.text(), BASE);
        },
    );
}

/// The variable with the path for the child process.
const PLACE: &str = "ROLECALL_TEST_AWS_CRASH_DIR";

#[test]
fn r25_kill_at_any_call_keeps_old_or_new() {
    if let Some(dir) = variable(PLACE) {
        Home::at(&dir, Duration::ZERO).connect().expect("connects");
        return;
    }
    if !strace_is_there() {
        return skipped("strace is not installed or not allowed");
    }
    let connected = with_guest(BASE).expect("edited").text;
    let in_child = |home: &Home, point: Option<&KillPoint>| {
        home.write(BASE);
        let child = Child {
            test: "aws_files::r25_kill_at_any_call_keeps_old_or_new",
            variables: vec![(PLACE, home.dir.as_os_str())],
        };
        match point {
            None => child.kill_points(),
            Some(point) => {
                child.is_killed_at(point);
                Vec::new()
            }
        }
    };
    let dir = tempfile::tempdir().expect("a folder");
    let points = in_child(&Home::at(dir.path(), Duration::ZERO), None);
    let (mut old, mut new) = (0, 0);
    for point in &points {
        let dir = tempfile::tempdir().expect("a folder");
        let home = Home::at(dir.path(), Duration::ZERO);
        in_child(&home, Some(point));
        match home.text() {
            text if text == BASE => old += 1,
            text if text == connected.expose() => new += 1,
            text => unreachable!("{point:?} left neither: {text}"),
        }
        home.files.recover().expect("recovers");
        assert_eq!(home.names(), ["config"], "{point:?}");
        home.connect().expect("connects after a crash");
        assert_eq!(home.text(), connected.expose(), "{point:?}");
    }
    assert!(old > 5 && new > 2, "{old} times old, {new} times new");
}
