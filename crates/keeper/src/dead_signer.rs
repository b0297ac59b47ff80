//! What to do about a session that signed a call and that AWS no longer accepts.

use rolecall_core::plan::Plan;
use rolecall_core::role::Role;
use rolecall_core::session::Session;
use rolecall_core::value::diagnosis::Diagnosis;
use rolecall_core::value::problem::Problem;

use super::Owner;
use crate::state::prompt::Halt;
use crate::state::unwritten::Row;

/// What a failed call says about the session that signed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// AWS does not accept it.
    Dead,
    /// It may have been revoked, or a policy denies the call to every session.
    Suspected,
    /// Nothing.
    Fine,
}

impl Owner {
    /// Returns what to do about a failed call that the session of another role signed. A session from before that AWS
    /// no longer accepts is dropped. So is one that may have been revoked, unless a new one was denied as well.
    pub(super) fn after_refusal_of(
        &self,
        role: &Role,
        plan: &Plan,
        signer: &Session,
        problem: Problem,
    ) -> Halt {
        let verdict = verdict_on(&problem);
        let is_dropped = match verdict {
            Verdict::Fine => false,
            Verdict::Dead => plan.signer_is_at_hand(),
            Verdict::Suspected if plan.signer_is_at_hand() => !self.was_denied_as_new(role, signer),
            Verdict::Suspected => {
                self.note_denied_as_new(role, signer);
                false
            }
        };
        if !is_dropped {
            return Halt::Failed(problem);
        }
        self.drop_session(signer);
        Halt::DeadSigner(problem)
    }

    fn drop_session(&self, signer: &Session) {
        let dropped = self.update(|state| {
            let present = state.sessions.by_role.get(&signer.role);
            let is_same = present.is_some_and(|it| it.id() == signer.id());
            is_same.then(|| state.sessions.by_role.remove(&signer.role))
        });
        if dropped.is_some() {
            self.keep(Row::Session(signer.role.clone()));
        }
    }

    fn was_denied_as_new(&self, role: &Role, signer: &Session) -> bool {
        let state = self.lock();
        let id = state.sessions.denied_new_signers.get(&role.name);
        id.is_some_and(|id| id == signer.id())
    }

    fn note_denied_as_new(&self, role: &Role, signer: &Session) {
        let (name, id) = (role.name.clone(), signer.id().to_owned());
        self.lock().sessions.denied_new_signers.insert(name, id);
    }
}

fn verdict_on(problem: &Problem) -> Verdict {
    let diagnosis = problem.diagnosis.as_deref();
    match diagnosis {
        Some(diagnosis) if diagnosis.means_dead_credentials() => Verdict::Dead,
        Some(diagnosis) if diagnosis.may_be_revoked() => Verdict::Suspected,
        Some(_) | None => Verdict::Fine,
    }
}

/// Returns whether AWS no longer accepts the credentials that signed a failed call.
pub(super) fn means_dead_signer(problem: &Problem) -> bool {
    let diagnosis = problem.diagnosis.as_deref();
    diagnosis.is_some_and(Diagnosis::means_dead_credentials)
}
