//! What signs in each account: named with `--with`, the only one that can, or chosen at the terminal.

use rolecall_core::setup::{Kit, Signer, parts};
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise::{echo, visible};

use super::machine::Machine;
use super::proof;
use crate::client::Client;
use crate::terminal::{self, Echo};

/// Returns what signs in each account of a kit. A role without a session is assumed.
///
/// # Errors
/// If nothing can sign in an account, or several can and there is no terminal to ask on.
pub(super) fn signers(
    client: &Client,
    machine: &Machine,
    kit: &Kit,
    with: Option<&str>,
) -> Result<Vec<Signer>, Problem> {
    let named: Vec<&str> = with
        .unwrap_or_default()
        .split(',')
        .map(str::trim)
        .filter(|it| !it.is_empty())
        .collect();
    for name in &named {
        if !machine.knows(name) {
            let what = format!("There is no access key or role \"{}\" here.", echo(name));
            let remedy = "See them with: rolecall keys list, rolecall list";
            return Err(Problem::new(ProblemCode::UnknownKey, what, remedy));
        }
    }
    let mut signers = Vec::new();
    for part in parts(kit) {
        let mut of_account = named
            .iter()
            .filter_map(|name| machine.signer(name, &part.account));
        let by = match of_account.next() {
            Some(by) => by,
            None => {
                let name = chosen(machine, kit, &part.account)?;
                machine
                    .signer(&name, &part.account)
                    .ok_or_else(Problem::internal)?
            }
        };
        if machine.needs_session(&by) {
            terminal::tell(&format!("Assuming {} to sign.", visible(by.name())));
            proof::session(client, by.name())?;
        }
        signers.push(Signer {
            account: part.account,
            by,
            id: String::new(),
        });
    }
    Ok(signers)
}

fn chosen(machine: &Machine, kit: &Kit, account: &str) -> Result<String, Problem> {
    let candidates = machine.signers_in(account, kit.role.as_str());
    match (candidates.as_slice(), terminal::is_present()) {
        ([], _) => {
            let what = format!("No access key or role here belongs to account {account}.");
            let remedy = "Add an access key of that account with rolecall keys add, or a role that may change IAM there.";
            Err(Problem::new(ProblemCode::UnknownKey, what, remedy))
        }
        ([only], _) => Ok(only.clone()),
        (several, false) => {
            let what = format!(
                "Several access keys and roles belong to account {account}: {}.",
                several
                    .iter()
                    .map(|it| echo(it))
                    .collect::<Vec<_>>()
                    .join(", ")
            );
            let remedy = "Name the one that signs there: --with NAME.";
            Err(Problem::new(ProblemCode::UnknownKey, what, remedy))
        }
        (several, true) => ask(several, account),
    }
}

fn ask(candidates: &[String], account: &str) -> Result<String, Problem> {
    terminal::tell(&format!("Which signs in account {account}?"));
    for (name, number) in candidates.iter().zip(1..) {
        terminal::tell(&visible(&format!("  {number}  {name}")));
    }
    loop {
        let answer = terminal::ask("Number or name [1]: ", Echo::On)?;
        let text = answer.expose().trim();
        let number = if text.is_empty() {
            Some(1)
        } else {
            text.parse::<usize>().ok()
        };
        let by_number = number.and_then(|it| candidates.get(it.checked_sub(1)?));
        match by_number.or_else(|| candidates.iter().find(|it| *it == text)) {
            Some(name) => return Ok(name.clone()),
            None => terminal::tell("Answer one of these numbers or names."),
        }
    }
}
