//! The sign-in endpoint and the console, for browsers: who is signed in, instead of AWS's pages.
//!
//! The endpoint follows the IAM guide: it gives a token for the credentials of a role's session, and the token signs a
//! browser in once within 15 minutes. A browser can be signed in to several sessions at once.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_enable-console-custom-url.html>

mod page;
mod session;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::account::{Account, Outcome};
use crate::call::Call;
use crate::caller::{Caller, Identity, Session};
use crate::fault::FaultKind;
use crate::reply::Reply;
use crate::{identifier, percent, wire_time};
use session::ConsoleSession;

/// How long a sign-in token can be used.
const TOKEN_LIFE: SignedDuration = SignedDuration::from_mins(15);
/// The limits of a console session's duration, in seconds.
const DURATION_LIMITS_S: std::ops::RangeInclusive<i64> = 900..=43_200;
/// How many console sessions a browser can have at once.
/// <https://docs.aws.amazon.com/awsconsolehelpdocs/latest/gsg/multisession.html>
const SESSIONS_MAX: usize = 5;
const SIGN_IN: &str = "/federation";
const SIGN_OUT: &str = "/oauth";
const HOME: &str = "/console/home";
const COOKIE: &str = "practice-console-";

/// What the sign-in endpoint issued.
#[derive(Debug, Default)]
pub(crate) struct Console {
    tokens: Vec<SignInToken>,
    sessions: Vec<ConsoleSession>,
}

#[derive(Debug)]
struct SignInToken {
    token: String,
    session: ConsoleSession,
    issued_at: Timestamp,
    duration_s: Option<i64>,
    /// The method of the request that used it.
    used_by: Option<String>,
}

/// Returns whether a call is one of a browser, or for a sign-in token. None of them is signed.
pub(crate) fn is_for_console(call: &Call) -> bool {
    is_path(&call.path) && call.header("authorization").is_none()
}

/// Returns whether browsers may request this path.
pub(crate) fn is_path(path: &str) -> bool {
    [SIGN_IN, SIGN_OUT, HOME].contains(&path)
}

/// Answers a call at `now` on the server's clock.
pub(crate) fn answer(account: &mut Account, call: &Call, now: Timestamp) -> Outcome {
    let (action, parameters) = read(call);
    *account.requests.entry(action.to_owned()).or_default() += 1;
    let faults = account.take_faults(action);
    if faults.contains(&FaultKind::Reset) {
        return Outcome::Reset;
    }
    let reply = match early_fault(&faults) {
        Some(reply) => reply,
        None => match action {
            "getSigninToken" => sign_in_token(account, &parameters, now),
            "login" => sign_in(account, call, &parameters, now),
            "logout" => sign_out(account, call),
            "console" => home(account, call, now),
            _ => page::refusal("Action is missing or unknown."),
        },
    };
    let wait = faults.iter().map(|fault| match fault {
        FaultKind::Latency(ms) => Duration::from_millis(*ms),
        _ => Duration::ZERO,
    });
    let reply = reply.with_header("date", wire_time::http_date(now));
    Outcome::Answer(reply, wait.sum())
}

/// Returns the sign-in tokens so far, for tests.
pub(crate) fn issued(account: &Account) -> Value {
    let tokens = account.console.tokens.iter().map(|it| {
        json!({
            "token": it.token,
            "arn": it.session.arn,
            "duration_s": it.duration_s,
            "destination": it.session.destination,
            "used_by": it.used_by,
        })
    });
    tokens.collect()
}

/// Returns the action of a call, and its parameters.
fn read(call: &Call) -> (&'static str, Vec<(String, String)>) {
    let mut parameters = percent::form_pairs(&call.query);
    if call.method == "POST" {
        parameters.extend(percent::form_pairs(&String::from_utf8_lossy(&call.body)));
    }
    let action = match (call.path.as_str(), value(&parameters, "Action")) {
        (HOME, _) => "console",
        (SIGN_IN, Some("getSigninToken")) => "getSigninToken",
        (SIGN_IN, Some("login")) => "login",
        (SIGN_OUT, Some("logout")) => "logout",
        _ => "unknown",
    };
    (action, parameters)
}

fn value<'a>(parameters: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let found = parameters.iter().find(|(own, _)| own == name);
    found.map(|(_, value)| value.as_str())
}

fn early_fault(faults: &[FaultKind]) -> Option<Reply> {
    faults.iter().find_map(|fault| match fault {
        FaultKind::Throttle(_) => Some(Reply::empty(429)),
        FaultKind::InternalFailure => Some(Reply::empty(500)),
        FaultKind::Html => Some(page::portal()),
        FaultKind::Redirect => {
            Some(Reply::empty(302).with_header("location", "http://portal.invalid/login"))
        }
        FaultKind::Oversize(bytes) => Some(page::padding(*bytes)),
        FaultKind::Endless => Some(page::padding(u64::MAX)),
        FaultKind::Latency(_)
        | FaultKind::Skew(_)
        | FaultKind::Truncate(_)
        | FaultKind::WrongArn
        | FaultKind::NoExpiration
        | FaultKind::PastExpiration
        | FaultKind::RegionDisabled
        | FaultKind::Reset => None,
    })
}

/// The parameter `Session`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(clippy::struct_field_names, reason = "AWS calls them so")]
struct SentSession {
    session_id: String,
    session_key: String,
    session_token: String,
}

fn sign_in_token(account: &mut Account, parameters: &[(String, String)], now: Timestamp) -> Reply {
    let duration_s = match value(parameters, "SessionDuration").map(str::parse::<i64>) {
        None => None,
        Some(Ok(seconds)) if DURATION_LIMITS_S.contains(&seconds) => Some(seconds),
        Some(_) => return page::refusal("SessionDuration is not from 900 to 43200."),
    };
    let sent = value(parameters, "Session").map(serde_json::from_str::<SentSession>);
    let Some(Ok(sent)) = sent else {
        return page::refusal(MALFORMED);
    };
    let (caller, session) = match credentials_of(account, &sent, now) {
        Ok(found) => found,
        Err(text) => return page::refusal(text),
    };
    if matches!(caller.identity, Identity::User(_)) {
        return page::refusal(
            "Only federation tokens or assume role tokens may be used for federated login. Please contact your administrator.",
        );
    }
    if duration_s.is_some() && session.is_chained {
        return page::refusal(MALFORMED);
    }
    let token = identifier::session_token().expose().to_owned();
    let ends_at = match duration_s {
        Some(seconds) => now + SignedDuration::from_secs(seconds),
        None => session.expires_at,
    };
    let session = ConsoleSession {
        cookie: identifier::request_id(),
        arn: caller.arn(&account.world),
        account: caller.account(&account.world).to_owned(),
        ends_at,
        destination: String::new(),
    };
    account.console.tokens.push(SignInToken {
        token: token.clone(),
        session,
        issued_at: now,
        duration_s,
        used_by: None,
    });
    let body = json!({ "SigninToken": token });
    Reply::new(200, "application/json", body.to_string())
}

const MALFORMED: &str =
    "Invalid Credentials Parameter. The request sent by the client was syntactically incorrect.";

fn credentials_of(
    account: &Account,
    sent: &SentSession,
    now: Timestamp,
) -> Result<(Caller, Session), &'static str> {
    let (caller, secret) = account.credential(&sent.session_id).ok_or(MALFORMED)?;
    let session = caller.session.clone().ok_or(MALFORMED)?;
    let is_right = secret == sent.session_key && session.token.expose() == sent.session_token;
    match (is_right, session.expires_at > now) {
        (true, true) => Ok((caller, session)),
        (true, false) => Err("The session token has expired."),
        (false, _) => Err(MALFORMED),
    }
}

fn sign_in(
    account: &mut Account,
    call: &Call,
    parameters: &[(String, String)],
    now: Timestamp,
) -> Reply {
    let sent = value(parameters, "SigninToken").unwrap_or_default();
    let tokens = &mut account.console.tokens;
    let Some(found) = tokens.iter_mut().find(|it| it.token == sent) else {
        return page::refusal("The sign-in token is not valid.");
    };
    if now >= found.issued_at + TOKEN_LIFE {
        return page::refusal("The sign-in token has expired.");
    }
    if found.used_by.is_some() {
        return page::refusal("The sign-in token was already used.");
    }
    found.used_by = Some(call.method.clone());
    found.session.destination = value(parameters, "Destination")
        .unwrap_or_default()
        .to_owned();
    let session = found.session.clone();
    let cookie = format!(
        "{COOKIE}{}={}; Path=/; HttpOnly; SameSite=Lax",
        session.account, session.cookie
    );
    account.console.sessions.push(session);
    Reply::empty(302)
        .with_header("location", HOME)
        .with_header("set-cookie", cookie)
        .with_header("cache-control", "no-store")
}

/// Shows the sessions of this browser, the newest first.
fn home(account: &Account, call: &Call, now: Timestamp) -> Reply {
    let cookies = call.header("cookie").unwrap_or_default();
    let sessions = account.console.sessions.iter().rev();
    let own = sessions.filter(|it| it.ends_at > now && cookies.contains(&it.cookie));
    let own: Vec<&ConsoleSession> = own.take(SESSIONS_MAX).collect();
    page::home(&own)
}

fn sign_out(account: &mut Account, call: &Call) -> Reply {
    let cookies = call.header("cookie").unwrap_or_default().to_owned();
    account
        .console
        .sessions
        .retain(|it| !cookies.contains(&it.cookie));
    let (_, parameters) = read(call);
    let next = value(&parameters, "redirect_uri").unwrap_or(HOME);
    let host = call.header("host").unwrap_or_default();
    let is_own = next == HOME || next.starts_with(&format!("http://{host}/"));
    match is_own {
        true => Reply::empty(302).with_header("location", next),
        false => page::refusal("redirect_uri is not of this endpoint."),
    }
}
