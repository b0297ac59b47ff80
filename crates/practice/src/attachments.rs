//! The policies of a user, role or group, and managed policies.

use std::collections::BTreeMap;

use rolecall_policy::Policy;

/// The policies of a user, role or group.
#[derive(Debug, Clone, Default)]
pub(crate) struct Attachments {
    /// In the order in which they were put.
    pub(crate) inline: Vec<InlinePolicy>,
    /// The ARNs of managed policies.
    pub(crate) attached: Vec<String>,
}

/// An inline policy.
#[derive(Debug, Clone)]
pub(crate) struct InlinePolicy {
    pub(crate) name: String,
    /// The document as written.
    pub(crate) text: String,
    pub(crate) policy: Policy,
}

/// A managed policy of an account. It has one version.
#[derive(Debug, Clone)]
pub(crate) struct ManagedPolicy {
    pub(crate) account: String,
    pub(crate) name: String,
    pub(crate) id: String,
    /// The document as written.
    pub(crate) text: String,
    pub(crate) policy: Policy,
}

impl Attachments {
    /// Puts an inline policy, and replaces an earlier one of the same name.
    pub(crate) fn put(&mut self, name: &str, text: &str, policy: Policy) {
        let new = InlinePolicy {
            name: name.to_owned(),
            text: text.to_owned(),
            policy,
        };
        match self.inline.iter_mut().find(|it| it.name == name) {
            Some(old) => *old = new,
            None => self.inline.push(new),
        }
    }

    /// Returns the inline policy with this name.
    pub(crate) fn inline(&self, name: &str) -> Option<&InlinePolicy> {
        self.inline.iter().find(|it| it.name == name)
    }

    /// Returns all policies, as far as the managed ones exist.
    pub(crate) fn in_effect(
        &self,
        of_aws: &BTreeMap<String, Policy>,
        own: &BTreeMap<String, ManagedPolicy>,
    ) -> Vec<Policy> {
        let managed = |arn: &String| {
            let own = own.get(arn).map(|it| &it.policy);
            own.or_else(|| of_aws.get(arn)).cloned()
        };
        let inline = self.inline.iter().map(|it| it.policy.clone());
        inline
            .chain(self.attached.iter().filter_map(managed))
            .collect()
    }
}
