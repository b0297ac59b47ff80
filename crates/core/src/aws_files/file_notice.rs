//! Notices about lines of AWS's files. They never contain a secret.

use serde::{Deserialize, Serialize};

use super::line::{Fault, Variant};

/// The maximum number of notices, so that a file with a million faults has a short report.
const NOTICES_MAX: usize = 100;

/// One of AWS's two files.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum AwsFile {
    /// `~/.aws/config`.
    #[default]
    Config,
    /// `~/.aws/credentials`.
    Credentials,
}

impl AwsFile {
    /// Returns the default path of the file, which AWS's environment variables can change.
    pub fn usual_path(self) -> &'static str {
        match self {
            Self::Config => "~/.aws/config",
            Self::Credentials => "~/.aws/credentials",
        }
    }
}

/// A notice about a file, without secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct FileNotice {
    /// The file.
    pub file: AwsFile,
    /// The line number, from 1, or `None` for the whole file.
    pub line: Option<usize>,
    /// One or two sentences. Text from the file is shortened and escaped.
    pub text: String,
}

impl FileNotice {
    /// Returns a notice about a whole file.
    pub fn of_file(file: AwsFile, text: impl Into<String>) -> Self {
        Self {
            file,
            line: None,
            text: text.into(),
        }
    }
}

/// The notices so far.
#[derive(Default)]
pub(super) struct Notices {
    notices: Vec<FileNotice>,
    repeated: Vec<FileNotice>,
    left_out: usize,
}

impl Notices {
    /// Adds a notice about a line. `text` is called only if the notice is kept.
    pub(super) fn add(&mut self, file: AwsFile, line: usize, text: impl FnOnce() -> String) {
        if self.notices.len() >= NOTICES_MAX {
            self.left_out += 1;
            return;
        }
        self.notices.push(FileNotice {
            file,
            line: Some(line),
            text: text(),
        });
    }

    /// Adds a notice about a line that repeats an earlier one.
    pub(super) fn add_repeated(&mut self, file: AwsFile, line: usize, text: String) {
        if self.repeated.len() < NOTICES_MAX {
            self.repeated.push(FileNotice {
                file,
                line: Some(line),
                text: text.clone(),
            });
        }
        self.add(file, line, || text);
    }

    /// Takes the notices about lines that repeat earlier ones, which stay among the others.
    pub(super) fn take_repeated(&mut self) -> Vec<FileNotice> {
        std::mem::take(&mut self.repeated)
    }

    /// Returns the notices sorted by file and line, and at the end the number of further ones.
    pub(super) fn finish(mut self) -> Vec<FileNotice> {
        self.notices
            .sort_by_key(|notice| (notice.file, notice.line));
        if let (1.., Some(last)) = (self.left_out, self.notices.last()) {
            let text = format!("There are {} more notices.", self.left_out);
            self.notices.push(FileNotice::of_file(last.file, text));
        }
        self.notices
    }
}

impl Fault {
    /// Returns what is wrong and what to do. AWS's SDKs reject the whole file because of such a line.
    pub fn text(self) -> &'static str {
        match self {
            Self::ByteOrderMark => {
                "The file starts with a byte order mark, so the AWS CLI and boto3 reject the file. The AWS SDK for JavaScript reads it. Save it as UTF-8 without a byte order mark."
            }
            Self::OutsideSection => {
                "This setting is outside a section, so the AWS CLI and boto3 reject the file. The AWS SDK for JavaScript ignores the line. Put it below a line such as [default]."
            }
            Self::Unclosed => {
                "This section's header has no \"]\" at its end, so the AWS CLI and boto3 reject the file. The AWS SDK for JavaScript ignores the line, and Rolecall the section."
            }
            Self::NoEquals => {
                "This line has no \"=\", so the AWS CLI and boto3 reject the file. The AWS SDK for JavaScript ignores the line. Write it as NAME = VALUE."
            }
            Self::NoName => {
                "This setting has no name before \"=\", so the AWS CLI and boto3 reject the file. The AWS SDK for JavaScript ignores the line. Write it as NAME = VALUE."
            }
            Self::NothingToContinue => {
                "This line is indented but there is no setting above it to continue, so the AWS CLI and boto3 reject the file. The AWS SDK for JavaScript ignores the line. Start it in the first column."
            }
        }
    }
}

impl Variant {
    /// Returns which tools read such a line, and how to write it for all.
    pub fn text(self) -> &'static str {
        match self {
            Self::Indented => {
                "The AWS CLI and boto3 read this indented line; other SDKs may reject the file. Start it in the first column."
            }
            Self::Colon => {
                "The AWS CLI and boto3 read \":\" here like \"=\"; other SDKs may reject the file. Write it as NAME = VALUE."
            }
        }
    }
}
