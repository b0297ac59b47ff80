//! Returns sessions to shells, the clipboard and SDKs.

use jiff::Timestamp;

use super::{Owner, State};
use crate::intent::Intent;
use rolecall_core::plan::{Plan, PlanPreference};
use rolecall_core::role::renew::Renew;
use rolecall_core::session::Session;
use rolecall_core::session::export_block::{ExportBlock, Variables};
use rolecall_core::session::shell::Shell;
use rolecall_core::value::arn::Arn;
use rolecall_core::value::credentials::UnsafeValue;
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::region::Region;
use rolecall_core::value::sanitise;
use rolecall_core::value::secret::Secret;
use rolecall_core::value::shell_word::shell_word;

impl Owner {
    /// Returns the line of a `credential_process`. Assumes or renews the role first if needed.
    ///
    /// # Errors
    /// Why there is no live session.
    pub(super) async fn credentials(&self, role: &Name) -> Result<Secret, Problem> {
        self.credentials_because(role, &[]).await
    }

    /// Returns the same line with reasons, which are used if the role is assumed or renewed.
    ///
    /// # Errors
    /// As [`Owner::credentials`], or if no role of the chain accepts one of the reasons.
    pub(super) async fn credentials_because(
        &self,
        role: &Name,
        reasons: &[String],
    ) -> Result<Secret, Problem> {
        let session = self.fresh(role, reasons).await?;
        Ok(process_line(&session))
    }

    /// Returns the same line at once if the session in memory needs no renewal.
    pub(super) fn credentials_at_hand(&self, role: &Name) -> Option<Secret> {
        long_enough(&self.lock(), role, self.ports.clock.now())
            .map(|session| process_line(&session))
    }

    /// Returns the export block for a shell. Assumes or renews the role first if needed, with these reasons.
    ///
    /// # Errors
    /// Why there is no live session.
    pub(super) async fn export_block(
        &self,
        role: &Name,
        shell: Shell,
        reasons: &[String],
    ) -> Result<Secret, Problem> {
        let session = self.fresh(role, reasons).await?;
        self.render(&session, shell)
    }

    /// Returns the variables of an export block and their expiry. Assumes or renews the role first if needed, with
    /// these reasons.
    ///
    /// # Errors
    /// Why there is no live session.
    pub(super) async fn variables(
        &self,
        role: &Name,
        reasons: &[String],
    ) -> Result<(Variables, Timestamp), Problem> {
        let session = self.fresh(role, reasons).await?;
        let variables = self.with_block(&session, |block| block.variables())?;
        Ok((variables, session.expires_at()))
    }

    /// Puts the export block of a live session into the clipboard; `None` uses the shell in the settings.
    ///
    /// # Errors
    /// If there is no live session, or the clipboard cannot be written.
    pub(super) async fn copy_export(
        &self,
        role: &Name,
        shell: Option<Shell>,
    ) -> Result<(), Problem> {
        let now = self.ports.clock.now();
        let (live, settings) = {
            let state = self.lock();
            (
                state.live(role, now).cloned(),
                state.settings.current.clone(),
            )
        };
        let live = live.ok_or_else(|| no_session(role))?;
        let text = self.render(&live, shell.unwrap_or(settings.shell))?;
        self.io(|ports| ports.clipboard.put(&text, settings.clipboard_clear))
            .await?;
        self.note_use(role);
        Ok(())
    }

    /// Returns a session with enough time left for a tool: the live one, or a new one if it is due for renewal. A role
    /// that needs a code is renewed only after its session expired, because nobody may be there to enter the code.
    pub(super) async fn fresh(&self, role: &Name, reasons: &[String]) -> Result<Session, Problem> {
        self.await_restored().await;
        self.check_reasons(role, reasons)?;
        let now = self.ports.clock.now();
        let intent = Intent {
            reasons: reasons.to_vec(),
            ..Intent::of_tool(role, now)
        };
        let assumed = self
            .join(role, &intent, |state| long_enough(state, role, now))
            .await;
        assumed.or_else(|problem| self.lock().live(role, now).cloned().ok_or(problem))
    }

    fn render(&self, session: &Session, shell: Shell) -> Result<Secret, Problem> {
        self.with_block(session, |block| block.render(shell, &session.role))
    }

    fn with_block<T>(
        &self,
        session: &Session,
        written: impl FnOnce(&ExportBlock<'_>) -> Result<T, UnsafeValue>,
    ) -> Result<T, Problem> {
        let (region, endpoint_url) = {
            let state = self.lock();
            let role = state.roles.catalogue.role(&session.role);
            let region: Option<Region> =
                role.and_then(|role| role.region.clone())
                    .or(state.settings.current.region.clone());
            (region, state.settings.current.endpoint_url.clone())
        };
        let block = ExportBlock {
            credentials: &session.credentials,
            account_id: account_of(session),
            region: region.as_ref(),
            endpoint_url: endpoint_url.as_deref(),
        };
        written(&block).map_err(|error| {
            let what = format!("The export block cannot be written safely: {error}.");
            Problem::new(
                ProblemCode::Internal,
                what,
                "Renew the session; nothing was copied.",
            )
        })
    }
}

/// Returns the live session of a role, unless it is due for renewal and may be renewed before its end.
fn long_enough(state: &State, role: &Name, now: Timestamp) -> Option<Session> {
    let session = state.live(role, now)?;
    let stays = state.renews(role) == Renew::Never;
    if session.is_due_for_renewal_at(now) && !stays && !needs_code(state, role, now) {
        return None;
    }
    Some(session.clone())
}

/// Returns whether a renewal would need a code, or cannot be planned.
fn needs_code(state: &State, role: &Name, now: Timestamp) -> bool {
    let Some(role) = state.roles.catalogue.role(role) else {
        return true;
    };
    let plan = Plan::of(role, &state.situation(now), PlanPreference::AvoidPrompt);
    plan.map_or(true, |plan| plan.question().is_some())
}

fn process_line(session: &Session) -> Secret {
    session.credentials.process_line(account_of(session))
}

/// Returns the account of the role's ARN.
pub(super) fn account_of(session: &Session) -> &str {
    Arn::account_of(&session.role_arn).unwrap_or_default()
}

/// Returns the problem of an access key without a live session.
pub(super) fn no_key_session(key: &Name) -> Problem {
    let name = sanitise::echo(key.as_str());
    let what = format!("There is no active session of the access key \"{name}\".");
    let word = shell_word(&name);
    let remedy = format!("It begins when a program asks for it: rolecall credentials --key {word}");
    Problem::new(ProblemCode::NoSession, what, remedy)
}

/// Returns the problem of a role without a live session.
pub(super) fn no_session(role: &Name) -> Problem {
    let name = sanitise::echo(role.as_str());
    let what = format!("There is no active session of \"{name}\".");
    Problem::new(
        ProblemCode::NoSession,
        what,
        format!("Assume it first: rolecall assume {}", shell_word(&name)),
    )
}
