//! Commands made of checked arguments.

use super::command::{
    AgentCommand, AgentOptions, AwsFiles, Command, ConsoleOptions, Delivery, Depth, DoctorOptions,
    DryRun, ExternalIds, Format, HistoryOptions, KeepRoles, KeyLoss, KeyOrigin, KeysCommand,
    PolicyCommand, Repair, ResetOptions, RevokeOf, RevokeOptions, RolesCommand, RotationWay,
    Script, ScriptPart, SealedFile, SessionOf, Truth, WriteMode,
};
use super::line::Line;
use super::setup;
use super::template::Template;
use super::usage_error::UsageError;
use super::value;
use crate::grammar::{COMPLETE, ENDPOINT_SERVER, LEFT_OVER};

use rolecall_core::api::console::ConsoleDelivery;
use rolecall_core::aws_files::connection::Which;
use rolecall_core::console::destination::PageRequest;
use rolecall_core::revoke::RevocationTarget;

/// Returns the command of this name with its values from the line.
///
/// # Errors
/// If a value is not valid.
pub(super) fn command(name: &str, line: Line) -> Result<Command, UsageError> {
    let mut line = line;
    if let Some(command) = keys(name, &mut line) {
        return Ok(Command::Keys(command));
    }
    Ok(match name {
        "list" => list(&mut line),
        "status" => status(&mut line)?,
        "assume" => assume(&mut line),
        "explain" => explain(&mut line)?,
        "doctor" => Command::Doctor(doctor(&mut line)),
        "reset" => Command::Reset(reset(&mut line)),
        "end" => Command::End(session_of(&mut line)),
        "renewal" => Command::Renewal {
            role: line.operand(),
            renew: value::renew(&line.operand())?,
        },
        "revoke" => Command::Revoke(revoke(&mut line)?),
        "history" => Command::History(history(&mut line)?),
        "answer" => Command::Answer,
        "env" => env(&mut line)?,
        "exec" => exec(line),
        "console" => Command::Console(console(&mut line)?),
        "endpoint" => endpoint(&mut line)?,
        "credentials" => Command::Credentials(session_of(&mut line)),
        "connect" => connect(line)?,
        "disconnect" => disconnect(line)?,
        "catalogue" => catalogue(&mut line),
        "import" => import(&mut line)?,
        "roles export" => Command::Roles(roles_export(&mut line)),
        "roles import" => Command::Roles(roles_import(&mut line)),
        "policy evaluate" => Command::Policy(PolicyCommand::Evaluate {
            file: line.operand(),
            format: format(&mut line),
        }),
        "policy explain" => Command::Policy(PolicyCommand::Explain {
            file: line.operand(),
            format: format(&mut line),
        }),
        "setup" => Command::Setup(Box::new(setup::options(&mut line)?)),
        "shell-init" => shell_init(&mut line)?,
        "agent" => Command::Agent(agent(&mut line)?),
        "unlock" => Command::Unlock {
            passphrase_fd: passphrase_fd(&mut line)?,
        },
        "--version" => Command::Version,
        COMPLETE => Command::Complete {
            words: line.operands,
        },
        LEFT_OVER => Command::LeftOver { set: line.operands },
        ENDPOINT_SERVER => Command::EndpointServer {
            words: line.operands,
        },
        _ => Command::Help {
            topic: line.help_topic()?,
        },
    })
}

fn list(line: &mut Line) -> Command {
    let format = format(line);
    let search = line.take("--search");
    match line.take("--names") {
        Some(_) => Command::ListNames {
            search: search.unwrap_or_default(),
        },
        None => Command::List { search, format },
    }
}

fn status(line: &mut Line) -> Result<Command, UsageError> {
    Ok(match line.take("--format") {
        Some(text) => Command::Prompt {
            template: Template::parse(&text)?,
        },
        None => Command::Status {
            truth: match line.take("--check") {
                Some(_) => Truth::Checked,
                None => Truth::Known,
            },
            format: format(line),
        },
    })
}

fn assume(line: &mut Line) -> Command {
    Command::Assume {
        role: line.operand(),
        format: format(line),
    }
}

fn explain(line: &mut Line) -> Result<Command, UsageError> {
    let (role, text) = (line.operand(), line.take("--text"));
    let depth = match line.take("--deeper") {
        Some(_) => Depth::FurtherCalls,
        None => Depth::Answer,
    };
    let format = format(line);
    match text {
        Some(text) if role.is_empty() => Ok(Command::ExplainText { text, format }),
        Some(_) => Err(UsageError::new("Give ROLE or --text, not both.")),
        None => Ok(Command::Explain {
            role,
            depth,
            format,
        }),
    }
}

fn doctor(line: &mut Line) -> DoctorOptions {
    DoctorOptions {
        role: Some(line.operand()).filter(|role| !role.is_empty()),
        repair: match line.take("--fix") {
            Some(_) => Repair::Offer,
            None => Repair::None,
        },
        report: line.take("--report"),
        format: format(line),
    }
}

fn reset(line: &mut Line) -> ResetOptions {
    ResetOptions {
        mode: write_mode(line),
        keep: match line.take("--keep-roles") {
            Some(_) => KeepRoles::Yes,
            None => KeepRoles::No,
        },
        keys: match line.take("--delete-keys") {
            Some(_) => KeyLoss::Accepted,
            None => KeyLoss::Open,
        },
    }
}

fn history(line: &mut Line) -> Result<HistoryOptions, UsageError> {
    let (since, limit) = (line.take("--since"), line.take("--limit"));
    Ok(HistoryOptions {
        role: Some(line.operand()).filter(|role| !role.is_empty()),
        since: since.as_deref().map(value::span).transpose()?,
        limit: limit.as_deref().map(value::limit).transpose()?,
        format: format(line),
    })
}

fn env(line: &mut Line) -> Result<Command, UsageError> {
    let shell = line.take("--shell");
    let shell = shell.as_deref().map(value::shell).transpose()?;
    Ok(match line.take("--unset") {
        Some(_) => Command::EnvUnset { shell },
        None => Command::Env {
            role: line.operand(),
            shell,
        },
    })
}

fn exec(mut line: Line) -> Command {
    Command::Exec {
        role: line.operand(),
        delivery: match line.take("--server") {
            Some(_) => Delivery::Endpoint,
            None => Delivery::Variables,
        },
        program: line.program,
    }
}

fn console(line: &mut Line) -> Result<ConsoleOptions, UsageError> {
    let page = PageRequest {
        service: line.take("--service"),
        url: line.take("--url"),
        region: line.take("--region"),
    };
    let role = line.operand();
    if role.is_empty() && page.url.is_none() {
        return Err(UsageError::new(
            "Give ROLE, or --url with an address of the console.",
        ));
    }
    let browser = line.take("--browser");
    Ok(ConsoleOptions {
        role,
        page,
        duration: line.take("--duration"),
        browser: browser.as_deref().map(value::browser).transpose()?,
        delivery: match line.take("--print") {
            Some(_) => ConsoleDelivery::Url,
            None => ConsoleDelivery::Page,
        },
    })
}

fn endpoint(line: &mut Line) -> Result<Command, UsageError> {
    let process = line.take("--while");
    Ok(Command::Endpoint {
        role: line.operand(),
        process: process.as_deref().map(value::process).transpose()?,
    })
}

fn session_of(line: &mut Line) -> SessionOf {
    match line.take("--key") {
        Some(key) => SessionOf::Key(key),
        None => SessionOf::Role(line.operand()),
    }
}

fn revoke(line: &mut Line) -> Result<RevokeOptions, UsageError> {
    let (role, key, all) = (line.operand(), line.take("--key"), line.take("--all-mine"));
    let (session, undo) = (line.take("--session"), line.take("--undo"));
    let mode = write_mode(line);
    let options = RevokeOptions {
        of: match (key, all, role.as_str()) {
            (Some(_), _, role) if !role.is_empty() => {
                return Err(UsageError::new("Give ROLE or --key, not both."));
            }
            (_, Some(_), role) if !role.is_empty() => {
                return Err(UsageError::new("Give ROLE or --all-mine, not both."));
            }
            (Some(_), Some(_), _) => {
                return Err(UsageError::new("Give --key or --all-mine, not both."));
            }
            (Some(_), None, _) if session.is_some() => {
                return Err(UsageError::new("--session is for a role, not for --key."));
            }
            (None, Some(_), _) => RevokeOf::AllMine,
            (Some(key), None, _) => sessions(RevocationTarget::Key(key), undo.is_some()),
            (None, None, role) if session.is_some() => {
                RevokeOf::Sessions(RevocationTarget::Session(role.to_owned()))
            }
            (None, None, role) => sessions(RevocationTarget::Role(role.to_owned()), undo.is_some()),
        },
        with: line.take("--with"),
        mode,
        format: format(line),
    };
    if options.format == Format::Json
        && (mode == WriteMode::Confirm || options.of == RevokeOf::AllMine)
    {
        return Err(UsageError::new(
            "--json needs --yes or --dry-run, and is not for --all-mine.",
        ));
    }
    Ok(options)
}

fn sessions(target: RevocationTarget, is_undo: bool) -> RevokeOf {
    match is_undo {
        true => RevokeOf::Undo(target),
        false => RevokeOf::Sessions(target),
    }
}

fn connect(mut line: Line) -> Result<Command, UsageError> {
    Ok(Command::Connect {
        mode: write_mode(&mut line),
        prefix: line.take("--profile-prefix").unwrap_or_default(),
        which: which(line)?,
    })
}

fn disconnect(mut line: Line) -> Result<Command, UsageError> {
    Ok(Command::Disconnect {
        mode: write_mode(&mut line),
        which: which(line)?,
    })
}

fn which(mut line: Line) -> Result<Which, UsageError> {
    match (line.take("--all"), line.operands.is_empty()) {
        (Some(_), true) => Ok(Which::All),
        (None, _) => Ok(Which::Named(line.operands)),
        (Some(_), false) => Err(UsageError::new("Give names or --all, not both.")),
    }
}

fn catalogue(line: &mut Line) -> Command {
    Command::Catalogue {
        files: AwsFiles {
            config: line.take("--config"),
            credentials: line.take("--credentials"),
        },
        format: format(line),
    }
}

fn import(line: &mut Line) -> Result<Command, UsageError> {
    Ok(Command::Import {
        from: value::program(&line.operand())?,
        file: line.take("--file"),
        dry_run: dry_run(line),
        format: format(line),
    })
}

fn roles_export(line: &mut Line) -> RolesCommand {
    RolesCommand::Export {
        group: line.take("--group"),
        external_ids: match line.take("--without-external-ids") {
            Some(_) => ExternalIds::LeftOut,
            None => ExternalIds::Included,
        },
    }
}

fn roles_import(line: &mut Line) -> RolesCommand {
    RolesCommand::Import {
        file: line.operand(),
        source: line.take("--source"),
        dry_run: dry_run(line),
        format: format(line),
    }
}

fn shell_init(line: &mut Line) -> Result<Command, UsageError> {
    let function = line.take("--name");
    Ok(Command::ShellInit(Script {
        function: value::function(function.as_deref().unwrap_or("assume"))?,
        shell: value::integrated_shell(&line.operand())?,
        part: match line.take("--completions") {
            Some(_) => ScriptPart::Completions,
            None => ScriptPart::Whole,
        },
    }))
}

fn agent(line: &mut Line) -> Result<AgentCommand, UsageError> {
    let format = format(line);
    let options = AgentOptions {
        sealed_file: match line.take("--sealed-file") {
            Some(_) => SealedFile::Create,
            None => SealedFile::IfPresent,
        },
        passphrase_fd: passphrase_fd(line)?,
        idle: line.take("--idle"),
    };
    Ok(match (line.take("--stop"), line.take("--status")) {
        (Some(_), _) => AgentCommand::Stop,
        (None, Some(_)) => AgentCommand::Status { format },
        (None, None) => AgentCommand::Run(options),
    })
}

/// Returns a command on access keys; `None` for every other name.
fn keys(name: &str, line: &mut Line) -> Option<KeysCommand> {
    Some(match name {
        "keys list" => KeysCommand::List {
            format: format(line),
        },
        "keys add" => KeysCommand::Add {
            name: line.operand(),
            from: key_origin(line),
        },
        "keys import" => KeysCommand::Import {
            which: profiles(line),
            name: line.take("--name"),
            mode: write_mode(line),
        },
        "keys undo-import" => KeysCommand::UndoImport {
            profile: line.operand(),
            mode: write_mode(line),
        },
        "keys rotate" => KeysCommand::Rotate {
            name: line.operand(),
            way: rotation_way(line),
            mode: write_mode(line),
        },
        "keys rename" => KeysCommand::Rename {
            name: line.operand(),
            new_name: line.operand(),
        },
        "keys remove" => KeysCommand::Remove {
            name: line.operand(),
        },
        "keys add-totp" => KeysCommand::AddTotp {
            name: line.operand(),
            serial: line.operand(),
        },
        "keys remove-totp" => KeysCommand::RemoveTotp {
            name: line.operand(),
        },
        "keys forget-code" => KeysCommand::ForgetCode {
            name: line.operand(),
        },
        _ => return None,
    })
}

fn rotation_way(line: &mut Line) -> RotationWay {
    let flags = ["--resume", "--undo", "--delete-old"];
    match flags.map(|flag| line.take(flag).is_some()) {
        [true, _, _] => RotationWay::Resume,
        [_, true, _] => RotationWay::Undo,
        [_, _, true] => RotationWay::DeleteOld,
        [false, false, false] => RotationWay::Begin,
    }
}

fn key_origin(line: &mut Line) -> KeyOrigin {
    match (line.take("--from-profile"), line.take("--from-csv")) {
        (Some(profile), _) => KeyOrigin::Profile(profile),
        (None, Some(csv)) => KeyOrigin::Csv(csv),
        (None, None) => KeyOrigin::Input,
    }
}

fn profiles(line: &mut Line) -> Which {
    match line.take("--profile") {
        Some(profile) => Which::Named(vec![profile]),
        None => Which::All,
    }
}

fn format(line: &mut Line) -> Format {
    match line.take("--json") {
        Some(_) => Format::Json,
        None => Format::Text,
    }
}

fn dry_run(line: &mut Line) -> DryRun {
    match line.take("--dry-run") {
        Some(_) => DryRun::Yes,
        None => DryRun::No,
    }
}

fn write_mode(line: &mut Line) -> WriteMode {
    match (line.take("--yes"), line.take("--dry-run")) {
        (Some(_), _) => WriteMode::Write,
        (None, Some(_)) => WriteMode::DryRun,
        (None, None) => WriteMode::Confirm,
    }
}

fn passphrase_fd(line: &mut Line) -> Result<Option<u32>, UsageError> {
    let number = line.take("--passphrase-fd");
    number.as_deref().map(value::descriptor).transpose()
}
