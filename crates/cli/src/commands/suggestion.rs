//! What the user may have meant by a name that is not known.

use rolecall_core::aws_files::connection::Which;
use rolecall_core::revoke::RevocationTarget;
use rolecall_core::value::nearest::nearest;
use rolecall_core::value::problem::{Problem, ProblemCode};

use super::other_files::OtherFiles;
use super::{catalogue, output};
use crate::arguments::{Command, DoctorOptions, KeysCommand, RevokeOf, RevokeOptions, SessionOf};
use crate::client::Client;
use crate::environment::Environment;

/// The names of a command line, by what they name.
enum Named<'a> {
    Roles(Vec<&'a str>),
    /// Roles whose profiles in AWS's files are edited: which files differ has been said.
    EditedRoles(Vec<&'a str>),
    Key(&'a str),
    Profiles(Vec<&'a str>),
}

/// Returns the problem with what the user may have meant, if the name that they gave is unknown: a role that only this
/// terminal's files have, or a similar name.
pub(crate) fn with_suggestion(
    problem: Problem,
    client: &Client,
    environment: &Environment,
    command: &Command,
) -> Problem {
    let Some(named) = named(command).filter(|named| named.fits(problem.code)) else {
        return problem;
    };
    let (given, known) = match named {
        Named::Roles(roles) => {
            if let Some(other) = only_here(&roles, client, environment) {
                return Problem {
                    remedy: other.note(),
                    ..problem
                };
            }
            (roles, client.names(String::new()).unwrap_or_default())
        }
        Named::EditedRoles(roles) => (roles, client.names(String::new()).unwrap_or_default()),
        Named::Key(key) => {
            let keys = client.snapshot().map(|it| it.keys).unwrap_or_default();
            (vec![key], keys.into_iter().map(|key| key.name).collect())
        }
        Named::Profiles(profiles) => (profiles, profiles_with_keys(client)),
    };
    match meant(&given, &known) {
        Some(meant) => Problem {
            remedy: format!("Did you mean {}?", output::quoted(meant)),
            ..problem
        },
        None => problem,
    }
}

/// Returns the known name that is most similar to the first unknown one.
fn meant<'a>(given: &[&str], known: &'a [String]) -> Option<&'a str> {
    let is_known = |name: &&str| known.iter().any(|known| known == name);
    let unknown = given
        .iter()
        .map(|name| name.trim())
        .find(|it| !is_known(it))?;
    nearest(unknown, known.iter().map(String::as_str))
}

/// Returns the files of this terminal, if only they have one of the roles.
fn only_here(roles: &[&str], client: &Client, environment: &Environment) -> Option<OtherFiles> {
    let mut here = catalogue::roles_here(environment).into_iter();
    here.any(|it| roles.iter().any(|role| role.trim() == it.name))
        .then(|| OtherFiles::find(client, environment))?
}

fn profiles_with_keys(client: &Client) -> Vec<String> {
    let files = client.snapshot().map(|it| it.aws).unwrap_or_default();
    let plaintext = files.keys.into_iter().map(|key| key.profile);
    plaintext.chain(files.moved).collect()
}

impl Named<'_> {
    /// Returns whether a problem is that such a name is unknown.
    fn fits(&self, code: ProblemCode) -> bool {
        match self {
            Self::Roles(_) | Self::EditedRoles(_) => code == ProblemCode::UnknownRole,
            Self::Key(_) | Self::Profiles(_) => code == ProblemCode::UnknownKey,
        }
    }
}

fn named(command: &Command) -> Option<Named<'_>> {
    match command {
        Command::Explain { role, .. }
        | Command::Doctor(DoctorOptions {
            role: Some(role), ..
        })
        | Command::Renewal { role, .. }
        | Command::End(SessionOf::Role(role))
        | Command::Revoke(RevokeOptions {
            of:
                RevokeOf::Sessions(RevocationTarget::Role(role) | RevocationTarget::Session(role))
                | RevokeOf::Undo(RevocationTarget::Role(role) | RevocationTarget::Session(role)),
            ..
        })
        | Command::Credentials(SessionOf::Role(role)) => Some(Named::Roles(vec![role])),
        Command::Connect {
            which: Which::Named(roles),
            ..
        }
        | Command::Disconnect {
            which: Which::Named(roles),
            ..
        } => Some(Named::EditedRoles(
            roles.iter().map(String::as_str).collect(),
        )),
        Command::End(SessionOf::Key(key)) | Command::Credentials(SessionOf::Key(key)) => {
            Some(Named::Key(key))
        }
        Command::Keys(command) => of_keys(command),
        command => command.role().map(|role| Named::Roles(vec![role])),
    }
}

fn of_keys(command: &KeysCommand) -> Option<Named<'_>> {
    match command {
        KeysCommand::Rename { name, .. }
        | KeysCommand::Rotate { name, .. }
        | KeysCommand::Remove { name }
        | KeysCommand::AddTotp { name, .. }
        | KeysCommand::RemoveTotp { name }
        | KeysCommand::ForgetCode { name } => Some(Named::Key(name)),
        KeysCommand::Import {
            which: Which::Named(profiles),
            ..
        } => Some(Named::Profiles(
            profiles.iter().map(String::as_str).collect(),
        )),
        KeysCommand::UndoImport { profile, .. } => Some(Named::Profiles(vec![profile])),
        KeysCommand::List { .. }
        | KeysCommand::Add { .. }
        | KeysCommand::Import {
            which: Which::All, ..
        } => None,
    }
}
