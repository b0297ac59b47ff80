//! The command that sorted arguments make.

use jiff::SignedDuration;
use rolecall_core::connection::Which;
use rolecall_core::duration::parse_seconds;
use rolecall_core::history::KEPT_MAX;
use rolecall_core::peers::Peer;
use rolecall_core::sanitise::echo;
use rolecall_core::shell::Shell;

use super::line::Line;
use super::{
    AgentWords, AwsFiles, Command, Consent, Depth, ENDPOINT_SERVER, Format, Integrated, KeyOrigin,
    Part, SealedFile, Template, Usage,
};

/// Returns the command of this name with what the line holds for it.
///
/// # Errors
/// If a value is none of those that are known.
pub(super) fn of(mut line: Line, name: &str) -> Result<Command, Usage> {
    let format = match line.take("--json") {
        Some(_) => Format::Json,
        None => Format::Text,
    };
    let depth = match line.take("--deeper") {
        Some(_) => Depth::Deeper,
        None => Depth::Said,
    };
    let shell = line.take("--shell");
    let shell = shell.as_deref().map(parse_shell).transpose()?;
    let (names, unset) = (line.take("--names"), line.take("--unset"));
    let (search, template) = (line.take("--search"), line.take("--format"));
    let part = match line.take("--completions") {
        Some(_) => Part::Completions,
        None => Part::Whole,
    };
    let server = line.take("--server");
    let process = line.take("--while");
    let process = process.as_deref().map(parse_process).transpose()?;
    let (profile, csv) = (line.take("--from-profile"), line.take("--from-csv"));
    let (stop, status) = (line.take("--stop"), line.take("--status"));
    let (since, limit) = (line.take("--since"), line.take("--limit"));
    let (key, profile_name, name_given) = (
        line.take("--key"),
        line.take("--profile"),
        line.take("--name"),
    );
    let (all, prefix) = (line.take("--all"), line.take("--profile-prefix"));
    let file = line.take("--file");
    let (yes, dry_run) = (line.take("--yes"), line.take("--dry-run"));
    let rehearse = dry_run.is_some();
    let consent = consent(yes, dry_run)?;
    let (group, source) = (line.take("--group"), line.take("--source"));
    let external_ids = line.take("--without-external-ids").is_none();
    let agent = AgentWords {
        sealed_file: match line.take("--sealed-file") {
            Some(_) => SealedFile::Wanted,
            None => SealedFile::AsItIs,
        },
        passphrase_fd: descriptor(line.take("--passphrase-fd"))?,
        idle: line.take("--idle"),
    };
    let files = AwsFiles {
        config: line.take("--config"),
        credentials: line.take("--credentials"),
    };
    let mut operands = line.operands.into_iter();
    let mut operand = || operands.next().unwrap_or_default();
    Ok(match name {
        "list" if names.is_some() => Command::ListNames {
            search: search.unwrap_or_default(),
        },
        "list" => Command::List { search, format },
        "status" if template.is_some() => Command::StatusLine {
            template: Template::parse(&template.unwrap_or_default())?,
        },
        "status" => Command::Status { format },
        "assume" => Command::Assume {
            role: operand(),
            format,
        },
        "explain" => Command::Explain {
            role: operand(),
            depth,
            format,
        },
        "end" if key.is_some() => Command::EndKey {
            key: key.unwrap_or_default(),
        },
        "end" => Command::End { role: operand() },
        "history" => Command::History {
            role: Some(operand()).filter(|role| !role.is_empty()),
            since: since.as_deref().map(parse_since).transpose()?,
            limit: limit.as_deref().map(parse_limit).transpose()?,
            format,
        },
        "answer" => Command::Answer,
        "env" if unset.is_some() => Command::EnvUnset { shell },
        "env" => Command::Env {
            role: operand(),
            shell,
        },
        "exec" if server.is_some() => Command::ExecServed {
            role: operand(),
            words: line.words,
        },
        "exec" => Command::Exec {
            role: operand(),
            words: line.words,
        },
        "endpoint" => Command::Endpoint {
            role: operand(),
            process,
        },
        ENDPOINT_SERVER => Command::EndpointServer {
            words: operands.collect(),
        },
        "credentials" if key.is_some() => Command::KeyCredentials {
            key: key.unwrap_or_default(),
        },
        "credentials" => Command::Credentials { role: operand() },
        "connect" => Command::Connect {
            which: which(all, operands.collect())?,
            prefix: prefix.unwrap_or_default(),
            consent,
        },
        "disconnect" => Command::Disconnect {
            which: which(all, operands.collect())?,
            consent,
        },
        "catalogue" => Command::Catalogue { files, format },
        "import" => Command::Import {
            from: peer(&operand())?,
            file,
            rehearse,
            format,
        },
        "roles export" => Command::RolesExport {
            group,
            external_ids,
        },
        "roles import" => Command::RolesImport {
            file: operand(),
            source,
            rehearse,
            format,
        },
        "shell-init" => Command::ShellInit {
            shell: integrated(&operand())?,
            part,
        },
        "agent" if stop.is_some() => Command::AgentStop,
        "agent" if status.is_some() => Command::AgentStatus { format },
        "agent" => Command::Agent { words: agent },
        "unlock" => Command::Unlock {
            passphrase_fd: agent.passphrase_fd,
        },
        "keys list" => Command::KeysList { format },
        "keys add" => Command::KeysAdd {
            name: operand(),
            from: origin(profile, csv)?,
        },
        "keys import" => Command::KeysImport {
            which: imported(all, profile_name)?,
            name: name_given,
            consent,
        },
        "keys undo-import" => Command::KeysUndoImport {
            profile: operand(),
            consent,
        },
        "keys rename" => Command::KeysRename {
            name: operand(),
            new_name: operand(),
        },
        "keys remove" => Command::KeysRemove { name: operand() },
        "keys add-totp" => Command::KeysAddTotp {
            name: operand(),
            serial: operand(),
        },
        "keys remove-totp" => Command::KeysRemoveTotp { name: operand() },
        "keys forget-code" => Command::KeysForgetCode { name: operand() },
        _ => Command::Help { topic: None },
    })
}

fn peer(text: &str) -> Result<Peer, Usage> {
    Peer::parse(text).ok_or_else(|| {
        let told = format!("Nothing is known of a program \"{}\".", echo(text));
        let known = Peer::ALL.map(Peer::word).join(", ");
        Usage(format!("{told} Known: {known}."))
    })
}

fn which(all: Option<String>, names: Vec<String>) -> Result<Which, Usage> {
    match (all, names.is_empty()) {
        (Some(_), true) => Ok(Which::All),
        (None, _) => Ok(Which::Named(names)),
        (Some(_), false) => Err(Usage("Give names or --all, not both.".to_owned())),
    }
}

fn imported(all: Option<String>, profile: Option<String>) -> Result<Which, Usage> {
    match (all, profile) {
        (Some(_), None) => Ok(Which::All),
        (None, Some(profile)) => Ok(Which::Named(vec![profile])),
        (None, None) | (Some(_), Some(_)) => Err(Usage(
            "rolecall keys import needs --profile PROFILE or --all. See: rolecall help keys"
                .to_owned(),
        )),
    }
}

fn consent(yes: Option<String>, dry_run: Option<String>) -> Result<Consent, Usage> {
    match (yes, dry_run) {
        (None, None) => Ok(Consent::Asked),
        (Some(_), None) => Ok(Consent::Given),
        (None, Some(_)) => Ok(Consent::Refused),
        (Some(_), Some(_)) => Err(Usage("Give --yes or --dry-run, not both.".to_owned())),
    }
}

fn descriptor(text: Option<String>) -> Result<Option<u32>, Usage> {
    let number = |text: String| {
        let told = || {
            Usage(
                "--passphrase-fd needs the number of an open file descriptor after it.".to_owned(),
            )
        };
        text.parse().map_err(|_| told())
    };
    text.map(number).transpose()
}

fn integrated(text: &str) -> Result<Integrated, Usage> {
    Ok(match text {
        "bash" => Integrated::Bash,
        "zsh" => Integrated::Zsh,
        "fish" => Integrated::Fish,
        "pwsh" | "powershell" => Integrated::Powershell,
        "nu" | "nushell" => Integrated::Nushell,
        text => {
            let told = format!("There is no function for the shell \"{}\".", echo(text));
            return Err(Usage(format!("{told} Known: bash, zsh, fish, pwsh, nu.")));
        }
    })
}

/// Reads a span of time such as `2d`, `1d12h` or `30m`.
fn parse_since(text: &str) -> Result<SignedDuration, Usage> {
    let (days, rest) = text.split_once('d').unwrap_or(("0", text));
    let days = days
        .bytes()
        .all(|b| b.is_ascii_digit())
        .then(|| days.parse::<i64>().ok());
    let seconds = match rest {
        "" => Some(0),
        rest => parse_seconds(rest).and_then(|seconds| i64::try_from(seconds).ok()),
    };
    let total = days
        .flatten()
        .zip(seconds)
        .and_then(|(days, seconds)| days.checked_mul(86_400)?.checked_add(seconds));
    total
        .filter(|total| *total > 0)
        .map(SignedDuration::from_secs)
        .ok_or_else(|| {
            Usage(format!(
                "\"{}\" is not a span of time. Write it as 2d, 12h or 30m.",
                echo(text)
            ))
        })
}

fn parse_limit(text: &str) -> Result<u32, Usage> {
    let limit = text
        .parse()
        .ok()
        .filter(|limit| (1..=KEPT_MAX).contains(limit));
    limit.ok_or_else(|| Usage(format!("--limit takes a number from 1 to {KEPT_MAX}.")))
}

fn parse_shell(text: &str) -> Result<Shell, Usage> {
    Shell::parse(text).map_err(|error| Usage(error.to_string()))
}

fn parse_process(text: &str) -> Result<u32, Usage> {
    let process = text.parse().ok().filter(|process| *process > 0);
    process.ok_or_else(|| {
        let told = format!("\"{}\" is not the id of a process.", echo(text));
        Usage(format!("{told} In a shell its own is: $$"))
    })
}

fn origin(profile: Option<String>, csv: Option<String>) -> Result<KeyOrigin, Usage> {
    match (profile, csv) {
        (None, None) => Ok(KeyOrigin::Input),
        (Some(profile), None) => Ok(KeyOrigin::Profile(profile)),
        (None, Some(csv)) => Ok(KeyOrigin::Csv(csv)),
        (Some(_), Some(_)) => Err(Usage(
            "Give --from-profile or --from-csv, not both.".to_owned(),
        )),
    }
}
