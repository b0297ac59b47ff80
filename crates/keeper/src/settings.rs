//! The settings, which are read when their file changes and written when the user changes one.

use super::{Concern, Owner, State};
use crate::ports::{Iam, OwnFile, Sts};
use rolecall_core::asker::consent::{Consent, Subject};
use rolecall_core::settings::{
    self, SettingValue, SettingView, Settings, SettingsReading, in_settings,
};
use rolecall_core::value::problem::{Problem, ProblemCode};

impl Owner {
    /// Applies what the file of settings contains. An invalid setting has its default or, if it guards something, its
    /// strictest value. If the file cannot be read, the last valid settings stay in effect, or the strictest ones if
    /// there are none.
    pub(super) fn apply_settings(&self, read: Result<String, Problem>) {
        let path = self.ports.files.path(OwnFile::Settings);
        let reading = read.and_then(|text| settings::read(&text, &path));
        self.update(|state| match reading {
            Ok(reading) => {
                state.apply_settings(reading);
                state.settings.is_read = true;
                state.problems.set(Concern::SettingsFile, None);
            }
            Err(problem) => {
                let problem = unreadable(problem, state.settings.is_read);
                if !state.settings.is_read {
                    state.apply_settings(SettingsReading {
                        settings: Settings::unreadable(&problem),
                        faults: Vec::new(),
                    });
                }
                state.problems.set(Concern::SettingsFile, Some(problem));
            }
        });
    }

    /// Returns STS, unless the destination of calls is unclear, in which case nothing may be sent.
    pub(super) fn sts(&self) -> Result<&dyn Sts, Problem> {
        self.check_destination()?;
        Ok(&*self.ports.sts)
    }

    /// Returns IAM, unless the destination of calls is unclear, in which case nothing may be sent.
    pub(super) fn iam(&self) -> Result<&dyn Iam, Problem> {
        self.check_destination()?;
        Ok(&*self.ports.iam)
    }

    /// Checks that the destination of calls is clear, before work that ends in a call to AWS.
    pub(super) fn check_destination(&self) -> Result<(), Problem> {
        match &self.lock().settings.current.destination_fault {
            Some(problem) => Err(problem.clone()),
            None => Ok(()),
        }
    }

    /// Sets the policy for a role or an access key; `None` selects the default. Existing permissions are dropped.
    ///
    /// # Errors
    /// If the file of settings is not valid or cannot be written.
    pub(super) async fn set_consent(
        &self,
        subject: &Subject,
        consent: Option<Consent>,
    ) -> Result<(), Problem> {
        self.edit_file(OwnFile::Settings, |text, path| {
            settings::with_consent(text, path, subject, consent)
        })
        .await?;
        self.update(|state| state.withdraw_grants(|changed| changed == subject));
        Ok(())
    }

    /// Returns what the file of settings contains.
    ///
    /// # Errors
    /// If the file is not valid or cannot be read.
    pub(super) async fn settings_in_file(&self) -> Result<Vec<SettingView>, Problem> {
        let path = self.ports.files.path(OwnFile::Settings);
        let text = self.io(|ports| ports.files.read(OwnFile::Settings)).await?;
        settings::settings_in(&text, &path)
    }

    /// Changes a setting; `None` selects the default.
    ///
    /// # Errors
    /// If the value is not allowed, or the file of settings is not valid or cannot be written.
    pub(super) async fn set_setting(
        &self,
        section: &str,
        name: &str,
        value: Option<&SettingValue>,
    ) -> Result<(), Problem> {
        self.edit_file(OwnFile::Settings, |text, path| {
            settings::with_setting(text, path, section, name, value)
        })
        .await
    }

    /// Copies the policy of a role or key to its new name before it is renamed, so that a less strict policy never
    /// applies.
    pub(super) async fn copy_consent(
        &self,
        subject: &Subject,
        renamed: &Subject,
    ) -> Result<(), Problem> {
        let consent = self.lock().settings.current.ask.own(subject);
        match consent {
            Some(_) => {
                self.edit_file(OwnFile::Settings, |text, path| {
                    settings::with_consent(text, path, renamed, consent)
                })
                .await
            }
            None => Ok(()),
        }
    }

    /// Removes the policy of a name that is no longer used.
    pub(super) async fn drop_consent(&self, subject: &Subject) -> Result<(), Problem> {
        self.edit_file(OwnFile::Settings, |text, path| {
            settings::with_consent(text, path, subject, None)
        })
        .await
    }
}

impl State {
    /// Applies settings. Permissions that were given under a different policy are dropped.
    fn apply_settings(&mut self, reading: SettingsReading) {
        let before = std::mem::replace(&mut self.settings.current, reading.settings).ask;
        self.settings.faults = reading.faults;
        let unwritten = self.unwritten_profiles();
        self.settings.faults.extend(unwritten);
        let after = self.settings.current.ask.clone();
        if before != after {
            self.withdraw_grants(|subject| before.of(subject) != after.of(subject));
        }
    }
}

/// Returns the problem of a file that cannot be read, with the consequence.
fn unreadable(problem: Problem, was_read: bool) -> Problem {
    let fix = match problem.code {
        ProblemCode::InvalidFile | ProblemCode::InvalidSettings => "Fix the file.",
        _ => &problem.remedy,
    };
    let remedy = match was_read {
        true => format!("{fix} Until then the last settings that could be read apply."),
        false => format!("{fix} Until then programs get nothing, and nothing is sent to AWS."),
    };
    Problem {
        remedy,
        ..in_settings(problem)
    }
}
