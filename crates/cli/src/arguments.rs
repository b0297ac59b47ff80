//! The command line's grammar: which commands there are, what each takes, and what a wrong one was meant to be.

mod command;
mod line;
mod template;

use std::ffi::OsString;
use std::fmt;

use jiff::SignedDuration;
use rolecall_core::connection::Which;
use rolecall_core::limits::{AccessLimit, LimitsView};
use rolecall_core::peers::Peer;
use rolecall_core::shell::Shell;
use rolecall_core::snapshot::Mode;

use line::Line;
pub(crate) use template::{Piece, Template};

/// What was asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Invocation {
    pub(crate) mode: Mode,
    pub(crate) wish: Wish,
    pub(crate) command: Command,
}

/// What is wanted beyond the role.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Wish {
    /// What the session is limited to.
    pub(crate) limits: LimitsView,
    /// Why the role is assumed.
    pub(crate) reason: Option<String>,
}

/// One command with its operands.
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
        format: Format,
    },
    StatusLine {
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
    End {
        role: String,
    },
    EndKey {
        key: String,
    },
    History {
        role: Option<String>,
        since: Option<SignedDuration>,
        limit: Option<u32>,
        format: Format,
    },
    Env {
        role: String,
        shell: Option<Shell>,
    },
    EnvUnset {
        shell: Option<Shell>,
    },
    Exec {
        role: String,
        words: Vec<OsString>,
    },
    ExecServed {
        role: String,
        words: Vec<OsString>,
    },
    Endpoint {
        role: String,
        process: Option<u32>,
    },
    EndpointServer {
        words: Vec<String>,
    },
    Credentials {
        role: String,
    },
    KeyCredentials {
        key: String,
    },
    KeysImport {
        which: Which,
        name: Option<String>,
        consent: Consent,
    },
    KeysUndoImport {
        profile: String,
        consent: Consent,
    },
    Connect {
        which: Which,
        prefix: String,
        consent: Consent,
    },
    Disconnect {
        which: Which,
        consent: Consent,
    },
    Catalogue {
        files: AwsFiles,
        format: Format,
    },
    Import {
        from: Peer,
        file: Option<String>,
        rehearse: bool,
        format: Format,
    },
    RolesExport {
        group: Option<String>,
        external_ids: bool,
    },
    RolesImport {
        file: String,
        source: Option<String>,
        rehearse: bool,
        format: Format,
    },
    ShellInit {
        shell: Integrated,
        part: Part,
    },
    KeysList {
        format: Format,
    },
    KeysAdd {
        name: String,
        from: KeyOrigin,
    },
    KeysRename {
        name: String,
        new_name: String,
    },
    KeysRemove {
        name: String,
    },
    KeysAddTotp {
        name: String,
        serial: String,
    },
    KeysForgetCode {
        name: String,
    },
    KeysRemoveTotp {
        name: String,
    },
    Agent {
        words: AgentWords,
    },
    Unlock {
        passphrase_fd: Option<u32>,
    },
    Answer,
    AgentStop,
    AgentStatus {
        format: Format,
    },
    Help {
        topic: Option<&'static str>,
    },
    Version,
}

impl Command {
    /// Returns the role that the command assumes.
    pub(crate) fn role(&self) -> Option<&str> {
        match self {
            Self::Assume { role, .. }
            | Self::Env { role, .. }
            | Self::Exec { role, .. }
            | Self::ExecServed { role, .. }
            | Self::Endpoint { role, .. } => Some(role),
            Self::List { .. }
            | Self::ListNames { .. }
            | Self::Status { .. }
            | Self::StatusLine { .. }
            | Self::Explain { .. }
            | Self::End { .. }
            | Self::EndKey { .. }
            | Self::History { .. }
            | Self::EnvUnset { .. }
            | Self::Credentials { .. }
            | Self::KeyCredentials { .. }
            | Self::KeysImport { .. }
            | Self::KeysUndoImport { .. }
            | Self::Connect { .. }
            | Self::Disconnect { .. }
            | Self::Catalogue { .. }
            | Self::Import { .. }
            | Self::RolesExport { .. }
            | Self::RolesImport { .. }
            | Self::ShellInit { .. }
            | Self::KeysList { .. }
            | Self::KeysAdd { .. }
            | Self::KeysRename { .. }
            | Self::KeysRemove { .. }
            | Self::KeysAddTotp { .. }
            | Self::KeysRemoveTotp { .. }
            | Self::KeysForgetCode { .. }
            | Self::Agent { .. }
            | Self::Unlock { .. }
            | Self::Answer
            | Self::AgentStop
            | Self::AgentStatus { .. }
            | Self::EndpointServer { .. }
            | Self::Help { .. }
            | Self::Version => None,
        }
    }

    /// Returns the role whose session the command is about, if it may be a limited one.
    pub(crate) fn role_mut(&mut self) -> Option<&mut String> {
        if let Self::Assume { role, .. }
        | Self::Env { role, .. }
        | Self::Exec { role, .. }
        | Self::Credentials { role }
        | Self::End { role } = self
        {
            return Some(role);
        }
        None
    }
}

/// What the agent is started with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AgentWords {
    pub(crate) sealed_file: SealedFile,
    pub(crate) passphrase_fd: Option<u32>,
    pub(crate) idle: Option<String>,
}

/// Whether keys shall go into a sealed file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SealedFile {
    /// They shall.
    Wanted,
    /// If they do so already.
    AsItIs,
}

impl AgentWords {
    /// Returns the arguments of the agent's own program.
    pub(crate) fn list(&self) -> Vec<OsString> {
        let mut words: Vec<OsString> = Vec::new();
        if self.sealed_file == SealedFile::Wanted {
            words.push("--sealed-file".into());
        }
        if let Some(number) = self.passphrase_fd {
            words.extend(["--passphrase-fd".into(), number.to_string().into()]);
        }
        if let Some(span) = &self.idle {
            words.extend(["--idle".into(), span.into()]);
        }
        words
    }
}

/// Who reads the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// A person.
    Text,
    /// A program.
    Json,
}

/// How far a refusal is explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// From what AWS said.
    Said,
    /// With the calls that tell more.
    Deeper,
}

/// Whether a file may be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Consent {
    /// The person is asked.
    Asked,
    /// It may: `--yes`.
    Given,
    /// What would change is shown: `--dry-run`.
    Refused,
}

/// AWS's files to read in place of the user's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AwsFiles {
    pub(crate) config: Option<String>,
    pub(crate) credentials: Option<String>,
}

/// A shell that Rolecall has a function and completions for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Integrated {
    Bash,
    Zsh,
    Fish,
    Powershell,
    Nushell,
}

/// What of it is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// The function and the completions.
    Whole,
    /// The completions alone, as the shell loads them from a file of their own.
    Completions,
}

/// Where a key to add comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum KeyOrigin {
    /// The terminal, or two lines on standard input.
    Input,
    /// A profile of the AWS credentials file.
    Profile(String),
    /// The CSV of the IAM console.
    Csv(String),
}

/// A command line that is not understood: what is wrong, and what to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Usage(String);

impl fmt::Display for Usage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A command's name, operands (those in brackets may be missing) and flags.
struct Spec {
    name: &'static str,
    /// The last may be given any number of times if it ends in `...`.
    operands: &'static [&'static str],
    flags: &'static [&'static str],
}

const fn spec(
    name: &'static str,
    operands: &'static [&'static str],
    flags: &'static [&'static str],
) -> Spec {
    Spec {
        name,
        operands,
        flags,
    }
}

const SPECS: [Spec; 31] = [
    spec("list", &[], &["--json", "--names", "--search"]),
    spec("status", &[], &["--json", "--format"]),
    spec("assume", &["ROLE"], &["--json"]),
    spec("explain", &["ROLE"], &["--deeper", "--json"]),
    spec("end", &["ROLE"], &["--key"]),
    spec("history", &["[ROLE]"], &["--since", "--limit", "--json"]),
    spec("answer", &[], &[]),
    spec("env", &["ROLE"], &["--shell", "--unset"]),
    spec("exec", &["ROLE"], &["--server"]),
    spec("endpoint", &["ROLE"], &["--while"]),
    spec("credentials", &["ROLE"], &["--key"]),
    spec(
        "connect",
        &["ROLE..."],
        &["--all", "--profile-prefix", "--dry-run", "--yes"],
    ),
    spec("disconnect", &["ROLE..."], &["--all", "--dry-run", "--yes"]),
    spec("catalogue", &[], &["--config", "--credentials", "--json"]),
    spec("import", &["PROGRAM"], &["--file", "--dry-run", "--json"]),
    spec("roles export", &[], &["--group", "--without-external-ids"]),
    spec(
        "roles import",
        &["FILE"],
        &["--source", "--dry-run", "--json"],
    ),
    spec("shell-init", &["SHELL"], &["--completions"]),
    spec("keys list", &[], &["--json"]),
    spec("keys add", &["NAME"], &["--from-profile", "--from-csv"]),
    spec(
        "keys import",
        &[],
        &["--profile", "--all", "--name", "--dry-run", "--yes"],
    ),
    spec("keys undo-import", &["PROFILE"], &["--dry-run", "--yes"]),
    spec("keys rename", &["OLD", "NEW"], &[]),
    spec("keys remove", &["NAME"], &[]),
    spec("keys add-totp", &["NAME", "SERIAL"], &[]),
    spec("keys remove-totp", &["NAME"], &[]),
    spec("keys forget-code", &["NAME"], &[]),
    spec(
        "agent",
        &[],
        &[
            "--stop",
            "--status",
            "--json",
            "--idle",
            "--sealed-file",
            "--passphrase-fd",
        ],
    ),
    spec("unlock", &[], &["--passphrase-fd"]),
    spec("help", &[], &[]),
    spec(ENDPOINT_SERVER, &["ROLE", "PROCESS", "TOKEN", "STAGE"], &[]),
];
/// The process of an endpoint, which only this program starts.
pub(crate) const ENDPOINT_SERVER: &str = "endpoint-server";
const EVERYWHERE: [&str; 9] = [
    "--practice",
    "--help",
    "-h",
    "--version",
    "-V",
    "--read-only",
    "--view-only",
    "--region-lock",
    "--reason",
];
const WITH_VALUE: [&str; 21] = [
    "--search",
    "--since",
    "--limit",
    "--region-lock",
    "--reason",
    "--key",
    "--profile",
    "--name",
    "--group",
    "--source",
    "--file",
    "--profile-prefix",
    "--while",
    "--shell",
    "--format",
    "--from-profile",
    "--from-csv",
    "--config",
    "--credentials",
    "--idle",
    "--passphrase-fd",
];

/// Returns the first words of all commands, each once.
pub(crate) fn command_names() -> Vec<&'static str> {
    let first = |spec: &Spec| spec.name.split(' ').next();
    let typed = SPECS.iter().filter(|spec| spec.name != ENDPOINT_SERVER);
    let mut names: Vec<&str> = typed.filter_map(first).collect();
    names.dedup();
    names
}

/// Returns the commands whose first operand is a role.
pub(crate) fn role_commands() -> Vec<&'static str> {
    let takes_role = |spec: &&Spec| {
        let first = spec.operands.first();
        first.is_some_and(|name| name.trim_start_matches('[').starts_with("ROLE"))
    };
    let typed = SPECS.iter().filter(|spec| spec.name != ENDPOINT_SERVER);
    typed.filter(takes_role).map(|spec| spec.name).collect()
}

/// Reads the arguments.
///
/// # Errors
/// Says what is wrong, with the nearest word that is known.
pub(crate) fn parse(arguments: impl Iterator<Item = OsString>) -> Result<Invocation, Usage> {
    let mut line = Line::read(arguments)?;
    let mode = match line.take("--practice") {
        Some(_) => Mode::Practice,
        None => Mode::Own,
    };
    let (wish, flags) = wish(&mut line)?;
    let mut command = line.command()?;
    if let Some(flag) = flags.first().filter(|_| command.role_mut().is_none()) {
        return Err(Usage(format!(
            "This command takes no {flag}. See: rolecall help assume"
        )));
    }
    Ok(Invocation {
        mode,
        wish,
        command,
    })
}

/// Takes the limits and the reason, and names the flags that gave them.
fn wish(line: &mut Line) -> Result<(Wish, Vec<&'static str>), Usage> {
    let mut flags = Vec::new();
    let mut take = |flag: &'static str| {
        let value = line.take(flag);
        flags.extend(value.is_some().then_some(flag));
        value
    };
    let access = match (take("--read-only"), take("--view-only")) {
        (Some(_), Some(_)) => {
            let told = "Give --read-only or --view-only, not both.";
            return Err(Usage(told.to_owned()));
        }
        (Some(_), None) => Some(AccessLimit::ReadOnly),
        (None, Some(_)) => Some(AccessLimit::ViewOnly),
        (None, None) => None,
    };
    let region = take("--region-lock");
    let reason = take("--reason");
    let limits = LimitsView { access, region };
    Ok((Wish { limits, reason }, flags))
}
