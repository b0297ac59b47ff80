//! Checks that AWS accepts a key, everywhere where Rolecall uses it.

use crate::Owner;
use rolecall_core::calls::sts::StsError;
use rolecall_core::value::access_key::AccessKey;
use rolecall_core::value::problem::Problem;
use rolecall_core::value::region::Region;

use super::problems;

/// What is shown while AWS does not accept a new key yet.
const NOT_KNOWN_YET: &str =
    "AWS does not accept the key everywhere yet, which takes some seconds after a change.";

impl Owner {
    /// Waits until AWS accepts a key of the keychain in each region where Rolecall uses it.
    ///
    /// # Errors
    /// If AWS does not accept it in time or knows it as another user's, or there is no answer.
    pub(super) async fn verify_key(&self, key: &AccessKey) -> Result<(), Problem> {
        let partition = key.known_partition();
        let first = self.region_of_key(key)?;
        let others = self.regions_of(key, partition);
        let others = others.into_iter().filter(|region| *region != first);
        self.verify_in(key, &first).await?;
        for region in others.collect::<Vec<Region>>() {
            self.verify_in(key, &region).await?;
        }
        Ok(())
    }

    async fn verify_in(&self, key: &AccessKey, region: &Region) -> Result<(), Problem> {
        let caller = self.key_caller(key).await?;
        let sts = self.sts()?;
        let mut patience = self.patience();
        loop {
            let error = match self.io(|_| sts.caller_identity(&caller, region)).await {
                Ok(identity) if identity.arn == key.user_arn => return Ok(()),
                Ok(identity) => return Err(problems::other_user(key, &identity.arn)),
                Err(error) => error,
            };
            if is_disabled(&error) {
                // The old key does not work there either.
                return Ok(());
            }
            if !error.is_unknown_key() {
                return Err(problems::explained(&error, key));
            }
            if !self.wait_again(&mut patience, NOT_KNOWN_YET).await {
                return Err(problems::not_known(key));
            }
        }
    }
}

fn is_disabled(error: &StsError) -> bool {
    matches!(error, StsError::Refused(refusal) if refusal.code == "RegionDisabledException")
}
