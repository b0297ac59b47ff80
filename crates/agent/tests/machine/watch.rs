//! The watch on the user's files, on a real disk.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

use rolecall_agent::paths::{Environment, Paths};
use rolecall_agent::watch::{Changed, Fingerprints, Watch, watch};

/// The timeout for the report of a change.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long to wait for unexpected reports: longer than the quiet period.
const QUIET: Duration = Duration::from_millis(400);

struct Watched {
    dir: tempfile::TempDir,
    paths: Paths,
    changes: Receiver<Changed>,
    _watch: Watch,
}

impl Watched {
    fn new(prepare: impl FnOnce(&Paths)) -> Self {
        Self::changed_before(prepare, |_| {})
    }

    /// Watches files that changed after they were read and before the watch started.
    fn changed_before(prepare: impl FnOnce(&Paths), change: impl FnOnce(&Paths)) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let paths = Paths::new(&Environment {
            home: Some(dir.path().to_owned()),
            ..Environment::default()
        })
        .expect("paths");
        prepare(&paths);
        let (tell, changes) = mpsc::channel();
        let before = Fingerprints::of(&paths);
        change(&paths);
        let watch = watch(&paths, before, move |changed| {
            // The owner of the files reads them after each report.
            let _ = tell.send(changed);
        })
        .expect("watches");
        Self {
            dir,
            paths,
            changes,
            _watch: watch,
        }
    }

    fn roles(&self) -> PathBuf {
        self.paths.roles_path()
    }

    /// Asserts that exactly these changes are reported, each once.
    fn reports(&self, expected: &[Changed]) {
        let mut reported: Vec<_> = expected
            .iter()
            .map(|_| self.changes.recv_timeout(PATIENCE).expect("a change"))
            .collect();
        reported.sort();
        assert_eq!(reported, expected);
        assert_eq!(
            self.changes.recv_timeout(QUIET),
            Err(RecvTimeoutError::Timeout)
        );
    }
}

fn write(path: &Path, text: &str) {
    fs::write(path, text).expect("writes");
}

#[test]
fn reports_what_changed_between_the_first_reading_and_the_watch() {
    let prepare = |paths: &Paths| {
        fs::create_dir_all(&paths.config_dir).expect("a folder");
        write(&paths.roles_path(), "before");
        write(&paths.settings_path(), "stays");
    };
    let watched = Watched::changed_before(prepare, |paths| {
        write(&paths.roles_path(), "changed");
        write(&paths.marks_path(), "new");
    });
    watched.reports(&[Changed::Roles, Changed::Marks]);
}

#[test]
fn reports_which_file_changed_once_per_burst() {
    let watched = Watched::new(|_| {});
    for text in ["a", "ab", "abc"] {
        write(&watched.roles(), text);
    }
    watched.reports(&[Changed::Roles]);
    write(&watched.paths.settings_path(), "a");
    write(&watched.paths.keys_path(), "a");
    write(&watched.paths.config_dir.join("other.toml"), "a");
    watched.reports(&[Changed::Settings, Changed::Keys]);
    fs::read(watched.roles()).expect("reads");
    watched.reports(&[]);
    fs::remove_file(watched.roles()).expect("removes");
    watched.reports(&[Changed::Roles]);
}

#[test]
fn editors_that_replace_by_rename_are_noticed_every_time() {
    let watched = Watched::new(|paths| {
        fs::create_dir_all(&paths.config_dir).expect("a folder");
        write(&paths.roles_path(), "a");
    });
    for _ in 0..3 {
        let temporary = watched.paths.config_dir.join("roles.toml~");
        write(&temporary, "b");
        fs::rename(&temporary, watched.roles()).expect("renames");
        watched.reports(&[Changed::Roles]);
    }
}

#[test]
fn r32_a_linked_file_is_watched_where_it_is() {
    let watched = Watched::new(|paths| {
        let dotfiles = paths.config_dir.with_file_name("dotfiles");
        fs::create_dir_all(&dotfiles).expect("a folder");
        fs::create_dir_all(&paths.config_dir).expect("a folder");
        write(&dotfiles.join("roles.toml"), "a");
        symlink("../dotfiles/roles.toml", paths.roles_path()).expect("links");
    });
    let dotfiles = watched.paths.config_dir.with_file_name("dotfiles");
    write(&dotfiles.join("roles.toml"), "b");
    watched.reports(&[Changed::Roles]);
    write(&dotfiles.join("new"), "c");
    fs::rename(dotfiles.join("new"), dotfiles.join("roles.toml")).expect("renames");
    watched.reports(&[Changed::Roles]);

    // The link gets another target.
    let other = watched.dir.path().join("other");
    fs::create_dir(&other).expect("a folder");
    write(&other.join("mine.toml"), "d");
    fs::remove_file(watched.roles()).expect("removes");
    symlink(other.join("mine.toml"), watched.roles()).expect("links");
    watched.reports(&[Changed::Roles]);
    write(&other.join("mine.toml"), "e");
    watched.reports(&[Changed::Roles]);
}

#[test]
fn r23_a_folder_that_is_removed_and_created_again_is_watched_again() {
    let watched = Watched::new(|_| {});
    write(&watched.roles(), "a");
    watched.reports(&[Changed::Roles]);
    let aside = watched.paths.config_dir.with_file_name("aside");
    fs::rename(&watched.paths.config_dir, &aside).expect("renames");
    watched.reports(&[Changed::Roles]);
    fs::create_dir_all(&watched.paths.config_dir).expect("a folder");
    write(&watched.roles(), "b");
    watched.reports(&[Changed::Roles]);
    fs::remove_dir_all(&watched.paths.config_dir).expect("removes");
    watched.reports(&[Changed::Roles]);
    fs::create_dir_all(&watched.paths.config_dir).expect("a folder");
    write(&watched.roles(), "c");
    watched.reports(&[Changed::Roles]);
}

#[test]
fn r23_a_folder_that_cannot_be_created_yet_is_watched_later() {
    let watched = Watched::new(|paths| {
        let parent = paths.config_dir.parent().expect("a parent");
        write(parent, "in the way");
    });
    let parent = watched.paths.config_dir.parent().expect("a parent");
    fs::remove_file(parent).expect("removes");
    fs::create_dir_all(&watched.paths.config_dir).expect("a folder");
    write(&watched.roles(), "a");
    watched.reports(&[Changed::Roles]);
}

#[test]
fn a_watch_ends_when_dropped() {
    let watched = Watched::new(|_| {});
    let Watched {
        dir: _dir,
        paths,
        changes,
        _watch,
    } = watched;
    drop(_watch);
    assert_eq!(
        changes.recv_timeout(PATIENCE),
        Err(RecvTimeoutError::Disconnected)
    );
    write(&paths.roles_path(), "a");
}

#[test]
fn aws_files_are_reported_whether_or_not_their_folder_exists() {
    for prepare in [
        |_: &Path| {},
        |dir: &Path| fs::create_dir(dir).expect("a folder"),
    ] {
        let watched = Watched::new(|paths| {
            prepare(paths.aws_config_path.parent().expect("a folder"));
        });
        let (config, credentials) = (
            &watched.paths.aws_config_path,
            &watched.paths.aws_credentials_path,
        );
        fs::create_dir_all(config.parent().expect("a folder")).expect("a folder");
        write(config, "a");
        watched.reports(&[Changed::Aws]);
        write(credentials, "a");
        write(config, "ab");
        watched.reports(&[Changed::Aws]);
        fs::remove_dir_all(config.parent().expect("a folder")).expect("removes");
        watched.reports(&[Changed::Aws]);
    }
}

#[test]
fn r32_an_aws_file_that_is_a_link_is_followed() {
    let watched = Watched::new(|paths| {
        let aws = paths.aws_config_path.parent().expect("a folder");
        let dotfiles = aws.with_file_name("dotfiles");
        fs::create_dir_all(&dotfiles).expect("a folder");
        fs::create_dir_all(aws).expect("a folder");
        write(&dotfiles.join("config"), "a");
        symlink("../dotfiles/config", &paths.aws_config_path).expect("links");
    });
    write(&watched.dir.path().join("dotfiles/config"), "ab");
    watched.reports(&[Changed::Aws]);
}

/// Puts a link in place of another one in one step, as `ln -sfn` and dotfile managers do.
fn switch(link: &Path, target: &Path) {
    let fresh = link.with_extension("fresh");
    symlink(target, &fresh).expect("links");
    fs::rename(&fresh, link).expect("renames");
}

#[test]
fn r32_a_folder_that_is_a_link_is_switched_and_seen() {
    for is_below in [false, true] {
        let watched = Watched::new(|paths| {
            let aws = paths.aws_config_path.parent().expect("a folder");
            let sets = aws.with_file_name("sets");
            for set in ["work", "home"] {
                fs::create_dir_all(sets.join(set).join("aws")).expect("a folder");
                write(&sets.join(set).join("aws/config"), set);
            }
            // ~/.aws is a link, or its target has a link on the way.
            let target = match is_below {
                false => sets.join("work/aws"),
                true => {
                    symlink("work", sets.join("current")).expect("links");
                    sets.join("current/aws")
                }
            };
            symlink(target, aws).expect("links");
        });
        let aws = watched.paths.aws_config_path.parent().expect("a folder");
        let sets = watched.dir.path().join("sets");
        match is_below {
            false => switch(aws, &sets.join("home/aws")),
            true => switch(&sets.join("current"), Path::new("home")),
        }
        watched.reports(&[Changed::Aws]);
        write(&sets.join("home/aws/config"), "edited");
        watched.reports(&[Changed::Aws]);
        write(&sets.join("work/aws/config"), "no longer ours");
        watched.reports(&[]);
    }
}

#[test]
fn r32_a_link_in_the_path_of_a_linked_file_is_switched_and_seen() {
    let watched = Watched::new(|paths| {
        let home = paths.config_dir.ancestors().nth(2).expect("a home");
        for version in ["one", "two"] {
            fs::create_dir_all(home.join(version)).expect("a folder");
            write(&home.join(version).join("roles.toml"), version);
        }
        symlink("one", home.join("current")).expect("links");
        fs::create_dir_all(&paths.config_dir).expect("a folder");
        symlink("../../current/roles.toml", paths.roles_path()).expect("links");
    });
    let home = watched.dir.path();
    switch(&home.join("current"), Path::new("two"));
    watched.reports(&[Changed::Roles]);
    write(&home.join("two/roles.toml"), "edited");
    watched.reports(&[Changed::Roles]);
    // The target goes and comes back.
    fs::remove_dir_all(home.join("two")).expect("removes");
    watched.reports(&[Changed::Roles]);
    fs::create_dir(home.join("two")).expect("a folder");
    write(&home.join("two/roles.toml"), "back");
    watched.reports(&[Changed::Roles]);
}

#[test]
fn a_folder_on_the_way_to_a_file_is_renamed_and_another_one_is_seen() {
    for is_linked in [true, false] {
        let watched = Watched::new(|paths| {
            let aws = paths.aws_config_path.parent().expect("a folder");
            let target = match is_linked {
                true => aws.with_file_name("p").join("q"),
                false => aws.to_owned(),
            };
            fs::create_dir_all(&target).expect("a folder");
            fs::create_dir_all(aws).expect("a folder");
            write(&target.join("config"), "a");
            if is_linked {
                symlink("../p/q/config", &paths.aws_config_path).expect("links");
            }
        });
        let home = watched.dir.path();
        let (folder, file) = match is_linked {
            true => (home.join("p"), home.join("p/q/config")),
            false => (home.join(".aws"), home.join(".aws/config")),
        };
        fs::rename(&folder, home.join("old")).expect("renames");
        watched.reports(&[Changed::Aws]);
        fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        write(&file, "another");
        watched.reports(&[Changed::Aws]);
        write(&home.join("unrelated"), "x");
        watched.reports(&[]);
    }
}
