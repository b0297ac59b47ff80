//! One file of `cases/`: lines `[section] value`, or a section whose text follows on lines of its own.

use std::path::Path;
use std::process::Output;

use serde_json::Value;

/// What a case says.
#[derive(Debug, Default)]
pub(crate) struct Case {
    pub(crate) arguments: Vec<String>,
    pub(crate) environment: Vec<(String, String)>,
    pub(crate) files: Vec<(String, String)>,
    pub(crate) stdin: String,
    /// The `result` of each answer, in the order of the questions.
    pub(crate) answers: Vec<Value>,
    asked: Vec<Value>,
    exit: i32,
    stdout: String,
    stderr: String,
}

impl Case {
    pub(crate) fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).expect("a case");
        let mut case = Self::default();
        let mut body: Option<String> = None;
        for line in text.lines() {
            if let Some(command) = line.strip_prefix("$ rolecall") {
                case.arguments = words(command);
            } else if let Some((section, value)) = section(line) {
                body = case.begin(path, section, value);
            } else if let Some(section) = &body {
                case.text(section).push_str(&format!("{line}\n"));
            }
        }
        case
    }

    /// Takes a section's value over; a section without one has its text on the lines that follow.
    fn begin(&mut self, path: &Path, section: &str, value: &str) -> Option<String> {
        match section {
            "answer" => {
                let answer = match value.strip_prefix('@') {
                    Some(name) => {
                        std::fs::read_to_string(path.with_file_name(name)).expect("an answer")
                    }
                    None => value.to_owned(),
                };
                self.answers
                    .push(serde_json::json!({ "Ok": json(&answer) }));
            }
            "problem" => self.answers.push(serde_json::json!({ "Err": json(value) })),
            "asked" => self.asked.push(json(value)),
            "exit" => self.exit = value.parse().expect("a number"),
            "environment" => {
                let (name, value) = value.split_once('=').expect("a variable");
                self.environment.push((name.to_owned(), value.to_owned()));
            }
            section => {
                if let Some(name) = section.strip_prefix("file ") {
                    self.files.push((name.to_owned(), String::new()));
                }
                return Some(section.to_owned());
            }
        }
        None
    }

    fn text(&mut self, section: &str) -> &mut String {
        match section {
            "stdin" => &mut self.stdin,
            "stdout" => &mut self.stdout,
            "stderr" => &mut self.stderr,
            _ => &mut self.files.last_mut().expect("a file's section").1,
        }
    }

    /// Compares with what happened.
    ///
    /// # Errors
    /// Shows both.
    pub(crate) fn check(
        &self,
        path: &Path,
        output: &Output,
        asked: &[Value],
    ) -> Result<(), String> {
        let stdout = String::from_utf8_lossy(&output.stdout);
        let stderr = String::from_utf8_lossy(&output.stderr);
        let same = output.status.code() == Some(self.exit)
            && stdout == self.stdout
            && stderr == self.stderr
            && (self.asked.is_empty() || asked == self.asked);
        if same {
            return Ok(());
        }
        if cfg!(feature = "update-cases") {
            self.update(path, output.status.code().unwrap_or(-1), &stdout, &stderr);
        }
        Err(format!(
            "--- {}\nexit {:?}, expected {}\nasked {asked:?}\nexpected {:?}\n[stdout]\n{stdout}[expected]\n{}[stderr]\n{stderr}[expected]\n{}",
            path.display(),
            output.status.code(),
            self.exit,
            self.asked,
            self.stdout,
            self.stderr,
        ))
    }

    fn update(&self, path: &Path, exit: i32, stdout: &str, stderr: &str) {
        let text = std::fs::read_to_string(path).expect("a case");
        let (given, _) = text.split_once("[exit]").expect("an exit section");
        let body = |name: &str, text: &str| match text {
            "" => String::new(),
            text => format!("[{name}]\n{text}"),
        };
        let text = format!(
            "{given}[exit] {exit}\n{}{}",
            body("stdout", stdout),
            body("stderr", stderr)
        );
        std::fs::write(path, text).expect("the case written");
    }
}

fn section(line: &str) -> Option<(&str, &str)> {
    const NAMES: [&str; 9] = [
        "answer",
        "problem",
        "asked",
        "exit",
        "environment",
        "stdin",
        "stdout",
        "stderr",
        "file ",
    ];
    let (name, value) = line.strip_prefix('[')?.split_once(']')?;
    NAMES
        .iter()
        .any(|known| name == *known || (known.ends_with(' ') && name.starts_with(known)))
        .then_some((name, value.trim_start()))
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect(text)
}

/// Splits a command line at spaces outside single quotes.
fn words(line: &str) -> Vec<String> {
    let quoted = line.split('\'').enumerate();
    quoted
        .flat_map(|(number, part)| match number % 2 {
            0 => part.split_whitespace().map(str::to_owned).collect(),
            _ => vec![part.to_owned()],
        })
        .collect()
}
