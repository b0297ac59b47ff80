//! Explaining refusals: what is known of the request that was refused.

use super::Keeper;
use super::mfa::FRESH;
use crate::diagnosis::{Asked, MfaProof, Signer, changes};
use crate::plan::{self, Plan};
use crate::role::Role;
use crate::sts::AssumeRole;

impl Keeper {
    /// Returns what a call asks for and on whose behalf, for its explanation.
    pub(super) fn asked(&self, role: &Role, plan: &Plan, call: &AssumeRole) -> Asked {
        let state = self.lock();
        let (signer, access_key_id) = match plan.roles.as_slice() {
            [.., before, _] => {
                let session = state.sessions.get(&before.name);
                let signer = Signer::Session {
                    role: before.arn.clone(),
                    arn: session.map(|it| it.identity.clone()).unwrap_or_default(),
                };
                (
                    signer,
                    session.map(|it| it.id().to_owned()).unwrap_or_default(),
                )
            }
            _ => (
                Signer::User(plan.key.user_arn.clone()),
                plan.key.id.as_str().to_owned(),
            ),
        };
        let asked = Asked::of(call, role.source.as_str(), signer, &access_key_id);
        let now = self.ports.clock.now();
        let token = match plan.signer() {
            plan::Signer::MfaSession(serial) => {
                let id = (plan.key.id.clone(), serial.clone());
                state.mfa_sessions.get(&id)
            }
            plan::Signer::Key | plan::Signer::KeyWithCode(_) | plan::Signer::Role(_) => None,
        };
        Asked {
            mfa: token.map_or(asked.mfa, |token| match token.age_at(now) {
                // As good as a code that goes with the call itself.
                age if age <= FRESH => MfaProof::Code {
                    serial: token.serial.clone(),
                },
                age => MfaProof::Session {
                    age_s: age.as_secs(),
                },
            }),
            access_key_id: token.map_or(asked.access_key_id, |token| {
                token.credentials.access_key_id.clone()
            }),
            changed_since: state
                .worked
                .get(&role.name)
                .map(|before| changes(before, role)),
            ..asked
        }
    }
}
