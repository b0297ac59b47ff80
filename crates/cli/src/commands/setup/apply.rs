//! Applies a kit with keys and roles of the user: the plan first, then step by step. Also goes on with one, and takes it
//! back.

use std::time::Duration;

use rolecall_core::api::protocol::{Answer, Call};
use rolecall_core::asker::by::By;
use rolecall_core::role::RoleDraft;
use rolecall_core::session::Phase;
use rolecall_core::setup::{
    EntryState, KitDraft, Replace, SetupCall, SetupProgress, SetupRequest, SetupStepView,
    SetupView, Signer,
};
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise::visible;
use rolecall_core::value::shell_word::shell_word;

use super::proof;
use super::run_text::{command, plan_text, rest_text, step_text, undo_text};
use crate::arguments::SetupOptions;
use crate::client::{Client, unexpected};
use crate::commands::outcome::Outcome;
use crate::interrupt::Interrupt;
use crate::terminal;

/// The exit code of a command that needs an answer and has no terminal.
const USAGE: u8 = 2;

/// What is applied.
pub(super) struct Applied {
    pub(super) draft: KitDraft,
    pub(super) signers: Vec<Signer>,
    /// The role in Rolecall, if it is added.
    pub(super) entry: Option<RoleDraft>,
}

/// Shows the plan, asks for consent, applies the kit and assumes the role.
///
/// # Errors
/// If something is in the way, a step fails, or the role cannot be assumed.
pub(super) fn apply(
    client: &Client,
    options: &SetupOptions,
    applied: Applied,
) -> Result<Outcome, Problem> {
    let request = SetupRequest {
        draft: Box::new(applied.draft),
        signers: applied.signers,
        entry: applied.entry.map(Box::new),
    };
    let plan = view(client.ask(Call::Setup(SetupCall::Plan(request.clone())))?)?;
    terminal::tell(&plan_text(&plan));
    let changes = plan.steps.iter().any(|it| it.state == EntryState::Changes);
    let mut replace = match options.replaces {
        true => Replace::Yes,
        false => Replace::No,
    };
    if !options.yes {
        let question = match changes && !options.replaces {
            true => "Apply this, and replace what is marked with ~ (--undo puts it back)?",
            false => "Apply this?",
        };
        if let Some(end) = refused(question)? {
            return Ok(end);
        }
        if changes {
            replace = Replace::Yes;
        }
    }
    let begin = SetupCall::Begin {
        request,
        replace,
        digest: plan.digest,
    };
    let run = view(client.ask(Call::Setup(begin))?)?;
    go_on(client, &run)
}

/// Shows what is left of the latest setup that is not finished, asks for consent, and goes on with it.
///
/// # Errors
/// If there is none, or a step fails.
pub(super) fn resume(client: &Client, options: &SetupOptions) -> Result<Outcome, Problem> {
    let runs = runs(client)?;
    let Some(run) = runs.iter().rev().find(|run| run.is_open && !run.is_undoing) else {
        let what = "No setup is unfinished.";
        let remedy = "Begin one with rolecall setup --apply.";
        return Err(Problem::new(ProblemCode::InvalidInput, what, remedy));
    };
    terminal::tell(&rest_text(run));
    if !options.yes
        && let Some(end) = refused("Go on with this?")?
    {
        return Ok(end);
    }
    prepare(client, run)?;
    go_on(client, run)
}

/// Takes back what the latest setup made, or the latest of this role.
///
/// # Errors
/// If there is none, or a step fails.
pub(super) fn undo(client: &Client, options: &SetupOptions) -> Result<Outcome, Problem> {
    let runs = runs(client)?;
    let is_meant = |run: &&SetupView| is_of(run, options);
    let Some(run) = runs.iter().rev().find(is_meant) else {
        let what = "There is no setup to take back.";
        let remedy = "Rolecall takes back only what rolecall setup --apply made.";
        return Err(Problem::new(ProblemCode::InvalidInput, what, remedy));
    };
    terminal::tell(&undo_text(run));
    if !options.yes
        && let Some(end) = refused("Take this back?")?
    {
        return Ok(end);
    }
    prepare(client, run)?;
    let mut left = Vec::new();
    steps(client, run, Way::Back, &Interrupt::watch(), |step| {
        if step.state == EntryState::Left {
            left.push(step.title.clone());
        }
    })?;
    let done = match left.is_empty() {
        true => format!("Took back the setup of {}.", visible(&run.role_arn)),
        false => format!("Took back the rest. Left as it is: {}.", left.join(", ")),
    };
    let further = further(client, run)?;
    Ok(Outcome::from(format!("{done}{further}")))
}

/// Returns a sentence about what other setups made for the same role.
fn further(client: &Client, run: &SetupView) -> Result<String, Problem> {
    let runs = runs(client)?;
    let is_further = |it: &&SetupView| it.role_arn == run.role_arn && it.number != run.number;
    let times: Vec<String> = runs
        .iter()
        .filter(is_further)
        .map(|it| it.started_at.strftime("%F %T UTC").to_string())
        .collect();
    Ok(match times.is_empty() {
        true => String::new(),
        false => format!(
            " Another setup of this role is not taken back yet, which began at {}. Take it back: {} --undo --role {}",
            times.join(" and "),
            command(client),
            visible(&shell_word(
                run.role_arn.rsplit('/').next().unwrap_or_default()
            ))
        ),
    })
}

/// Assumes the roles that sign, where they have no session.
fn prepare(client: &Client, run: &SetupView) -> Result<(), Problem> {
    let snapshot = client.snapshot()?;
    for signer in &run.signers {
        let By::Role(name) = &signer.by else {
            continue;
        };
        let is_live = snapshot.sessions.iter().any(|session| {
            session.role == *name && matches!(session.phase, Phase::Active | Phase::Expiring)
        });
        if !is_live {
            terminal::tell(&format!("Assuming {} to sign.", visible(name)));
            proof::session(client, name)?;
        }
    }
    Ok(())
}

fn is_of(run: &SetupView, options: &SetupOptions) -> bool {
    let role = options.role.as_deref();
    let account = options.account.as_deref();
    let name = run.role_arn.rsplit('/').next().unwrap_or_default();
    role.is_none_or(|role| role == name)
        && account.is_none_or(|it| run.role_arn.contains(&format!(":{}:", it.replace('-', ""))))
}

fn go_on(client: &Client, run: &SetupView) -> Result<Outcome, Problem> {
    let setup = command(client);
    terminal::tell(&format!(
        "Ctrl-C stops after a step. Then: {setup} --resume, or {setup} --undo"
    ));
    let interrupt = Interrupt::watch();
    let mut role = None;
    steps(client, run, Way::There, &interrupt, |step| {
        if step.account.is_empty() {
            role = step.role.clone();
        }
    })?;
    let role = role.or_else(|| named(client, &run.role_arn));
    match role {
        Some(role) => proof::assume(client, &role, &interrupt).map(Outcome::from),
        None => Ok(Outcome::from(format!(
            "Done. The role is {}",
            visible(&run.role_arn)
        ))),
    }
}

/// Returns the name that a role has in Rolecall.
fn named(client: &Client, arn: &str) -> Option<String> {
    let snapshot = client.snapshot().ok()?;
    let role = snapshot.roles.iter().find(|role| role.arn == arn)?;
    Some(role.name.clone())
}

/// Whether a run goes on, or is taken back.
#[derive(Clone, Copy)]
enum Way {
    There,
    Back,
}

impl Way {
    fn call(self, run: &SetupView, tries: u32) -> SetupCall {
        let (number, digest) = (run.number, run.digest.clone());
        match self {
            Self::There => SetupCall::Continue {
                number,
                digest,
                tries,
            },
            Self::Back => SetupCall::Undo {
                number,
                digest,
                tries,
            },
        }
    }
}

/// Does one step after the other, and shows each. Ctrl-C stops after a step.
fn steps(
    client: &Client,
    run: &SetupView,
    way: Way,
    interrupt: &Interrupt,
    mut on_step: impl FnMut(&SetupStepView),
) -> Result<(), Problem> {
    let (mut tries, mut done) = (0, 0);
    while !interrupt.was_pressed() {
        let answer = client.ask(Call::Setup(way.call(run, tries)));
        let answer = answer.inspect_err(|_| {
            terminal::tell(&format!("Stopped. {}", standing(client, run, way, done)));
        })?;
        let Answer::SetupProgress(progress) = answer else {
            return Err(unexpected());
        };
        match *progress {
            SetupProgress::Finished => return Ok(()),
            SetupProgress::Step(step) => {
                terminal::tell(&step_text(&step));
                on_step(&step);
                (tries, done) = (0, done + 1);
            }
            SetupProgress::Wait { message, ms } => {
                terminal::tell(&format!(
                    "  … {} Trying again in {} s.",
                    visible(&message),
                    seconds(ms)
                ));
                interrupt.pause(Duration::from_millis(ms));
                tries += 1;
            }
        }
    }
    let what = "Stopped by Ctrl-C.";
    let remedy = standing(client, run, way, done);
    Err(Problem::new(ProblemCode::Cancelled, what, remedy))
}

/// Returns how far a run came with these steps, and what can be done then.
fn standing(client: &Client, run: &SetupView, way: Way, done: usize) -> String {
    let setup = command(client);
    let before = |states: &[EntryState]| {
        let steps = run.steps.iter();
        steps.filter(|step| states.contains(&step.state)).count()
    };
    let all = run.steps.len();
    match way {
        Way::There => format!(
            "{} of {all} steps are done. Go on: {setup} --resume. Take it back: {setup} --undo",
            before(&[EntryState::Done, EntryState::Stays]) + done
        ),
        Way::Back => format!(
            "{} of {all} steps are taken back. Take back the rest: {setup} --undo",
            before(&[EntryState::Undone, EntryState::Left]) + done
        ),
    }
}

fn seconds(ms: u64) -> String {
    match ms % 1_000 {
        0 => (ms / 1_000).to_string(),
        _ => format!("{}.{}", ms / 1_000, ms % 1_000 / 100),
    }
}

fn runs(client: &Client) -> Result<Vec<SetupView>, Problem> {
    match client.ask(Call::Setup(SetupCall::Runs))? {
        Answer::Setups(runs) => Ok(runs),
        _ => Err(unexpected()),
    }
}

fn view(answer: Answer) -> Result<SetupView, Problem> {
    match answer {
        Answer::Setup(view) => Ok(*view),
        _ => Err(unexpected()),
    }
}

/// Asks for consent. Returns how the command ends without it; `None` if the user agrees.
fn refused(question: &str) -> Result<Option<Outcome>, Problem> {
    if !terminal::is_present() {
        let message = "Nothing was changed. Without a terminal to ask on, add --yes.".to_owned();
        return Ok(Some(Outcome::NotStarted {
            message,
            code: USAGE,
        }));
    }
    let unchanged = || Outcome::from("Nothing was changed.".to_owned());
    Ok((!terminal::is_agreed(question)?).then(unchanged))
}
