//! Answers the calls that apply a kit. Whatever signs is asked for like a session that is handed out: what a program
//! makes with it in IAM can be worth as much.

use rolecall_core::api::protocol::Answer;
use rolecall_core::asker::consent::Subject;
use rolecall_core::asker::history::RequestKind;
use rolecall_core::setup::{SetupAct, SetupCall, SetupProgress, SetupQuestion, SetupView, Signer};
use rolecall_core::value::problem::Problem;
use rolecall_keeper::{About, Keeper};

use crate::caller::Caller;
use crate::signing::{Use, signed};

/// IAM is changed by a run that was allowed before.
const BEGUN: Use<'_> = Use::Allowed {
    with_role: RequestKind::Setup,
    with_key: RequestKind::SetupWithKey,
};

/// IAM is changed, if the policy or the user allows this setup.
fn change(setup: &SetupQuestion) -> Use<'_> {
    Use::Change {
        with_role: RequestKind::Setup,
        with_key: RequestKind::SetupWithKey,
        about: About {
            setup: Some(setup),
            ..About::default()
        },
    }
}

/// Answers a call.
///
/// # Errors
/// If a signer may not be used, and the errors of the keeper.
pub(crate) fn answer(
    keeper: &Keeper,
    caller: &Caller<'_>,
    call: SetupCall,
) -> Result<Answer, Problem> {
    if let Some(requester) = caller.requester() {
        keeper.admit(&requester)?;
    }
    let setup = |view: SetupView| Answer::Setup(Box::new(view));
    match call {
        SetupCall::Runs => keeper.setups().map(Answer::Setups),
        SetupCall::Plan(request) => {
            let act = || keeper.plan_setup(&request).map(setup);
            with_each(keeper, caller, &request.signers, Use::Preview, &act)
        }
        SetupCall::Begin {
            request,
            replace,
            digest,
        } => {
            let act = || {
                let view = keeper.begin_setup(&request, replace, &digest)?;
                let resume = (view.digest.as_str(), SetupAct::Resume);
                allow(keeper, caller, resume, &view.signers)?;
                Ok(setup(view))
            };
            with_each(
                keeper,
                caller,
                &request.signers,
                change(&request.question()?),
                &act,
            )
        }
        SetupCall::Continue {
            number,
            digest,
            tries,
        } => go_on(keeper, caller, (number, &digest, SetupAct::Resume), &|| {
            keeper.continue_setup(number, &digest, tries)
        }),
        SetupCall::Undo {
            number,
            digest,
            tries,
        } => go_on(keeper, caller, (number, &digest, SetupAct::Undo), &|| {
            keeper.undo_setup(number, &digest, tries)
        }),
    }
}

/// Goes on with a run, as this process tree was allowed before, or as it is allowed now.
fn go_on(
    keeper: &Keeper,
    caller: &Caller<'_>,
    (number, digest, act): (u64, &str, SetupAct),
    step: &dyn Fn() -> Result<SetupProgress, Problem>,
) -> Result<Answer, Problem> {
    let (signers, question) = keeper.setup_scope(number, digest, act)?;
    let requester = caller.requester();
    let is_begun = requester.is_some_and(|it| keeper.is_change_allowed(digest, act, &it));
    let step = || {
        if !is_begun {
            allow(keeper, caller, (digest, act), &signers)?;
        }
        Ok(Answer::SetupProgress(Box::new(step()?)))
    };
    let usage = match is_begun {
        true => BEGUN,
        false => change(&question),
    };
    with_each(keeper, caller, &signers, usage, &step)
}

fn allow(
    keeper: &Keeper,
    caller: &Caller<'_>,
    (digest, act): (&str, SetupAct),
    signers: &[Signer],
) -> Result<(), Problem> {
    let Some(requester) = caller.requester() else {
        return Ok(());
    };
    let subjects: Result<Vec<Subject>, _> = signers.iter().map(|it| it.by.subject()).collect();
    keeper.allow_change(digest, act, &requester, &subjects?);
    Ok(())
}

/// Runs `act` once each of these signers may be used.
fn with_each(
    keeper: &Keeper,
    caller: &Caller<'_>,
    signers: &[Signer],
    usage: Use<'_>,
    act: &dyn Fn() -> Result<Answer, Problem>,
) -> Result<Answer, Problem> {
    let Some((signer, rest)) = signers.split_first() else {
        return act();
    };
    signed(keeper, caller, &signer.by, usage, || {
        with_each(keeper, caller, rest, usage, act)
    })
}
