//! Rotations of access keys: never locked out, continued and taken back wherever they stopped.

mod added;
mod double;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, PoisonError};

use double::{Aws, HastyClock, KilledFiles, KilledKeychain, Killer, Rules, USER};
use jiff::SignedDuration;
use rolecall_core::rotation::{RotationAction, RotationPlan, RotationStep, RotationView};
use rolecall_core::value::access_key::{AccessKey, AccessKeyId, masked};
use rolecall_core::value::keychain_error::KeychainError;
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::view::snapshot::{KeyView, Mode};
use rolecall_keeper::fakes::{Background, Fakes, until, until_so};
use rolecall_keeper::ports::{Clock, Files, Journal, Keychain};
use rolecall_keeper::{Given, Keeper, Ports};

const CODES: &str = "[mfa]\nprocess = [\"codes\"]\n";

/// A keeper with the key `work` of a user.
struct Set {
    fakes: Fakes,
    aws: Arc<Aws>,
    killer: Arc<Killer>,
    keeper: Arc<Keeper>,
    first: String,
}

type Rotated = Result<Option<RotationView>, Problem>;

fn begin() -> RotationAction {
    RotationAction::Begin { delete: None }
}

fn resume() -> RotationAction {
    RotationAction::Resume { delete: None }
}

fn undo() -> RotationAction {
    RotationAction::Undo { delete: None }
}

fn work() -> Name {
    Name::parse("work").expect("a name")
}

impl Set {
    fn new() -> Self {
        Self::with("")
    }

    fn with(settings: &str) -> Self {
        let fakes = Fakes::at("2026-11-22T12:00:00Z".parse().expect("an instant"));
        *fakes.files.settings.lock().expect("free") = settings.to_owned();
        let killer = Arc::<Killer>::default();
        let aws = Arc::new(Aws::new(&fakes.clock, &killer));
        let keeper = keeper(&fakes, &aws, &killer);
        let pair = aws.make_key();
        keeper.add_key(&work(), &pair).expect("added");
        // It is old: a rotation is due.
        fakes.clock.advance(SignedDuration::from_hours(100 * 24));
        Self {
            first: pair.id.as_str().to_owned(),
            fakes,
            aws,
            killer,
            keeper,
        }
    }

    /// Starts Rolecall again, after the last one was killed.
    fn again(&mut self) {
        self.killer.kill_after(None);
        self.keeper = keeper(&self.fakes, &self.aws, &self.killer);
    }

    fn rotate(&self, action: &RotationAction) -> Rotated {
        self.keeper.rotate_key(&work(), action)
    }

    fn plan(&self) -> RotationPlan {
        self.keeper.rotation_plan(&work()).expect("a plan")
    }

    fn listed(&self) -> AccessKey {
        self.fakes.files.read_keys().expect("keys").remove(0)
    }

    fn view(&self) -> KeyView {
        self.keeper.snapshot().keys[0].clone()
    }

    fn rules(&self, set: impl FnOnce(&mut Rules)) {
        set(&mut self
            .aws
            .rules
            .lock()
            .unwrap_or_else(PoisonError::into_inner));
    }

    /// Checks that the key that Rolecall uses is active in AWS, and that the keychain has its secret.
    fn check_usable(&self, when: &str) {
        let listed = self.listed();
        let key = self.aws.key(listed.id.as_str());
        let key = key.expect(when);
        assert!(key.is_active, "{when}: {} is inactive", key.id);
        let secret = self.fakes.keychain.fetch(&listed.id);
        let secret = secret.expect(when);
        assert_eq!(secret.expose(), key.secret, "{when}");
    }

    fn journal(&self) -> String {
        let text = self.fakes.files.read_journal(Journal::Rotations);
        text.expect("a journal")
    }

    /// Checks that only this key is left, in AWS, in the keychain and in the list, and that nothing is to be done.
    fn check_settled(&self, when: &str) {
        self.check_usable(when);
        let keys = self.aws.keys.lock().unwrap_or_else(PoisonError::into_inner);
        let ids: Vec<&str> = keys.iter().map(|key| key.id.as_str()).collect();
        assert_eq!(ids, [self.listed().id.as_str()], "{when}");
        assert!(!self.journal().contains("old_id"), "{when}");
    }
}

fn keeper(fakes: &Fakes, aws: &Arc<Aws>, killer: &Arc<Killer>) -> Arc<Keeper> {
    let ports = Ports {
        clock: Arc::new(HastyClock(fakes.clock.clone())),
        sts: aws.clone(),
        iam: aws.clone(),
        keychain: Arc::new(KilledKeychain(fakes.keychain.clone(), killer.clone())),
        files: Arc::new(KilledFiles(fakes.files.clone(), killer.clone())),
        ..fakes.ports()
    };
    Arc::new(Keeper::new(ports, Mode::Own))
}

#[test]
fn a_rotation_goes_up_to_the_deactivation_and_ends_when_the_old_key_is_deleted() {
    let set = Set::new();
    let rotation = set.rotate(&begin()).expect("rotated").expect("not over");
    assert_eq!(rotation.old_id, set.first);
    assert_eq!(rotation.next, RotationStep::Delete);
    assert!(rotation.awaits_deletion());
    set.check_usable("after the switch");
    let listed = set.listed();
    assert_ne!(listed.id.as_str(), set.first);
    assert_eq!(listed.replaced.len(), 1);
    assert_eq!(listed.created_at, listed.added_at);
    assert!(!set.aws.key(&set.first).expect("kept").is_active);
    assert_eq!(set.view().rotation, Some(rotation));
    assert_eq!(set.rotate(&RotationAction::DeleteOld), Ok(None));
    set.check_settled("at the end");
    let old = AccessKeyId::parse(&set.first).expect("an id");
    let gone = set.fakes.keychain.fetch(&old);
    assert_eq!(gone.expect_err("forgotten"), KeychainError::Empty);
}

#[test]
fn an_undo_after_the_deactivation_brings_the_old_key_back() {
    let set = Set::new();
    set.rotate(&begin()).expect("rotated");
    assert_eq!(set.rotate(&undo()), Ok(None));
    set.check_settled("after the undo");
    assert_eq!(set.listed().id.as_str(), set.first);
    assert!(set.listed().replaced.is_empty());
    set.rotate(&undo()).expect_err("nothing is left to undo");
}

/// Kills Rolecall after each number of steps, until a whole run needs fewer. Then `repair` must settle everything.
fn kill_everywhere(rules: impl Fn(&mut Rules), repair: impl Fn(&mut Set, &str)) {
    let mut kills = 0;
    for steps in 0.. {
        let mut set = Set::new();
        set.rules(&rules);
        set.killer.kill_after(Some(steps));
        let run = catch_unwind(AssertUnwindSafe(|| {
            set.rotate(&begin())?;
            set.rotate(&RotationAction::DeleteOld)
        }));
        let when = format!("killed after {steps} steps");
        set.check_usable(&when);
        match run {
            Ok(done) => {
                assert_eq!(done, Ok(None));
                set.check_settled("not killed");
                break;
            }
            Err(_) => kills += 1,
        }
        set.again();
        set.check_usable(&when);
        repair(&mut set, &when);
        set.check_settled(&when);
    }
    assert!(kills > 20, "each step was tried: {kills}");
}

/// Continues in a direction as a person does: with the deletion of a key whose secret was lost.
fn go_on(set: &Set, action: fn(Option<String>) -> RotationAction, when: &str) {
    let view = set.view();
    let Some(rotation) = view.rotation else {
        return;
    };
    if rotation.awaits_deletion() && matches!(action(None), RotationAction::Resume { .. }) {
        return;
    }
    if set.rotate(&action(None)).is_ok() {
        return;
    }
    let lost = set.plan().lost;
    let lost = lost.expect(when);
    set.rotate(&action(Some(lost.id))).expect(when);
}

#[test]
fn a_rotation_that_was_killed_anywhere_is_continued() {
    let late = |rules: &mut Rules| rules.delay = SignedDuration::from_secs(3);
    kill_everywhere(late, |set, when| {
        if set.view().rotation.is_none() && set.listed().id.as_str() == set.first {
            set.rotate(&begin()).expect("it had not begun");
        }
        go_on(set, |delete| RotationAction::Resume { delete }, when);
        set.check_usable(when);
        if set.view().rotation.is_some() {
            let ended = set.rotate(&RotationAction::DeleteOld);
            assert_eq!(ended, Ok(None), "{when}");
        }
        assert_ne!(set.listed().id.as_str(), set.first, "{when}");
    });
}

#[test]
fn a_rotation_that_was_killed_anywhere_is_undone() {
    kill_everywhere(
        |_| {},
        |set, when| {
            let is_deleted = set.aws.key(&set.first).is_none();
            if is_deleted {
                if set.view().rotation.is_some() {
                    let gone = set.rotate(&undo()).expect_err("the old key is gone");
                    assert!(gone.remedy.contains("--delete-old"), "{gone}");
                    set.rotate(&RotationAction::DeleteOld).expect("the end");
                }
                return;
            }
            go_on(set, |delete| RotationAction::Undo { delete }, when);
            assert_eq!(set.listed().id.as_str(), set.first, "{when}");
        },
    );
}

#[test]
fn an_undo_that_was_killed_anywhere_is_continued() {
    for steps in 0.. {
        let mut set = Set::new();
        set.rotate(&begin()).expect("rotated");
        set.killer.kill_after(Some(steps));
        let run = catch_unwind(AssertUnwindSafe(|| set.rotate(&undo())));
        let when = format!("killed after {steps} steps");
        set.check_usable(&when);
        let is_killed = run.is_err();
        set.again();
        if set.view().rotation.is_some() {
            assert_eq!(set.rotate(&undo()), Ok(None), "{when}");
        }
        set.check_settled(&when);
        assert_eq!(set.listed().id.as_str(), set.first, "{when}");
        if !is_killed {
            assert!(steps > 10, "each step was tried: {steps}");
            break;
        }
    }
}

#[test]
fn a_key_whose_answer_was_lost_is_named_and_deleted_only_on_confirmation() {
    let mut set = Set::new();
    set.rules(|rules| rules.lost = Some("CreateAccessKey"));
    let problem = set.rotate(&begin()).expect_err("no answer");
    assert!(problem.what.contains("not known whether"), "{problem}");
    assert!(problem.remedy.contains("--resume"), "{problem}");
    set.again();
    let standing = set.keeper.snapshot().problems;
    assert!(
        standing
            .iter()
            .any(|it| it.what.contains("stopped before its end"))
    );
    let plan = set.plan();
    assert_eq!(plan.command, "rolecall keys rotate work --resume");
    let lost = plan.lost.expect("an orphan").id;
    let problem = set.rotate(&resume()).expect_err("not confirmed");
    assert!(problem.what.contains(&masked(&lost)), "{problem}");
    assert!(set.aws.key(&lost).is_some());
    let another = RotationAction::Resume {
        delete: Some(set.first.clone()),
    };
    set.rotate(&another).expect_err("only that key is deleted");
    let confirmed = RotationAction::Resume {
        delete: Some(lost.clone()),
    };
    set.rotate(&confirmed).expect("rotated");
    assert!(set.aws.key(&lost).is_none());
    set.rotate(&RotationAction::DeleteOld).expect("the end");
    set.check_settled("at the end");
}

#[test]
fn other_answers_that_are_lost_stop_a_rotation_that_goes_on_later() {
    for action in ["GetCallerIdentity", "UpdateAccessKey", "ListAccessKeys"] {
        let set = Set::new();
        set.rules(|rules| rules.lost = Some(action));
        let problem = set.rotate(&begin()).expect_err("no answer");
        assert_eq!(problem.code, ProblemCode::TimedOut, "{action}");
        set.check_usable(action);
        let again = match set.view().rotation {
            Some(_) => resume(),
            None => begin(),
        };
        set.rotate(&again).expect("rotated");
        set.rules(|rules| rules.lost = Some("DeleteAccessKey"));
        set.rotate(&RotationAction::DeleteOld)
            .expect_err("no answer");
        set.rotate(&RotationAction::DeleteOld).expect("the end");
        set.check_settled(action);
    }
}

#[test]
fn a_new_key_that_aws_does_not_know_yet_is_waited_for() {
    let set = Set::new();
    set.rules(|rules| rules.delay = SignedDuration::from_secs(30));
    let ports = Ports {
        sts: set.aws.clone(),
        iam: set.aws.clone(),
        ..set.fakes.ports()
    };
    let keeper = Arc::new(Keeper::new(ports, Mode::Own));
    let rotation = {
        let keeper = keeper.clone();
        Background::start(move || keeper.rotate_key(&work(), &begin()))
    };
    let (clock, mut waited) = (&set.fakes.clock, Vec::new());
    until_so(|| {
        let shown = keeper.snapshot().keys[0].rotation.clone();
        let waiting = shown.and_then(|it| it.waiting);
        // Time passes only while it waits; otherwise AWS may know the key before it is asked.
        if let (Some(waiting), Some(at)) = (waiting, clock.next_alarm()) {
            waited.push(waiting);
            clock.advance(at.duration_since(clock.now()));
        }
        rotation.is_finished()
    });
    rotation.join().expect("no panic").expect("rotated");
    let not_yet = "does not accept the key everywhere yet";
    assert!(waited.iter().any(|it| it.contains(not_yet)), "{waited:?}");

    let set = Set::new();
    set.rules(|rules| rules.delay = SignedDuration::from_hours(1));
    let problem = set.rotate(&begin()).expect_err("never known");
    assert_eq!(problem.code, ProblemCode::TimedOut);
    set.check_usable("not known");
    assert_eq!(set.listed().id.as_str(), set.first);
    set.rotate(&undo()).expect("undone");
    set.check_settled("undone");
}

#[test]
fn a_second_key_stops_a_rotation_unless_its_deletion_is_confirmed() {
    let set = Set::new();
    let other = set.aws.make_key().id;
    let plan = set.plan();
    assert_eq!(
        plan.other.as_ref().map(|it| it.id.as_str()),
        Some(other.as_str())
    );
    let problem = set.rotate(&begin()).expect_err("two keys");
    assert!(problem.what.contains(&masked(other.as_str())), "{problem}");
    assert_eq!(plan.command, "rolecall keys rotate work");
    let of = |id: &str| RotationAction::Begin {
        delete: Some(id.to_owned()),
    };
    set.rotate(&of(&set.first)).expect_err("another key");
    assert!(set.aws.key(&set.first).is_some() && set.aws.key(other.as_str()).is_some());
    assert!(!set.journal().contains("old_id"));
    set.rotate(&of(other.as_str())).expect("rotated");
    assert!(set.aws.key(other.as_str()).is_none());
}

#[test]
fn a_second_key_that_is_in_rolecall_is_not_deleted() {
    let set = Set::new();
    let pair = set.aws.make_key();
    let name = Name::parse("home").expect("a name");
    set.keeper.add_key(&name, &pair).expect("added");
    let plan = set.plan();
    assert_eq!(plan.other.and_then(|it| it.name), Some("home".to_owned()));
    let delete = Some(pair.id.as_str().to_owned());
    let problem = set.rotate(&RotationAction::Begin { delete });
    let problem = problem.expect_err("it is used");
    assert!(problem.remedy.contains("in Rolecall as well"), "{problem}");
}

#[test]
fn a_missing_permission_is_explained_with_the_policy_to_copy() {
    for action in ["ListAccessKeys", "CreateAccessKey", "UpdateAccessKey"] {
        let set = Set::with(CODES);
        set.rules(|rules| rules.forbidden = Some(action));
        for code in ["111111", "222222", "333333"] {
            set.fakes.programs.print_next(Ok(code));
        }
        let problem = set.rotate(&begin()).expect_err("denied");
        assert_eq!(
            problem.code,
            ProblemCode::AccessDenied,
            "{action}: {problem}"
        );
        assert!(
            problem.remedy.contains("\"iam:CreateAccessKey\""),
            "{problem}"
        );
        assert!(problem.remedy.contains(USER), "{problem}");
        set.check_usable(action);
        // Both keys work after a rotation that stopped at the deactivation.
        let is_begun = set.view().rotation.is_some();
        assert_eq!(is_begun, action == "UpdateAccessKey");
    }
}

#[test]
fn a_code_is_asked_for_once_if_iam_wants_mfa() {
    let set = Set::with(CODES);
    set.rules(|rules| rules.wants_mfa = true);
    set.fakes.programs.print_next(Ok("123456"));
    set.rotate(&begin()).expect("rotated");
    set.rotate(&RotationAction::DeleteOld).expect("the end");
    set.check_settled("with MFA");
    let calls = set.aws.calls.lock().unwrap_or_else(PoisonError::into_inner);
    let tokens = calls.iter().filter(|it| it.starts_with("GetSessionToken"));
    assert_eq!(tokens.count(), 1, "{calls:?}");
    assert!(set.view().mfa.len() == 1, "roles use the session as well");
}

#[test]
fn a_person_is_asked_for_the_code_of_a_key() {
    let set = Set::new();
    set.rules(|rules| rules.wants_mfa = true);
    let ports = Ports {
        sts: set.aws.clone(),
        iam: set.aws.clone(),
        ..set.fakes.ports()
    };
    let keeper = Arc::new(Keeper::new(ports, Mode::Own));
    let rotation = {
        let keeper = keeper.clone();
        Background::start(move || keeper.rotate_key(&work(), &begin()))
    };
    let code = until(|| keeper.sessions_snapshot().codes().next().cloned());
    assert_eq!(code.roles, ["work"]);
    assert!(code.plan.contains("AWS wants MFA"), "{}", code.plan);
    assert_eq!(keeper.attend(&work()).map(|it| it.id), Some(code.id));
    keeper.answer(code.id, Given::NoCode).expect("open");
    until_so(|| rotation.is_finished());
    let problem = rotation.join().expect("no panic").expect_err("cancelled");
    assert_eq!(problem.code, ProblemCode::Cancelled);
    assert!(!set.journal().contains("old_id"), "nothing was begun");
}

#[test]
fn a_secret_that_cannot_be_stored_leaves_no_key_behind() {
    let set = Set::new();
    let before = set.aws.keys.lock().expect("free").clone();
    // The keychain locks itself when the new secret is stored.
    let keychain = set.fakes.keychain.clone();
    let ports = Ports {
        keychain: Arc::new(LockedForNew(keychain, set.first.clone())),
        clock: Arc::new(HastyClock(set.fakes.clock.clone())),
        sts: set.aws.clone(),
        iam: set.aws.clone(),
        ..set.fakes.ports()
    };
    let keeper = Keeper::new(ports, Mode::Own);
    let problem = keeper.rotate_key(&work(), &begin()).expect_err("locked");
    assert_eq!(problem.code, ProblemCode::KeychainLocked);
    let keys = set.aws.keys.lock().expect("free");
    let ids = |keys: &[double::Key]| keys.iter().map(|it| it.id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&keys), ids(&before));
}

/// A keychain that stores nothing new.
struct LockedForNew(Arc<rolecall_keeper::fakes::FakeKeychain>, String);

impl Keychain for LockedForNew {
    fn store(
        &self,
        _: &AccessKeyId,
        _: &rolecall_core::value::secret::Secret,
    ) -> Result<(), KeychainError> {
        Err(KeychainError::Locked)
    }
    fn fetch(
        &self,
        id: &AccessKeyId,
    ) -> Result<rolecall_core::value::secret::Secret, KeychainError> {
        assert_eq!(id.as_str(), self.1);
        self.0.fetch(id)
    }
    fn remove(&self, _: &AccessKeyId) -> Result<(), KeychainError> {
        Ok(())
    }
    fn store_seed(
        &self,
        _: &AccessKeyId,
        _: &rolecall_core::value::secret::Secret,
    ) -> Result<(), KeychainError> {
        Err(KeychainError::Locked)
    }
    fn fetch_seed(
        &self,
        _: &AccessKeyId,
    ) -> Result<rolecall_core::value::secret::Secret, KeychainError> {
        Err(KeychainError::Empty)
    }
    fn remove_seed(&self, _: &AccessKeyId) -> Result<(), KeychainError> {
        Ok(())
    }
}

#[test]
fn root_keys_are_refused_with_the_reason() {
    let set = Set::new();
    let root = "arn:aws:iam::177634097045:root";
    let changed = set.fakes.files.edit_keys(&|keys| {
        root.clone_into(&mut keys[0].user_arn);
        Ok(())
    });
    changed.expect("edited");
    set.keeper.reload_keys();
    let problem = set.rotate(&begin()).expect_err("root");
    assert!(problem.what.contains("root user"), "{problem}");
    set.keeper.rotation_plan(&work()).expect_err("root");
}

#[test]
fn a_key_is_not_removed_and_not_rotated_twice_while_its_rotation_is_not_over() {
    let set = Set::new();
    set.rotate(&begin()).expect("rotated");
    let twice = set.rotate(&begin()).expect_err("not over");
    assert!(twice.remedy.contains("--delete-old"), "{twice}");
    let removed = set.keeper.remove_key(&work()).expect_err("not over");
    assert!(removed.remedy.contains("--undo"), "{removed}");
    set.rotate(&RotationAction::DeleteOld).expect("the end");
    set.keeper.remove_key(&work()).expect("removed");
}

#[test]
fn an_old_key_that_somebody_activated_again_is_not_deleted() {
    let set = Set::new();
    set.rotate(&begin()).expect("rotated");
    for key in set.aws.keys.lock().expect("free").iter_mut() {
        key.is_active = true;
    }
    let problem = set.rotate(&RotationAction::DeleteOld).expect_err("in use");
    assert!(problem.what.contains("active again"), "{problem}");
    set.rotate(&undo()).expect("undone");
    set.check_settled("undone");
}

#[test]
fn profiles_with_the_key_are_named_and_follow_the_new_key() {
    let set = Set::new();
    let key = set.aws.key(&set.first).expect("a key");
    *set.fakes.files.aws_credentials.lock().expect("free") = format!(
        "[old]\naws_access_key_id = {}\naws_secret_access_key = {}\n",
        key.id, key.secret
    );
    *set.fakes.files.aws_config.lock().expect("free") =
        "[profile admin]\nrole_arn = arn:aws:iam::808768216571:role/guest\nsource_profile = old\n"
            .to_owned();
    set.keeper.reload_aws_files();
    assert_eq!(set.plan().plaintext_profiles, ["old"]);
    let usable = |set: &Set| {
        let snapshot = set.keeper.snapshot();
        let role = snapshot.roles.iter().find(|role| role.name == "admin");
        role.expect("a role").problem.is_none()
    };
    assert!(usable(&set), "before");
    set.rotate(&begin()).expect("rotated");
    assert!(usable(&set), "after the switch");
    set.rotate(&RotationAction::DeleteOld).expect("the end");
    assert!(usable(&set), "after the deletion");
}
