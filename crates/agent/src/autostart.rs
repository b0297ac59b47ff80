//! Starts Rolecall when the user logs in, by a desktop entry of the user's.
//! <https://specifications.freedesktop.org/autostart-spec/latest/>

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rolecall_core::value::problem::Problem;

use crate::disk::{self, Access};
use crate::paths::Paths;

const NAME: &str = "io.github.rolecall.Rolecall.desktop";
/// The line by which Rolecall knows an entry of its own.
const MARK: &str = "X-Rolecall=written by the setting";
const FILE_MAX: usize = 64 * 1024;

/// The entry that starts Rolecall.
pub struct Autostart {
    path: PathBuf,
    shown: String,
}

impl Autostart {
    /// Returns the entry of these paths. No file is accessed yet.
    pub fn new(paths: &Paths) -> Self {
        let config_home = paths.config_dir.parent().unwrap_or(Path::new(""));
        let path = config_home.join("autostart").join(NAME);
        let shown = paths.shown(&path);
        Self { path, shown }
    }

    /// Returns the file of the entry.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns whether Rolecall starts at login.
    pub fn is_on(&self) -> bool {
        let is_off = |line: &str| {
            matches!(
                line.trim(),
                "Hidden=true" | "X-GNOME-Autostart-enabled=false"
            )
        };
        self.text().is_some_and(|text| !text.lines().any(is_off))
    }

    /// Returns whether the entry was written by this setting.
    pub(crate) fn is_ours(&self) -> bool {
        self.text()
            .is_some_and(|text| text.lines().any(|line| line == MARK))
    }

    /// Starts `program` at login, or no longer.
    ///
    /// # Errors
    /// If the entry cannot be written or removed.
    pub fn set(&self, is_on: bool, program: &Path) -> Result<(), Problem> {
        let done = match is_on {
            true => disk::replace(&self.path, entry(program).as_bytes()),
            false => match fs::remove_file(&self.path) {
                Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
                removed => removed,
            },
        };
        done.map_err(|error| disk::problem(&error, &self.shown, Access::Write))
    }

    fn text(&self) -> Option<String> {
        let bytes = disk::read(&self.path, FILE_MAX).ok().flatten()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }
}

fn entry(program: &Path) -> String {
    format!(
        "[Desktop Entry]\nType=Application\nName=Rolecall\nComment=AWS role sessions in the desktop tray\n\
         Exec={}\nIcon=io.github.rolecall.Rolecall\nTerminal=false\n{MARK}\n",
        quoted(&program.to_string_lossy())
    )
}

/// Returns an argument of a desktop entry's command.
/// <https://specifications.freedesktop.org/desktop-entry-spec/latest/exec-variables.html>
fn quoted(argument: &str) -> String {
    let mut text = String::from('"');
    for it in argument.chars() {
        match it {
            '"' | '`' | '$' => text.extend(['\\', '\\', it]),
            '\\' => text.push_str("\\\\\\\\"),
            '%' => text.push_str("%%"),
            other => text.push(other),
        }
    }
    text.push('"');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paths::Environment;

    fn paths(home: &Path) -> Paths {
        let environment = Environment {
            home: Some(home.to_owned()),
            ..Environment::default()
        };
        Paths::new(&environment).expect("paths")
    }

    #[test]
    fn it_is_set_and_removed_and_an_entry_that_is_hidden_is_off() {
        let home = tempfile::tempdir().expect("a folder");
        let autostart = Autostart::new(&paths(home.path()));
        assert!(!autostart.is_on() && !autostart.is_ours());
        autostart
            .set(true, Path::new("/opt/a b/rolecall-desktop"))
            .expect("set");
        assert!(autostart.is_on() && autostart.is_ours());
        let text = fs::read_to_string(autostart.path()).expect("an entry");
        assert!(
            text.contains("Exec=\"/opt/a b/rolecall-desktop\"\n"),
            "{text}"
        );
        fs::write(autostart.path(), format!("{text}Hidden=true\n")).expect("written");
        assert!(!autostart.is_on());
        autostart.set(false, Path::new("")).expect("removed");
        autostart
            .set(false, Path::new(""))
            .expect("nothing to remove");
        assert!(!autostart.path().exists());
    }

    #[test]
    fn a_path_is_quoted_as_desktop_entries_have_it() {
        assert_eq!(quoted("/a$b%c"), "\"/a\\\\$b%%c\"");
    }
}
