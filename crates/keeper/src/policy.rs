//! Looks up the policy for a request. This is the only place that does. A name that is neither a role nor an access key
//! has no policy, and its requests are denied.

use super::{Owner, State};
use rolecall_core::asker::consent::{Consent, Subject};
use rolecall_core::asker::history::{Purpose, Request, RequestKind, Verdict};
use rolecall_core::asker::requester::{Isolation, Requester};
use rolecall_core::value::problem::Problem;

/// The decision about a request before the user is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    /// The request is allowed.
    Allowed,
    /// The user must be asked.
    Asked(Consent),
    /// The request is denied.
    Refused(Verdict),
}

impl Owner {
    /// Returns the decision about a request, by the policy of its role or access key.
    pub(super) fn decision(&self, request: &Request, requester: &Requester) -> Decision {
        self.lock().decision(request, &[], requester)
    }

    /// Checks whether a program may have something read in IAM with a role's session or an access key. Nobody is asked.
    /// `None` is a click in the window, which the user makes.
    ///
    /// # Errors
    /// If the policy is never.
    pub(super) fn check_read(
        &self,
        subject: &Subject,
        requester: Option<&Requester>,
    ) -> Result<(), Problem> {
        let Some(requester) = requester else {
            return Ok(());
        };
        let request = Request {
            name: subject.name().clone(),
            kind: match subject {
                Subject::Role(_) => RequestKind::Preview,
                Subject::Key(_) => RequestKind::PreviewWithKey,
            },
            requester: Some(requester.clone()),
        };
        self.check_policy(&request, requester)
    }

    /// Checks that the policy does not refuse a request. Nobody is asked.
    ///
    /// # Errors
    /// If it does.
    pub(super) fn check_policy(
        &self,
        request: &Request,
        requester: &Requester,
    ) -> Result<(), Problem> {
        match self.decision(request, requester) {
            Decision::Allowed | Decision::Asked(_) => Ok(()),
            Decision::Refused(verdict) => Err(self.refusal_of(verdict, request)),
        }
    }
}

impl State {
    /// Returns the decision about a request, by the present policy of its role or access key, or of those that it is
    /// about, whichever is stricter.
    pub(super) fn decision(
        &self,
        request: &Request,
        about: &[Subject],
        requester: &Requester,
    ) -> Decision {
        let sandboxed = requester.isolation == Isolation::Sandboxed;
        let ask = &self.settings.current.ask;
        if sandboxed && ask.containers == Consent::Never {
            return Decision::Refused(Verdict::Sandboxed);
        }
        // A request for an unknown name fails without a question to the user.
        let Some(governing) = self.governing(&request.subject()) else {
            return Decision::Refused(Verdict::Unknown);
        };
        let about = about.iter().filter_map(|it| self.governing(it));
        let policy = about.fold(self.policy_of(&governing), |policy, it| {
            policy.stricter(self.policy_of(&it))
        });
        let own = for_purpose(policy, &governing, request.kind.purpose());
        let consent = match sandboxed {
            false => own,
            true => own.stricter(ask.containers),
        };
        match consent {
            Consent::Allow => Decision::Allowed,
            Consent::Ask | Consent::Once => Decision::Asked(consent),
            Consent::Never => Decision::Refused(Verdict::Never),
        }
    }

    /// Returns the policy of a role or access key as it applies: no program gets a role that acts on production without a
    /// question to the user.
    pub(super) fn policy_of(&self, subject: &Subject) -> Consent {
        let own = self.settings.current.ask.of(subject);
        match subject {
            Subject::Role(role) if self.is_production(role) => own.stricter(Consent::Once),
            Subject::Role(_) | Subject::Key(_) => own,
        }
    }

    /// Returns the subject whose policy applies. For limited sessions, this is their role. A role that is no longer in
    /// the catalogue is used while it has a session.
    pub(super) fn governing(&self, subject: &Subject) -> Option<Subject> {
        match subject {
            Subject::Role(name) => {
                let role = self
                    .roles
                    .catalogue
                    .role(name)
                    .map(|role| role.unlimited_name());
                let session = || {
                    let session = self.sessions.by_role.get(name)?;
                    let limited = session.limited.as_ref();
                    Some(limited.map_or(name, |limited| &limited.of))
                };
                role.or_else(session).cloned().map(Subject::Role)
            }
            Subject::Key(name) => self.keys.named(name).map(|_| subject.clone()),
        }
    }

    /// Drops the permissions and denials for roles and keys whose policy changed, so that the user is asked again.
    pub(super) fn withdraw_grants(&mut self, is_changed: impl Fn(&Subject) -> bool) {
        let mut permissions = std::mem::take(&mut self.questions.permissions);
        let mut endpoints = std::mem::take(&mut self.program_endpoints);
        let is_kept = |subject: &Subject| {
            let governing = self.governing(subject);
            governing.is_some_and(|governing| !is_changed(&governing))
        };
        permissions.retain(is_kept);
        endpoints.retain(|role| is_kept(&Subject::Role(role.clone())));
        self.questions.permissions = permissions;
        self.program_endpoints = endpoints;
    }
}

/// Returns the policy for a purpose. A change of IAM is never allowed for a process tree. With an access key it is always
/// asked for: sessions of the key, which its policy is about, cannot change IAM.
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html>
fn for_purpose(own: Consent, of: &Subject, purpose: Purpose) -> Consent {
    match (purpose, of, own) {
        (Purpose::Use | Purpose::Plaintext, _, own) => own,
        (Purpose::ChangeIam, Subject::Role(_), Consent::Allow) => Consent::Allow,
        (Purpose::ChangeIam, _, own) => own.stricter(Consent::Ask),
    }
}
