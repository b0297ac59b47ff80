//! `console`: opens the AWS console in a browser, or prints the URL that signs in.

mod choice;
mod program;

use rolecall_core::api::console::{ConsoleDelivery, ConsoleRequest, ConsoleView, PageState};
use rolecall_core::api::protocol::{Answer, Call};
use rolecall_core::console::page::PAGE_S;
use rolecall_core::console::sign_in::TOKEN_MINUTES;
use rolecall_core::value::browser::{Browser, BrowserNames};
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise::visible;
use rolecall_core::value::secret::Secret;

use super::{Outcome, code_prompt, sessions};
use crate::arguments::{Command, ConsoleOptions};
use crate::client::{Client, unexpected};
use crate::piped_code::StandardInput;
use crate::terminal;

use program::Program;

/// Returns the command with its role, which the address of a page may say.
///
/// # Errors
/// If no role fits, or nobody can be asked which.
pub(super) fn with_role(client: &Client, command: &Command) -> Result<Command, Problem> {
    match command {
        Command::Console(options) if options.role.is_empty() => {
            let url = options.page.url.as_deref().unwrap_or_default();
            let role = choice::role_for(url, &client.snapshot()?)?;
            Ok(Command::Console(ConsoleOptions {
                role,
                ..options.clone()
            }))
        }
        other => Ok(other.clone()),
    }
}

/// Opens the console, or returns the URL that signs in.
///
/// # Errors
/// Why there is no sign-in, and if no browser opens it.
pub(super) fn run(
    client: &Client,
    options: &ConsoleOptions,
    reasons: Vec<String>,
) -> Result<Outcome, Problem> {
    let call = |reasons: &[String]| Call::Console {
        role: options.role.clone(),
        request: ConsoleRequest {
            page: options.page.clone(),
            duration: options.duration.clone(),
            delivery: options.delivery,
            reasons: reasons.to_vec(),
        },
    };
    let answer = code_prompt::ask(
        client,
        call,
        &options.role,
        reasons,
        StandardInput::Own,
        false,
    )?;
    let Answer::Console(view) = answer else {
        return Err(unexpected());
    };
    if let Some(note) = &view.note {
        terminal::tell(&visible(note));
    }
    match (options.delivery, view.page) {
        (ConsoleDelivery::Url, _) | (ConsoleDelivery::Page, None) => Ok(printed(&view)),
        (ConsoleDelivery::Page, Some(page)) => {
            let browser = match &options.browser {
                Some(browser) => browser.clone(),
                None => Browser::parse(&view.browser)?,
            };
            open(client, &browser, page, &view).map(Outcome::from)
        }
    }
}

fn printed(view: &ConsoleView) -> Outcome {
    terminal::tell(&format!(
        "This URL is a secret: it signs anybody in as {} for {TOKEN_MINUTES} minutes, until {}.",
        visible(&view.role),
        sessions::clock_text(view.usable_until)
    ));
    Outcome::from(Secret::new(view.url.expose().to_owned()))
}

/// Starts the browser, and waits until it got the sign-in.
fn open(
    client: &Client,
    browser: &Browser,
    page: u64,
    view: &ConsoleView,
) -> Result<String, Problem> {
    let names = BrowserNames {
        role: &view.profile,
        account: &view.account_id,
    };
    let mut program = Program::start(browser, names, view.url.expose())?;
    loop {
        let Answer::ConsolePage(state) = client.ask(Call::ConsolePage { page })? else {
            return Err(unexpected());
        };
        if state.is_used || state.is_over {
            tell_of_others(&state);
        }
        if state.is_used {
            return Ok(opened(view));
        }
        if state.is_over {
            return Err(not_fetched());
        }
        program.check()?;
    }
}

fn tell_of_others(state: &PageState) {
    if state.other_users.is_empty() {
        return;
    }
    let users: Vec<String> = state.other_users.iter().map(ToString::to_string).collect();
    terminal::tell(&format!(
        "Another user of this machine tried to get the sign-in and got nothing: user ID {}.",
        users.join(", ")
    ));
}

fn opened(view: &ConsoleView) -> String {
    format!(
        "Opened the console as {} in account {}, until {}.",
        visible(&view.role),
        visible(&view.account_id),
        sessions::clock_text(view.ends_at)
    )
}

fn not_fetched() -> Problem {
    let what = format!("No browser opened the console within {PAGE_S} seconds.");
    let remedy = "Try again, name a browser with --browser, or get the URL with --print.";
    Problem::new(ProblemCode::TimedOut, what, remedy)
}
