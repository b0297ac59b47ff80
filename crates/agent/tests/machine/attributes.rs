//! An edited file keeps its group, its access control list and its other extended attributes.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rolecall_agent::aws_files::AwsFilesWriter;
use rolecall_agent::files::ConfigFiles;
use rolecall_agent::paths::{Environment, Paths};
use rolecall_core::aws_files::{AwsFile, Edited};
use rolecall_core::value::secret::Secret;
use rolecall_keeper::ports::{AwsWriter, Files, Keeping, OwnFile};
use rustix::fs::{XattrFlags, getxattr, listxattr, removexattr, setxattr};

use crate::aws_files::settle;
use crate::desktop::skipped;

const ACCESS_LIST: &str = "system.posix_acl_access";
const DEFAULT_LIST: &str = "system.posix_acl_default";
const NO_ID: u32 = u32::MAX;

/// A list of access rights: the owner, user 1234, the group, the mask and all others.
fn access_list(user: u16, group: u16, mask: u16, others: u16) -> Vec<u8> {
    let entries: [(u16, u16, u32); 5] = [
        (0x01, 6, NO_ID),
        (0x02, user, 1234),
        (0x04, group, NO_ID),
        (0x10, mask, NO_ID),
        (0x20, others, NO_ID),
    ];
    let mut bytes = 2_u32.to_le_bytes().to_vec();
    for (tag, rights, id) in entries {
        bytes.extend(tag.to_le_bytes());
        bytes.extend(rights.to_le_bytes());
        bytes.extend(id.to_le_bytes());
    }
    bytes
}

fn set(path: &Path, name: &str, value: &[u8]) -> bool {
    setxattr(path, name, value, XattrFlags::empty()).is_ok()
}

fn get(path: &Path, name: &str) -> Option<Vec<u8>> {
    let mut buffer = vec![0_u8; 1024];
    let count = getxattr(path, name, buffer.as_mut_slice()).ok()?;
    buffer.truncate(count);
    Some(buffer)
}

fn names(path: &Path) -> Vec<u8> {
    let mut buffer = vec![0_u8; 1024];
    let count = listxattr(path, buffer.as_mut_slice()).expect("a list");
    buffer.truncate(count);
    buffer
}

/// A file and how Rolecall edits it.
struct Edit<'a> {
    path: PathBuf,
    edit: Box<dyn Fn() + 'a>,
    hides: bool,
}

/// Runs a test for each kind of file.
fn for_each_file(test: impl Fn(&Edit<'_>)) {
    let dir = tempfile::tempdir().expect("a folder");
    let environment = Environment {
        home: Some(dir.path().to_owned()),
        ..Environment::default()
    };
    let paths = Paths::new(&environment).expect("paths");
    let files = ConfigFiles::new(paths.clone());
    let aws = AwsFilesWriter::watching_for(paths.clone(), Duration::ZERO);
    let own = |file, path: PathBuf| Edit {
        path,
        hides: false,
        edit: Box::new({
            let files = &files;
            move || {
                let edited = files.edit(file, &|text| Ok(format!("{text}#\n")));
                edited.expect("edits");
            }
        }),
    };
    let of_aws = |file, path: &Path| Edit {
        path: path.to_owned(),
        hides: file == AwsFile::Credentials,
        edit: Box::new({
            let aws = &aws;
            move || {
                let more = |text: &str| {
                    let mut edited = Edited::unchanged(text);
                    edited.text = Secret::new(format!("{}#\n", text.trim_end_matches('#')));
                    Ok(edited)
                };
                drop(aws.edit(file, Keeping::Backup, &more).expect("edits"));
            }
        }),
    };
    for edit in [
        own(OwnFile::Roles, paths.roles_path()),
        own(OwnFile::Settings, paths.settings_path()),
        own(OwnFile::Marks, paths.marks_path()),
        of_aws(AwsFile::Config, &paths.aws_config_path),
        of_aws(AwsFile::Credentials, &paths.aws_credentials_path),
    ] {
        fs::create_dir_all(edit.path.parent().expect("a folder")).expect("a folder");
        fs::write(&edit.path, "# mine\n").expect("writes");
        settle(&edit.path);
        test(&edit);
    }
}

impl Edit<'_> {
    fn run(&self) {
        let before = fs::metadata(&self.path).expect("there").ino();
        (self.edit)();
        assert_ne!(fs::metadata(&self.path).expect("there").ino(), before);
    }
}

#[test]
fn extended_attributes_stay() {
    for_each_file(|file| {
        if !set(&file.path, "user.origin", b"dotfiles") {
            return skipped("the file system has no extended attributes");
        }
        file.run();
        assert_eq!(
            get(&file.path, "user.origin").as_deref(),
            Some(&b"dotfiles"[..]),
            "{:?}",
            file.path
        );
    });
}

#[test]
fn an_access_control_list_stays_and_a_file_with_secrets_is_closed_to_who_is_not_in_it() {
    for_each_file(|file| {
        if !set(&file.path, ACCESS_LIST, &access_list(4, 4, 4, 4)) {
            return skipped("the file system has no access control lists");
        }
        let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
        file.run();
        let (expected, expected_mode) = match file.hides {
            true => (access_list(4, 0, 4, 0), 0o640),
            false => (access_list(4, 4, 4, 4), 0o644),
        };
        assert_eq!(get(&file.path, ACCESS_LIST), Some(expected));
        assert_eq!(mode(&file.path), expected_mode, "{:?}", file.path);
    });
}

#[test]
fn a_list_for_new_files_of_the_folder_is_not_given_to_an_edited_one() {
    for_each_file(|file| {
        let folder = file.path.parent().expect("a folder");
        if !set(folder, DEFAULT_LIST, &access_list(6, 6, 6, 4)) {
            return skipped("the file system has no access control lists");
        }
        fs::set_permissions(&file.path, PermissionsExt::from_mode(0o600)).expect("sets");
        file.run();
        removexattr(folder, DEFAULT_LIST).expect("removes");
        assert_eq!(names(&file.path), b"", "{:?}", file.path);
    });
}

/// Tests that need root: `cargo test root::`.
mod root {
    use super::*;

    #[test]
    fn the_group_stays() {
        if !rustix::process::geteuid().is_root() {
            return skipped("only root can set any group");
        }
        for_each_file(|file| {
            std::os::unix::fs::chown(&file.path, None, Some(4321)).expect("changes the group");
            fs::set_permissions(&file.path, PermissionsExt::from_mode(0o640)).expect("sets");
            file.run();
            let found = fs::metadata(&file.path).expect("there");
            let mode = if file.hides { 0o600 } else { 0o640 };
            assert_eq!(
                (found.gid(), found.permissions().mode() & 0o777),
                (4321, mode),
                "{:?}",
                file.path
            );
        });
    }
}
