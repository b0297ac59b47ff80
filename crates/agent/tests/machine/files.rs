//! The user's files on a real disk.

use std::cell::Cell;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use rolecall_agent::files::ConfigFiles;
use rolecall_agent::paths::{Environment, Paths};
use rolecall_core::aws_files::AwsFile;
use rolecall_core::catalogue::FILE_MAX;
use rolecall_core::value::access_key::{AccessKey, AccessKeyId};
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_keeper::ports::{Files, Journal, OwnFile};
use rustix::fs::{CWD, Mode};

use crate::aws_files::{pause, settle};
use crate::small_disk::on_small_disk;

/// A home folder with the files.
struct Home {
    _dir: tempfile::TempDir,
    paths: Paths,
    files: ConfigFiles,
}

impl Home {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let (paths, files) = at(dir.path());
        Self {
            _dir: dir,
            paths,
            files,
        }
    }

    fn with_folder() -> Self {
        let home = Self::new();
        fs::create_dir_all(&home.paths.config_dir).expect("a folder");
        home
    }

    /// Replaces the file of roles.
    fn write(&self, text: &str) -> Result<String, Problem> {
        write(&self.files, text)
    }

    fn roles(&self) -> PathBuf {
        self.paths.roles_path()
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.paths.config_dir).expect("a folder");
        let mut names: Vec<String> = entries
            .map(|entry| {
                entry
                    .expect("an entry")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect();
        names.sort();
        names
    }
}

fn write(files: &ConfigFiles, text: &str) -> Result<String, Problem> {
    files.edit(OwnFile::Roles, &|_| Ok(text.to_owned()))
}

fn at(dir: &Path) -> (Paths, ConfigFiles) {
    let paths = Paths::new(&Environment {
        home: Some(dir.to_owned()),
        ..Environment::default()
    })
    .expect("paths");
    (paths.clone(), ConfigFiles::new(paths))
}

fn identity(path: &Path) -> u64 {
    std::os::unix::fs::MetadataExt::ino(&fs::metadata(path).expect("there"))
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("there").permissions().mode() & 0o777
}

#[test]
fn missing_files_are_empty() {
    let home = Home::new();
    assert_eq!(home.files.read(OwnFile::Roles), Ok(String::new()));
    assert_eq!(home.files.read(OwnFile::Settings), Ok(String::new()));
    assert_eq!(home.files.read_keys(), Ok(vec![]));
    assert!(!home.paths.config_dir.exists());
}

#[test]
fn a_new_file_and_its_folder_are_private() {
    let home = Home::new();
    home.write("# roles\n").expect("writes");
    assert_eq!(home.files.read(OwnFile::Roles), Ok("# roles\n".into()));
    assert_eq!(
        (mode(&home.roles()), mode(&home.paths.config_dir)),
        (0o600, 0o700)
    );
    assert_eq!(home.names(), ["roles.toml"]);
}

#[test]
fn the_mode_of_a_file_is_kept() {
    let home = Home::with_folder();
    fs::write(home.roles(), "a").expect("writes");
    fs::set_permissions(home.roles(), PermissionsExt::from_mode(0o640)).expect("sets");
    home.write("b").expect("writes");
    assert_eq!(mode(&home.roles()), 0o640);
}

#[test]
fn r32_a_link_is_kept_and_its_target_replaced() {
    let home = Home::with_folder();
    let dotfiles = home.paths.config_dir.join("dotfiles");
    fs::create_dir(&dotfiles).expect("a folder");
    fs::write(dotfiles.join("real.toml"), "a").expect("writes");
    symlink("dotfiles/real.toml", home.paths.config_dir.join("middle")).expect("links");
    symlink("middle", home.roles()).expect("links");
    home.write("b").expect("writes");
    assert!(
        fs::symlink_metadata(home.roles())
            .expect("there")
            .is_symlink()
    );
    assert_eq!(
        fs::read_to_string(dotfiles.join("real.toml")).expect("there"),
        "b"
    );
    assert_eq!(home.files.read(OwnFile::Roles), Ok("b".into()));
}

#[test]
fn b45_a_file_that_keeps_changing_is_not_written() {
    let home = Home::with_folder();
    fs::write(home.roles(), "theirs").expect("writes");
    let asked = Cell::new(0);
    let meddling = |_: &str| {
        asked.set(asked.get() + 1);
        fs::write(home.roles(), format!("theirs {}", asked.get())).expect("writes");
        Ok("new".to_owned())
    };
    let problem = home.files.edit(OwnFile::Roles, &meddling);
    let problem = problem.expect_err("restless");
    assert!(
        problem.what.contains("changed by another program"),
        "{problem}"
    );
    assert_eq!(
        fs::read_to_string(home.roles()).expect("there"),
        format!("theirs {}", asked.get())
    );
}

#[test]
fn b45_a_change_of_another_program_is_edited_and_not_lost() {
    let home = Home::with_folder();
    fs::write(home.roles(), "a\n").expect("writes");
    let asked = Cell::new(0);
    let edited = home.files.edit(OwnFile::Roles, &|text| {
        asked.set(asked.get() + 1);
        if asked.get() == 1 {
            fs::write(home.roles(), "a\ntheirs\n").expect("writes");
        }
        Ok(with_line(text, "ours"))
    });
    assert_eq!(edited, Ok("a\ntheirs\nours\n".into()));
    assert_eq!(home.files.read(OwnFile::Roles), edited);
    fs::remove_file(home.roles()).expect("removes");
    let refused: Result<String, Problem> = home
        .files
        .edit(OwnFile::Roles, &|_| Err(problem("no such role")));
    assert_eq!(refused, Err(problem("no such role")));
    assert!(!home.roles().exists());
}

/// Returns the text with a line at its end, which it has once.
fn with_line(text: &str, line: &str) -> String {
    match text.lines().any(|it| it == line) {
        true => text.to_owned(),
        false => format!("{text}{line}\n"),
    }
}

fn problem(what: &str) -> Problem {
    Problem::new(ProblemCode::InvalidInput, what, "")
}

/// How an editor saves.
#[derive(Debug, Clone, Copy)]
enum Save {
    InPlace,
    ByRename,
}

impl Save {
    fn save(self, path: &Path, text: &str) {
        match self {
            Self::InPlace => fs::write(path, text).expect("writes"),
            Self::ByRename => {
                let temporary = path.with_extension("editor");
                fs::write(&temporary, text).expect("writes");
                fs::rename(&temporary, path).expect("renames");
            }
        }
    }
}

/// An editor saves each of our files at any moment of our edit, and nothing is lost: neither what it saved nor our edit.
#[test]
fn r31_an_editors_save_during_an_edit_is_never_lost() {
    let files = [OwnFile::Roles, OwnFile::Settings, OwnFile::Marks];
    thread::scope(|scope| {
        for (at, file) in files.into_iter().cycle().take(12).enumerate() {
            scope.spawn(move || {
                for round in 0..40 {
                    let save = [Save::InPlace, Save::ByRename][(at + round) % 2];
                    save_during_edit(file, save, Duration::from_micros(round as u64 * 150));
                }
            });
        }
    });
}

fn save_during_edit(file: OwnFile, save: Save, after: Duration) {
    let home = Home::with_folder();
    let shown = PathBuf::from(home.files.path(file));
    let name = shown.file_name().expect("a name");
    let path = home.paths.config_dir.join(name);
    fs::write(&path, "# base\n").expect("writes");
    settle(&path);
    thread::scope(|scope| {
        scope.spawn(|| {
            pause(after);
            save.save(&path, "# base\ntheirs\n");
        });
        let edited = home.files.edit(file, &|text| Ok(with_line(text, "ours")));
        edited.expect("edits");
    });
    let text = fs::read_to_string(&path).expect("there");
    assert!(text.contains("theirs"), "{save:?} {after:?}: {text}");
    assert!(text.contains("ours"), "{save:?} {after:?}: {text}");
    assert_eq!(home.names().len(), 1, "{:?}", home.names());
}

#[test]
fn r31_a_save_that_cannot_be_edited_stays() {
    for save in [Save::InPlace, Save::ByRename] {
        let home = Home::with_folder();
        fs::write(home.roles(), "# base\n").expect("writes");
        settle(&home.roles());
        let mut old = OpenOptions::new();
        let old = old.write(true).open(home.roles()).expect("opens");
        let asked = Cell::new(0);
        let problem = thread::scope(|scope| {
            let inode = identity(&home.roles());
            let (path, old) = (home.roles(), &old);
            scope.spawn(move || {
                while identity(&path) == inode {
                    pause(Duration::from_millis(1));
                }
                match save {
                    // It opened the file before our edit, and writes to the old one.
                    Save::InPlace => (&*old).write_all(b"broken\n").expect("writes"),
                    Save::ByRename => save.save(&path, "broken\n"),
                }
            });
            let edited = home.files.edit(OwnFile::Roles, &|text| {
                asked.set(asked.get() + 1);
                match text.contains("broken") {
                    true => Err(problem("broken")),
                    false => Ok(with_line(text, "ours")),
                }
            });
            edited.expect_err("cannot be edited")
        });
        assert_eq!((problem.what.as_str(), asked.get() > 1), ("broken", true));
        let text = fs::read_to_string(home.roles()).expect("there");
        assert_eq!(text, "broken\n", "{save:?}");
        assert_eq!(home.names(), ["roles.toml"], "{save:?}");
    }
}

/// One program replaces the file after our edit, and another one then writes to the old file, which it opened before.
#[test]
fn r31_the_texts_of_two_programs_are_both_kept() {
    for (late, is_merged) in [("# base\nlate\n", true), ("changed\n", false)] {
        let home = Home::with_folder();
        fs::write(home.roles(), "# base\n").expect("writes");
        settle(&home.roles());
        let mut old = OpenOptions::new();
        let old = old.write(true).open(home.roles()).expect("opens");
        let edited = thread::scope(|scope| {
            let (path, inode) = (home.roles(), identity(&home.roles()));
            let read = |path: &Path| fs::read_to_string(path).expect("there");
            scope.spawn(move || {
                let wait_for = |is_there: &dyn Fn() -> bool| {
                    while !is_there() {
                        pause(Duration::from_millis(1));
                    }
                };
                wait_for(&|| identity(&path) != inode);
                Save::ByRename.save(&path, "# base\nthird\n");
                wait_for(&|| read(&path).contains("third\nours"));
                (&old).write_all(late.as_bytes()).expect("writes");
            });
            let edit = |text: &str| Ok(with_line(text, "ours"));
            home.files.edit(OwnFile::Roles, &edit)
        });
        let text = fs::read_to_string(home.roles()).expect("there");
        assert!(text.contains("third\nours\n"), "{text}");
        assert_eq!(
            (edited.is_ok(), text.contains("late")),
            (is_merged, is_merged)
        );
        let names = home.names();
        assert_eq!(names.len(), if is_merged { 1 } else { 2 }, "{names:?}");
        if let Err(problem) = edited {
            assert!(problem.what.contains("two programs at once"), "{problem}");
            assert!(problem.remedy.contains(&names[1]), "{problem}");
            let aside = home.paths.config_dir.join(&names[1]);
            assert_eq!(fs::read_to_string(&aside).expect("there"), "changed\n");
            assert_eq!(mode(&aside), 0o600);
        }
    }
}

#[test]
fn two_instances_that_edit_at_once_lose_nothing() {
    let home = Home::with_folder();
    thread::scope(|scope| {
        for instance in 0..4 {
            let paths = home.paths.clone();
            scope.spawn(move || {
                let files = ConfigFiles::new(paths);
                for round in 0..3 {
                    let line = format!("{instance}-{round}");
                    let edited = files.edit(OwnFile::Roles, &|text| Ok(with_line(text, &line)));
                    edited.expect("edits");
                    let added = files.edit_keys(&|keys| {
                        keys.push(AccessKey {
                            id: AccessKeyId::parse(&format!("AKIAIOSFODNN7EXAM{instance}{round}A"))
                                .expect("an id"),
                            ..key(&line)
                        });
                        Ok(())
                    });
                    added.expect("adds");
                }
            });
        }
    });
    let roles = home.files.read(OwnFile::Roles).expect("there");
    assert_eq!(roles.lines().count(), 12, "{roles}");
    assert_eq!(home.files.read_keys().expect("there").len(), 12);
}

#[test]
fn b40_a_file_that_is_too_large_or_not_utf_8_is_a_problem() {
    let home = Home::with_folder();
    fs::write(home.roles(), vec![b'#'; FILE_MAX]).expect("writes");
    assert_eq!(
        home.files.read(OwnFile::Roles).expect("fits").len(),
        FILE_MAX
    );
    fs::write(home.roles(), vec![b'#'; FILE_MAX + 1]).expect("writes");
    let problem = home.files.read(OwnFile::Roles).expect_err("too large");
    assert!(problem.what.contains("larger than 4 MiB"), "{problem}");
    fs::write(home.roles(), b"# caf\xe9").expect("writes");
    let problem = home.files.read(OwnFile::Roles).expect_err("Latin-1");
    assert_eq!(
        problem.what,
        "~/.config/rolecall/roles.toml is not UTF-8 at byte 5."
    );
}

#[test]
fn b41_what_is_not_a_file_is_named_and_never_blocks() {
    let home = Home::with_folder();
    let path = home.roles();
    let refused = |kind: &str| {
        let problem = home.files.read(OwnFile::Roles).expect_err("not a file");
        assert!(problem.what.contains(kind), "{kind}: {problem}");
        let problem = home.write("new").expect_err("not a file");
        assert!(problem.what.contains(kind), "{kind}: {problem}");
        if fs::remove_file(&path).is_err() {
            fs::remove_dir(&path).expect("removes");
        }
    };
    fs::create_dir(&path).expect("a folder");
    refused("is a folder");
    rustix::fs::mkfifoat(CWD, &path, Mode::RUSR | Mode::WUSR).expect("a FIFO");
    refused("is a FIFO");
    symlink("/dev/zero", &path).expect("links");
    refused("is a device");
    symlink("nowhere", &path).expect("links");
    refused("is a link to nothing");
    symlink("roles.toml", &path).expect("links");
    refused("could not be read");
    let socket = std::os::unix::net::UnixListener::bind(&path).expect("a socket");
    refused("is a socket");
    drop(socket);
}

fn key(name: &str) -> AccessKey {
    AccessKey {
        name: Name::parse(name).expect("a name"),
        id: AccessKeyId::parse("AKIAIOSFODNN7EXAMPLE").expect("an id"),
        account_id: "177634097045".into(),
        user_arn: "arn:aws:iam::177634097045:user/user".into(),
        totp: None,
        created_at: None,
        added_at: None,
        reminded_at: None,
        replaced: Vec::new(),
    }
}

#[test]
fn keys_are_kept_and_a_list_that_cannot_be_read_is_not_replaced() {
    let home = Home::new();
    let list = |name: &'static str| {
        home.files.edit_keys(&|keys| {
            *keys = vec![key(name)];
            Ok(())
        })
    };
    assert_eq!(list("user"), Ok(vec![key("user")]));
    assert_eq!(home.files.read_keys(), Ok(vec![key("user")]));
    assert_eq!(mode(&home.paths.keys_path()), 0o600);

    fs::write(home.paths.keys_path(), "[keys.user]\nid = \n").expect("writes");
    let problem = list("other").expect_err("unreadable");
    assert!(problem.what.contains("keys.toml, line 2"), "{problem}");
    assert_eq!(
        fs::read_to_string(home.paths.keys_path()).expect("there"),
        "[keys.user]\nid = \n"
    );
}

#[test]
fn a_journal_is_in_the_state_folder_for_its_user_only() {
    let home = Home::new();
    let journal = Journal::Rotations;
    assert_eq!(home.files.read_journal(journal), Ok(String::new()));
    let append = |text: &str| Ok(format!("{text}x"));
    for _ in 0..2 {
        home.files.edit_journal(journal, &append).expect("written");
    }
    assert_eq!(home.files.read_journal(journal), Ok("xx".to_owned()));
    let path = home.paths.journal_path(journal);
    assert_eq!(path, home.paths.state_dir.join("rotations.json"));
    assert_eq!(mode(&path), 0o600);
}

#[test]
fn files_to_import_keys_from_are_read_as_secrets() {
    let home = Home::new();
    assert_eq!(
        home.files.read_aws_credentials().expect("none").expose(),
        ""
    );
    let chosen = home.paths.config_dir.join("keys.csv");
    let problem = home.files.read_chosen(&chosen).expect_err("not there");
    assert!(problem.what.contains("There is no file ~/"), "{problem}");
    fs::create_dir_all(&home.paths.config_dir).expect("a folder");
    fs::write(&chosen, "a,b").expect("writes");
    assert_eq!(
        home.files.read_chosen(&chosen).expect("there").expose(),
        "a,b"
    );
}

#[test]
fn r22_a_full_or_read_only_disk_leaves_the_old_file() {
    on_small_disk(
        "files::r22_a_full_or_read_only_disk_leaves_the_old_file",
        |small| {
            let (paths, files) = at(&small.dir);
            write(&files, "old").expect("writes");
            let filler = small.fill();
            let problem = write(&files, &"new".repeat(10_000)).expect_err("full");
            assert!(problem.what.contains("no space left"), "{problem}");
            fs::remove_file(filler).expect("removes");
            small.remount("ro");
            let problem = write(&files, "new").expect_err("read-only");
            assert!(problem.what.contains("cannot be written"), "{problem}");
            assert_eq!(files.read(OwnFile::Roles), Ok("old".into()));
            assert_eq!(fs::read_dir(paths.config_dir).expect("there").count(), 1);
        },
    );
}

#[test]
fn b40_b41_an_aws_file_that_is_not_text_is_reported_and_never_blocks() {
    let home = Home::new();
    let path = home.paths.aws_config_path.clone();
    let what = || {
        home.files
            .read_aws(AwsFile::Config)
            .expect_err("a problem")
            .what
    };
    fs::create_dir_all(&path).expect("a folder");
    assert_eq!(what(), "~/.aws/config is a folder, not a file.");
    fs::remove_dir(&path).expect("removes");
    rustix::fs::mknodat(CWD, &path, rustix::fs::FileType::Fifo, Mode::RWXU, 0).expect("a FIFO");
    assert_eq!(what(), "~/.aws/config is a FIFO, not a file.");
    fs::remove_file(&path).expect("removes");
    for (target, expected) in [
        ("/dev/zero", "~/.aws/config is a device, not a file."),
        ("nothing", "~/.aws/config is a link to nothing, not a file."),
        ("config", "~/.aws/config could not be read."),
    ] {
        symlink(target, &path).expect("links");
        assert_eq!(what(), expected);
        fs::remove_file(&path).expect("removes");
    }
    fs::write(&path, vec![b'#'; FILE_MAX + 1]).expect("writes");
    assert_eq!(what(), "~/.aws/config is larger than 4 MiB.");
    fs::write(&path, b"[a]\nx = \xe9").expect("writes");
    assert_eq!(what(), "~/.aws/config is not UTF-8 at byte 8.");
    fs::remove_file(&path).expect("removes");
    let read = home.files.read_aws(AwsFile::Config).expect("absent");
    assert_eq!(read.text.expose(), "");
}

#[test]
fn b42_an_aws_file_that_others_can_write_is_read_with_a_warning() {
    let home = Home::new();
    let path = home.paths.aws_credentials_path.clone();
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(&path, "[a]").expect("writes");
    let warning = |mode| {
        fs::set_permissions(&path, PermissionsExt::from_mode(mode)).expect("sets");
        let read = home.files.read_aws(AwsFile::Credentials).expect("read");
        assert_eq!(read.text.expose(), "[a]");
        read.warning.is_some()
    };
    assert!(!warning(0o600) && !warning(0o644) && warning(0o666));
}

#[test]
fn aws_variables_are_followed() {
    let paths = |config: &str| {
        let environment = Environment {
            home: Some("/home/me".into()),
            aws_config: Some(config.into()),
            ..Environment::default()
        };
        let paths = Paths::new(&environment).expect("paths");
        paths.aws_config_path.to_string_lossy().into_owned()
    };
    assert_eq!(paths("/etc/aws"), "/etc/aws");
    assert_eq!(paths("~/work/aws"), "/home/me/work/aws");
    assert_eq!(paths("aws"), "/home/me/.aws/config");
}
