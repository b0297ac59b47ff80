//! After a crash during a key move the secret is in its original place or nowhere.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rolecall_agent::aws_files::AwsFilesWriter;
use rolecall_agent::paths::{Environment, Paths};
use rolecall_core::aws_files::{AwsFile, Edited, Editor};
use rolecall_core::value::secret::Secret;
use rolecall_keeper::ports::{AwsWriter, Keeping};

use crate::crash::{Child, strace_is_there, variable};
use crate::desktop::skipped;

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const PLACE: &str = "ROLECALL_TEST_KEY_MOVE_DIR";

/// Returns a writer of the AWS files in one folder, with its state in another.
fn writer(home: &Path, aws_dir: &Path) -> AwsFilesWriter {
    let environment = Environment {
        home: Some(home.to_owned()),
        aws_config: Some(aws_dir.join("config")),
        aws_credentials: Some(aws_dir.join("credentials")),
        ..Environment::default()
    };
    AwsFilesWriter::watching_for(Paths::new(&environment).expect("paths"), Duration::ZERO)
}

/// Removes the secret from the credentials file, like a key move.
fn move_key(writer: &AwsFilesWriter) {
    let secret = Secret::new(SECRET.into());
    let without = |text: &str| -> Result<Edited, _> {
        let blanked = text.replace(SECRET, "moved");
        Ok(Edited {
            text: Secret::new(blanked),
            ..Editor::new(AwsFile::Credentials, text).finish()
        })
    };
    writer
        .edit(AwsFile::Credentials, Keeping::Without(&secret), &without)
        .expect("moved");
}

fn credentials(home: &Path) -> PathBuf {
    home.join("aws/credentials")
}

fn begin(home: &Path) {
    fs::create_dir(home.join("aws")).expect("a folder");
    let text = format!("[a]\naws_access_key_id = x\naws_secret_access_key = {SECRET}\n");
    fs::write(credentials(home), text).expect("written");
}

/// Returns the files below a folder that contain the secret.
fn files_with_secret(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).expect("a folder").flatten();
    entries
        .flat_map(|entry| match entry.path().is_dir() {
            true => files_with_secret(&entry.path()),
            false => {
                let bytes = fs::read(entry.path()).expect("readable");
                let holds = bytes
                    .windows(SECRET.len())
                    .any(|it| it == SECRET.as_bytes());
                holds.then(|| entry.path()).into_iter().collect()
            }
        })
        .collect()
}

#[test]
fn r25_a_killed_key_move_leaves_its_secret_nowhere_else() {
    if let Some(home) = variable(PLACE) {
        return move_key(&writer(&home, &home.join("aws")));
    }
    if !strace_is_there() {
        return skipped("strace is not installed or not allowed");
    }
    let dir = tempfile::tempdir().expect("a folder");
    begin(dir.path());
    let points = child(dir.path()).kill_points();
    let mut left = 0;
    for point in &points {
        let dir = tempfile::tempdir().expect("a folder");
        let home = dir.path();
        begin(home);
        child(home).is_killed_at(point);
        let is_elsewhere = |it: &PathBuf| *it != credentials(home);
        left += usize::from(files_with_secret(home).iter().any(is_elsewhere));
        // The next start has other paths of AWS's files.
        let next = writer(home, &home.join("elsewhere"));
        next.recover().expect("recovers");
        let kept = files_with_secret(home);
        assert!(!kept.iter().any(is_elsewhere), "{point:?}: {kept:?}");
    }
    assert!(left > 0, "no crash left the secret behind: {points:?}");
}

fn child(home: &Path) -> Child<'_> {
    Child {
        test: "leftovers::r25_a_killed_key_move_leaves_its_secret_nowhere_else",
        variables: vec![(PLACE, home.as_os_str())],
    }
}

#[test]
fn r25_a_leftover_is_removed_beside_a_file_that_must_not_be_written() {
    let dir = tempfile::tempdir().expect("a folder");
    let home = dir.path();
    begin(home);
    fs::set_permissions(credentials(home), PermissionsExt::from_mode(0o666)).expect("sets");
    let leftover = home.join("aws/.rolecall-unfinished-aws-x7Yz");
    fs::write(&leftover, SECRET).expect("written");
    fs::create_dir(home.join("aws/.rolecall-unfinished-aws-folder")).expect("a folder");
    fs::write(home.join("aws/.rolecall-unfinished"), "not ours").expect("written");
    writer(home, &home.join("aws")).recover().expect("recovers");
    assert!(!leftover.exists());
    assert!(home.join("aws/.rolecall-unfinished-aws-folder").is_dir());
    assert!(home.join("aws/.rolecall-unfinished").exists());
}
