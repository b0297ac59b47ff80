//! aws-vault's `include_profile`: a profile inherits the settings of another that it does not set itself.
//! <https://github.com/99designs/aws-vault/blob/master/USAGE.md#using-include_profile>

use crate::value::problem::Problem;

use super::chain::{quoted, unusable};
use super::profiles::{Profile, Profiles};

/// The maximum depth of included profiles.
const INCLUDES_MAX: usize = 10;
const INCLUDE: &str = "include_profile";

impl Profiles<'_> {
    /// Returns a setting of a profile or of the profiles that it includes. Not for access keys and commands.
    pub(super) fn setting<'p>(&'p self, profile: &'p Profile<'_>, key: &str) -> Option<&'p str> {
        self.with_included(profile).find_map(|it| it.filled(key))
    }

    /// Returns whether a profile is a role that is assumed with another profile's credentials, by the rules of AWS's
    /// SDKs.
    pub(super) fn is_role(&self, profile: &Profile<'_>) -> bool {
        profile.filled("web_identity_token_file").is_none()
            && self.setting(profile, "role_arn").is_some()
    }

    /// Checks that the profiles that a profile includes exist and form no loop.
    pub(super) fn check_includes(&self, profile: &Profile<'_>) -> Result<(), Problem> {
        let last = self.with_included(profile).last().unwrap_or(profile);
        let Some(included) = last.filled(INCLUDE) else {
            return Ok(());
        };
        let (what, remedy) = match self.find(included) {
            None => (
                format!(
                    "The profile {} that {} includes does not exist.",
                    quoted(included),
                    quoted(last.name())
                ),
                "Add it, or remove include_profile.",
            ),
            Some(_) => (
                format!(
                    "{} includes itself or too many profiles.",
                    quoted(profile.name())
                ),
                "Remove an include_profile.",
            ),
        };
        Err(unusable(what, remedy))
    }

    fn with_included<'p>(
        &'p self,
        profile: &'p Profile<'_>,
    ) -> impl Iterator<Item = &'p Profile<'p>> {
        let next = |it: &&'p Profile<'p>| self.find(it.filled(INCLUDE)?);
        std::iter::successors(Some(profile), next).take(INCLUDES_MAX)
    }
}
