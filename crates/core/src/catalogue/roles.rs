//! The roles of all sources in one list: those that can be assumed, those that cannot and why, and where each is
//! defined.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::unknown_role;
use crate::role::{Role, RoleDraft};
use crate::value::mfa::MfaSerial;
use crate::value::name::Name;
use crate::value::origin::Origin;
use crate::value::problem::{Problem, ProblemCode};

/// All roles, ordered by origin. Each origin keeps its own order. Copies share the roles.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Catalogue {
    roles: Vec<Arc<Role>>,
    /// Where each of `roles` is defined.
    origins: Vec<Origin>,
    index: HashMap<Name, usize>,
    /// The number of roles that are assumed from each source.
    sources: HashMap<Name, usize>,
    /// The number of roles that share the codes of each device, by source.
    sharing: HashMap<(Name, MfaSerial), usize>,
    unusable: Vec<(Unusable, Origin)>,
    unusable_index: HashMap<String, usize>,
    /// Where else a name is defined, in an origin of lower precedence.
    hidden: HashMap<String, Origin>,
    /// Roles that represent limited sessions of others. They can be found by name, but are not listed.
    pub(super) limited: BTreeMap<Name, Role>,
}

/// Returns the roles without those that another one with the same name follows, which takes their place.
pub fn last_of_each(roles: impl IntoIterator<Item = impl Into<Arc<Role>>>) -> Vec<Arc<Role>> {
    let mut places: HashMap<Name, usize> = HashMap::new();
    let mut last: Vec<Arc<Role>> = Vec::new();
    for role in roles {
        let role = role.into();
        match places.entry(role.name.clone()) {
            Entry::Occupied(place) => last[*place.get()] = role,
            Entry::Vacant(place) => {
                place.insert(last.len());
                last.push(role);
            }
        }
    }
    last
}

/// A role that cannot be assumed as defined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unusable {
    /// The definition, unchecked.
    pub draft: RoleDraft,
    /// Why it cannot be assumed.
    pub problem: Problem,
}

impl Catalogue {
    /// Returns a catalogue of these roles, which are all the user's own. If two have the same name, the last one
    /// applies.
    pub fn new(roles: impl IntoIterator<Item = impl Into<Arc<Role>>>) -> Self {
        let mut catalogue = Self::default();
        for role in last_of_each(roles) {
            catalogue.push(role, Origin::default());
        }
        catalogue
    }

    /// Adds a role from an origin of lower precedence than the previous ones. If the name is in use, the role is only
    /// recorded as hidden.
    pub fn add(&mut self, role: Result<Arc<Role>, Box<Unusable>>, origin: Origin) {
        let name = match &role {
            Ok(role) => role.name.as_str(),
            Err(unusable) => unusable.draft.name.as_str(),
        };
        if self.has(name) {
            self.hidden.entry(name.to_owned()).or_insert(origin);
            return;
        }
        match role {
            Ok(role) => self.push(role, origin),
            Err(unusable) => {
                self.unusable_index
                    .insert(unusable.draft.name.clone(), self.unusable.len());
                self.unusable.push((*unusable, origin));
            }
        }
    }

    fn push(&mut self, role: Arc<Role>, origin: Origin) {
        self.index.insert(role.name.clone(), self.roles.len());
        *self.sources.entry(role.source.clone()).or_default() += 1;
        if let Some(serial) = role.mfa_serial.as_ref().filter(|_| role.shares_codes()) {
            let device = (role.source.clone(), serial.clone());
            *self.sharing.entry(device).or_default() += 1;
        }
        self.roles.push(role);
        self.origins.push(origin);
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.unusable_index.contains_key(name)
            // As names are parsed.
            || self.index.contains_key(name.trim())
    }

    /// Returns the roles that can be assumed, ordered by origin.
    pub fn roles(&self) -> &[Arc<Role>] {
        &self.roles
    }

    /// Returns the role with this name, if it can be assumed.
    pub fn role(&self, name: &Name) -> Option<&Role> {
        match self.index.get(name) {
            Some(at) => self.roles.get(*at).map(AsRef::as_ref),
            None => self.limited.get(name),
        }
    }

    /// Returns the number of roles that are assumed directly from the access key or role with this name.
    pub fn assumed_from(&self, source: &Name) -> usize {
        self.sources.get(source).copied().unwrap_or_default()
    }

    /// Returns the number of roles of a source that accept a shared code of this device.
    pub(crate) fn sharing(&self, source: Name, serial: MfaSerial) -> usize {
        let sharing = self.sharing.get(&(source, serial));
        sharing.copied().unwrap_or_default()
    }

    /// Returns the roles with their origins, in the order of [`Catalogue::roles`].
    pub fn with_origins(&self) -> impl Iterator<Item = (&Role, &Origin)> {
        self.roles.iter().map(AsRef::as_ref).zip(&self.origins)
    }

    /// Returns the roles that cannot be assumed, with their origins.
    pub fn unusable(&self) -> impl Iterator<Item = (&Unusable, &Origin)> {
        self.unusable
            .iter()
            .map(|(unusable, origin)| (unusable, origin))
    }

    /// Returns the roles that can be assumed once their key is moved from a file to the keychain.
    pub fn waiting_for_key(&self) -> impl Iterator<Item = Role> {
        let unusable = self.unusable.iter().map(|(unusable, _)| unusable);
        let waiting = unusable.filter(|it| it.problem.code == ProblemCode::PlaintextKey);
        waiting.filter_map(|it| it.draft.check().ok())
    }

    /// Returns the origin of the role with this name.
    pub fn origin(&self, name: &Name) -> Option<&Origin> {
        let unusable = || self.unusable_index.get(name.as_str());
        match self.index.get(name) {
            Some(at) => self.origins.get(*at),
            None => unusable().and_then(|at| Some(&self.unusable.get(*at)?.1)),
        }
    }

    /// Returns the origin of lower precedence that also defines a role with this name.
    pub fn hidden(&self, name: &str) -> Option<&Origin> {
        self.hidden.get(name)
    }

    /// Returns why the role with this name cannot be assumed: what is wrong with it, or that it is unknown.
    pub fn refusal(&self, name: &Name) -> Problem {
        let at = self.unusable_index.get(name.as_str());
        match at.and_then(|at| self.unusable.get(*at)) {
            Some((unusable, _)) => unusable.problem.clone(),
            None => unknown_role(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(name: &str) -> RoleDraft {
        RoleDraft {
            name: name.into(),
            arn: "arn:aws:iam::808768216571:role/guest".into(),
            source: "user".into(),
            ..RoleDraft::default()
        }
    }

    fn unusable(name: &str) -> Box<Unusable> {
        Box::new(Unusable {
            draft: draft(name),
            problem: Problem::new(ProblemCode::UnusableSource, "No key.", "Add one."),
        })
    }

    fn name(text: &str) -> Name {
        Name::parse(text).expect("a name")
    }

    #[test]
    fn an_origin_of_lower_precedence_adds_only_new_names() {
        let mut catalogue = Catalogue::new([draft("a").check().expect("valid")]);
        let place = |line| Origin::profile("~/.aws/config", line);
        let role = |name: &str| draft(name).check().map(Arc::new);
        catalogue.add(role("a").map_err(|_| unusable("a")), place(1));
        catalogue.add(Err(unusable("b")), place(5));
        catalogue.add(Ok(role("c").expect("valid")), place(9));
        let names: Vec<&str> = catalogue
            .roles()
            .iter()
            .map(|it| it.name.as_str())
            .collect();
        assert_eq!(names, ["a", "c"]);
        assert_eq!(catalogue.hidden("a"), Some(&place(1)));
        assert_eq!(catalogue.origin(&name("b")), Some(&place(5)));
        assert_eq!(catalogue.refusal(&name("b")).what, "No key.");
        assert_eq!(catalogue.refusal(&name("x")).code, ProblemCode::UnknownRole);
    }
}
