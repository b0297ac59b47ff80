//! Temporary profiles: live sessions of selected roles, in plaintext in AWS's credentials file. They are for tools that
//! can read credentials only from there.

use std::cell::RefCell;
use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Concern, Owner, State};
use crate::ports::{Keeping, OwnFile};
use crate::state::gate::Gate;
use rolecall_core::asker::consent::{Consent, Subject};
use rolecall_core::asker::history::{Line, Request, RequestKind, Verdict};
use rolecall_core::asker::requester::Requester;
use rolecall_core::aws_files::{
    AwsFile, Document, Edited, Editor, OwnSection, ProfileName, Profiles,
};
use rolecall_core::session::Session;
use rolecall_core::settings;
use rolecall_core::value::name::Name;
use rolecall_core::value::output::OutputFormat;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise::echo;
use rolecall_core::value::secret::Secret;
use rolecall_core::view::notice::Notice;
use rolecall_core::view::snapshot::Mode;

/// Settings of the config file that take precedence over keys in the credentials file; see the [AWS CLI's
/// order](https://docs.aws.amazon.com/cli/latest/userguide/cli-chap-configure.html#configure-precedence).
const FIRST: [&str; 4] = [
    "role_arn",
    "web_identity_token_file",
    "sso_session",
    "sso_start_url",
];

/// A session that must be in the file.
struct Due {
    session: Session,
    region: Option<String>,
    output: Option<OutputFormat>,
}

impl Owner {
    /// Writes the temporary profiles of new sessions, and removes those of expired ones. Returns the number of changes
    /// to the state.
    pub(super) async fn follow_temporary_profiles(&self, now: Timestamp) -> u64 {
        if self.mode == Mode::Practice {
            return 0;
        }
        let _turn = self.enter(Gate::TemporaryProfiles).await;
        self.remove_leftovers().await + self.write_temporary_profiles(now).await
    }

    async fn write_temporary_profiles(&self, now: Timestamp) -> u64 {
        let (due, written) = {
            let state = self.lock();
            if state.temporary.is_over {
                return 0;
            }
            (due(&state, now), state.temporary.written.clone())
        };
        let ids = |(name, due): (&Name, &Due)| (name.clone(), due.session.id().to_owned());
        let wanted: BTreeMap<Name, String> = due.iter().map(ids).collect();
        if wanted == written {
            return 0;
        }
        let left_out = RefCell::new(BTreeMap::new());
        let edited = self
            .io(|ports| {
                ports
                    .aws
                    .edit(AwsFile::Credentials, Keeping::Backup, &|text| {
                        let mut editor = Editor::new(AwsFile::Credentials, text);
                        editor.remove(|owned| {
                            owned.expiry.is_some()
                                && !due.keys().any(|name| name.as_str() == owned.profile)
                        });
                        let problems = due.iter().filter_map(|(name, due)| {
                            let problem = self.put(&mut editor, due).err()?;
                            Some((name.clone(), problem))
                        });
                        left_out.replace(problems.collect());
                        Ok(editor.finish())
                    })
            })
            .await;
        let problem = match edited {
            Ok(_) => {
                let left_out = left_out.into_inner();
                let is_new = |(name, id): &(&Name, &String)| {
                    written.get(*name) != Some(*id) && !left_out.contains_key(*name)
                };
                let new = wanted.iter().filter(is_new);
                new.for_each(|(name, _)| self.note_profile(name));
                self.lock().temporary.written = wanted;
                left_out.into_values().last()
            }
            Err(problem) => Some(problem),
        };
        self.update(|state| state.problems.set(Concern::TemporaryProfiles, problem));
        1
    }

    /// Enables temporary profiles for a role.
    ///
    /// # Errors
    /// If AWS's tools would not use the profile, or the file of settings is not valid or cannot be written.
    pub(super) async fn keep_temporary_profile(&self, role: &Name) -> Result<(), Problem> {
        self.check_set()?;
        {
            let state = self.lock();
            let found = state.roles.catalogue.role(role).map(drop);
            found.ok_or_else(|| state.roles.catalogue.refusal(role))?;
        }
        self.check_temporary_profile(role).await?;
        {
            let state = self.lock();
            if state.policy_of(&Subject::Role(role.clone())) != Consent::Allow {
                return Err(state.not_for_every_program(role));
            }
        }
        self.edit_file(OwnFile::Settings, |text, path| {
            settings::with_temporary_profile(text, path, role)
        })
        .await?;
        self.follow_temporary_profiles(self.ports.clock.now()).await;
        Ok(())
    }

    /// Disables temporary profiles for a role, and removes its profile.
    ///
    /// # Errors
    /// If the file of settings is not valid or cannot be written.
    pub(super) async fn drop_temporary_profile(&self, role: &Name) -> Result<(), Problem> {
        self.edit_file(OwnFile::Settings, |text, path| {
            settings::without_temporary_profile(text, path, role)
        })
        .await?;
        self.follow_temporary_profiles(self.ports.clock.now()).await;
        Ok(())
    }

    pub(super) async fn rename_temporary_profile(
        &self,
        role: &Name,
        new: &Name,
    ) -> Result<(), Problem> {
        if !self
            .lock()
            .settings
            .current
            .temporary_profiles
            .contains(role)
        {
            return Ok(());
        }
        self.edit_file(OwnFile::Settings, |text, path| {
            let text = settings::without_temporary_profile(text, path, role)?;
            settings::with_temporary_profile(&text, path, new)
        })
        .await
    }

    /// Checks that a temporary profile can be written and that AWS's tools would use it.
    async fn check_temporary_profile(&self, role: &Name) -> Result<(), Problem> {
        let profile = ProfileName::parse(role.as_str())?;
        let credentials = self
            .io(|ports| ports.files.read_aws(AwsFile::Credentials))
            .await?;
        let editor = Editor::new(AwsFile::Credentials, credentials.text.expose());
        if let Some(foreign) = editor.foreign(&profile) {
            return Err(foreign.problem(&self.ports.files.aws_path(AwsFile::Credentials)));
        }
        let config = self
            .io(|ports| ports.files.read_aws(AwsFile::Config))
            .await?;
        let (config, nothing) = (Document::parse(config.text.expose()), Document::parse(""));
        let (profiles, _) = Profiles::merge(&config, &nothing);
        let found = profiles.find(role.as_str());
        match found.and_then(|found| FIRST.into_iter().find(|key| found.get(key).is_some())) {
            Some(key) => Err(shadowed(
                role,
                key,
                &self.ports.files.aws_path(AwsFile::Config),
            )),
            None => Ok(()),
        }
    }

    /// Records in the history that a role's session was written to the file.
    fn note_profile(&self, role: &Name) {
        let request = Request {
            name: role.clone(),
            kind: RequestKind::Profile,
            requester: Some(Requester::rolecall()),
        };
        let at = self.ports.clock.now();
        let line = Line::new(&request, at, Verdict::Allowed);
        self.ports.store.record(line);
    }

    /// Removes all temporary profiles and writes no more, because the program is ending.
    pub(super) async fn remove_temporary_profiles(&self) {
        self.lock().temporary.is_over = true;
        let _turn = self.enter(Gate::TemporaryProfiles).await;
        if self.lock().temporary.written.is_empty() {
            return;
        }
        match self
            .io(|ports| {
                ports
                    .aws
                    .edit(AwsFile::Credentials, Keeping::Backup, &|text| {
                        Ok(without(text).0)
                    })
            })
            .await
        {
            Ok(_) => self.update(|state| state.temporary.written.clear()),
            Err(problem) => self.set_standing(Concern::TemporaryProfiles, Some(problem)),
        }
    }

    /// Removes files and profiles that a crash left, and shows a notification. Failures are retried with the next tick.
    /// Returns the number of changes to the state.
    async fn remove_leftovers(&self) -> u64 {
        if self.lock().temporary.is_swept {
            return 0;
        }
        let removed = self.io(|ports| ports.aws.recover()).await;
        let removed = match removed {
            Ok(()) => self.remove_profiles_of_a_crash().await,
            Err(problem) => Err(problem),
        };
        let mut state = self.lock();
        state.temporary.is_swept = removed.is_ok();
        let problem = removed.err();
        if state.problems.of(Concern::Leftovers) == problem.as_ref() {
            return 0;
        }
        drop(state);
        self.set_standing(Concern::Leftovers, problem);
        1
    }

    /// Removes the temporary profiles that belong to no session of this run.
    async fn remove_profiles_of_a_crash(&self) -> Result<(), Problem> {
        let read = self
            .io(|ports| ports.files.read_aws(AwsFile::Credentials))
            .await?;
        let (_, left) = without(read.text.expose());
        if left == 0 {
            return Ok(());
        }
        let remove = |text: &str| Ok(without(text).0);
        self.io(|ports| {
            let aws = &ports.aws;
            aws.edit(AwsFile::Credentials, Keeping::Backup, &remove)
        })
        .await?;
        let notice = Notice::temporary_profiles_removed(left);
        self.ports.notifier.show(&notice);
        Ok(())
    }

    fn put(&self, editor: &mut Editor<'_>, due: &Due) -> Result<(), Problem> {
        let role = &due.session.role;
        let credentials = &due.session.credentials;
        let mut settings = vec![
            (
                "aws_access_key_id",
                Secret::new(credentials.access_key_id.clone()),
            ),
            (
                "aws_secret_access_key",
                credentials.secret_access_key.duplicate(),
            ),
            ("aws_session_token", credentials.session_token.duplicate()),
        ];
        let region = due.region.iter();
        settings.extend(region.map(|region| ("region", Secret::new(region.clone()))));
        let output = due.output.map(|output| output.text().to_owned());
        settings.extend(output.map(|output| ("output", Secret::new(output))));
        let profile = ProfileName::parse(role.as_str())?;
        let section = OwnSection::new(profile, Some(due.session.expires_at()), settings);
        let section = section.map_err(|error| {
            let what = format!(
                "The temporary profile \"{}\" was not written: {error}.",
                echo(role.as_str())
            );
            Problem::new(ProblemCode::Internal, what, "Renew the session.")
        })?;
        let shown = self.ports.files.aws_path(AwsFile::Credentials);
        editor
            .put(&section)
            .map_err(|foreign| foreign.problem(&shown))
    }
}

fn shadowed(role: &Name, key: &str, config: &str) -> Problem {
    let name = echo(role.as_str());
    let what = format!("The profile \"{name}\" of {config} has {key}.");
    let remedy = "AWS's tools would go by that and leave a temporary profile of this name aside. Use the profile as it is, or copy the role under another name.";
    Problem::new(ProblemCode::NameTaken, what, remedy)
}

impl State {
    /// Returns a problem for each temporary profile in the settings that the role's policy forbids.
    pub(super) fn unwritten_profiles(&self) -> Vec<Problem> {
        let ask = &self.settings.current.ask;
        let names = self.settings.current.temporary_profiles.iter();
        let forbidden = names.filter(|name| {
            let subject = Subject::Role((*name).clone());
            self.policy_of(&subject) != Consent::Allow && ask.fault(&subject).is_none()
        });
        forbidden
            .map(|name| self.not_for_every_program(name))
            .collect()
    }

    /// Returns the problem of a role that needs a question. Its sessions must not be in the file, because any program can
    /// read it.
    fn not_for_every_program(&self, role: &Name) -> Problem {
        match self.is_production(role) {
            true => not_for_production(role),
            false => not_for_every_program(role),
        }
    }
}

fn not_for_production(role: &Name) -> Problem {
    let name = echo(role.as_str());
    let what = format!(
        "Sessions of \"{name}\" are not written into AWS's credentials file: every program can read them there, and \
         the role acts on production, which no program gets without a question."
    );
    let remedy = format!(
        "Use a live profile (rolecall connect), and take \"{name}\" out of [temporary_profiles] in settings.toml."
    );
    Problem::new(ProblemCode::NotAllowed, what, remedy)
}

fn not_for_every_program(role: &Name) -> Problem {
    let name = echo(role.as_str());
    let what = format!(
        "Sessions of \"{name}\" are not written into AWS's credentials file: every program can read them there, and \
         the role's policy does not allow every program."
    );
    let remedy = format!(
        "Set \"{name}\" to \"allow\" below [ask.roles], or take it out of [temporary_profiles] in settings.toml."
    );
    Problem::new(ProblemCode::NotAllowed, what, remedy)
}

/// Returns the live sessions of the roles in the settings that every program may use.
fn due(state: &State, now: Timestamp) -> BTreeMap<Name, Due> {
    let names = state.settings.current.temporary_profiles.iter();
    let live = names.filter_map(|name| {
        let role = state.roles.catalogue.role(name);
        let region =
            role.and_then(|role| role.region.as_ref())
                .or(state.settings.current.region.as_ref());
        if state.policy_of(&Subject::Role(name.clone())) != Consent::Allow {
            return None;
        }
        let due = Due {
            session: state.live(name, now)?.clone(),
            region: region.map(ToString::to_string),
            output: role.and_then(|role| role.output),
        };
        Some((name.clone(), due))
    });
    live.collect()
}

/// Returns the file without temporary profiles, and the number of removed ones.
fn without(text: &str) -> (Edited, usize) {
    let mut editor = Editor::new(AwsFile::Credentials, text);
    let gone = editor.remove(|owned| owned.expiry.is_some()).len();
    (editor.finish(), gone)
}
