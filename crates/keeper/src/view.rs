//! Builds the snapshot from the state.

use std::cell::OnceCell;

use jiff::{SignedDuration, Timestamp, Unit};

use super::State;
use crate::prospect::Prospect;
use crate::state::prompt::CodePrompt;
use crate::state::question::{Kind, Question};
use crate::state::reason::ReasonPrompt;
use crate::state::sessions::SHOWN_AFTER_END;
use rolecall_core::asker::consent::{Consent, Subject};
use rolecall_core::catalogue::Unusable;
use rolecall_core::plan::{Plan, PlanPreference, Situation};
use rolecall_core::role::Role;
use rolecall_core::role::limits::LimitsView;
use rolecall_core::session::mfa_session::MfaSession;
use rolecall_core::session::{Phase, Session};
use rolecall_core::value::access_key::masked;
use rolecall_core::value::arn::Arn;
use rolecall_core::value::duration::{KnownBy, span};
use rolecall_core::value::name::Name;
use rolecall_core::value::origin::Origin;
use rolecall_core::value::sanitise::cut;
use rolecall_core::view::question::{
    CodeView, ConsentView, ProductionView, QuestionView, ReasonView,
};
use rolecall_core::view::snapshot::{
    DurationLimitView, MfaView, Mode, RoleView, SessionView, SettingsView, Snapshot, WaitingFor,
};

/// Clock differences below this are not shown, because the `Date` header has whole seconds.
const OFFSET_STEP: SignedDuration = SignedDuration::from_secs(2);

/// The maximum number of characters of an unchecked text in the snapshot.
const UNCHECKED_MAX: usize = 2_048;

pub(super) fn snapshot(
    state: &State,
    mode: Mode,
    now: Timestamp,
    offset: SignedDuration,
) -> Snapshot {
    let shown = if offset.abs() < OFFSET_STEP {
        SignedDuration::ZERO
    } else {
        offset
    };
    Snapshot {
        focus: None,
        mode,
        endpoint: state.settings.current.endpoint_url.clone(),
        clock_offset_ms: i64::try_from(shown.as_millis()).unwrap_or_default(),
        sessions: sessions(state, now),
        key_sessions: state.key_session_views(now),
        roles: state.shown.listing.roles.clone(),
        recent: state.usage.recent.clone(),
        keys: state.shown.listing.keys.clone(),
        aws: state.roles.aws.view(),
        open_questions: state.question_views(),
        problems: state
            .problems
            .iter()
            .chain(&state.settings.faults)
            .chain(&state.roles.faults)
            .chain(&state.marks.faults)
            .cloned()
            .collect(),
        settings: settings_view(state),
    }
}

/// Returns whether a session is listed. An expired session is listed for some time, so that a returning user sees what
/// expired.
fn is_shown(session: &Session, now: Timestamp) -> bool {
    session.remaining_at(now) > -SHOWN_AFTER_END
}

fn sessions(state: &State, now: Timestamp) -> Vec<SessionView> {
    let attempted = state.sessions.attempts.keys().map(|role| &role.name);
    let kept = state
        .sessions
        .by_role
        .values()
        .filter(|it| is_shown(it, now));
    let mut names: Vec<&Name> = kept
        .map(|session| &session.role)
        .chain(state.sessions.failures.keys())
        .chain(attempted)
        .collect();
    names.sort_unstable();
    names.dedup();
    let situation = OnceCell::new();
    let renews_at = |session: &Session| {
        let prospect = match state.next_renewal(session, now) {
            Some(_) => {
                let situation = situation.get_or_init(|| state.situation(now));
                state.prospect(session, situation, now)
            }
            None => Prospect::Ends,
        };
        prospect.at()
    };
    let mut views: Vec<SessionView> = names
        .into_iter()
        .map(|name| {
            let session = state.sessions.by_role.get(name);
            SessionView {
                renews_at: session.and_then(renews_at).map(whole_second),
                ..session_view(state, name, now)
            }
        })
        .collect();
    let is_over = |view: &SessionView| view.phase == Phase::Expired;
    views.sort_by_key(|view| (is_over(view), view.expires_at, view.role.clone()));
    views
}

fn session_view(state: &State, name: &Name, now: Timestamp) -> SessionView {
    let session = state.sessions.by_role.get(name);
    let role = state.roles.catalogue.role(name);
    let is_attempted = state.sessions.attempts.has(|role| role.name == *name);
    let problem = state.sessions.failures.get(name).cloned();
    let live = session
        .map(|session| session.phase_at(now))
        .filter(|phase| *phase != Phase::Expired);
    let phase = match live {
        Some(phase) => phase,
        None if is_attempted => Phase::Assuming,
        None if problem.is_some() => Phase::Failed,
        None => Phase::Expired,
    };
    let arn = session
        .map(|session| session.role_arn.clone())
        .or(role.map(|role| role.arn.to_string()));
    let account_id = arn.as_deref().and_then(Arn::account_of).unwrap_or_default();
    let unlimited = role.map_or(name, Role::unlimited_name);
    let marked = state.marks.current.of(unlimited.as_str(), account_id);
    let source = role
        .map(|role| &role.source)
        .or(session.map(|session| &session.source));
    let limited = role
        .map(|role| &role.limited)
        .or(session.map(|session| &session.limited));
    let limited = limited.and_then(Option::as_ref);
    SessionView {
        role: name.to_string(),
        limited_of: limited.map(|limited| limited.of.to_string()),
        limits: limited
            .map(|it| LimitsView::from(&it.limits))
            .unwrap_or_default(),
        phase,
        waiting_for: is_attempted.then(|| waiting_for(state, name)),
        account_id: account_id.to_owned(),
        role_arn: arn.clone().unwrap_or_default(),
        identity: session.map(|session| session.identity.clone()),
        source: source.map(Name::to_string).unwrap_or_default(),
        group: marked
            .group
            .or_else(|| role.and_then(|role| role.group.clone())),
        production: marked.production,
        colour: marked.colour,
        account_alias: marked.account_alias,
        region: role
            .and_then(|role| role.region.as_ref())
            .or(state.settings.current.region.as_ref())
            .map(ToString::to_string),
        issued_at: session.map(|session| whole_second(session.issued_at)),
        expires_at: session.map(Session::expires_at),
        packed_policy_percent: session.and_then(|session| session.packed_policy_percent),
        reason: session.and_then(|session| session.reason.clone()),
        access_key_id: session.map(|session| masked(session.id())),
        problem,
        renews_at: None,
        used_by: session.map_or_else(Vec::new, |session| state.requests.users_of(session)),
    }
}

/// Returns a lead time as a file writes it.
fn written(lead: &SignedDuration) -> String {
    span(lead.as_secs()).replace(' ', "")
}

fn whole_second(instant: Timestamp) -> Timestamp {
    instant.round(Unit::Second).unwrap_or(instant)
}

fn waiting_for(state: &State, name: &Name) -> WaitingFor {
    let asks_why = |role: &Name| {
        role == name
            || state
                .sessions
                .attempts
                .waiting(|_, it| it.name == *role)
                .contains(name)
    };
    let mut asked = state.questions.reasons();
    if asked.any(|(_, prompt)| asks_why(&prompt.role)) {
        return WaitingFor::Reason;
    }
    let mut codes = state.questions.codes().map(|(_, prompt)| prompt);
    match codes.find(|prompt| prompt.roles(state).contains(name)) {
        Some(prompt) if prompt.next_code_at.is_some() => WaitingFor::NextCode,
        Some(_) => WaitingFor::Code,
        None if state.waits_for_seed(name) => WaitingFor::NextCode,
        None => WaitingFor::Answer,
    }
}

/// Returns the views of all roles.
pub(super) fn role_views(state: &State, situation: &Situation<'_>) -> Vec<RoleView> {
    let catalogue = &state.roles.catalogue;
    let usable = catalogue.with_origins();
    let usable = usable.map(|(role, origin)| role_view(state, situation, role, origin));
    let unusable = catalogue.unusable();
    let unusable = unusable.map(|(unusable, origin)| unusable_view(state, unusable, origin));
    let marked = usable.chain(unusable).map(|view| marked(state, view));
    marked.collect()
}

/// Adds the user's labels.
fn marked(state: &State, view: RoleView) -> RoleView {
    let marked = state.marks.current.of(&view.name, &view.account_id);
    RoleView {
        favourite: marked.favourite,
        colour: marked.colour,
        production: marked.production,
        account_alias: marked.account_alias,
        group: marked.group.clone().or(view.group),
        marked_group: marked.group,
        ..view
    }
}

fn role_view(state: &State, situation: &Situation<'_>, role: &Role, origin: &Origin) -> RoleView {
    let plan = Plan::of(role, situation, PlanPreference::Default);
    let names = [role.source.to_string(), role.name.to_string()];
    RoleView {
        name: role.name.to_string(),
        arn: role.arn.to_string(),
        account_id: role.arn.account_id().to_owned(),
        source: role.source.to_string(),
        chain: plan.as_ref().map_or(names.into(), Plan::names),
        session_name: role.session_name.as_ref().map(ToString::to_string),
        duration_s: role.duration.map(|duration| duration.seconds()),
        external_id: role.external_id.as_ref().map(|id| id.as_str().to_owned()),
        mfa_serial: role.mfa_serial.as_ref().map(ToString::to_string),
        source_identity: role.source_identity.as_ref().map(ToString::to_string),
        tags: role.tags.written(),
        transitive_tags: role.tags.transitive().to_vec(),
        policy: role
            .policy
            .as_ref()
            .map(|policy| policy.as_str().to_owned()),
        policy_arns: role.policy_arns.iter().map(ToString::to_string).collect(),
        reason: role.reason.as_ref().map(|rule| rule.target.text()),
        reason_pattern: role
            .reason
            .as_ref()
            .and_then(|rule| rule.pattern.as_ref())
            .map(|pattern| pattern.as_str().to_owned()),
        region: role.region.as_ref().map(ToString::to_string),
        output: role.output.map(|output| output.text().to_owned()),
        browser: role.browser.as_ref().map(ToString::to_string),
        group: role.group.clone(),
        renew: role.renew.map(|renew| renew.text().to_owned()),
        lead_times: role.lead_times.iter().flatten().map(written).collect(),
        renews: state.renews(&role.name),
        mfa_code: role.mfa_code.map(|code| code.text().to_owned()),
        needs_code: plan.as_ref().is_ok_and(|plan| plan.question().is_some()),
        plan: plan.as_ref().map(Plan::sentence).unwrap_or_default(),
        duration_limit: state.limit_of(role).map(|limit| {
            Box::new(DurationLimitView {
                refused_s: match limit.known_by {
                    KnownBy::Refusal(refused) => Some(refused.seconds()),
                    KnownBy::Role => None,
                },
                allowed_s: limit.allowed.seconds(),
            })
        }),
        planned_s: plan.as_ref().map_or(0, |plan| plan.lifetime().seconds()),
        consent: state
            .settings
            .current
            .ask
            .of(&Subject::Role(role.name.clone())),
        consent_is_default: !state.settings.current.ask.roles.contains_key(&role.name),
        problem: plan.err().map(Box::new),
        origin: origin.clone(),
        hides: hidden(state, role.name.as_str()),
        ..RoleView::default()
    }
}

/// Returns the view of a role that cannot be assumed. Its texts are unchecked, so the display must escape them.
fn unusable_view(state: &State, unusable: &Unusable, origin: &Origin) -> RoleView {
    let draft = &unusable.draft;
    let shown = |text: &str| cut(text, UNCHECKED_MAX);
    let if_any = |text: &Option<String>| text.as_deref().map(shown);
    RoleView {
        name: shown(&draft.name),
        arn: shown(&draft.arn),
        account_id: account_in(&draft.arn),
        source: shown(&draft.source),
        chain: vec![shown(&draft.source), shown(&draft.name)],
        session_name: if_any(&draft.session_name),
        duration_s: draft.duration.as_deref().and_then(|text| text.parse().ok()),
        external_id: if_any(&draft.external_id),
        mfa_serial: if_any(&draft.mfa_serial),
        source_identity: if_any(&draft.source_identity),
        tags: draft.tags.clone(),
        transitive_tags: draft.transitive_tags.clone(),
        region: if_any(&draft.region),
        output: if_any(&draft.output),
        browser: if_any(&draft.browser),
        group: if_any(&draft.group),
        renew: if_any(&draft.renew),
        lead_times: draft.lead_times.iter().map(|text| shown(text)).collect(),
        needs_code: draft.mfa_serial.is_some(),
        problem: Some(Box::new(unusable.problem.clone())),
        consent: policy_of(state, &draft.name).unwrap_or(state.settings.current.ask.default),
        consent_is_default: policy_of(state, &draft.name).is_none(),
        origin: origin.clone(),
        hides: hidden(state, &draft.name),
        ..RoleView::default()
    }
}

/// Returns the account in a text that may be an ARN, or an empty text if there is none.
fn account_in(arn: &str) -> String {
    let account = Arn::account_of(arn).unwrap_or_default();
    let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    if is_account {
        account.to_owned()
    } else {
        String::new()
    }
}

pub(super) fn mfa_view(session: &MfaSession) -> MfaView {
    MfaView {
        mfa_serial: session.serial.to_string(),
        expires_at: session.credentials.expires_at,
    }
}

/// Returns where else a name is defined, without effect.
fn hidden(state: &State, name: &str) -> Option<Box<Origin>> {
    state.roles.catalogue.hidden(name).cloned().map(Box::new)
}

fn reason_view(state: &State, id: u64, prompt: &ReasonPrompt, deadline: Timestamp) -> ReasonView {
    let wanted = state
        .sessions
        .attempts
        .waiting(|_, it| it.name == prompt.role);
    let wanted = wanted.into_iter();
    let beyond = wanted.filter(|role| *role != prompt.role);
    ReasonView {
        id,
        role: prompt.role.to_string(),
        on_the_way_to: beyond.map(|role| role.to_string()).collect(),
        form: prompt.rule.form(),
        target: prompt.rule.target.description(),
        last: prompt.last.clone(),
        deadline,
    }
}

/// Returns the policy of a role that cannot be assumed, if it has one of its own.
fn policy_of(state: &State, role: &str) -> Option<Consent> {
    let name = Name::parse(role).ok()?;
    let ask = &state.settings.current.ask;
    let has_own = ask.roles.contains_key(&name);
    has_own.then(|| ask.of(&Subject::Role(name)))
}

fn settings_view(state: &State) -> SettingsView {
    let seconds = |duration: &SignedDuration| u32::try_from(duration.as_secs()).unwrap_or_default();
    SettingsView {
        shell: state.settings.current.shell,
        region: state
            .settings
            .current
            .region
            .as_ref()
            .map(ToString::to_string),
        clipboard_clear_s: seconds(&state.settings.current.clipboard_clear),
        lead_times_s: state
            .settings
            .current
            .lead_times
            .iter()
            .map(seconds)
            .collect(),
        consent: state.settings.current.ask.default,
        temporary_profiles: state
            .settings
            .current
            .temporary_profiles
            .iter()
            .map(Name::to_string)
            .collect(),
        confirm_production: state.settings.current.confirm_production,
    }
}

/// Returns the view of an open question.
pub(super) fn question_view(state: &State, id: u64, question: &Question) -> QuestionView {
    let deadline = question.deadline;
    match &question.kind {
        Kind::Code(prompt) => QuestionView::Code(code_view(state, id, prompt, deadline)),
        Kind::Reason(prompt) => QuestionView::Reason(reason_view(state, id, prompt, deadline)),
        Kind::Production(prompt) => QuestionView::Production(ProductionView {
            id,
            deadline,
            ..prompt.view.clone()
        }),
        Kind::Access(request) => QuestionView::Consent(ConsentView {
            id,
            deadline,
            ..request.view.clone()
        }),
    }
}

fn code_view(state: &State, id: u64, prompt: &CodePrompt, deadline: Timestamp) -> CodeView {
    let roles = prompt.roles(state);
    CodeView {
        id,
        mfa_serial: prompt.request.serial.to_string(),
        roles: roles.iter().map(Name::to_string).collect(),
        plan: prompt.request.plan.clone(),
        alternative: prompt.offer(state).map(|(_, text)| text.clone()),
        next_code_at: prompt.next_code_at,
        problem: prompt.problem.clone(),
        at_terminal: prompt.at_terminal,
        deadline,
    }
}
