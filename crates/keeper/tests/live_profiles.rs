//! The roles of AWS's own files in the keeper's catalogue: live, and together with the user's own.

use std::sync::Arc;

use rolecall_core::aws_files::key_text::KeyPair;
use rolecall_core::catalogue::marks::{Colour, RoleMarks};
use rolecall_core::role::RoleDraft;
use rolecall_core::value::name::Name;
use rolecall_core::value::origin::OriginKind;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::secret::Secret;
use rolecall_core::view::snapshot::{Mode, RoleView};
use rolecall_keeper::Keeper;
use rolecall_keeper::fakes::Fakes;

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const ID: &str = "AKIAIOSFODNN7EXAMPLE";
const CONFIG: &str = "[profile guest]\nrole_arn = arn:aws:iam::808768216571:role/guest\nsource_profile = user\n\n\
    [profile far]\nrole_arn = arn:aws:iam::808768216571:role/far\nsource_profile = guest\n\n\
    [profile ec2]\nrole_arn = arn:aws:iam::808768216571:role/ec2\ncredential_source = Ec2InstanceMetadata\n";

struct Set {
    fakes: Fakes,
    keeper: Arc<Keeper>,
}

impl Set {
    fn new(own: &str, config: &str) -> Self {
        let fakes = Fakes::at("2026-11-21T12:00:00Z".parse().expect("an instant"));
        own.clone_into(&mut fakes.files.roles.lock().expect("not poisoned"));
        config.clone_into(&mut fakes.files.aws_config.lock().expect("not poisoned"));
        let key = format!("[user]\naws_access_key_id = {ID}\naws_secret_access_key = {SECRET}\n");
        *fakes.files.aws_credentials.lock().expect("not poisoned") = key;
        let keeper = Arc::new(Keeper::new(fakes.ports(), Mode::Own));
        keeper.restore_sessions();
        Self { fakes, keeper }
    }

    fn with_key(self, key: &str) -> Self {
        let pair = KeyPair::parse(ID, &Secret::new(SECRET.into())).expect("a key");
        self.keeper.add_key(&name(key), &pair).expect("kept");
        self
    }

    fn edit(&self, config: &str) {
        config.clone_into(&mut self.fakes.files.aws_config.lock().expect("not poisoned"));
        self.keeper.reload_aws_files();
    }

    fn role(&self, name: &str) -> RoleView {
        let roles = self.keeper.snapshot().roles;
        let found = roles.iter().find(|role| role.name == name);
        found.expect("listed").clone()
    }

    fn names(&self) -> Vec<String> {
        let roles = self.keeper.snapshot().roles;
        roles.iter().map(|role| role.name.clone()).collect()
    }

    fn problems(&self) -> Vec<String> {
        let problems = self.keeper.snapshot().problems;
        problems
            .iter()
            .map(|problem| problem.what.clone())
            .collect()
    }
}

fn name(text: &str) -> Name {
    Name::parse(text).expect("a name")
}

fn own(role: &str) -> String {
    format!("[roles.{role}]\narn = \"arn:aws:iam::111122223333:role/mine\"\nsource = \"user\"\n")
}

fn code(role: &RoleView) -> Option<ProblemCode> {
    role.problem.as_ref().map(|problem| problem.code)
}

#[test]
fn profiles_are_roles_without_an_import() {
    let set = Set::new("", CONFIG).with_key("work");
    assert_eq!(set.names(), ["guest", "far", "ec2"]);
    assert_eq!(set.role("far").chain, ["work", "guest", "far"]);
    let origin = set.role("far").origin;
    assert_eq!(
        (origin.kind, origin.text().as_str()),
        (OriginKind::Profile, "~/.aws/config, line 5")
    );
    let session = set.keeper.assume(&name("far"), None).expect("assumed");
    assert_eq!(session.role_arn, "arn:aws:iam::808768216571:role/far");
}

#[test]
fn a_key_in_plaintext_is_the_problem_of_the_role_until_it_is_in_the_keychain() {
    let set = Set::new("", CONFIG);
    for role in ["guest", "far"] {
        assert_eq!(code(&set.role(role)), Some(ProblemCode::PlaintextKey));
    }
    let detail = set.role("far").problem.and_then(|problem| problem.detail);
    assert_eq!(detail.as_deref(), Some("user"));
    assert_eq!(set.keeper.snapshot().aws.keys.len(), 1);
    let refused = set
        .keeper
        .assume(&name("far"), None)
        .expect_err("in plaintext");
    assert_eq!(refused.code, ProblemCode::PlaintextKey);
    let set = set.with_key("user");
    assert_eq!(code(&set.role("far")), None);
    set.keeper.remove_key(&name("user")).expect("removed");
    assert_eq!(code(&set.role("far")), Some(ProblemCode::PlaintextKey));
}

#[test]
fn what_cannot_be_assumed_is_listed_last_with_its_reason() {
    let set = Set::new("", CONFIG).with_key("user");
    let problem = set.role("ec2").problem.expect("shown");
    assert!(problem.what.contains("Ec2InstanceMetadata"), "{problem}");
    let refused = set.keeper.assume(&name("ec2"), None).expect_err("refused");
    assert_eq!(refused, *problem);
}

#[test]
fn an_own_role_hides_a_profile_with_its_name_and_says_so() {
    let set = Set::new(&own("guest"), CONFIG).with_key("user");
    let guest = set.role("guest");
    assert_eq!(guest.origin.kind, OriginKind::Own);
    assert_eq!(guest.account_id, "111122223333");
    let hidden = guest.hides.map(|origin| origin.text());
    assert_eq!(hidden.as_deref(), Some("~/.aws/config, line 1"));
    set.keeper.remove_role(&name("guest")).expect("removed");
    assert_eq!(set.role("guest").origin.kind, OriginKind::Profile);
}

#[test]
fn a_profile_is_read_only_and_can_be_copied() {
    let set = Set::new("", CONFIG).with_key("user");
    let draft = RoleDraft {
        name: "guest".into(),
        arn: "arn:aws:iam::808768216571:role/guest".into(),
        source: "user".into(),
        ..RoleDraft::default()
    };
    let shown = |result: Result<(), Problem>| result.expect_err("read only").what;
    let expected = "\"guest\" comes from ~/.aws/config, line 1, which is only read here.";
    assert_eq!(
        shown(set.keeper.save_role(Some(&name("guest")), &draft)),
        expected
    );
    assert_eq!(shown(set.keeper.remove_role(&name("guest"))), expected);
    set.keeper.save_role(None, &draft).expect("copied");
    assert_eq!(set.role("guest").origin.kind, OriginKind::Own);
    assert!(set.keeper.save_role(None, &draft).is_err(), "taken by now");
}

#[test]
fn an_edit_is_live() {
    let set = Set::new("", CONFIG).with_key("user");
    set.edit(&CONFIG.replace("profile guest]", "profile visitor]"));
    assert_eq!(set.names(), ["visitor", "far", "ec2"].map(str::to_owned));
    assert_eq!(code(&set.role("far")), Some(ProblemCode::UnusableSource));
    set.edit("");
    assert_eq!(set.names(), Vec::<String>::new());
}

#[test]
fn b33_an_invalid_edit_keeps_the_last_valid_state_whole_and_says_the_line() {
    let set = Set::new("", CONFIG).with_key("user");
    let before = ["guest", "far", "ec2"].map(|role| set.role(role));
    let new =
        "[profile new]\nrole_arn = arn:aws:iam::808768216571:role/new\nsource_profile = user\n";
    // A role is added, one is edited, one is gone, and a line is broken.
    let broken = format!(
        "{new}{}",
        CONFIG
            .replace("[profile guest]", "[profile guest")
            .replace("role/far", "role/edited")
            .replace("[profile ec2]", "[profile other]")
    );
    for _ in 0..2 {
        set.edit(&broken);
        assert_eq!(set.names(), ["guest", "far", "ec2"].map(str::to_owned));
        let now = ["guest", "far", "ec2"].map(|role| set.role(role));
        assert_eq!(
            now.clone().map(|role| role.arn),
            before.clone().map(|role| role.arn)
        );
        assert_eq!(
            now.map(|role| code(&role)),
            before.clone().map(|role| code(&role))
        );
        let problems = set.keeper.snapshot().problems;
        assert!(
            problems[0].what.starts_with("~/.aws/config, line 4: "),
            "{problems:?}"
        );
        assert!(
            problems[0].remedy.contains("last valid roles stay"),
            "{problems:?}"
        );
    }
    set.edit(&CONFIG.replace("[profile guest]", "[profile visitor]"));
    assert_eq!(set.problems(), Vec::<String>::new());
    assert_eq!(set.names(), ["visitor", "far", "ec2"].map(str::to_owned));
}

#[test]
fn b33_an_invalid_file_at_the_start_is_used_as_far_as_it_is_valid() {
    let broken = CONFIG.replace("[profile guest]", "[profile guest");
    let set = Set::new("", &broken).with_key("user");
    for _ in 0..2 {
        assert_eq!(set.names(), ["far", "ec2"].map(str::to_owned));
        let problems = set.keeper.snapshot().problems;
        assert!(
            problems[0].remedy.contains("uses the rest of the file"),
            "{problems:?}"
        );
        set.edit(&broken);
    }
    set.edit(&broken.replace("[profile ec2]", "[profile other]"));
    assert_eq!(set.names(), ["far", "other"].map(str::to_owned));
}

#[test]
fn a_line_that_the_aws_cli_reads_does_not_hold_up_an_edit() {
    let set = Set::new("", CONFIG).with_key("user");
    let indented = CONFIG
        .replace("\nrole_arn = ", "\n  role_arn: ")
        .replace("role/far", "role/edited");
    let indented = indented
        .replace("[profile ec2]", "[profile other]")
        .replace("\nsource", "\n  source");
    set.edit(&indented);
    assert_eq!(set.problems(), Vec::<String>::new());
    assert_eq!(set.names(), ["guest", "far", "other"].map(str::to_owned));
    let aws = set.keeper.snapshot().aws;
    assert!(
        aws.notices[0].text.contains("AWS CLI and boto3"),
        "{:?}",
        aws.notices
    );
}

#[test]
fn a_file_that_cannot_be_read_keeps_what_was_valid() {
    let set = Set::new("", CONFIG).with_key("user");
    let failure = Problem::new(ProblemCode::StorageFailed, "It is a FIFO.", "Move it away.");
    *set.fakes.files.aws_failure.lock().expect("not poisoned") = Some(failure);
    set.keeper.reload_aws_files();
    assert_eq!(set.problems(), ["It is a FIFO."]);
    assert_eq!(code(&set.role("far")), None);
    *set.fakes.files.aws_failure.lock().expect("not poisoned") = None;
    set.keeper.reload_aws_files();
    assert_eq!(set.problems(), Vec::<String>::new());
}

#[test]
fn b36_loops_and_gaps_are_explained_at_the_role() {
    let role = |name: &str, source: &str| {
        format!(
            "[profile {name}]\nrole_arn = arn:aws:iam::808768216571:role/x\nsource_profile = {source}\n"
        )
    };
    let config = [role("a", "b"), role("b", "a"), role("c", "none")].concat();
    let set = Set::new("", &config);
    let what = |name| set.role(name).problem.expect("shown").what;
    assert!(what("a").contains("a -> b -> a"), "{}", what("a"));
    assert!(
        what("c").contains("\"none\" of \"c\" does not exist"),
        "{}",
        what("c")
    );
}

#[test]
fn b40_unchecked_text_is_shortened() {
    let config = format!("[profile wide]\nrole_arn = {}\n", "x".repeat(1 << 20));
    let set = Set::new("", &config);
    assert_eq!(set.role("wide").arn.chars().count(), 2_048);
}

#[test]
fn r29_ten_thousand_roles_are_listed_and_no_more() {
    let role = |n: usize| {
        format!(
            "[profile r{n}]\nrole_arn = arn:aws:iam::808768216571:role/r{n}\nsource_profile = user\n"
        )
    };
    let config: String = (0..10_001).map(role).collect();
    let set = Set::new("", &config);
    let snapshot = set.keeper.snapshot();
    assert_eq!(snapshot.roles.len(), 10_000);
    let shown = snapshot.aws.notices.last().expect("shown");
    assert_eq!(shown.text, "Only the first 10000 roles are listed.");
}

#[test]
fn no_secret_of_the_files_is_in_the_snapshot() {
    let set = Set::new("", CONFIG);
    let text = serde_json::to_string(&set.keeper.snapshot()).expect("JSON");
    assert!(!text.contains(SECRET) && !text.contains(ID), "{text}");
}

#[test]
fn labels_are_stored_for_any_role_and_for_its_account() {
    let set = Set::new("", CONFIG).with_key("user");
    let marks = RoleMarks {
        favourite: true,
        colour: Some(Colour::Blue),
        group: Some("Mine".into()),
        production: None,
    };
    set.keeper.mark_role("guest", &marks).expect("marked");
    let file = "[accounts]\n808768216571 = { production = true, colour = \"red\" }\n";
    let marks_file = &set.fakes.files.marks;
    marks_file.lock().expect("not poisoned").push_str(file);
    set.keeper.reload_marks();
    set.keeper
        .name_account("808768216571", "shop")
        .expect("named");
    assert_eq!(set.role("far").colour, Some(Colour::Red));
    let guest = set.role("guest");
    let shown = (guest.favourite, guest.colour, guest.production);
    assert_eq!(shown, (true, Some(Colour::Blue), true));
    assert_eq!(guest.group.as_deref(), Some("Mine"));
    assert_eq!(set.role("ec2").account_alias.as_deref(), Some("shop"));
    set.keeper.assume(&name("guest"), None).expect("assumed");
    let session = set.keeper.snapshot().sessions.remove(0);
    assert_eq!(
        (session.production, session.group.as_deref()),
        (true, Some("Mine"))
    );
    let titles = set.fakes.notifier.take_titles();
    let title = titles.last().expect("shown");
    assert!(title.starts_with("Production: guest is ready"), "{title}");
}

#[test]
fn a_wrong_label_is_reported_and_the_others_apply() {
    let set = Set::new("", CONFIG).with_key("user");
    let write = |text: &str| {
        text.clone_into(&mut set.fakes.files.marks.lock().expect("not poisoned"));
        set.keeper.reload_marks();
    };
    write("[roles.guest]\nfavourite = true\n[roles.far]\ncolour = \"pink\"\n");
    assert!(set.role("guest").favourite);
    assert!(
        set.problems()[0].starts_with("marks.toml, line 3"),
        "{:?}",
        set.problems()
    );
    write("[roles.guest\n");
    assert!(set.role("guest").favourite, "the last good marks count");
    write("");
    assert!(!set.role("guest").favourite && set.problems().is_empty());
}

#[test]
fn a_renamed_role_keeps_its_labels() {
    let set = Set::new(&own("mine"), "").with_key("user");
    let marks = RoleMarks {
        favourite: true,
        ..RoleMarks::default()
    };
    set.keeper.mark_role("mine", &marks).expect("marked");
    let draft = RoleDraft {
        name: "yours".into(),
        arn: "arn:aws:iam::111122223333:role/mine".into(),
        source: "user".into(),
        ..RoleDraft::default()
    };
    set.keeper
        .save_role(Some(&name("mine")), &draft)
        .expect("renamed");
    assert!(set.role("yours").favourite);
}

#[test]
fn roles_are_ordered_by_use_even_after_a_restart() {
    let set = Set::new("", CONFIG).with_key("user");
    for role in ["guest", "far", "guest"] {
        set.keeper.assume(&name(role), None).expect("assumed");
    }
    assert_eq!(set.keeper.snapshot().recent, ["guest", "far"]);
    set.keeper.flush();
    let again = Keeper::new(set.fakes.ports(), Mode::Own);
    again.restore_sessions();
    assert_eq!(again.snapshot().recent, ["guest", "far"]);
}
