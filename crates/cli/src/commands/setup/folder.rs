//! The files of a kit in a folder.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use rolecall_core::setup::KitFile;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise::visible;

/// Writes the files to a folder, which it makes if needed, and returns what was written. Files with other content stay
/// as they are, and nothing is written then.
///
/// # Errors
/// If a file exists with other content, or cannot be written.
pub(super) fn write(dir: &str, files: &[KitFile]) -> Result<String, Problem> {
    let folder = Path::new(dir);
    for file in files {
        let path = folder.join(file.name);
        if path.exists() && fs::read(&path).ok().as_deref() != Some(file.text.as_bytes()) {
            let what = format!("{} exists already.", shown(&path));
            let remedy = "Nothing was written. Choose another folder, or remove the file.";
            return Err(Problem::new(ProblemCode::StorageFailed, what, remedy));
        }
    }
    let failed = |path: &Path, error: &io::Error| {
        let what = format!("{} cannot be written: {error}.", shown(path));
        Problem::new(ProblemCode::StorageFailed, what, "Choose another folder.")
    };
    fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
    let mut lines = Vec::new();
    for file in files {
        let path = folder.join(file.name);
        write_file(&path, file).map_err(|error| failed(&path, &error))?;
        lines.push(format!("Wrote {}", shown(&path)));
    }
    Ok(lines.join("\n"))
}

fn shown(path: &Path) -> String {
    visible(&path.to_string_lossy())
}

fn write_file(path: &Path, file: &KitFile) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    if file.text.starts_with("#!") {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o755);
    }
    options.open(path)?.write_all(file.text.as_bytes())
}
