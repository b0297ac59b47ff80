//! What a call is about: a user, role, group or managed policy of the caller's account.

use crate::attachments::Attachments;
use crate::failure::Failure;
use crate::sts::parameters::Parameters;
use crate::world::World;

/// The kind of what a call is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    User,
    Role,
    Group,
}

/// A user, role or group by its name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target<'a> {
    pub(super) kind: Kind,
    pub(super) account: &'a str,
    pub(super) name: &'a str,
}

impl Kind {
    pub(super) const ALL: [Self; 3] = [Self::User, Self::Role, Self::Group];

    /// Returns the word in the names of actions.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Role => "Role",
            Self::Group => "Group",
        }
    }

    /// Returns the word in ARNs and messages.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Role => "role",
            Self::Group => "group",
        }
    }
}

impl<'a> Target<'a> {
    /// Returns what the parameter of this kind names.
    ///
    /// # Errors
    /// If it is absent.
    pub(super) fn of(
        kind: Kind,
        parameters: &'a Parameters,
        account: &'a str,
    ) -> Result<Self, Failure> {
        let name = parameters.required(&format!("{}Name", kind.word()))?;
        Ok(Self {
            kind,
            account,
            name,
        })
    }

    /// Returns its ARN; without a path if it does not exist.
    pub(super) fn arn(&self, world: &World) -> String {
        let found = match self.kind {
            Kind::User => self.user(world).map(|it| world.users[it].arn.clone()),
            Kind::Role => self.role(world).map(|it| world.roles[it].arn.clone()),
            Kind::Group => self.group(world).map(|it| world.groups[it].arn.clone()),
        };
        found.unwrap_or_else(|_| {
            let noun = self.kind.noun();
            format!("arn:aws:iam::{}:{noun}/{}", self.account, self.name)
        })
    }

    /// Returns its place among the users.
    pub(super) fn user(&self, world: &World) -> Result<usize, Failure> {
        let found = world.users.iter().position(|user| {
            user.name == self.name && user.account == self.account && !user.is_deleted
        });
        found.ok_or_else(|| self.not_found())
    }

    /// Returns its place among the roles.
    pub(super) fn role(&self, world: &World) -> Result<usize, Failure> {
        let found = world.roles.iter().position(|role| {
            role.name == self.name && role.account == self.account && !role.is_deleted
        });
        found.ok_or_else(|| self.not_found())
    }

    /// Returns its place among the groups.
    pub(super) fn group(&self, world: &World) -> Result<usize, Failure> {
        let mut groups = world.groups.iter();
        let found = groups.position(|it| it.name == self.name && it.account == self.account);
        found.ok_or_else(|| self.not_found())
    }

    pub(super) fn exists(&self, world: &World) -> bool {
        let found = match self.kind {
            Kind::User => self.user(world),
            Kind::Role => self.role(world),
            Kind::Group => self.group(world),
        };
        found.is_ok()
    }

    /// Returns its policies.
    pub(super) fn attachments<'w>(&self, world: &'w World) -> Result<&'w Attachments, Failure> {
        Ok(match self.kind {
            Kind::User => &world.users[self.user(world)?].attachments,
            Kind::Role => &world.roles[self.role(world)?].attachments,
            Kind::Group => &world.groups[self.group(world)?].attachments,
        })
    }

    /// Returns its policies, to change them.
    pub(super) fn attachments_mut<'w>(
        &self,
        world: &'w mut World,
    ) -> Result<&'w mut Attachments, Failure> {
        Ok(match self.kind {
            Kind::User => {
                let place = self.user(world)?;
                &mut world.users[place].attachments
            }
            Kind::Role => {
                let place = self.role(world)?;
                &mut world.roles[place].attachments
            }
            Kind::Group => {
                let place = self.group(world)?;
                &mut world.groups[place].attachments
            }
        })
    }

    fn not_found(&self) -> Failure {
        let text = format!(
            "The {} with name {} cannot be found.",
            self.kind.noun(),
            self.name
        );
        Failure::new(404, "NoSuchEntity", text)
    }

    /// Returns the error for a name that is taken.
    pub(super) fn taken(&self) -> Failure {
        let text = format!(
            "{} with name {} already exists.",
            self.kind.word(),
            self.name
        );
        Failure::new(409, "EntityAlreadyExists", text)
    }
}
