//! Explaining refusals: what is known of the request that was refused.

use super::Keeper;
use crate::diagnosis::{Asked, Signer, changes};
use crate::plan::Plan;
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
        Asked {
            changed_since: state
                .worked
                .get(&role.name)
                .map(|before| changes(before, role)),
            ..Asked::of(call, role.source.as_str(), signer, &access_key_id)
        }
    }
}
