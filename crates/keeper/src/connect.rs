//! Connects the AWS CLI and SDKs: writes profiles to AWS's config file that get credentials of a role from Rolecall.

use std::collections::HashSet;

use super::Owner;
use crate::ports::Keeping;
use rolecall_core::aws_files::connection::{EditView, Step, Which};
use rolecall_core::aws_files::{
    AwsFile, Document, Edited, Editor, OwnSection, ProfileName, Profiles, own_role, process_line,
};
use rolecall_core::role::Role;
use rolecall_core::value::name::Name;
use rolecall_core::value::origin::OriginKind;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise::echo;
use rolecall_core::value::secret::Secret;
use rolecall_core::view::snapshot::Mode;

/// The maximum number of names in a note.
const NAMES_MAX: usize = 5;

impl Owner {
    /// Writes a profile for each role to AWS's config file, or shows what this would change. The profile's name is
    /// `prefix` and the role's name. For all roles, roles whose profile exists and is not ours are skipped and
    /// reported.
    ///
    /// # Errors
    /// If a named role does not exist, cannot be a profile, or its profile exists and is not ours, or if the file cannot be written.
    pub(super) async fn connect(
        &self,
        which: &Which,
        prefix: &str,
        step: Step,
    ) -> Result<EditView, Problem> {
        self.check_set()?;
        let (wanted, mut notes) = self.wanted(which, prefix)?;
        let shown = self.ports.files.aws_path(AwsFile::Config);
        let lenient = *which == Which::All;
        let taken = std::cell::RefCell::new(Vec::new());
        let edited = self
            .edit_config(step, &|text| {
                let mut editor = Editor::new(AwsFile::Config, text);
                taken.borrow_mut().clear();
                for section in &wanted {
                    match editor.put(section) {
                        Ok(()) => {}
                        Err(foreign) if lenient => {
                            taken.borrow_mut().push(foreign.profile.to_string());
                        }
                        Err(foreign) => return Err(foreign.problem(&shown)),
                    }
                }
                Ok(editor.finish())
            })
            .await?;
        let taken = taken.into_inner();
        if !taken.is_empty() {
            notes.push(format!(
                "{} there already and not Rolecall's; left as they are. With a prefix they can be connected as well.",
                are(&taken)
            ));
        }
        let taken: HashSet<&str> = taken.iter().map(String::as_str).collect();
        let profiles = wanted.iter().map(|section| section.profile().to_string());
        let profiles: Vec<String> = profiles
            .filter(|name| !taken.contains(name.as_str()))
            .collect();
        notes.extend(self.shadowed(&profiles).await?);
        Ok(EditView {
            path: shown,
            profiles,
            difference: edited.difference,
            notes,
            backup: None,
        })
    }

    /// Removes the profiles that [`Owner::connect`] wrote, or shows what this would change. A name can be a role or a
    /// profile.
    ///
    /// # Errors
    /// If a name is not connected, or the file cannot be written.
    pub(super) async fn disconnect(&self, which: &Which, step: Step) -> Result<EditView, Problem> {
        self.check_set()?;
        let removed = std::cell::RefCell::new(Vec::new());
        let edited = self
            .edit_config(step, &|text| {
                let mut editor = Editor::new(AwsFile::Config, text);
                let goes = |profile: &str, process: Option<&str>| match which {
                    Which::All => true,
                    Which::Named(names) => {
                        let role = process.and_then(own_role);
                        names
                            .iter()
                            .any(|name| name == profile || Some(name) == role.as_ref())
                    }
                };
                let gone = editor.remove(|owned| goes(owned.profile, owned.process));
                *removed.borrow_mut() = gone.into_iter().map(str::to_owned).collect();
                Ok(editor.finish())
            })
            .await?;
        let profiles = removed.into_inner();
        if let (Which::Named(names), true) = (which, profiles.is_empty()) {
            let name = names.first().map(|name| echo(name)).unwrap_or_default();
            let what = format!("\"{name}\" is not connected to the AWS CLI.");
            return Err(Problem::new(
                ProblemCode::UnknownRole,
                what,
                "See what is: rolecall connect --all --dry-run",
            ));
        }
        let path = self.ports.files.aws_path(AwsFile::Config);
        Ok(EditView {
            path,
            profiles,
            difference: edited.difference,
            notes: Vec::new(),
            backup: None,
        })
    }

    async fn edit_config(
        &self,
        step: Step,
        edit: crate::ports::AwsEdit<'_>,
    ) -> Result<Edited, Problem> {
        match step {
            Step::Preview => edit(
                self.io(|ports| ports.files.read_aws(AwsFile::Config))
                    .await?
                    .text
                    .expose(),
            ),
            Step::Write => {
                let edited = self
                    .io(|ports| ports.aws.edit(AwsFile::Config, Keeping::Backup, edit))
                    .await?;
                self.reload_aws_files().await;
                Ok(edited)
            }
        }
    }

    /// Checks that this is not the practice account, which must not write AWS's files.
    pub(super) fn check_set(&self) -> Result<(), Problem> {
        match self.mode {
            Mode::Own => Ok(()),
            Mode::Practice => {
                let what = "The practice account does not write AWS's files.";
                let remedy = "Do this in your own Rolecall, which you open without --practice.";
                Err(Problem::new(ProblemCode::InvalidInput, what, remedy))
            }
        }
    }

    /// Returns the sections to write, and notes about skipped roles.
    fn wanted(
        &self,
        which: &Which,
        prefix: &str,
    ) -> Result<(Vec<OwnSection>, Vec<String>), Problem> {
        let program = self.ports.aws.command_line()?;
        let region = self.lock().settings.current.region.clone();
        let (roles, waiting) = self.connectable(which)?;
        let (mut sections, mut left_out) = (Vec::new(), Vec::new());
        for role in &roles {
            match section(
                role,
                prefix,
                &program,
                region.as_ref().map(|region| region.as_str()),
            ) {
                Ok(section) => sections.push(self.with_settings(section, role)),
                Err(_) if *which == Which::All => left_out.push(role.name.to_string()),
                Err(problem) => return Err(problem),
            }
        }
        let note = (!left_out.is_empty()).then(|| {
            format!(
                "{} left out: AWS allows no such name for a profile.",
                are(&left_out)
            )
        });
        let waits = (!waiting.is_empty()).then(|| {
            format!(
                "Until Rolecall keeps the key, nothing is handed out for {}.",
                list(&waiting)
            )
        });
        Ok((sections, note.into_iter().chain(waits).collect()))
    }

    /// Returns the section with the further settings of the profile that the role is defined in, if it is.
    fn with_settings(&self, section: OwnSection, role: &Role) -> OwnSection {
        let state = self.lock();
        match state
            .roles
            .catalogue
            .origin(&role.name)
            .map(|origin| origin.kind)
        {
            Some(OriginKind::Own | OriginKind::Team) => section,
            // A role that waits for its key has no origin in the catalogue, and is a profile.
            Some(OriginKind::Profile) | None => section.carrying(role.name.as_str()),
        }
    }

    /// Returns the selected roles, and the names of those whose key is still in a file.
    fn connectable(&self, which: &Which) -> Result<(Vec<Role>, Vec<String>), Problem> {
        let state = self.lock();
        let catalogue = &state.roles.catalogue;
        let waiting: Vec<Role> = catalogue.waiting_for_key().collect();
        let found = |name: &Name| {
            let role = catalogue.role(name).cloned();
            role.or_else(|| waiting.iter().find(|role| role.name == *name).cloned())
        };
        let roles: Vec<Role> = match which {
            Which::All => catalogue
                .roles()
                .iter()
                .map(|role| role.as_ref().clone())
                .chain(waiting.iter().cloned())
                .collect(),
            Which::Named(names) => names
                .iter()
                .map(|name| {
                    let name = Name::parse(name)?;
                    found(&name).ok_or_else(|| catalogue.refusal(&name))
                })
                .collect::<Result<_, Problem>>()?,
        };
        let waiting: HashSet<&Name> = waiting.iter().map(|role| &role.name).collect();
        let waits = |role: &&Role| waiting.contains(&role.name);
        let names = roles.iter().filter(waits).map(|role| role.name.to_string());
        let names = names.collect();
        Ok((roles, names))
    }

    /// Returns notes about static keys that AWS's tools would use instead of a connection.
    async fn shadowed(&self, profiles: &[String]) -> Result<Vec<String>, Problem> {
        let credentials = self
            .io(|ports| ports.files.read_aws(AwsFile::Credentials))
            .await?;
        let path = self.ports.files.aws_path(AwsFile::Credentials);
        let text = credentials.text.expose();
        let (config, credentials) = (Document::parse(""), Document::parse(text));
        let (found, _) = Profiles::merge(&config, &credentials);
        let editor = Editor::new(AwsFile::Credentials, text);
        let is_foreign = |name: &str| {
            let name = ProfileName::parse(name);
            name.is_ok_and(|name| editor.foreign(&name).is_some())
        };
        let has_key = |name: &&String| {
            let profile = found.find(name);
            let key = profile.and_then(|profile| profile.get("aws_access_key_id"));
            key.is_some() && is_foreign(name)
        };
        let shadowed: Vec<String> = profiles.iter().filter(has_key).cloned().collect();
        Ok(match shadowed.as_slice() {
            [] => Vec::new(),
            names => vec![format!(
                "{path} has keys of its own for {}. AWS's tools take those and do not ask Rolecall; move or remove them.",
                list(names)
            )],
        })
    }
}

fn section(
    role: &Role,
    prefix: &str,
    program: &str,
    region: Option<&str>,
) -> Result<OwnSection, Problem> {
    let profile = ProfileName::parse(&format!("{prefix}{}", role.name))?;
    let process = process_line(program, &["credentials", role.name.as_str()])?;
    let mut settings = vec![("credential_process", Secret::new(process))];
    let region = role
        .region
        .as_ref()
        .map(|region| region.as_str())
        .or(region);
    settings.extend(region.map(|region| ("region", Secret::new(region.to_owned()))));
    let output = role.output.map(|output| output.text().to_owned());
    settings.extend(output.map(|output| ("output", Secret::new(output))));
    OwnSection::new(profile, None, settings).map_err(|error| {
        let what = format!(
            "\"{}\" cannot be connected: {error}.",
            echo(role.name.as_str())
        );
        Problem::new(
            ProblemCode::InvalidInput,
            what,
            "Give the role another name.",
        )
    })
}

fn are(names: &[String]) -> String {
    let verb = if names.len() == 1 { "is" } else { "are" };
    format!("{} {verb}", list(names))
}

/// Returns the first names, and the number of further ones.
fn list(names: &[String]) -> String {
    let shown: Vec<String> = names
        .iter()
        .take(NAMES_MAX)
        .map(|name| format!("\"{}\"", echo(name)))
        .collect();
    match names.len().saturating_sub(NAMES_MAX) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
