//! A kit is applied and taken back, and killed at every step.

mod binding;
mod faults;
mod permission;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::SignedDuration;
use rolecall_core::asker::by::By;
use rolecall_core::aws_files::AwsFile;
use rolecall_core::aws_files::key_text::KeyPair;
use rolecall_core::calls::iam::{DescribedRole, ListedKey, Simulation, SimulationResult};
use rolecall_core::calls::iam_call::{IamAnswer, IamCall, IamRole};
use rolecall_core::calls::sts::{Caller, StsError};
use rolecall_core::role::RoleDraft;
use rolecall_core::setup::{
    EntryState, KitDraft, Replace, SetupProgress, SetupRequest, SetupView, Signer,
};
use rolecall_core::value::access_key::AccessKey;
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::region::{Partition, Region};
use rolecall_core::value::role_arn::RoleArn;
use rolecall_core::value::secret::Secret;
use rolecall_core::view::snapshot::Mode;
use rolecall_keeper::fakes::{Fakes, IamAccount};
use rolecall_keeper::ports::{AwsText, Files, Iam, Journal, KeysEdit, OwnFile, TextEdit};
use rolecall_keeper::{Keeper, Ports};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const USER_KEY: &str = "AKIAIOSFODNN7EXAMPLE";
const ADMIN_KEY: &str = "AKIAI44QH8DHBEXAMPLE";
const USERS: &str = "177634097045";
const ROLES: &str = "808768216571";

/// Where something is killed: before or after an event takes effect.
#[derive(Clone, Copy, Debug, PartialEq)]
enum At {
    Before,
    After,
}

/// Kills the program that causes the event with this number. Events are changes in IAM and writes of the record.
struct Killer {
    left: AtomicUsize,
    at: At,
    /// How long each change in IAM takes.
    takes: SignedDuration,
    fakes: Fakes,
}

impl Killer {
    fn event<T>(&self, act: impl FnOnce() -> T) -> T {
        let is_now = self.left.fetch_sub(1, Ordering::Relaxed) == 1;
        assert!(!(is_now && self.at == At::Before), "killed");
        let done = act();
        assert!(!(is_now && self.at == At::After), "killed");
        done
    }
}

impl Iam for Killer {
    fn call(&self, by: &Caller, to: Partition, call: &IamCall) -> Result<IamAnswer, StsError> {
        match call.only_reads() {
            true => self.fakes.iam.call(by, to, call),
            false => self.event(|| {
                self.fakes.clock.advance(self.takes);
                self.fakes.iam.call(by, to, call)
            }),
        }
    }
    fn role(&self, by: &Caller, role: &RoleArn) -> Result<DescribedRole, StsError> {
        self.fakes.iam.role(by, role)
    }
    fn simulate(&self, by: &Caller, it: &Simulation) -> Result<Vec<SimulationResult>, StsError> {
        self.fakes.iam.simulate(by, it)
    }
    fn access_keys(&self, by: &Caller, to: Partition) -> Result<Vec<ListedKey>, StsError> {
        self.fakes.iam.access_keys(by, to)
    }
    fn create_access_key(
        &self,
        by: &Caller,
        to: Partition,
        user: &str,
    ) -> Result<KeyPair, StsError> {
        self.event(|| self.fakes.iam.create_access_key(by, to, user))
    }
    fn mfa_devices(&self, by: &Caller, to: Partition) -> Result<Vec<String>, StsError> {
        self.fakes.iam.mfa_devices(by, to)
    }
    fn last_used(
        &self,
        by: &Caller,
        id: &str,
        to: Partition,
    ) -> Result<Option<jiff::Timestamp>, StsError> {
        self.fakes.iam.last_used(by, id, to)
    }
    fn decode(&self, by: &Caller, text: &str, region: &Region) -> Result<String, StsError> {
        self.fakes.iam.decode(by, text, region)
    }
    fn account_of_key(&self, by: &Caller, id: &str, region: &Region) -> Result<String, StsError> {
        self.fakes.iam.account_of_key(by, id, region)
    }
}

impl Files for Killer {
    fn path(&self, file: OwnFile) -> String {
        self.fakes.files.path(file)
    }
    fn read(&self, file: OwnFile) -> Result<String, Problem> {
        self.fakes.files.read(file)
    }
    fn edit(&self, file: OwnFile, edit: TextEdit<'_>) -> Result<String, Problem> {
        self.event(|| Files::edit(&*self.fakes.files, file, edit))
    }
    fn aws_path(&self, file: AwsFile) -> String {
        self.fakes.files.aws_path(file)
    }
    fn read_aws(&self, file: AwsFile) -> Result<AwsText, Problem> {
        self.fakes.files.read_aws(file)
    }
    fn read_keys(&self) -> Result<Vec<AccessKey>, Problem> {
        self.fakes.files.read_keys()
    }
    fn edit_keys(&self, edit: KeysEdit<'_>) -> Result<Vec<AccessKey>, Problem> {
        self.fakes.files.edit_keys(edit)
    }
    fn read_journal(&self, journal: Journal) -> Result<String, Problem> {
        self.fakes.files.read_journal(journal)
    }
    fn edit_journal(&self, journal: Journal, edit: TextEdit<'_>) -> Result<(), Problem> {
        self.event(|| self.fakes.files.edit_journal(journal, edit))
    }
}

/// Two accounts and Rolecall with a key for each.
#[derive(Clone)]
struct Desk {
    fakes: Fakes,
}

/// All that a setup can change.
type World = (IamAccount, IamAccount, String);

impl Desk {
    fn new() -> Self {
        let fakes = Fakes::at("2026-11-30T12:00:00Z".parse().expect("an instant"));
        let desk = Self { fakes };
        let iam = &desk.fakes.iam;
        iam.set_account(USER_KEY, IamAccount::new(USERS, &["bob"]));
        iam.set_account(ADMIN_KEY, IamAccount::new(ROLES, &["admin"]));
        let keeper = desk.keeper();
        for (name, id, user) in [
            ("bob", USER_KEY, format!("arn:aws:iam::{USERS}:user/bob")),
            (
                "admin",
                ADMIN_KEY,
                format!("arn:aws:iam::{ROLES}:user/admin"),
            ),
        ] {
            desk.fakes.sts.call_as(&user);
            let pair = KeyPair::parse(id, &Secret::new(SECRET.into())).expect("a key");
            let name = Name::parse(name).expect("a name");
            keeper.add_key(&name, &pair).expect("kept");
        }
        // The STS for tests has one account.
        let in_roles = |keys: &mut Vec<AccessKey>| {
            for key in keys.iter_mut().filter(|key| key.name.as_str() == "admin") {
                ROLES.clone_into(&mut key.account_id);
            }
            Ok(())
        };
        desk.fakes.files.edit_keys(&in_roles).expect("edited");
        desk
    }

    fn keeper(&self) -> Keeper {
        Keeper::new(self.fakes.ports(), Mode::Own)
    }

    /// Returns a keeper that is killed at an event.
    fn doomed(&self, event: usize, at: At) -> (Keeper, Arc<Killer>) {
        self.doomed_and_slow(event, at, SignedDuration::ZERO)
    }

    /// Applies a kit with a keeper that is killed at an event.
    fn kill(&self, request: &SetupRequest, event: usize, at: At) {
        let (doomed, _) = self.doomed(event, at);
        quietly(|| {
            let run = begin(&doomed, request);
            finish(&doomed, &run);
        });
    }

    /// Returns a keeper whose IAM takes its time.
    fn slow(&self, takes: SignedDuration) -> Keeper {
        let (keeper, _) = self.doomed_and_slow(usize::MAX / 2, At::Before, takes);
        keeper
    }

    fn doomed_and_slow(
        &self,
        event: usize,
        at: At,
        takes: SignedDuration,
    ) -> (Keeper, Arc<Killer>) {
        let killer = Arc::new(Killer {
            left: AtomicUsize::new(event),
            at,
            takes,
            fakes: self.fakes.clone(),
        });
        let ports = Ports {
            iam: killer.clone(),
            files: killer.clone(),
            ..self.fakes.ports()
        };
        (Keeper::new(ports, Mode::Own), killer)
    }

    fn world(&self) -> World {
        let account = |key| self.fakes.iam.account(key).expect("an account");
        let roles = self.fakes.files.roles.lock().expect("not poisoned");
        (account(USER_KEY), account(ADMIN_KEY), roles.clone())
    }

    fn change_roles(&self, change: impl FnOnce(&mut IamAccount)) {
        let mut account = self.fakes.iam.account(ADMIN_KEY).expect("an account");
        change(&mut account);
        self.fakes.iam.set_account(ADMIN_KEY, account);
    }

    /// Adds the role with another trust policy and another longest session, so that a change of it takes two calls.
    fn add_old_role(&self) {
        let old = IamRole {
            arn: format!("arn:aws:iam::{ROLES}:role/guest"),
            id: "AROAOLD".to_owned(),
            trust: r#"{"Version":"2012-10-17","Statement":[]}"#.to_owned(),
            longest_s: Some(7_200),
            boundary: None,
        };
        self.change_roles(|account| {
            account.roles.insert("guest".to_owned(), old);
        });
    }

    /// Lets so much time pass that IAM knows everything everywhere.
    fn settle(&self) {
        self.fakes.clock.advance(SignedDuration::from_secs(30));
    }

    /// Returns the state of the role of a kit.
    fn role(&self) -> IamRole {
        let account = self.fakes.iam.account(ADMIN_KEY).expect("an account");
        account.roles.get("guest").expect("the role").clone()
    }
}

fn request(grant: &str, allow: &str) -> SetupRequest {
    let signer = |account: &str, name: &str| Signer {
        account: account.to_owned(),
        by: By::Key(name.to_owned()),
        id: String::new(),
    };
    let arn = format!("arn:aws:iam::{ROLES}:role/guest");
    SetupRequest {
        draft: Box::new(KitDraft {
            who: format!("arn:aws:iam::{USERS}:user/bob"),
            account: ROLES.to_owned(),
            role: "guest".to_owned(),
            allow: allow.to_owned(),
            grant: Some(grant.to_owned()),
            ..KitDraft::default()
        }),
        signers: vec![signer(ROLES, "admin"), signer(USERS, "bob")],
        entry: Some(Box::new(RoleDraft {
            name: "guest".to_owned(),
            arn,
            source: "bob".to_owned(),
            ..RoleDraft::default()
        })),
    }
}

/// The kits: an inline policy and what several steps make, and a group with a managed policy.
fn kits() -> [SetupRequest; 2] {
    [
        request("inline", "s3-read,bucket:reports,ReadOnlyAccess"),
        request("group:Developers", "s3-read"),
    ]
}

/// Does one step after the other, and returns the steps that were done.
fn all(
    mut step: impl FnMut(u32) -> Result<SetupProgress, Problem>,
) -> Result<Vec<EntryState>, Problem> {
    let (mut states, mut tries) = (Vec::new(), 0);
    loop {
        match step(tries)? {
            SetupProgress::Finished => return Ok(states),
            SetupProgress::Step(view) => {
                states.push(view.state);
                tries = 0;
            }
            SetupProgress::Wait { .. } => tries += 1,
        }
    }
}

fn finish(keeper: &Keeper, run: &SetupView) -> Vec<EntryState> {
    all(|tries| keeper.continue_setup(run.number, &run.digest, tries)).expect("applied")
}

fn undo(keeper: &Keeper, run: &SetupView) -> Vec<EntryState> {
    all(|tries| keeper.undo_setup(run.number, &run.digest, tries)).expect("taken back")
}

fn begin(keeper: &Keeper, request: &SetupRequest) -> SetupView {
    begin_with(keeper, request, Replace::No).expect("begun")
}

/// Shows the plan, and begins with it.
fn begin_with(
    keeper: &Keeper,
    request: &SetupRequest,
    replace: Replace,
) -> Result<SetupView, Problem> {
    let plan = keeper.plan_setup(request)?;
    keeper.begin_setup(request, replace, &plan.digest)
}

fn last_run(keeper: &Keeper) -> Option<SetupView> {
    keeper.setups().expect("runs").pop()
}

/// Returns what applying a kit leads to, and the number of events on the way there and back.
fn clean(request: &SetupRequest) -> (World, usize, usize) {
    let desk = Desk::new();
    let far = usize::MAX / 2;
    let (keeper, killer) = desk.doomed(far, At::Before);
    let run = begin(&keeper, request);
    finish(&keeper, &run);
    let end = desk.world();
    let there = far - killer.left.load(Ordering::Relaxed);
    desk.settle();
    undo(&keeper, &run);
    (
        end,
        there,
        far - killer.left.load(Ordering::Relaxed) - there,
    )
}

/// Silences the panics by which something is killed.
fn quietly(act: impl FnOnce()) {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let outcome = catch_unwind(AssertUnwindSafe(act));
    std::panic::set_hook(before);
    if let Err(panic) = outcome {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|it| (*it).to_owned()));
        assert_eq!(text.as_deref(), Some("killed"));
    }
}

#[test]
fn a_kit_is_applied_and_taken_back() {
    for request in kits() {
        let desk = Desk::new();
        let start = desk.world();
        let keeper = desk.keeper();
        let plan = keeper.plan_setup(&request).expect("a plan");
        assert!(plan.steps.iter().all(|it| it.state == EntryState::Planned));
        assert_eq!(desk.world(), start, "a plan changes nothing");
        let run = begin(&keeper, &request);
        let states = finish(&keeper, &run);
        assert!(
            states.iter().all(|it| *it == EntryState::Done),
            "{states:?}"
        );
        assert_eq!(states.len(), plan.steps.len());
        let (user, _, roles) = desk.world();
        assert!(roles.contains("role/guest"), "{roles}");
        assert_ne!(user, start.0);

        let again = keeper.plan_setup(&request).expect("a plan");
        assert!(again.steps.iter().all(|it| it.state == EntryState::Stays));
        desk.settle();
        let states = undo(&keeper, &run);
        assert!(
            states.iter().all(|it| *it == EntryState::Undone),
            "{states:?}"
        );
        assert_eq!(desk.world(), start);
        assert_eq!(last_run(&keeper), None);
    }
}

/// Returns both ends of each event up to the last one.
fn each_until(last: usize) -> impl Iterator<Item = (usize, At)> {
    (1..=last).flat_map(|it| [(it, At::Before), (it, At::After)])
}

#[test]
fn killed_at_every_event_it_ends_the_same() {
    quietly(|| {});
    for request in kits() {
        let (end, there, _) = clean(&request);
        for (event, at) in each_until(there) {
            let desk = Desk::new();
            let start = desk.world();
            desk.kill(&request, event, at);
            desk.settle();
            let keeper = desk.keeper();
            let run = last_run(&keeper).unwrap_or_else(|| begin(&keeper, &request));
            finish(&keeper, &run);
            assert_eq!(desk.world(), end, "event {event} {at:?}");
            desk.settle();
            undo(&keeper, &run);
            assert_eq!(desk.world(), start, "event {event} {at:?}, taken back");
        }
    }
}

#[test]
fn killed_at_every_event_it_can_be_taken_back_at_once() {
    for request in kits() {
        let (_, there, _) = clean(&request);
        for (event, at) in each_until(there) {
            let desk = Desk::new();
            let start = desk.world();
            desk.kill(&request, event, at);
            desk.settle();
            let keeper = desk.keeper();
            if let Some(run) = last_run(&keeper) {
                undo(&keeper, &run);
            }
            assert_eq!(desk.world(), start, "event {event} {at:?}");
        }
    }
}

#[test]
fn killed_at_every_event_of_taking_back_it_ends_where_it_began() {
    for request in kits() {
        let (_, _, back) = clean(&request);
        for (event, at) in each_until(back) {
            let desk = Desk::new();
            let start = desk.world();
            let keeper = desk.keeper();
            let run = begin(&keeper, &request);
            finish(&keeper, &run);
            desk.settle();
            let (doomed, _) = desk.doomed(event, at);
            quietly(|| drop(undo(&doomed, &run)));
            let keeper = desk.keeper();
            if let Some(run) = last_run(&keeper) {
                undo(&keeper, &run);
            }
            assert_eq!(desk.world(), start, "event {event} {at:?}");
        }
    }
}

#[test]
fn a_role_with_another_trust_policy_is_changed_only_if_asked() {
    let request = &kits()[0];
    let desk = Desk::new();
    desk.add_old_role();
    let start = desk.world();
    let keeper = desk.keeper();
    let plan = keeper.plan_setup(request).expect("a plan");
    assert_eq!(plan.steps[0].state, EntryState::Changes);
    let refused = begin_with(&keeper, request, Replace::No).expect_err("refused");
    assert_eq!(refused.code, ProblemCode::NameTaken);
    assert!(refused.what.contains("another trust policy"), "{refused}");
    assert_eq!(desk.world(), start);
    assert_eq!(last_run(&keeper), None);

    let run = begin_with(&keeper, request, Replace::Yes).expect("begun");
    finish(&keeper, &run);
    assert!(desk.role().trust.contains("user/bob"));
    assert_eq!(desk.role().longest_s, Some(3_600));
    desk.settle();
    undo(&keeper, &run);
    assert_eq!(desk.world(), start, "the old trust policy is back");
}

#[test]
fn what_others_changed_since_stays() {
    let request = &kits()[0];
    let desk = Desk::new();
    let keeper = desk.keeper();
    let run = begin(&keeper, request);
    finish(&keeper, &run);
    desk.settle();
    desk.change_roles(|account| {
        let key = ("role", "guest".to_owned(), "Theirs".to_owned());
        account.inline.insert(key, "{}".to_owned());
        let own = ("role", "guest".to_owned(), "S3Read".to_owned());
        account.inline.insert(own, r#"{"Statement":[]}"#.to_owned());
    });
    let states = undo(&keeper, &run);
    let left = states.iter().filter(|it| **it == EntryState::Left).count();
    assert_eq!(left, 2, "the changed policy and the role: {states:?}");
    let (user, roles, _) = desk.world();
    assert_eq!(user, IamAccount::new(USERS, &["bob"]));
    let kept: BTreeMap<_, _> = roles.inline;
    assert_eq!(kept.len(), 2);
    assert!(roles.attached.is_empty(), "what was not changed is gone");
}

#[test]
fn a_second_run_takes_over_what_the_first_made() {
    let request = &kits()[0];
    let desk = Desk::new();
    let start = desk.world();
    let (doomed, _) = desk.doomed(7, At::After);
    quietly(|| {
        let run = begin(&doomed, request);
        finish(&doomed, &run);
    });
    desk.settle();
    let keeper = desk.keeper();
    let run = begin(&keeper, request);
    assert_eq!(keeper.setups().expect("runs").len(), 1);
    finish(&keeper, &run);
    desk.settle();
    undo(&keeper, &run);
    assert_eq!(desk.world(), start);
}

#[test]
fn what_is_missing_is_said_before_anything_is_made() {
    let desk = Desk::new();
    let start = desk.world();
    let keeper = desk.keeper();
    let of = |change: &dyn Fn(&mut SetupRequest)| {
        let mut request = kits()[0].clone();
        change(&mut request);
        let problem = begin_with(&keeper, &request, Replace::No).expect_err("refused");
        problem.to_string()
    };
    for (text, part) in [
        (
            of(&|it| it.draft.who = format!("arn:aws:iam::{USERS}:user/eve")),
            "There is no user eve",
        ),
        (
            of(&|it| it.signers.truncate(1)),
            "Nothing is named that signs",
        ),
        (
            of(&|it| it.signers[0].by = By::Key("bob".to_owned())),
            "belongs to account 177634097045, not to 808768216571",
        ),
        (
            of(&|it| it.draft.account = "8087".to_owned()),
            "has 4 digits",
        ),
    ] {
        assert!(text.contains(part), "{text}");
    }
    assert_eq!(desk.world(), start);
    assert_eq!(last_run(&keeper), None);
}
