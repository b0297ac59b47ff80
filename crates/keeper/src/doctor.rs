//! Finds what is wrong before a call fails because of it: the keychain, AWS's files, the way to AWS, and access keys. It
//! changes nothing, asks the user nothing, and opens no dialog.

mod keys;
mod policies;
mod role;

use rolecall_core::asker::requester::Requester;
use rolecall_core::aws_files::AwsFile;
use rolecall_core::doctor::{self, CheckedFile, DoctorReport, Finding};
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::view::snapshot::Mode;

use super::Owner;

impl Owner {
    /// Returns what is wrong on this machine and, if one is named, with a role. For a program, nothing is read with what
    /// has a policy of never.
    ///
    /// # Errors
    /// If there is no such role. What cannot be checked is in the report.
    pub(super) async fn doctor(
        &self,
        role: Option<&Name>,
        requester: Option<&Requester>,
    ) -> Result<DoctorReport, Problem> {
        let mut report = DoctorReport::default();
        if let Some(role) = role {
            self.check_role(role, requester, &mut report).await?;
        }
        if self.mode == Mode::Own {
            report.extend(self.file_findings().await);
        }
        let keys = self.readable_keys(requester, &mut report).await;
        self.check_calls(&keys, &mut report).await;
        let clock = &self.ports.clock;
        if clock.is_confirmed() {
            report.extend(doctor::clock(clock.offset()));
        }
        // After the calls, which may have solved some.
        let standing = self.standing();
        let is_new = |problem: &Problem| !is_noted(problem, &report);
        let standing: Vec<Problem> = standing.into_iter().filter(is_new).collect();
        report.extend(standing.into_iter().map(Finding::from));
        Ok(report)
    }

    fn standing(&self) -> Vec<Problem> {
        let state = self.lock();
        let faults = [
            &state.settings.faults,
            &state.roles.faults,
            &state.marks.faults,
        ];
        let faults = faults.into_iter().flatten();
        state.problems.iter().chain(faults).cloned().collect()
    }

    async fn file_findings(&self) -> Vec<Finding> {
        let files = &self.ports.files;
        let config = self.io(|ports| ports.files.read_aws(AwsFile::Config)).await;
        let credentials = self
            .io(|ports| ports.files.read_aws(AwsFile::Credentials))
            .await;
        // A file that cannot be read is a standing problem.
        let (Ok(config), Ok(credentials)) = (config, credentials) else {
            return Vec::new();
        };
        let (config_path, credentials_path) = (
            files.aws_path(AwsFile::Config),
            files.aws_path(AwsFile::Credentials),
        );
        let config = CheckedFile {
            shown: &config_path,
            text: config.text.expose(),
            access: config.access,
        };
        let credentials = CheckedFile {
            shown: &credentials_path,
            text: credentials.text.expose(),
            access: credentials.access,
        };
        self.io(|ports| {
            doctor::file_findings(&config, &credentials, |path| ports.aws.has_program(path))
        })
        .await
    }
}

/// Returns whether the checks found the same: the keychain's state, or a line that AWS's tools reject.
fn is_noted(problem: &Problem, report: &DoctorReport) -> bool {
    let codes = [
        ProblemCode::KeychainLocked,
        ProblemCode::KeychainAbsent,
        ProblemCode::KeychainFrozen,
        ProblemCode::KeychainDenied,
        ProblemCode::KeysSealed,
        ProblemCode::NoResources,
        ProblemCode::InvalidAwsFile,
    ];
    let is_same = |finding: &Finding| finding.id == problem.code.into();
    codes.contains(&problem.code) && report.findings.iter().any(is_same)
}
