//! What signs in each account: an access key or the session of a role. A run is bound to the key's ID or the role's ARN.

use super::refusal;
use crate::Owner;
use crate::hand_out::no_session;
use crate::keys::unknown_key;
use rolecall_core::asker::consent::Subject;
use rolecall_core::calls::sts::Caller;
use rolecall_core::setup::{Run, Signer, Step};
use rolecall_core::value::access_key::AccessKeyId;
use rolecall_core::value::arn::Arn;
use rolecall_core::value::problem::Problem;

impl Owner {
    /// Binds signers to the access keys and roles that have these names now.
    ///
    /// # Errors
    /// If there are none, there is no such key or role, or it is of another account.
    pub(super) fn bound(&self, signers: &[Signer]) -> Result<Vec<Signer>, Problem> {
        let bound = |signer: &Signer| {
            let (id, account) = self.identity_of(&signer.by.subject()?)?;
            match account == signer.account {
                true => Ok(Signer {
                    id,
                    ..signer.clone()
                }),
                false => Err(refusal::other_account(signer, &account)),
            }
        };
        if signers.is_empty() {
            return Err(refusal::nobody_signs());
        }
        signers.iter().map(bound).collect()
    }

    /// Returns what signs a step.
    ///
    /// # Errors
    /// If nothing is named for its account, it cannot be used, or its name is that of another one since.
    pub(super) async fn setup_caller(&self, run: &Run, step: &Step) -> Result<Caller, Problem> {
        let signer = run.signer(&step.account);
        let signer = signer.ok_or_else(|| refusal::no_signer(&step.account))?;
        let subject = signer.by.subject()?;
        if self.identity_of(&subject)? != (signer.id.clone(), signer.account.clone()) {
            return Err(refusal::other_identity(signer));
        }
        match self.mfa_caller(&subject) {
            Some(caller) => Ok(caller),
            None => self.credentials_of(&subject).await,
        }
    }

    /// Returns the ID of an access key or the ARN of a role, and its account.
    fn identity_of(&self, subject: &Subject) -> Result<(String, String), Problem> {
        let state = self.lock();
        match subject {
            Subject::Key(name) => {
                let key = state.keys.named(name).ok_or_else(|| unknown_key(name))?;
                Ok((key.id.as_str().to_owned(), key.account_id.clone()))
            }
            Subject::Role(name) => {
                let session = state.live(name, self.ports.clock.now());
                let arn = session.ok_or_else(|| no_session(name))?.role_arn.clone();
                let account = Arn::account_of(&arn).unwrap_or_default().to_owned();
                Ok((arn, account))
            }
        }
    }

    /// Returns a session of an access key that was made with a code, which IAM accepts where MFA is required.
    fn mfa_caller(&self, subject: &Subject) -> Option<Caller> {
        let Subject::Key(name) = subject else {
            return None;
        };
        let state = self.lock();
        let id: &AccessKeyId = &state.keys.named(name)?.id;
        let now = self.ports.clock.now();
        let mut sessions = state.mfa.sessions.values();
        let live = sessions.find(|it| it.key == *id && it.credentials.expires_at > now);
        live.map(|session| Caller::from(&*session.credentials))
    }
}
