//! Looks up the policy for a request. This is the only place that does. A name that is neither a role nor an access key
//! has no policy, and its requests are denied.

use super::{Owner, State};
use rolecall_core::asker::consent::{Consent, Subject};
use rolecall_core::asker::history::Verdict;
use rolecall_core::asker::requester::{Isolation, Requester};

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
    /// Returns the decision of the policy of a role or an access key about a requester.
    pub(super) fn decision(&self, subject: &Subject, requester: &Requester) -> Decision {
        self.lock().decision(subject, requester)
    }
}

impl State {
    /// Returns the decision of the present policy of a role or an access key about a requester.
    pub(super) fn decision(&self, subject: &Subject, requester: &Requester) -> Decision {
        let sandboxed = requester.isolation == Isolation::Sandboxed;
        let ask = &self.settings.current.ask;
        if sandboxed && ask.containers == Consent::Never {
            return Decision::Refused(Verdict::Sandboxed);
        }
        // A request for an unknown name fails without a question to the user.
        let Some(governing) = self.governing(subject) else {
            return Decision::Refused(Verdict::Unknown);
        };
        let own = ask.of(&governing);
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
