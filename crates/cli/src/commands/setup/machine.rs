//! The access keys and roles of this machine, as far as the application runs.

use rolecall_core::asker::by::By;
use rolecall_core::session::Phase;
use rolecall_core::value::problem::Problem;
use rolecall_core::view::snapshot::{KeyView, RoleView};

use crate::arguments::{SetupAction, SetupOptions};
use crate::client::Client;

/// What this machine knows.
pub(super) struct Machine {
    pub(super) keys: Vec<KeyView>,
    pub(super) roles: Vec<RoleView>,
    /// The names of the roles with a session.
    with_session: Vec<String>,
}

impl Machine {
    /// Asks the application: at once if it runs, or with the time that it takes to start if the kit needs what it knows.
    ///
    /// # Errors
    /// If the role is to be added or made, and the application does not run.
    pub(super) fn read(client: &Client, options: &SetupOptions) -> Result<Self, Problem> {
        let is_name = |who: &String| !who.contains([':', '*']) && !who.contains(char::is_numeric);
        let applies = options.action == SetupAction::Apply;
        let snapshot = match (&options.save, &options.who) {
            _ if applies => Some(client.snapshot()?),
            (Some(_), _) => Some(client.snapshot()?),
            (None, Some(who)) if is_name(who) => client.snapshot().ok(),
            (None, _) => client.snapshot_now(),
        };
        Ok(match snapshot {
            Some(snapshot) => Self {
                with_session: (snapshot.sessions.iter())
                    .filter(|session| matches!(session.phase, Phase::Active | Phase::Expiring))
                    .map(|session| session.role.clone())
                    .collect(),
                keys: snapshot.keys,
                roles: snapshot.roles.to_vec(),
            },
            None => Self {
                keys: Vec::new(),
                roles: Vec::new(),
                with_session: Vec::new(),
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

    /// Returns whether there is an access key or role with this name.
    pub(super) fn knows(&self, name: &str) -> bool {
        self.keys.iter().any(|key| key.name == name)
            || self.roles.iter().any(|role| role.name == name)
    }

    /// Returns the access key of an account with this name, or the role.
    pub(super) fn signer(&self, name: &str, account: &str) -> Option<By> {
        let mut keys = self.keys.iter();
        let mut roles = self.roles.iter();
        if keys.any(|key| key.name == name && key.account_id == account) {
            return Some(By::Key(name.to_owned()));
        }
        let is_role = roles.any(|role| role.name == name && role.account_id == account);
        is_role.then(|| By::Role(name.to_owned()))
    }

    /// Returns whether this is a role that must be assumed before it can sign.
    pub(super) fn needs_session(&self, by: &By) -> bool {
        match by {
            By::Key(_) => false,
            By::Role(name) => !self.with_session.iter().any(|role| role == name),
        }
    }

    /// Returns the access keys and roles of an account: keys first, then what is named like an administrator. The role
    /// with this ARN is left out.
    pub(super) fn signers_in(&self, account: &str, except: &str) -> Vec<String> {
        let keys = self.keys.iter().filter(|key| key.account_id == account);
        let roles = self.roles.iter();
        let roles = roles.filter(|role| role.account_id == account && role.arn != except);
        let mut roles: Vec<&str> = roles.map(|role| role.name.as_str()).collect();
        roles.sort_by_key(|name| !name.to_ascii_lowercase().contains("admin"));
        let keys = keys.map(|key| key.name.clone());
        keys.chain(roles.into_iter().map(str::to_owned)).collect()
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

    /// Returns the access key of a user.
    pub(super) fn key_of_user(&self, account: &str, user: &str) -> Option<&str> {
        let is_it = |key: &&KeyView| {
            key.account_id == account && key.user_arn.rsplit('/').next() == Some(user)
        };
        self.keys.iter().find(is_it).map(|key| key.name.as_str())
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
