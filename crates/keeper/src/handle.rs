//! The keeper as used by other crates. Each call blocks until it is done, so it must run on a thread that may wait.

use std::sync::Arc;

use jiff::Timestamp;

use super::{About, Concern, Given, Owner, Ports, Pulse, Waiter, Woken};
use rolecall_core::api::console::{ConsoleRequest, ConsoleView, PageState};
use rolecall_core::api::import::{DryRun, ImportData, ImportItem, ImportSource};
use rolecall_core::asker::by::By;
use rolecall_core::asker::consent::{Consent, Reply, Subject};
use rolecall_core::asker::history::{Line, Query, Request, Verdict};
use rolecall_core::asker::requester::Requester;
use rolecall_core::aws_files::connection::{EditView, Step, Which};
use rolecall_core::aws_files::key_text::KeyPair;
use rolecall_core::catalogue::marks::RoleMarks;
use rolecall_core::catalogue::team::Team;
use rolecall_core::doctor::DoctorReport;
use rolecall_core::revoke::{
    RevocationTarget, RevocationView, RevokeStep, UndoStep, UndoView, With,
};
use rolecall_core::role::RoleDraft;
use rolecall_core::role::limits::LimitsView;
use rolecall_core::role::renew::Renew;
use rolecall_core::rotation::{RotationAction, RotationPlan, RotationView};
use rolecall_core::session::Session;
use rolecall_core::session::export_block::Variables;
use rolecall_core::session::shell::Shell;
use rolecall_core::session::totp::TotpSeed;
use rolecall_core::settings::{SettingValue, SettingView, Settings};
use rolecall_core::setup::{
    Replace, SetupAct, SetupProgress, SetupQuestion, SetupRequest, SetupView, Signer,
};
use rolecall_core::value::mfa::{MfaCode, MfaSerial};
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::secret::Secret;
use rolecall_core::view::notice::Notice;
use rolecall_core::view::question::{CodeView, ConsentView};
use rolecall_core::view::role_list::RoleList;
use rolecall_core::view::snapshot::{KeyView, Mode, Snapshot};

/// The owner of roles, keys and sessions, for any thread.
#[derive(Clone)]
pub struct Keeper(Arc<Owner>);

/// Defines a blocking call for each use case of the owner.
macro_rules! blocking {
    (
        waits { $(fn $wait:ident($($arg:ident: $type:ty),*) $(-> $result:ty)?;)* }
        at_once { $(fn $once:ident($($given:ident: $kind:ty),*) $(-> $found:ty)?;)* }
        reads { $(fn $read:ident($($text:ident: $str:ty),*) -> $shown:ty;)* }
    ) => {
        impl Keeper {
            $(
                #[doc = concat!("See `Owner::", stringify!($wait), "`. Blocks until it is done.")]
                pub fn $wait(&self, $($arg: $type),*) $(-> $result)? {
                    self.0.block_on(self.0.$wait($($arg),*))
                }
            )*
            $(
                #[doc = concat!("See `Owner::", stringify!($once), "`. It waits for nothing.")]
                pub fn $once(&self, $($given: $kind),*) $(-> $found)? {
                    self.0.block_on(async { self.0.$once($($given),*) })
                }
            )*
            $(
                #[doc = concat!("See `Owner::", stringify!($read), "`. It does not even wait for its turn.")]
                pub fn $read(&self, $($text: $str),*) -> $shown {
                    self.0.$read($($text),*)
                }
            )*
        }
    };
}

blocking! {
    waits {
        fn end_mfa(key: &Name) -> Result<(), Problem>;
        fn add_key(name: &Name, pair: &KeyPair) -> Result<KeyView, Problem>;
        fn add_totp(key: &Name, serial: &MfaSerial, seed: &TotpSeed) -> Result<(), Problem>;
        fn answer(id: u64, given: Given<'_>) -> Result<(), Problem>;
        fn assume(name: &Name, code: Option<MfaCode>) -> Result<Session, Problem>;
        fn assume_because(name: &Name, code: Option<MfaCode>, reasons: &[String]) -> Result<Session, Problem>;
        fn assume_for_container(role: &Name) -> Result<Secret, Problem>;
        fn await_unread_maximum();
        fn begin_setup(request: &SetupRequest, replace: Replace, shown: &str) -> Result<SetupView, Problem>;
        fn check_sessions() -> Result<(), Problem>;
        fn connect(which: &Which, prefix: &str, step: Step) -> Result<EditView, Problem>;
        fn console(role: &Name, request: &ConsoleRequest) -> Result<ConsoleView, Problem>;
        fn continue_setup(number: u64, shown: &str, tries: u32) -> Result<SetupProgress, Problem>;
        fn copy_export(role: &Name, shell: Option<Shell>) -> Result<(), Problem>;
        fn credentials(role: &Name) -> Result<Secret, Problem>;
        fn credentials_because(role: &Name, reasons: &[String]) -> Result<Secret, Problem>;
        fn disconnect(which: &Which, step: Step) -> Result<EditView, Problem>;
        fn doctor(role: Option<&Name>, requester: Option<&Requester>) -> Result<DoctorReport, Problem>;
        fn drop_temporary_profile(role: &Name) -> Result<(), Problem>;
        fn end(role: &Name) -> Result<(), Problem>;
        fn export_block(role: &Name, shell: Shell, reasons: &[String]) -> Result<Secret, Problem>;
        fn flush();
        fn history(query: &Query) -> Result<Vec<Line>, Problem>;
        fn import_key(profile: &str, name: Option<&Name>, step: Step) -> Result<EditView, Problem>;
        fn keep_temporary_profile(role: &Name) -> Result<(), Problem>;
        fn key_credentials(name: &Name) -> Result<Secret, Problem>;
        fn keychain_opened();
        fn explain_further(name: &Name, requester: Option<&Requester>) -> Result<(), Problem>;
        fn mark_role(name: &str, marks: &RoleMarks) -> Result<(), Problem>;
        fn import(from: ImportSource, import_data: &ImportData, dry_run: DryRun) -> Result<Vec<ImportItem>, Problem>;
        fn let_end(role: &Name);
        fn moved_key(profile: &str) -> Result<Name, Problem>;
        fn name_account(account_id: &str, alias: &str) -> Result<(), Problem>;
        fn open_console(role: &Name) -> Result<(), Problem>;
        fn page_state(page: u64) -> PageState;
        fn plan_setup(request: &SetupRequest) -> Result<SetupView, Problem>;
        fn read_maximums();
        fn refresh_keys(asker: Option<&Requester>) -> Result<(), Problem>;
        fn reload_aws_files();
        fn reload_keys();
        fn reload_marks();
        fn reload_roles();
        fn reload_settings();
        fn remove_key(name: &Name) -> Result<(), Problem>;
        fn remove_role(name: &Name) -> Result<(), Problem>;
        fn remove_temporary_profiles();
        fn remove_totp(key: &Name) -> Result<(), Problem>;
        fn rename_key(name: &Name, new_name: &Name) -> Result<(), Problem>;
        fn renew_in_background(role: &Name) -> Result<(), Problem>;
        fn restore_sessions();
        fn revocation_scope(target: &RevocationTarget, with: &With) -> Result<(By, Vec<Subject>), Problem>;
        fn revoke(target: &RevocationTarget, step: &RevokeStep) -> Result<RevocationView, Problem>;
        fn retry_keychain() -> Result<(), Problem>;
        fn rotate_key(name: &Name, action: &RotationAction) -> Result<Option<RotationView>, Problem>;
        fn rotation_plan(name: &Name) -> Result<RotationPlan, Problem>;
        fn save_role(previous: Option<&Name>, draft: &RoleDraft) -> Result<(), Problem>;
        fn set_renew(name: &Name, renew: Option<Renew>) -> Result<(), Problem>;
        fn set_setting(section: &str, name: &str, value: Option<&SettingValue>) -> Result<(), Problem>;
        fn settings_in_file() -> Result<Vec<SettingView>, Problem>;
        fn set_consent(subject: &Subject, consent: Option<Consent>) -> Result<(), Problem>;
        fn import_roles(text: &str, path: &str, source: Option<&Name>, dry_run: DryRun) -> Result<Vec<ImportItem>, Problem>;
        fn setup_scope(number: u64, shown: &str, act: SetupAct) -> Result<(Vec<Signer>, SetupQuestion), Problem>;
        fn setups() -> Result<Vec<SetupView>, Problem>;
        fn tick() -> Pulse;
        fn undo_setup(number: u64, shown: &str, tries: u32) -> Result<SetupProgress, Problem>;
        fn undo_revocation(target: &RevocationTarget, step: &UndoStep) -> Result<UndoView, Problem>;
        fn undo_import(profile: &str, step: Step) -> Result<EditView, Problem>;
        fn variables(role: &Name, reasons: &[String]) -> Result<(Variables, Timestamp), Problem>;
        fn wait_after(pulse: Pulse) -> Woken;
    }
    at_once {
        fn admit(requester: &Requester) -> Result<(), Problem>;
        fn answer_account(id: u64, typed: &str, by: Option<&Requester>) -> Result<(), Problem>;
        fn cancel_account(id: u64, by: Option<&Requester>) -> Result<(), Problem>;
        fn allow_change(digest: &str, act: SetupAct, requester: &Requester, signers: &[Subject]);
        fn attend(role: &Name) -> Option<CodeView>;
        fn check_read(subject: &Subject, requester: Option<&Requester>) -> Result<(), Problem>;
        fn check_soon();
        fn claims_renewal(role: &Name) -> bool;
        fn check_reason(role: &Name, text: &str) -> Result<(), Problem>;
        fn container_body(role: &Name) -> Option<Secret>;
        fn credentials_at_hand(role: &Name) -> Option<Secret>;
        fn dismiss(code: ProblemCode);
        fn end_key(name: &Name) -> Result<(), Problem>;
        fn extend_question(id: u64) -> Result<(), Problem>;
        fn has_session(role: &Name) -> bool;
        fn is_change_allowed(digest: &str, act: SetupAct, requester: &Requester) -> bool;
        fn key_credentials_at_hand(name: &Name) -> Option<Secret>;
        fn keep_teams(teams: &[Team]);
        fn limited(name: &Name, limits: &LimitsView) -> Result<Name, Problem>;
        fn lock_regions(name: &Name) -> Result<Vec<String>, Problem>;
        fn name_endpoint(role: &Name, endpoint: &Requester, by: &Requester) -> Result<(), Problem>;
        fn renewal_refusal(role: &Name, requester: &Requester) -> Option<Problem>;
        fn reply_from_terminal(id: u64, reply: Reply, by: &Requester) -> Result<(), Problem>;
        fn set_standing(concern: Concern, problem: Option<Problem>);
        fn snooze(role: &Name);
        fn tell(notice: &Notice);
        fn set_team(team: &Team, text: Result<&str, Problem>);
        fn watch_questions() -> Result<Vec<ConsentView>, Problem>;
    }
    reads {
        fn snapshot() -> Snapshot;
        fn sessions_snapshot() -> Snapshot;
        fn found(text: &str) -> Snapshot;
        fn found_names(text: &str) -> Vec<String>;
        fn listed(search: Option<&str>) -> RoleList;
        fn settings() -> Settings;
    }
}

impl Keeper {
    /// Returns a keeper with the content of the files. [`Keeper::restore_sessions`] adds the sessions. A file that
    /// cannot be read is a standing problem.
    pub fn new(ports: Ports, mode: Mode) -> Self {
        let owner = Owner::new(ports, mode);
        owner.block_on(owner.read_files());
        Self(owner)
    }

    /// Returns how many automatic renewals are under way.
    #[cfg(feature = "fakes")]
    pub fn renewals_under_way(&self) -> usize {
        self.0.lock().sessions.renewing
    }

    /// Runs `act` for the requester once the policy or the user allows it, and records it in the history. `act` does
    /// not start before.
    ///
    /// # Errors
    /// If it is not allowed, and the errors of `act`.
    pub fn serve<T>(
        &self,
        request: &Request,
        waiter: &dyn Waiter,
        act: impl FnOnce() -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let act = || async { self.0.outside(act) };
        self.0.block_on(self.0.serve(request, waiter, act))
    }

    /// Runs `act` like [`Keeper::serve`], with what the request is about.
    ///
    /// # Errors
    /// The errors of [`Keeper::serve`].
    pub fn serve_about<T>(
        &self,
        request: &Request,
        about: About<'_>,
        waiter: &dyn Waiter,
        act: impl FnOnce() -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let act = || async { self.0.outside(act) };
        self.0
            .block_on(self.0.serve_about(request, about, waiter, act))
    }

    /// Runs `act` for the requester without a question, unless the policy refuses it, and records it with this verdict
    /// in the history.
    ///
    /// # Errors
    /// If the policy refuses it, and the errors of `act`.
    pub fn serve_unasked<T>(
        &self,
        request: &Request,
        waiter: &dyn Waiter,
        verdict: Verdict,
        act: impl FnOnce() -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let act = || async { self.0.outside(act) };
        self.0
            .block_on(self.0.serve_unasked(request, waiter, verdict, act))
    }

    /// Has the user confirm that a requester may assume a role that acts on production.
    ///
    /// # Errors
    /// As `Owner::confirm_production`.
    pub fn confirm_production(
        &self,
        role: &Name,
        yes: bool,
        requester: &Requester,
        waiter: &dyn Waiter,
    ) -> Result<(), Problem> {
        self.0
            .block_on(self.0.confirm_production(role, yes, requester, waiter))
    }

    /// Performs a click of the user, and records it in the history.
    ///
    /// # Errors
    /// The errors of `act`.
    pub fn clicked<T>(
        &self,
        request: &Request,
        act: impl FnOnce() -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let act = || async { self.0.outside(act) };
        self.0.block_on(self.0.clicked(request, act))
    }

    /// Performs a request of a program that returns no credentials, regardless of the policy, and records it in the
    /// history.
    ///
    /// # Errors
    /// The errors of `act`, and if there is no such role, or the program runs in a container that may not make requests.
    pub fn observed<T>(
        &self,
        request: &Request,
        waiter: &dyn Waiter,
        act: impl FnOnce() -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let act = || async { self.0.outside(act) };
        self.0.block_on(self.0.observed(request, waiter, act))
    }
}
