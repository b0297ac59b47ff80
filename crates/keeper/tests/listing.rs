//! The views of roles, which are rebuilt only when they change, because there may be ten thousand.

use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use rolecall_core::asker::consent::{Consent, Subject};
use rolecall_core::aws_files::key_text::KeyPair;
use rolecall_core::catalogue::marks::RoleMarks;
use rolecall_core::value::mfa::MfaCode;
use rolecall_core::value::name::Name;
use rolecall_core::value::secret::Secret;
use rolecall_core::view::snapshot::{Mode, RoleView, Snapshot};
use rolecall_keeper::Keeper;
use rolecall_keeper::fakes::Fakes;
use rolecall_keeper::ports::Audience;

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const ROLES: &str = r#"
[roles.guest]
arn = "arn:aws:iam::808768216571:role/guest"
source = "user"

[roles.hub]
arn = "arn:aws:iam::808768216571:role/hub"
source = "user"
mfa_serial = "arn:aws:iam::177634097045:mfa/user"
mfa_code = "own"

[roles.behind]
arn = "arn:aws:iam::808768216571:role/behind"
source = "hub"
"#;

/// An audience without a display, with the number of roles in each snapshot that it got.
#[derive(Default)]
struct NoDisplay(Mutex<Vec<usize>>);

impl Audience for NoDisplay {
    fn publish(&self, snapshot: &Snapshot) {
        let mut counts = self.0.lock().expect("not poisoned");
        counts.push(snapshot.roles.len());
    }

    fn tick(&self, _: &Snapshot, _: Timestamp) {}

    fn shows_roles(&self) -> bool {
        false
    }
}

fn name(text: &str) -> Name {
    Name::parse(text).expect("a name")
}

fn keeper_over(fakes: &Fakes) -> Keeper {
    let keeper = Keeper::new(fakes.ports(), Mode::Own);
    keeper.restore_sessions();
    keeper
}

fn ready() -> (Fakes, Keeper) {
    let fakes = Fakes::at("2026-11-21T12:00:00Z".parse().expect("an instant"));
    *fakes.files.roles.lock().expect("not poisoned") = ROLES.to_owned();
    let keeper = keeper_over(&fakes);
    let pair = KeyPair::parse("AKIAIOSFODNN7EXAMPLE", &Secret::new(SECRET.into())).expect("a key");
    keeper.add_key(&name("user"), &pair).expect("kept");
    (fakes, keeper)
}

fn role(keeper: &Keeper, name: &str) -> RoleView {
    let roles = keeper.snapshot().roles;
    let found = roles.iter().find(|role| role.name == name);
    found.expect("in the catalogue").clone()
}

#[test]
fn sessions_of_roles_that_are_not_a_source_leave_the_views_unchanged() {
    let (fakes, keeper) = ready();
    let before = keeper.snapshot().roles;
    keeper.assume(&name("guest"), None).expect("assumed");
    fakes.clock.advance(SignedDuration::from_mins(30));
    keeper.tick();
    keeper.end(&name("guest")).expect("ended");
    assert!(keeper.snapshot().roles.is_shared_with(&before));
}

#[test]
fn a_view_depends_on_the_session_its_role_is_assumed_from_until_its_end() {
    let (fakes, keeper) = ready();
    assert!(role(&keeper, "behind").needs_code);
    let code = MfaCode::parse("123456").expect("a code");
    keeper.assume(&name("hub"), Some(code)).expect("assumed");
    assert!(!role(&keeper, "behind").needs_code);
    let life = SignedDuration::from_secs(role(&keeper, "hub").planned_s.into());
    fakes.clock.advance(life - SignedDuration::from_secs(90));
    keeper.tick();
    assert!(!role(&keeper, "behind").needs_code);
    // The only change is that the session has too little time left to sign another call.
    fakes.clock.advance(SignedDuration::from_secs(60));
    keeper.tick();
    assert!(role(&keeper, "behind").needs_code);
}

#[test]
fn a_clock_that_is_set_back_restores_the_plan() {
    let (fakes, keeper) = ready();
    let code = MfaCode::parse("123456").expect("a code");
    keeper.assume(&name("hub"), Some(code)).expect("assumed");
    let life = SignedDuration::from_secs(role(&keeper, "hub").planned_s.into());
    fakes.clock.advance(life - SignedDuration::from_secs(30));
    keeper.tick();
    assert!(role(&keeper, "behind").needs_code);
    fakes.clock.advance(-SignedDuration::from_mins(10));
    keeper.tick();
    assert!(!role(&keeper, "behind").needs_code);
}

#[test]
fn marks_policies_keys_and_files_are_seen_at_once_and_as_after_a_restart() {
    let (fakes, keeper) = ready();
    let as_after_a_restart = |keeper: &Keeper| {
        assert_eq!(
            keeper.snapshot().roles,
            keeper_over(&fakes).snapshot().roles
        );
    };
    let favourite = RoleMarks {
        favourite: true,
        ..RoleMarks::default()
    };
    keeper.mark_role("guest", &favourite).expect("marked");
    assert!(role(&keeper, "guest").favourite);
    as_after_a_restart(&keeper);
    keeper
        .set_consent(&Subject::Role(name("guest")), Some(Consent::Ask))
        .expect("set");
    assert_eq!(role(&keeper, "guest").consent, Consent::Ask);
    as_after_a_restart(&keeper);
    keeper.name_account("808768216571", "shop").expect("named");
    assert_eq!(role(&keeper, "hub").account_alias.as_deref(), Some("shop"));
    as_after_a_restart(&keeper);
    keeper
        .rename_key(&name("user"), &name("other"))
        .expect("renamed");
    assert_eq!(role(&keeper, "guest").source, "other");
    as_after_a_restart(&keeper);
    keeper.remove_role(&name("hub")).expect("removed");
    assert!(role(&keeper, "behind").problem.is_some());
    as_after_a_restart(&keeper);
}

#[test]
fn t32_roles_with_names_that_look_alike_are_pointed_out_until_one_is_renamed() {
    let (fakes, keeper) = ready();
    assert!(keeper.snapshot().problems.is_empty());
    let alike = ROLES.replace("[roles.behind]", "[roles.\"gu\u{435}st\"]");
    *fakes.files.roles.lock().expect("not poisoned") = alike.clone();
    keeper.reload_roles();
    let problem = keeper.snapshot().problems.remove(0);
    assert!(problem.what.contains("look alike"), "{problem:?}");
    keeper.dismiss(problem.code);
    keeper.reload_roles();
    assert!(keeper.snapshot().problems.is_empty(), "it was dismissed");
    *fakes.files.roles.lock().expect("not poisoned") = ROLES.to_owned();
    keeper.reload_roles();
    *fakes.files.roles.lock().expect("not poisoned") = alike;
    keeper.reload_roles();
    assert_eq!(keeper.snapshot().problems.len(), 1, "it is there again");
}

#[test]
fn t32_groups_and_accounts_with_names_that_look_alike_are_pointed_out() {
    for (marks, part) in [
        (
            "[roles.guest]\ngroup = \"prod\"\n[roles.hub]\ngroup = \"pr\u{43e}d\"\n",
            "Two groups have names that look alike",
        ),
        (
            "[accounts]\n\"111122223333\" = \"shop\"\n\"111122224444\" = \"sh\u{43e}p\"\n",
            "Two accounts have names that look alike",
        ),
    ] {
        let (fakes, keeper) = ready();
        *fakes.files.marks.lock().expect("not poisoned") = marks.to_owned();
        keeper.reload_marks();
        let problem = keeper.snapshot().problems.remove(0);
        assert!(problem.what.starts_with(part), "{problem:?}");
        fakes.files.marks.lock().expect("not poisoned").clear();
        keeper.reload_marks();
        assert!(keeper.snapshot().problems.is_empty(), "one was renamed");
    }
}

#[test]
fn t32_access_keys_with_names_that_look_alike_are_pointed_out() {
    let (_fakes, keeper) = ready();
    let pair = KeyPair::parse("AKIAIOSFODNN7EXAMPLZ", &Secret::new("x".repeat(40))).expect("a key");
    keeper.add_key(&name("us\u{435}r"), &pair).expect("added");
    let problem = keeper.snapshot().problems.remove(0);
    let part = "Two access keys have names that look alike";
    assert!(problem.what.starts_with(part), "{problem:?}");
}

#[test]
fn without_a_display_the_views_of_roles_are_built_when_somebody_asks_for_them() {
    let fakes = Fakes::at("2026-11-21T12:00:00Z".parse().expect("an instant"));
    *fakes.files.roles.lock().expect("not poisoned") = ROLES.to_owned();
    let audience = Arc::new(NoDisplay::default());
    let mut ports = fakes.ports();
    ports.audience = audience.clone();
    let keeper = Keeper::new(ports, Mode::Own);
    keeper.restore_sessions();
    let pair = KeyPair::parse("AKIAIOSFODNN7EXAMPLE", &Secret::new(SECRET.into())).expect("a key");
    keeper.add_key(&name("user"), &pair).expect("kept");
    let counts = || audience.0.lock().expect("not poisoned").clone();
    assert!(!counts().is_empty() && counts().iter().all(|count| *count == 0));

    let first = keeper.snapshot();
    assert_eq!(first.roles.len(), 3);
    assert!(keeper.snapshot().roles.is_shared_with(&first.roles));
    let listed = keeper.listed(Some("hub"));
    let names: Vec<&str> = listed.rows.iter().map(|role| role.name.as_str()).collect();
    assert_eq!(names.first(), Some(&"hub"));
    assert!(listed.snapshot.roles.is_empty());

    let more = format!("{ROLES}{}", ROLES.replace("[roles.", "[roles.more-"));
    *fakes.files.roles.lock().expect("not poisoned") = more;
    keeper.reload_roles();
    assert_eq!(keeper.listed(None).rows.len(), 6);
    assert_eq!(keeper.snapshot().roles.len(), 6);
}
