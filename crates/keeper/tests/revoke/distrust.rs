//! What Rolecall does not trust: its records, what AWS shows at once, and that what was shown is still so.

use std::thread;

use rolecall_core::asker::by::By;
use rolecall_core::asker::consent::{Reply, Subject};
use rolecall_core::asker::history::{Request, RequestKind};
use rolecall_core::asker::requester::Requester;
use rolecall_core::calls::sts::StsError;
use rolecall_core::revoke::{
    RevocationTarget, RevocationView, UndoAction, UndoStep, With, is_same,
};
use rolecall_core::value::problem::ProblemCode;
use rolecall_keeper::fakes::{FakeWaiter, until};
use rolecall_keeper::{About, Given};

use super::{Desk, GUEST, OTHERS, POLICY, guest, name};

#[test]
fn a_revocation_whose_answer_was_lost_is_not_forgotten_before_aws_has_settled() {
    let desk = Desk::with(&["admin"]);
    let view = desk.preview(&guest()).expect("shown");
    let host = "iam".to_owned();
    let policies = &desk.fakes.iam.policies;
    policies.lose_next(StsError::TimedOut { host });
    desk.write(&guest(), &view).expect_err("no answer");
    let put = desk.at_aws().expect("AWS has it");
    // A server of IAM that does not know it yet.
    policies.take(GUEST, POLICY);
    let problem = desk.undo(&guest()).expect_err("too early");
    assert_eq!(problem.code, ProblemCode::TimedOut);
    assert_eq!(desk.standing().len(), 1, "it is still recorded");
    policies.put(GUEST, POLICY, &put);
    desk.undo(&guest()).expect("undone");
    assert_eq!((desk.at_aws(), desk.standing().len()), (None, 0));
}

#[test]
fn t33_a_forged_record_puts_no_policy() {
    let admin = r#"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}]}"#;
    let desk = Desk::with(&["admin"]);
    let view = desk.revoke(&guest());
    let previous = format!("\"previous\": {{ \"policy\": \"{admin}\" }}");
    desk.forge(|text| text.replace("\"previous\": \"none\"", &previous));
    let undone = desk.undo(&guest()).expect("shown");
    assert!(
        matches!(&undone.items[0].action, UndoAction::Suspect(policy) if policy.contains("Allow")),
        "{:?}",
        undone.items
    );
    assert!(is_same(&desk.at_aws().expect("there"), &view.document));
    for (ours, forged) in [
        (POLICY, "AdministratorAccess"),
        (POLICY, "RolecallRevokeSession-x"),
        ("Deny", "Allow"),
        ("role/guest", "role/other"),
    ] {
        let desk = Desk::with(&["admin"]);
        desk.revoke(&guest());
        let calls = desk.fakes.iam.policies.calls().len();
        desk.forge(|text| text.replace(ours, forged));
        desk.undo(&guest()).expect_err(forged);
        assert_eq!(desk.fakes.iam.policies.calls().len(), calls, "{forged}");
    }
}

#[test]
fn t33_a_policy_that_allows_something_is_not_replaced() {
    let desk = Desk::with(&["admin"]);
    let allows = OTHERS.replace("Deny", "Allow");
    desk.fakes.iam.policies.put(GUEST, POLICY, &allows);
    let problem = desk.preview(&guest()).expect_err("it allows something");
    assert!(problem.what.contains("allows something"), "{problem}");
    assert_eq!(desk.at_aws(), Some(allows));
}

#[test]
fn t33_what_is_done_is_what_was_shown() {
    let desk = Desk::with(&["guest", "admin"]);
    let view = desk.preview(&guest()).expect("shown");
    desk.fakes.iam.policies.put(GUEST, POLICY, OTHERS);
    let problem = desk
        .write(&guest(), &view)
        .expect_err("it would be replaced");
    assert_eq!(problem.code, ProblemCode::Cancelled);
    assert_eq!(desk.at_aws().as_deref(), Some(OTHERS));
    let other = RevocationView {
        by: By::Role("guest".into()),
        ..desk.preview(&guest()).expect("shown")
    };
    desk.write(&guest(), &other)
        .expect_err("with another session");
    desk.revoke(&guest());
    let undo = desk.undo_shown(&guest()).expect("shown");
    desk.fakes.iam.policies.put(GUEST, POLICY, "{}");
    let step = UndoStep::Write {
        by: undo.by,
        digest: undo.digest,
    };
    let undone = desk.keeper.undo_revocation(&guest(), &step);
    assert_eq!(undone.expect_err("changed").code, ProblemCode::Cancelled);
}

#[test]
fn t03_the_policies_of_what_signs_and_of_what_is_revoked_both_hold() {
    let desk = Desk::with(&["guest", "guest-as-bob", "admin"]);
    let scope = |target: &RevocationTarget, with: With| {
        let scope = desk.keeper.revocation_scope(target, &with);
        scope.expect("a scope")
    };
    let role = |text: &str| Subject::Role(name(text));
    for target in [guest(), RevocationTarget::Role(GUEST.into())] {
        let (by, about) = scope(&target, With::Any);
        assert_eq!(by, By::Role("admin".into()));
        assert_eq!(about, [role("guest"), role("guest-as-bob")]);
    }
    let user = RevocationTarget::Key("user".into());
    let (by, about) = scope(&user, With::Any);
    assert_eq!(by, By::Key("user".into()));
    assert_eq!(about, [Subject::Key(name("user"))]);
    for (policy, is_asked) in [("allow", false), ("ask", true), ("never", true)] {
        let settings = format!("[ask.roles]\nguest = \"{policy}\"\n");
        *desk.fakes.files.settings.lock().expect("free") = settings;
        desk.keeper.reload_settings();
        let request = Request {
            name: name("admin"),
            kind: RequestKind::Revoke,
            requester: Some(Requester::default()),
        };
        let (keeper, about) = (desk.keeper.clone(), [role("guest")]);
        let serving = thread::spawn(move || {
            let about = About {
                subjects: &about,
                setup: None,
            };
            keeper.serve_about(&request, about, &FakeWaiter::default(), || Ok(()))
        });
        until(|| {
            let question = desk.keeper.snapshot().consents().next().cloned();
            if let Some(question) = question {
                let no = desk.keeper.answer(question.id, Given::Reply(Reply::Deny));
                no.expect("open");
            }
            serving.is_finished().then_some(())
        });
        let served = serving.join().expect("no fault");
        assert_eq!(served.is_err(), is_asked, "{policy}");
    }
}
