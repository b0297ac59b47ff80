//! The formats that a kit can be written in.

use super::cdk::cdk;
use super::cloudformation::cloudformation;
use super::file::KitFile;
use super::kit::Kit;
use super::outline::outline;
use super::shell_script::shell_script;
use super::terraform::terraform;

/// A format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KitFormat {
    /// Commands of the AWS CLI.
    Cli,
    /// Terraform.
    Terraform,
    /// CloudFormation.
    CloudFormation,
    /// The CDK, in TypeScript.
    Cdk,
    /// JSON for programs.
    Json,
}

impl KitFormat {
    /// All formats.
    pub const ALL: [Self; 5] = [
        Self::Cli,
        Self::Terraform,
        Self::CloudFormation,
        Self::Cdk,
        Self::Json,
    ];

    /// Returns the format of this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.word() == word)
    }

    /// Returns the word to type.
    pub fn word(self) -> &'static str {
        match self {
            Self::Cli => "cli",
            Self::Terraform => "terraform",
            Self::CloudFormation => "cloudformation",
            Self::Cdk => "cdk",
            Self::Json => "json",
        }
    }

    /// Returns the kit in this format: one file or more, the most important first.
    pub fn files(self, kit: &Kit) -> Vec<KitFile> {
        let one = |name, text| vec![KitFile { name, text }];
        match self {
            Self::Cli => one("setup.sh", shell_script(kit)),
            Self::Terraform => one("main.tf", terraform(kit)),
            Self::CloudFormation => cloudformation(kit),
            Self::Cdk => cdk(kit),
            Self::Json => one("setup.json", outline(kit).pretty() + "\n"),
        }
    }
}
