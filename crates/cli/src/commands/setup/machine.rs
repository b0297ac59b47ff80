//! The access keys and roles of this machine, as far as the application runs.

use rolecall_core::value::problem::Problem;
use rolecall_core::view::snapshot::{KeyView, RoleView};

use crate::arguments::SetupOptions;
use crate::client::Client;

/// What this machine knows.
pub(super) struct Machine {
    pub(super) keys: Vec<KeyView>,
    pub(super) roles: Vec<RoleView>,
}

impl Machine {
    /// Asks the application: at once if it runs, or with the time that it takes to start if the kit needs what it knows.
    ///
    /// # Errors
    /// If the role is to be added, and the application does not run.
    pub(super) fn read(client: &Client, options: &SetupOptions) -> Result<Self, Problem> {
        let is_name = |who: &String| !who.contains([':', '*']) && !who.contains(char::is_numeric);
        let snapshot = match (&options.save, &options.who) {
            (Some(_), _) => Some(client.snapshot()?),
            (None, Some(who)) if is_name(who) => client.snapshot().ok(),
            (None, _) => client.snapshot_now(),
        };
        Ok(match snapshot {
            Some(snapshot) => Self {
                keys: snapshot.keys,
                roles: snapshot.roles.to_vec(),
            },
            None => Self {
                keys: Vec::new(),
                roles: Vec::new(),
            },
        })
    }

    /// Returns the ARN of the access key's user or of the role with this name, or the text itself.
    pub(super) fn caller(&self, text: &str) -> String {
        let name = text.trim();
        let key = self.keys.iter().find(|key| key.name == name);
        let role = || self.roles.iter().find(|role| role.name == name);
        match key {
            Some(key) => key.user_arn.clone(),
            None => role().map_or_else(|| text.to_owned(), |role| role.arn.clone()),
        }
    }

    /// Returns the accounts of the access keys.
    pub(super) fn accounts(&self) -> Vec<String> {
        self.keys.iter().map(|key| key.account_id.clone()).collect()
    }

    /// Returns the access key or role that has this ARN.
    pub(super) fn source_of(&self, arn: &str) -> Option<&str> {
        let key = self.keys.iter().find(|key| key.user_arn == arn);
        let role = || self.roles.iter().find(|role| role.arn == arn);
        match key {
            Some(key) => Some(&key.name),
            None => role().map(|role| role.name.as_str()),
        }
    }

    /// Returns the only access key of an account.
    pub(super) fn only_key_of(&self, account: &str) -> Option<&str> {
        let mut keys = self.keys.iter().filter(|key| key.account_id == account);
        match (keys.next(), keys.next()) {
            (Some(key), None) => Some(&key.name),
            _ => None,
        }
    }

    /// Returns the MFA device whose codes are generated for a user.
    pub(super) fn device_of(&self, arn: &str) -> Option<&str> {
        let key = self.keys.iter().find(|key| key.user_arn == arn);
        key.and_then(|key| key.totp.as_deref())
    }
}
