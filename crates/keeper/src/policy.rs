//! What the settings decide about a request without the user: the one place where a policy is looked up. What is neither
//! a role nor an access key has no policy, and gets nothing.

use super::{Owner, State};
use rolecall_core::asker::consent::{Consent, Subject};
use rolecall_core::asker::history::Verdict;
use rolecall_core::asker::requester::{Isolation, Requester};

/// What is decided about a request before anybody is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    /// It is handed out.
    Allowed,
    /// The user decides.
    Asked(Consent),
    /// It is refused.
    Refused(Verdict),
}

impl Owner {
    /// Returns what the policy of a role or an access key decides about a requester.
    pub(super) fn decision(&self, subject: &Subject, requester: &Requester) -> Decision {
        let sandboxed = requester.isolation == Isolation::Sandboxed;
        let state = self.lock();
        let ask = &state.settings.ask;
        if sandboxed && ask.containers == Consent::Never {
            return Decision::Refused(Verdict::Sandboxed);
        }
        // Whoever asks for what does not exist is told so, and nobody is bothered.
        let Some(governing) = state.governing(subject) else {
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
}

impl State {
    /// Returns whose policy counts: of limited sessions, that of their role. A role that has left the catalogue counts
    /// for as long as it has a session.
    pub(super) fn governing(&self, subject: &Subject) -> Option<Subject> {
        match subject {
            Subject::Role(name) => {
                let role = self.catalogue.role(name).map(|role| role.unlimited_name());
                let session = || {
                    let session = self.sessions.get(name)?;
                    let limited = session.limited.as_ref();
                    Some(limited.map_or(name, |limited| &limited.of))
                };
                role.or_else(session).cloned().map(Subject::Role)
            }
            Subject::Key(name) => {
                let mut keys = self.keys.iter();
                keys.any(|key| key.name == *name).then(|| subject.clone())
            }
        }
    }

    /// Forgets what programs were allowed and denied of the roles and keys whose policy is another than before, so that
    /// they are asked about again.
    pub(super) fn withdraw_grants(&mut self, is_changed: impl Fn(&Subject) -> bool) {
        let mut asking = std::mem::take(&mut self.asking);
        let mut served = std::mem::take(&mut self.served);
        let is_kept = |subject: &Subject| {
            let governing = self.governing(subject);
            governing.is_some_and(|governing| !is_changed(&governing))
        };
        asking.retain(is_kept);
        served.retain(|role| is_kept(&Subject::Role(role.clone())));
        (self.asking, self.served) = (asking, served);
    }
}
