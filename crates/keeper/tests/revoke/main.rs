//! Revocations: what is put at AWS, what is ended here, how it is taken back, and what a crash at any step leaves.

mod distrust;

use std::panic::{AssertUnwindSafe, catch_unwind};

use jiff::{SignedDuration, Timestamp};
use rolecall_core::asker::by::By;
use rolecall_core::aws_files::key_text::KeyPair;
use rolecall_core::calls::sts::StsError;
use rolecall_core::revoke::{
    Existing, Reach, RevocationTarget, RevocationView, RevokeStep, UndoAction, UndoStep, UndoView,
    With, compact, is_same,
};
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::secret::Secret;
use rolecall_core::view::snapshot::Mode;
use rolecall_keeper::Keeper;
use rolecall_keeper::fakes::Fakes;
use rolecall_keeper::ports::{Files, Journal};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const KEY: &str = "AKIAIOSFODNN7EXAMPLE";
const GUEST: &str = "arn:aws:iam::808768216571:role/guest";
const USER: &str = "arn:aws:iam::177634097045:user/user";
const POLICY: &str = "AWSRevokeOlderSessions";
const OTHERS: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:*","Resource":"*"}]}"#;
const ROLES: &str = r#"
[roles.guest]
arn = "arn:aws:iam::808768216571:role/guest"
source = "user"

[roles.guest-as-bob]
arn = "arn:aws:iam::808768216571:role/guest"
source = "user"
session_name = "bob"

[roles.admin]
arn = "arn:aws:iam::808768216571:role/admin"
source = "user"

[roles.deeper]
arn = "arn:aws:iam::390411927311:role/deeper"
source = "guest"

[roles.linked]
arn = "arn:aws:iam::808768216571:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS"
source = "user"
"#;

struct Desk {
    fakes: Fakes,
    keeper: Keeper,
}

impl Desk {
    fn new() -> Self {
        let fakes = Fakes::at("2026-11-21T12:00:00Z".parse().expect("an instant"));
        *fakes.files.roles.lock().expect("not poisoned") = ROLES.to_owned();
        fakes.iam.policies.open();
        let desk = Self {
            keeper: started(&fakes),
            fakes,
        };
        let pair = KeyPair::parse(KEY, &Secret::new(SECRET.into())).expect("a key");
        desk.keeper.add_key(&name("user"), &pair).expect("kept");
        desk
    }

    /// Returns a desk with live sessions of these roles.
    fn with(roles: &[&str]) -> Self {
        let desk = Self::new();
        for role in roles {
            desk.keeper.assume(&name(role), None).expect("assumed");
        }
        desk
    }

    /// Starts the program again, as after a crash. It reads the same files.
    fn restart(&mut self) {
        self.fakes.iam.policies.crash_after(None);
        // By then, AWS shows everywhere what it did.
        self.fakes.clock.advance(SignedDuration::from_secs(30));
        self.keeper = started(&self.fakes);
    }

    fn preview(&self, target: &RevocationTarget) -> Result<RevocationView, Problem> {
        let step = RevokeStep::Preview { with: With::Any };
        self.keeper.revoke(target, &step)
    }

    /// Does what was shown, some seconds later.
    fn write(&self, target: &RevocationTarget, view: &RevocationView) -> Result<(), Problem> {
        self.fakes.clock.advance(SignedDuration::from_secs(5));
        let step = RevokeStep::Write {
            at: view.at,
            by: view.by.clone(),
            digest: view.digest.clone(),
        };
        let written = self.keeper.revoke(target, &step);
        written.map(|it| assert_eq!(it.document, view.document, "as it was shown"))
    }

    fn revoke(&self, target: &RevocationTarget) -> RevocationView {
        let view = self.preview(target).expect("shown");
        self.write(target, &view).expect("revoked");
        view
    }

    fn undo(&self, target: &RevocationTarget) -> Result<UndoView, Problem> {
        let shown = self.undo_shown(target)?;
        let step = UndoStep::Write {
            by: shown.by.clone(),
            digest: shown.digest.clone(),
        };
        let done = self.keeper.undo_revocation(target, &step);
        done.inspect(|done| assert_eq!(*done, shown, "as it was shown"))
    }

    fn undo_shown(&self, target: &RevocationTarget) -> Result<UndoView, Problem> {
        let step = UndoStep::Preview { with: With::Any };
        self.keeper.undo_revocation(target, &step)
    }

    /// Changes the records as another program does.
    fn forge(&self, change: impl Fn(&str) -> String) {
        let files = &self.fakes.files;
        let edited = files.edit_journal(Journal::Revocations, &|text| Ok(change(text)));
        edited.expect("edited");
        self.fakes.clock.advance(SignedDuration::from_secs(30));
    }

    fn at_aws(&self) -> Option<String> {
        self.fakes.iam.policies.of(GUEST, POLICY)
    }

    fn live(&self) -> Vec<String> {
        let sessions = self.keeper.snapshot().sessions;
        sessions.into_iter().map(|it| it.role).collect()
    }

    fn standing(&self) -> Vec<String> {
        let problems = self.keeper.snapshot().problems;
        problems.into_iter().map(|problem| problem.what).collect()
    }
}

fn started(fakes: &Fakes) -> Keeper {
    let keeper = Keeper::new(fakes.ports(), Mode::Own);
    keeper.restore_sessions();
    keeper
}

fn name(text: &str) -> Name {
    Name::parse(text).expect("a name")
}

fn guest() -> RevocationTarget {
    RevocationTarget::Role("guest".into())
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

#[test]
fn t33_the_policy_of_the_console_is_shown_and_put() {
    let desk = Desk::with(&["guest", "guest-as-bob", "admin", "deeper"]);
    let view = desk.preview(&guest()).expect("shown");
    assert_eq!(desk.at_aws(), None, "nothing was written");
    assert_eq!(
        (view.holder.as_str(), view.policy_name.as_str()),
        (GUEST, POLICY)
    );
    assert_eq!(view.at, at("2026-11-21T12:00:01Z"), "AWS's time");
    assert_eq!(view.document, Reach::Before(view.at).document());
    assert_eq!(
        (&view.by, view.by_is_hit),
        (&By::Role("admin".into()), false)
    );
    let hit: Vec<&str> = view.hit.iter().map(|hit| hit.name.as_str()).collect();
    assert_eq!(hit, ["guest", "guest-as-bob"]);
    assert_eq!(view.living_on, ["deeper"]);
    assert_eq!(view.existing, Existing::None);
    desk.write(&guest(), &view).expect("revoked");
    assert!(is_same(&desk.at_aws().expect("put"), &view.document));
    assert_eq!(
        desk.live(),
        ["admin", "deeper"],
        "what was revoked is ended here"
    );
    assert_eq!(desk.standing(), [""; 0]);
}

#[test]
fn an_undo_removes_what_was_put_and_puts_back_what_was_there() {
    let desk = Desk::with(&["guest", "admin"]);
    desk.revoke(&guest());
    let undone = desk.undo(&guest()).expect("undone");
    assert!(matches!(undone.items[0].action, UndoAction::Remove(_)));
    assert_eq!(desk.at_aws(), None);
    let nothing = desk.undo(&guest()).expect_err("nothing left");
    assert_eq!(nothing.code, ProblemCode::InvalidRequest);

    desk.fakes.iam.policies.put(GUEST, POLICY, OTHERS);
    let view = desk.revoke(&guest());
    assert_eq!(view.existing, Existing::Other(OTHERS.into()));
    // A second revocation keeps what was there before the first.
    let again = desk.revoke(&guest());
    assert_eq!(again.existing, Existing::Ours(compact(&view.document)));
    let undone = desk.undo(&guest()).expect("undone");
    assert_eq!(undone.items[0].action, UndoAction::PutBack(OTHERS.into()));
    assert_eq!(desk.at_aws().as_deref(), Some(OTHERS));
}

#[test]
fn an_undo_leaves_what_somebody_else_changed() {
    let desk = Desk::with(&["admin"]);
    desk.revoke(&guest());
    desk.fakes.iam.policies.put(GUEST, POLICY, OTHERS);
    let undone = desk.undo(&guest()).expect("shown");
    assert_eq!(undone.items[0].action, UndoAction::Changed(OTHERS.into()));
    assert_eq!(desk.at_aws().as_deref(), Some(OTHERS));
}

#[test]
fn the_session_used_says_that_it_is_revoked_too() {
    let desk = Desk::with(&["guest"]);
    let view = desk.preview(&guest()).expect("shown");
    assert_eq!(
        (&view.by, view.by_is_hit),
        (&By::Role("guest".into()), true)
    );
    desk.write(&guest(), &view).expect("revoked");
    assert_eq!(desk.live(), [""; 0]);
}

#[test]
fn credentials_are_found_named_or_asked_for() {
    let desk = Desk::new();
    let problem = desk.preview(&guest()).expect_err("nobody is here");
    assert_eq!(problem.code, ProblemCode::NoSession);
    assert!(
        problem.remedy.contains("--with guest, guest-as-bob, admin"),
        "{}",
        problem.remedy
    );
    let command = problem.detail.expect("the command for an administrator");
    assert!(command.starts_with("aws iam put-role-policy --role-name guest"));

    let desk = Desk::with(&["guest", "guest-as-bob", "admin"]);
    let with = |with: &str| {
        let with = With::Named(with.to_owned());
        desk.keeper.revoke(&guest(), &RevokeStep::Preview { with })
    };
    let view = with("guest-as-bob").expect("shown");
    assert_eq!(
        (&view.by, view.by_is_hit),
        (&By::Role("guest-as-bob".into()), true)
    );
    let choices: Vec<&str> = view.choices.iter().map(By::name).collect();
    assert_eq!(choices, ["admin", "guest", "guest-as-bob"]);
    let problem = with("user").expect_err("another account");
    assert_eq!(problem.code, ProblemCode::UnusableSource);
    assert_eq!(
        with("linked").expect_err("not live").code,
        ProblemCode::NoSession
    );
    assert_eq!(
        with("nobody").expect_err("unknown").code,
        ProblemCode::UnknownRole
    );
}

#[test]
fn b87_nothing_is_sent_for_a_service_linked_role() {
    let desk = Desk::with(&["admin"]);
    let linked = RevocationTarget::Role("linked".into());
    let problem = desk.preview(&linked).expect_err("refused");
    assert!(problem.what.contains("service-linked"));
    let by_arn = "arn:aws:iam::808768216571:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_A_0";
    let problem = desk.preview(&RevocationTarget::Role(by_arn.into()));
    assert!(
        problem
            .expect_err("refused")
            .what
            .contains("Identity Center")
    );
    assert_eq!(desk.fakes.iam.policies.calls(), [""; 0]);
}

#[test]
fn r37_a_denial_names_the_permission_and_changes_nothing() {
    let desk = Desk::with(&["guest", "admin"]);
    desk.fakes.iam.policies.deny("put");
    let view = desk.preview(&guest()).expect("shown");
    let problem = desk.write(&guest(), &view).expect_err("denied");
    assert_eq!(problem.code, ProblemCode::AccessDenied);
    assert!(
        problem.remedy.contains("\"iam:PutRolePolicy\""),
        "{}",
        problem.remedy
    );
    assert_eq!(desk.live(), ["admin", "guest"], "they still work");
    assert_eq!(desk.standing(), [""; 0]);
    assert!(desk.undo(&guest()).is_err(), "nothing to take back");
}

#[test]
fn a_policy_that_cannot_be_read_is_no_obstacle() {
    let desk = Desk::with(&["admin"]);
    desk.fakes.iam.policies.deny("get");
    let view = desk.revoke(&guest());
    assert_eq!(view.existing, Existing::Unread);
    assert!(is_same(&desk.at_aws().expect("put"), &view.document));
    let problem = desk.undo(&guest()).expect_err("it cannot be checked");
    assert_eq!(problem.code, ProblemCode::AccessDenied);
}

#[test]
fn a_lost_answer_is_shown_and_can_be_taken_back() {
    let mut desk = Desk::with(&["guest", "admin"]);
    let host = "iam".to_owned();
    desk.fakes
        .iam
        .policies
        .lose_next(StsError::TimedOut { host });
    let view = desk.preview(&guest()).expect("shown");
    let problem = desk.write(&guest(), &view).expect_err("no answer");
    assert!(
        problem.remedy.starts_with("It is not known"),
        "{}",
        problem.remedy
    );
    assert_eq!(desk.standing().len(), 1);
    desk.restart();
    assert_eq!(desk.standing().len(), 1, "it is still shown");
    desk.undo(&guest()).expect("undone");
    assert_eq!((desk.at_aws(), desk.standing().len()), (None, 0));
}

#[test]
fn a_revocation_that_was_shown_long_ago_is_not_done() {
    let desk = Desk::with(&["admin"]);
    let view = desk.preview(&guest()).expect("shown");
    desk.fakes.clock.advance(SignedDuration::from_mins(11));
    let problem = desk.write(&guest(), &view).expect_err("too late");
    assert_eq!(problem.code, ProblemCode::Cancelled);
    let future = RevokeStep::Write {
        at: at("2026-11-21T13:00:00Z"),
        by: view.by,
        digest: view.digest,
    };
    assert!(
        desk.keeper.revoke(&guest(), &future).is_err(),
        "nor for the future"
    );
    assert_eq!(desk.at_aws(), None);
}

#[test]
fn one_session_is_revoked_by_its_name_and_time() {
    let desk = Desk::with(&["guest", "guest-as-bob", "admin"]);
    desk.fakes
        .sts
        .name_session("ASIAFAKE000000000002", "AROAGUEST:bob");
    let bob = RevocationTarget::Session("guest-as-bob".into());
    let view = desk.revoke(&bob);
    assert_eq!(view.session_name.as_deref(), Some("bob"));
    assert_eq!(view.policy_name, "RolecallRevokeSession-bob");
    let reach = Reach::Named {
        user_id: "AROAGUEST:bob".into(),
        until: at("2026-11-21T12:00:01Z"),
    };
    let put = desk.fakes.iam.policies.of(GUEST, &view.policy_name);
    assert!(is_same(&put.expect("put"), &reach.document()));
    assert_eq!(desk.live(), ["admin", "guest"]);
    // An undo names the role.
    desk.undo(&guest()).expect("undone");
    assert_eq!(desk.fakes.iam.policies.of(GUEST, &view.policy_name), None);
    let problem = desk.preview(&bob).expect_err("ended");
    assert_eq!(problem.code, ProblemCode::NoSession);
}

#[test]
fn sessions_without_a_role_are_revoked_at_the_user() {
    let desk = Desk::with(&["guest"]);
    desk.keeper
        .key_credentials(&name("user"))
        .expect("a session of the key");
    let user = RevocationTarget::Key("user".into());
    let view = desk.revoke(&user);
    assert_eq!(
        (view.holder.as_str(), view.by),
        (USER, By::Key("user".into()))
    );
    assert_eq!(view.hit.len(), 1);
    assert_eq!(view.living_on, ["guest"], "sessions of roles are others");
    assert_eq!(
        desk.fakes.iam.policies.of(USER, POLICY),
        Some(compact(&view.document))
    );
    assert!(desk.keeper.key_credentials_at_hand(&name("user")).is_none());
    assert_eq!(desk.live(), ["guest"]);
    desk.undo(&user).expect("undone");
    assert_eq!(desk.fakes.iam.policies.of(USER, POLICY), None);
}

/// Returns the steps at which it crashed, each with what AWS had then.
fn crash_everywhere(act: impl Fn(&Desk), prepare: impl Fn(&Desk), check: impl Fn(&Desk)) -> usize {
    for steps in 0.. {
        let mut desk = Desk::with(&["admin"]);
        prepare(&desk);
        desk.fakes.iam.policies.crash_after(Some(steps));
        let acted = catch_unwind(AssertUnwindSafe(|| act(&desk)));
        let is_done = acted.is_ok();
        desk.restart();
        desk.keeper.assume(&name("admin"), None).expect("assumed");
        check(&desk);
        if is_done {
            return usize::try_from(steps).expect("few");
        }
    }
    0
}

#[test]
fn a_crash_at_any_step_of_a_revocation_can_be_taken_back() {
    for before in [None, Some(OTHERS)] {
        let crashes = crash_everywhere(
            |desk| drop(desk.revoke(&guest())),
            |desk| {
                if let Some(policy) = before {
                    desk.fakes.iam.policies.put(GUEST, POLICY, policy);
                }
            },
            |desk| {
                let is_put = desk.at_aws().as_deref() != before;
                let is_shown = !desk.standing().is_empty();
                let undone = desk.undo(&guest());
                assert!(
                    undone.is_ok() || (!is_put && !is_shown),
                    "{:?}",
                    undone.err()
                );
                assert_eq!(desk.at_aws().as_deref(), before);
                assert_eq!(desk.standing(), [""; 0]);
            },
        );
        assert!(crashes >= 6, "get, get, put: {crashes}");
    }
}

#[test]
fn a_crash_at_any_step_of_an_undo_can_be_gone_on_with() {
    for before in [None, Some(OTHERS)] {
        crash_everywhere(
            |desk| drop(desk.undo(&guest()).expect("undone")),
            |desk| {
                if let Some(policy) = before {
                    desk.fakes.iam.policies.put(GUEST, POLICY, policy);
                }
                desk.revoke(&guest());
            },
            |desk| {
                let again = desk.undo(&guest());
                assert_eq!(desk.at_aws().as_deref(), before, "{:?}", again.err());
                assert_eq!(desk.standing(), [""; 0]);
            },
        );
    }
}

#[test]
fn an_interrupted_revocation_can_be_run_again() {
    let crashes = crash_everywhere(
        |desk| drop(desk.revoke(&guest())),
        |_| {},
        |desk| {
            desk.revoke(&guest());
            assert_eq!(desk.standing(), [""; 0]);
            desk.undo(&guest()).expect("undone");
            assert_eq!(desk.at_aws(), None);
        },
    );
    assert!(crashes >= 6, "{crashes}");
}
