//! Maps the calls of programs and of the window to the keeper's use cases. Names and codes are parsed here.

use std::sync::Arc;
use std::time::Duration;

use rolecall_core::api::call_rules::SDK;
use rolecall_core::api::protocol::{Answer, Call};
use rolecall_core::api::question::QuestionCall;
use rolecall_core::api::wire_environment::WireEnvironment;
use rolecall_core::api::wire_secret::WireSecret;
use rolecall_core::asker::consent::Subject;
use rolecall_core::asker::history::Request;
use rolecall_core::aws_files::connection::{EditView, Step};
use rolecall_core::aws_files::key_text::KeyPair;
use rolecall_core::explain::pasted::explain_text;
use rolecall_core::session::totp::TotpSeed;
use rolecall_core::session::variable::conflicting;
use rolecall_core::value::mfa::{MfaCode, MfaSerial};
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::secret::Secret;
use rolecall_core::view::snapshot::SessionView;
use rolecall_keeper::{Given, Keeper};

use crate::caller::Caller;
use crate::in_flight::{InFlight, Wanted};
use crate::reply::text;
use crate::socket::Peer;
use crate::{container, requester, revoke, rotation, setup};

/// How long a tool waits for credentials: a second less than the command line waits.
const CREDENTIALS_TIMEOUT: Duration = SDK.saturating_sub(Duration::from_secs(1));

/// Executes a call that the caller may send.
///
/// # Errors
/// Why it could not be done.
#[expect(clippy::too_many_lines, reason = "one arm for each call")]
pub fn answer(
    keeper: &Arc<Keeper>,
    in_flight: &InFlight,
    call: Call,
    caller: &Caller<'_>,
) -> Result<Answer, Problem> {
    caller.check(keeper, &call)?;
    let access = call.rules().access;
    let request = |name: &str| -> Result<Request, Problem> {
        Ok(Request {
            name: Name::parse(name)?,
            kind: access.request().ok_or_else(Problem::internal)?,
            requester: caller.requester(),
        })
    };
    let serve = |name: &str, give: &dyn Fn(&Name) -> Result<Answer, Problem>| {
        let request = request(name)?;
        let act = || give(&request.name);
        match caller {
            Caller::Window => keeper.clicked(&request, act),
            Caller::Program(peer) => keeper.serve(&request, peer.waiter(), act),
        }
    };
    match call {
        Call::Assume {
            role,
            code,
            reasons,
        } => {
            let request = request(&role)?;
            let act = || assume(keeper, &request.name, code.as_ref(), &reasons);
            match caller {
                Caller::Window => keeper.clicked(&request, act),
                Caller::Program(peer) => keeper.observed(&request, peer.waiter(), act),
            }
        }
        Call::Env {
            role,
            shell,
            reasons,
        } => serve(&role, &|role| {
            park_unless_at_hand(keeper, role, caller.peer()?)?;
            Ok(text(&keeper.export_block(role, shell, &reasons)?))
        }),
        Call::Environment { role, reasons } => serve(&role, &|role| {
            park_unless_at_hand(keeper, role, caller.peer()?)?;
            environment(keeper, role, &reasons)
        }),
        Call::Credentials { role, reasons } => serve(&role, &|role| {
            credentials(keeper, in_flight, role, &reasons, caller.peer()?)
        }),
        Call::KeyCredentials { key } => serve(&key, &|key| {
            key_credentials(keeper, in_flight, key, caller.peer()?)
        }),
        Call::PutKeyBack {
            profile,
            step: Step::Write,
        } => {
            let key = keeper.moved_key(&profile);
            // A sandboxed program must not learn which keys were moved.
            let key = key.or_else(|unknown| admit(keeper, caller).and(Err(unknown)))?;
            serve(key.as_str(), &|_| {
                edit(keeper.undo_import(&profile, Step::Write))
            })
        }
        Call::Console {
            role,
            request: console,
        } => serve(&role, &|role| {
            caller.peer()?.park()?;
            let view = keeper.console(role, &console)?;
            Ok(Answer::Console(Box::new(view)))
        }),
        Call::ConsolePage { page } => Ok(Answer::ConsolePage(keeper.page_state(page))),
        Call::OpenConsole { role } => serve(&role, &|role| done(keeper.open_console(role))),
        Call::ContainerCredentials { role } => serve(&role, &|role| {
            container::credentials(keeper, in_flight, role, caller.peer()?)
        }),
        Call::KeepFresh { role } => keep_fresh(keeper, &Name::parse(&role)?, caller.peer()?),
        Call::Serve { role, process } => {
            let endpoint = requester::of_process(process);
            let by = caller.peer()?.closer();
            done(keeper.name_endpoint(&Name::parse(&role)?, &endpoint, &by))
        }
        Call::Reply { id, reply } => done(match caller {
            Caller::Window => keeper.answer(id, Given::Reply(reply)),
            Caller::Program(peer) => keeper.reply_from_terminal(id, reply, &peer.requester),
        }),
        Call::Setup(call) => setup::answer(keeper, caller, call),
        Call::Snapshot => Ok(Answer::Snapshot(Box::new(keeper.snapshot()))),
        Call::Sessions => Ok(Answer::Snapshot(Box::new(keeper.sessions_snapshot()))),
        Call::Search { text } => Ok(Answer::Snapshot(Box::new(keeper.found(&text)))),
        Call::List { search } => Ok(Answer::List(Box::new(keeper.listed(search.as_deref())))),
        Call::Names { search } => Ok(Answer::Names(keeper.found_names(&search))),
        Call::Attend { role } => {
            let prompt = keeper.attend(&Name::parse(&role)?);
            Ok(Answer::Prompt(prompt.map(Box::new)))
        }
        Call::AnswerPrompt { id, code } => done(keeper.answer(id, Given::Code(code.expose()))),
        Call::SwitchPrompt { id } => done(keeper.answer(id, Given::OtherPlan)),
        Call::CancelPrompt { id } => done(keeper.answer(id, Given::NoCode)),
        Call::EndMfa { key } => done(keeper.end_mfa(&Name::parse(&key)?)),
        Call::Questions => Ok(Answer::Questions(keeper.watch_questions()?)),
        Call::History(query) => Ok(Answer::History(keeper.history(&query)?)),
        Call::Doctor { role } => {
            let role = role.as_deref().map(Name::parse).transpose()?;
            Ok(Answer::Doctor(Box::new(
                keeper.doctor(role.as_ref(), caller.requester().as_ref())?,
            )))
        }
        Call::ExplainFurther { role } => {
            done(keeper.explain_further(&Name::parse(&role)?, caller.requester().as_ref()))
        }
        Call::Revoke { target, step } => revoke::revoke(keeper, caller, &target, &step),
        Call::UndoRevocation { target, step } => revoke::undo(keeper, caller, &target, &step),
        Call::End { role } => done(keeper.end(&Name::parse(&role)?)),
        Call::EndKey { key } => done(keeper.end_key(&Name::parse(&key)?)),
        Call::Limited { role, limits } => {
            let name = keeper.limited(&Name::parse(&role)?, &limits)?;
            Ok(Answer::Name(name.to_string()))
        }
        Call::CheckReason { role, reason } => {
            done(keeper.check_reason(&Name::parse(&role)?, &reason))
        }
        Call::AddKey {
            name,
            access_key_id,
            secret,
        } => {
            let secret = Secret::new(secret.expose().to_owned());
            let pair = KeyPair::parse(&access_key_id, &secret)?;
            let view = keeper.add_key(&Name::parse(&name)?, &pair)?;
            Ok(Answer::Key(Box::new(view)))
        }
        Call::RenameKey { name, new_name } => {
            done(keeper.rename_key(&Name::parse(&name)?, &Name::parse(&new_name)?))
        }
        Call::ImportRoles {
            text,
            path,
            source,
            dry_run,
        } => {
            let source = source.as_deref().map(Name::parse).transpose()?;
            keeper
                .import_roles(&text, &path, source.as_ref(), dry_run)
                .map(Answer::Imported)
        }
        Call::RemoveKey { name } => done(keeper.remove_key(&Name::parse(&name)?)),
        Call::AddTotp { key, serial, seed } => {
            let seed = TotpSeed::parse(&Secret::new(seed.expose().to_owned()))?;
            done(keeper.add_totp(&Name::parse(&key)?, &MfaSerial::parse(&serial)?, &seed))
        }
        Call::RemoveTotp { key } => done(keeper.remove_totp(&Name::parse(&key)?)),
        Call::Connect {
            which,
            prefix,
            step,
        } => edit(keeper.connect(&which, &prefix, step)),
        Call::Disconnect { which, step } => edit(keeper.disconnect(&which, step)),
        Call::MoveKey {
            profile,
            name,
            step,
        } => {
            let name = name.as_deref().map(Name::parse).transpose()?;
            edit(keeper.import_key(&profile, name.as_ref(), step))
        }
        Call::PutKeyBack {
            profile,
            step: Step::Preview,
        } => edit(keeper.undo_import(&profile, Step::Preview)),
        Call::RefreshKeys => done(keeper.refresh_keys(caller.requester().as_ref())),
        Call::RotationPlan { key } => rotation::plan(keeper, caller, &Name::parse(&key)?),
        Call::RotateKey { key, action } => {
            rotation::rotate(keeper, caller, &Name::parse(&key)?, &action)
        }
        Call::CopyExport { role, shell } => {
            serve(&role, &|role| done(keeper.copy_export(role, shell)))
        }
        Call::Question(call) => question(keeper, caller, call),
        Call::AnswerReason { id, reason } => done(keeper.answer(id, Given::Reason(&reason))),
        Call::CancelReason { id } => done(keeper.answer(id, Given::NoReason)),
        Call::ExplainText { text } => {
            let explained = explain_text(&text)?;
            let is_dead = matches!(
                explained.code,
                ProblemCode::ExpiredCredentials | ProblemCode::InvalidKey
            );
            if is_dead {
                // The tool may use a session that is shown here.
                keeper.check_soon();
            }
            Ok(Answer::Explained(Box::new(explained)))
        }
        Call::CheckSessions => done(keeper.check_sessions()),
        Call::LockRegions { role } => {
            let regions = keeper.lock_regions(&Name::parse(&role)?)?;
            Ok(Answer::Names(regions))
        }
        Call::SetConsent { role, consent } => {
            done(keeper.set_consent(&Subject::Role(Name::parse(&role)?), consent))
        }
        Call::SetKeyConsent { key, consent } => {
            done(keeper.set_consent(&Subject::Key(Name::parse(&key)?), consent))
        }
        Call::SetTemporaryProfile {
            role,
            is_written: true,
        } => done(keeper.keep_temporary_profile(&Name::parse(&role)?)),
        Call::SetTemporaryProfile {
            role,
            is_written: false,
        } => done(keeper.drop_temporary_profile(&Name::parse(&role)?)),
        Call::Settings => Ok(Answer::Settings(keeper.settings_in_file()?)),
        Call::SetSetting {
            section,
            name,
            value,
        } => done(keeper.set_setting(&section, &name, value.as_ref())),
        Call::SaveRole {
            previous_name,
            role,
        } => {
            let previous = previous_name.as_deref().map(Name::parse).transpose()?;
            done(keeper.save_role(previous.as_ref(), &role))
        }
        Call::RemoveRole { name } => done(keeper.remove_role(&Name::parse(&name)?)),
        Call::MarkRole { name, marks } => done(keeper.mark_role(&name, &marks)),
        Call::SetRenew { role, renew } => done(keeper.set_renew(&Name::parse(&role)?, renew)),
        Call::NameAccount { account_id, alias } => done(keeper.name_account(&account_id, &alias)),
        Call::DismissProblem { code } => {
            keeper.dismiss(code);
            Ok(Answer::Done)
        }
        Call::RetryKeychain => done(keeper.retry_keychain()),
        Call::Desktop(_)
        | Call::Import { .. }
        | Call::ShowWindow
        | Call::ToggleWindow
        | Call::Host
        | Call::Unlock { .. }
        | Call::Stop
        | Call::HandOver => Err(not_handled()),
    }
}

/// Checks that a program may make requests at all.
fn admit(keeper: &Keeper, caller: &Caller<'_>) -> Result<(), Problem> {
    caller.requester().map_or(Ok(()), |it| keeper.admit(&it))
}

fn keep_fresh(keeper: &Arc<Keeper>, role: &Name, peer: &Peer<'_>) -> Result<Answer, Problem> {
    if let Some(problem) = keeper.renewal_refusal(role, &peer.requester) {
        return Err(problem);
    }
    container::keep_fresh(keeper, role);
    Ok(Answer::Done)
}

fn done(result: Result<(), Problem>) -> Result<Answer, Problem> {
    result.map(|()| Answer::Done)
}

fn edit(result: Result<EditView, Problem>) -> Result<Answer, Problem> {
    result.map(|edit| Answer::Edit(Box::new(edit)))
}

fn environment(keeper: &Keeper, role: &Name, reasons: &[String]) -> Result<Answer, Problem> {
    let (variables, expires_at) = keeper.variables(role, reasons)?;
    let secret = |value: Secret| WireSecret::new(value.expose().to_owned());
    let set = variables.into_iter();
    Ok(Answer::Environment(Box::new(WireEnvironment {
        expires_at,
        unset: conflicting().map(str::to_owned).collect(),
        set: set
            .map(|(name, value)| (name.to_owned(), secret(value)))
            .collect(),
    })))
}

fn assume(
    keeper: &Keeper,
    role: &Name,
    code: Option<&WireSecret>,
    reasons: &[String],
) -> Result<Answer, Problem> {
    let code = code.map(|code| MfaCode::parse(code.expose())).transpose()?;
    keeper.assume_because(role, code, reasons)?;
    let sessions = keeper.sessions_snapshot().sessions;
    let view: Option<SessionView> = sessions
        .into_iter()
        .find(|session| session.role == role.as_str());
    let view = view.ok_or_else(|| {
        let what = "The session was ended while it was being assumed.";
        Problem::new(ProblemCode::NoSession, what, "Assume the role again.")
    })?;
    Ok(Answer::Session(Box::new(view)))
}

/// Asks or answers whether a role that acts on production is assumed, or gives a question more time.
fn question(keeper: &Keeper, caller: &Caller<'_>, call: QuestionCall) -> Result<Answer, Problem> {
    let by = caller.requester();
    done(match call {
        QuestionCall::Confirm { role, yes } => {
            let peer = caller.peer()?;
            let role = Name::parse(&role)?;
            keeper.confirm_production(&role, yes, &peer.requester, peer.waiter())
        }
        QuestionCall::AnswerAccount { id, account } => {
            keeper.answer_account(id, &account, by.as_ref())
        }
        QuestionCall::CancelAccount { id } => keeper.cancel_account(id, by.as_ref()),
        QuestionCall::Extend { id } => keeper.extend_question(id),
    })
}

/// Gives up the peer's place if it will have to wait for the role's session.
fn park_unless_at_hand(keeper: &Keeper, role: &Name, peer: &Peer<'_>) -> Result<(), Problem> {
    match keeper.credentials_at_hand(role) {
        Some(_) => Ok(()),
        None => peer.park(),
    }
}

/// Returns credentials within the timeout. A slower assumption continues, and the next call finds its session.
fn credentials(
    keeper: &Arc<Keeper>,
    in_flight: &InFlight,
    role: &Name,
    reasons: &[String],
    peer: &Peer<'_>,
) -> Result<Answer, Problem> {
    if reasons.is_empty()
        && let Some(line) = keeper.credentials_at_hand(role)
    {
        return Ok(text(&line));
    }
    peer.park()?;
    let (keeper, role, reasons) = (keeper.clone(), role.clone(), reasons.to_vec());
    let wanted = Wanted::Role(role.clone(), reasons.clone());
    let get = move || keeper.credentials_because(&role, &reasons);
    let line = in_flight.join_or_start(wanted, CREDENTIALS_TIMEOUT, peer.waiter(), get);
    line.unwrap_or_else(|| Err(timed_out()))
        .map(|line| text(&line))
}

/// Returns the credentials of a key within the timeout. A slower fetch continues, and the next call finds its session.
fn key_credentials(
    keeper: &Arc<Keeper>,
    in_flight: &InFlight,
    key: &Name,
    peer: &Peer<'_>,
) -> Result<Answer, Problem> {
    if let Some(line) = keeper.key_credentials_at_hand(key) {
        return Ok(text(&line));
    }
    peer.park()?;
    let (wanted, keeper, key) = (Wanted::Key(key.clone()), keeper.clone(), key.clone());
    let get = move || keeper.key_credentials(&key);
    let line = in_flight.join_or_start(wanted, CREDENTIALS_TIMEOUT, peer.waiter(), get);
    line.unwrap_or_else(|| Err(timed_out()))
        .map(|line| text(&line))
}

/// Returns the problem of a call that the program itself should have handled.
fn not_handled() -> Problem {
    let what = "Rolecall cannot handle this call here.";
    Problem::new(ProblemCode::Internal, what, "Report it.")
}

fn timed_out() -> Problem {
    let what = "The session was not ready within 20 seconds.";
    let remedy = "Rolecall may be waiting for an MFA code. Check Rolecall, then try again.";
    Problem::new(ProblemCode::TimedOut, what, remedy)
}
