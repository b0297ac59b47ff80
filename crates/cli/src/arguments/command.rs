//! Commands with their values.

use std::ffi::OsString;

use jiff::SignedDuration;
use rolecall_core::api::console::ConsoleDelivery;
pub(crate) use rolecall_core::api::import::DryRun;
use rolecall_core::api::import::ImportSource;
use rolecall_core::aws_files::connection::Which;
use rolecall_core::console::destination::PageRequest;
use rolecall_core::revoke::RevocationTarget;
use rolecall_core::role::renew::Renew;
use rolecall_core::session::shell::Shell;
use rolecall_core::value::browser::Browser;

use super::setup::SetupOptions;
use super::template::Template;

/// A command with its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Command {
    List {
        search: Option<String>,
        format: Format,
    },
    ListNames {
        search: String,
    },
    Status {
        truth: Truth,
        format: Format,
    },
    /// `status --format`.
    Prompt {
        template: Template,
    },
    Assume {
        role: String,
        format: Format,
    },
    Explain {
        role: String,
        depth: Depth,
        format: Format,
    },
    /// `explain --text`; `-` is standard input.
    ExplainText {
        text: String,
        format: Format,
    },
    Doctor(DoctorOptions),
    Reset(ResetOptions),
    End(SessionOf),
    /// `renewal`; `None` for the default.
    Renewal {
        role: String,
        renew: Option<Renew>,
    },
    Revoke(RevokeOptions),
    History(HistoryOptions),
    Answer,
    Env {
        role: String,
        shell: Option<Shell>,
    },
    EnvUnset {
        shell: Option<Shell>,
    },
    Exec {
        role: String,
        delivery: Delivery,
        /// The program and its arguments; a shell if empty.
        program: Vec<OsString>,
    },
    Console(ConsoleOptions),
    Endpoint {
        role: String,
        process: Option<u32>,
    },
    EndpointServer {
        words: Vec<String>,
    },
    Credentials(SessionOf),
    Connect {
        which: Which,
        prefix: String,
        mode: WriteMode,
    },
    Disconnect {
        which: Which,
        mode: WriteMode,
    },
    Catalogue {
        files: AwsFiles,
        format: Format,
    },
    Import {
        from: ImportSource,
        file: Option<String>,
        dry_run: DryRun,
        format: Format,
    },
    Roles(RolesCommand),
    Policy(PolicyCommand),
    Setup(Box<SetupOptions>),
    ShellInit(Script),
    Complete {
        words: Vec<String>,
    },
    /// `left-over`: the variables that do not belong to a session which sets these.
    LeftOver {
        /// The names of the session's variables.
        set: Vec<String>,
    },
    Keys(KeysCommand),
    Agent(AgentCommand),
    Unlock {
        passphrase_fd: Option<u32>,
    },
    Help {
        topic: Option<&'static str>,
    },
    Version,
}

impl Command {
    /// Returns the role that the command assumes.
    pub(crate) fn role(&self) -> Option<&str> {
        if let Self::Assume { role, .. }
        | Self::Env { role, .. }
        | Self::Exec { role, .. }
        | Self::Console(ConsoleOptions { role, .. })
        | Self::Endpoint { role, .. } = self
        {
            return Some(role);
        }
        None
    }

    /// Returns whether a person reads what the command prints, and not an SDK, a shell's prompt or a program.
    pub(crate) fn is_for_a_person(&self) -> bool {
        !matches!(
            self,
            Self::Credentials(_)
                | Self::Prompt { .. }
                | Self::Complete { .. }
                | Self::ListNames { .. }
                | Self::LeftOver { .. }
                | Self::ShellInit(_)
                | Self::EndpointServer { .. }
        )
    }

    /// Returns the role, if the command works with limited sessions of it.
    pub(crate) fn limitable_role(&mut self) -> Option<&mut String> {
        if let Self::Assume { role, .. }
        | Self::Env { role, .. }
        | Self::Exec {
            role,
            delivery: Delivery::Variables,
            ..
        }
        | Self::Console(ConsoleOptions { role, .. })
        | Self::Credentials(SessionOf::Role(role))
        | Self::End(SessionOf::Role(role)) = self
        {
            return Some(role);
        }
        None
    }
}

/// Whether AWS is asked about sessions before they are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Truth {
    /// No: what Rolecall knows.
    Known,
    /// Yes: `--check`.
    Checked,
}

/// What of the console is opened, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ConsoleOptions {
    /// The role; empty if the address of a page says which.
    pub(crate) role: String,
    pub(crate) page: PageRequest,
    pub(crate) duration: Option<String>,
    pub(crate) browser: Option<Browser>,
    pub(crate) delivery: ConsoleDelivery,
}

/// Commands on files of roles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RolesCommand {
    Export {
        group: Option<String>,
        external_ids: ExternalIds,
    },
    Import {
        file: String,
        source: Option<String>,
        dry_run: DryRun,
        format: Format,
    },
}

/// Commands on policies in files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PolicyCommand {
    Evaluate { file: String, format: Format },
    Explain { file: String, format: Format },
}

/// Commands on access keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum KeysCommand {
    List {
        format: Format,
    },
    Add {
        name: String,
        from: KeyOrigin,
    },
    Import {
        which: Which,
        name: Option<String>,
        mode: WriteMode,
    },
    UndoImport {
        profile: String,
        mode: WriteMode,
    },
    Rotate {
        name: String,
        way: RotationWay,
        mode: WriteMode,
    },
    Rename {
        name: String,
        new_name: String,
    },
    Remove {
        name: String,
    },
    AddTotp {
        name: String,
        serial: String,
    },
    RemoveTotp {
        name: String,
    },
    ForgetCode {
        name: String,
    },
}

/// What to do about the rotation of an access key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RotationWay {
    Begin,
    Resume,
    Undo,
    DeleteOld,
}

/// Commands on the agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AgentCommand {
    Run(AgentOptions),
    Stop,
    Status { format: Format },
}

/// What the doctor checks, and what it does with its report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DoctorOptions {
    pub(crate) role: Option<String>,
    pub(crate) repair: Repair,
    /// The file for the redacted report.
    pub(crate) report: Option<String>,
    pub(crate) format: Format,
}

/// What is revoked, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RevokeOptions {
    pub(crate) of: RevokeOf,
    /// The role or access key to do it with.
    pub(crate) with: Option<String>,
    pub(crate) mode: WriteMode,
    pub(crate) format: Format,
}

/// Which sessions a revocation is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RevokeOf {
    /// They are revoked.
    Sessions(RevocationTarget),
    /// Their revocation is taken back: `--undo`.
    Undo(RevocationTarget),
    /// Those of all roles with a session on this machine: `--all-mine`.
    AllMine,
}

/// Whether the doctor offers to fix what it finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repair {
    /// It only reports.
    None,
    /// It offers to fix one finding after the other: `--fix`.
    Offer,
}

/// What a reset removes, and whether it asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ResetOptions {
    pub(crate) mode: WriteMode,
    pub(crate) keep: KeepRoles,
    pub(crate) keys: KeyLoss,
}

/// Whether roles, labels and settings stay: `--keep-roles`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeepRoles {
    Yes,
    No,
}

/// Whether the user agrees that secrets are lost: `--delete-keys`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyLoss {
    Accepted,
    /// It is asked for.
    Open,
}

/// Which history is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HistoryOptions {
    pub(crate) role: Option<String>,
    pub(crate) since: Option<SignedDuration>,
    pub(crate) limit: Option<u32>,
    pub(crate) format: Format,
}

/// The options that the agent starts with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AgentOptions {
    pub(crate) sealed_file: SealedFile,
    pub(crate) passphrase_fd: Option<u32>,
    pub(crate) idle: Option<String>,
}

impl AgentOptions {
    /// Returns the arguments of the agent's own program.
    pub(crate) fn arguments(&self) -> Vec<OsString> {
        let mut arguments: Vec<OsString> = Vec::new();
        if self.sealed_file == SealedFile::Create {
            arguments.push("--sealed-file".into());
        }
        if let Some(number) = self.passphrase_fd {
            arguments.extend(["--passphrase-fd".into(), number.to_string().into()]);
        }
        if let Some(span) = &self.idle {
            arguments.extend(["--idle".into(), span.into()]);
        }
        arguments
    }
}

/// Whether the agent keeps keys in a sealed file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SealedFile {
    /// It does, and creates the file.
    Create,
    /// Only if the file exists.
    IfPresent,
}

/// What a session belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SessionOf {
    Role(String),
    Key(String),
}

/// How a program gets credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// In its environment, once.
    Variables,
    /// From an endpoint, always fresh.
    Endpoint,
}

/// Who reads the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// A person.
    Text,
    /// A program.
    Json,
}

/// What a refusal is explained from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// AWS's answer.
    Answer,
    /// Further calls as well.
    FurtherCalls,
}

/// Whether a command writes to AWS's files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WriteMode {
    /// After the user confirms it.
    Confirm,
    /// At once: `--yes`.
    Write,
    /// No; it shows what would change: `--dry-run`.
    DryRun,
}

/// Whether exported roles have their external IDs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExternalIds {
    Included,
    LeftOut,
}

/// Files to read instead of AWS's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AwsFiles {
    pub(crate) config: Option<String>,
    pub(crate) credentials: Option<String>,
}

/// A script of `shell-init`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Script {
    pub(crate) shell: IntegratedShell,
    pub(crate) part: ScriptPart,
    /// The name of the function, normally `assume`.
    pub(crate) function: String,
}

/// A shell that `shell-init` has a script for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IntegratedShell {
    Bash,
    Zsh,
    Fish,
    Powershell,
    Nushell,
}

/// Which part of a shell's script is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ScriptPart {
    /// The function and the completions.
    Whole,
    /// Only the completions, as the shell loads them from a file.
    Completions,
}

/// Where an access key comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum KeyOrigin {
    /// The terminal, or two lines on standard input.
    Input,
    /// A profile of the AWS credentials file.
    Profile(String),
    /// The CSV file of the IAM console.
    Csv(String),
}
