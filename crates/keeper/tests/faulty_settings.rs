//! Invalid settings never weaken a guard: the strictest policy applies, and nothing is sent to AWS if the destination
//! of calls is unclear.

use std::sync::Arc;

use rolecall_core::asker::consent::{Consent, Subject};
use rolecall_core::asker::history::{Request, RequestKind};
use rolecall_core::asker::requester::Requester;
use rolecall_core::aws_files::key_text::KeyPair;
use rolecall_core::role::RoleDraft;
use rolecall_core::value::keychain_error::KeychainError;
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::secret::Secret;
use rolecall_core::view::snapshot::Mode;
use rolecall_keeper::Keeper;
use rolecall_keeper::fakes::{FakeWaiter, Fakes, in_sandbox};

/// The state before the settings become invalid: a key, and a role that is assumed with it.
struct Set {
    fakes: Fakes,
    keeper: Arc<Keeper>,
}

impl Set {
    fn new() -> Self {
        let fakes = Fakes::at("2026-11-22T12:00:00Z".parse().expect("an instant"));
        let set = Self::on(fakes);
        let secret = Secret::new("wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEYxx".into());
        let pair = KeyPair::parse("AKIASQ7EXAMPLEKEYID1", &secret).expect("a pair");
        set.keeper.add_key(&name("user"), &pair).expect("added");
        let draft = RoleDraft {
            name: "guest".into(),
            arn: "arn:aws:iam::808768216571:role/guest".into(),
            source: "user".into(),
            ..RoleDraft::default()
        };
        set.keeper.save_role(None, &draft).expect("saved");
        set
    }

    fn on(fakes: Fakes) -> Self {
        let keeper = Arc::new(Keeper::new(fakes.ports(), Mode::Own));
        keeper.restore_sessions();
        Self { fakes, keeper }
    }

    fn write(&self, settings: &str) {
        *self.fakes.files.settings.lock().expect("free") = settings.to_owned();
    }

    /// Restarts with these settings.
    fn again(&self, settings: &str) -> Self {
        self.write(settings);
        Self::on(self.fakes.clone())
    }

    fn reload(&self, settings: &str) {
        self.write(settings);
        self.keeper.reload_settings();
    }

    fn ask(&self, kind: RequestKind) -> Result<(), Problem> {
        let request = Request {
            name: match kind {
                RequestKind::Key => name("user"),
                _ => name("guest"),
            },
            kind,
            requester: Some(Requester::default()),
        };
        let get = || match request.subject() {
            Subject::Role(role) => self.keeper.credentials(&role).map(drop),
            Subject::Key(key) => self.keeper.key_credentials(&key).map(drop),
        };
        self.keeper.serve(&request, &FakeWaiter::default(), get)
    }

    fn calls(&self) -> usize {
        self.fakes.sts.calls().len() + self.fakes.sts.token_calls().len()
    }

    fn problems(&self) -> Vec<Problem> {
        self.keeper.snapshot().problems
    }

    /// Checks that programs get nothing but the reason, and that nothing is sent to AWS.
    fn is_closed(&self, because: &str) {
        let calls = self.calls();
        for kind in [RequestKind::Credentials, RequestKind::Key] {
            let problem = self.ask(kind).expect_err(because);
            assert_eq!(problem.code, ProblemCode::InvalidSettings, "{problem}");
            assert!(problem.what.contains(because), "{problem}");
        }
        self.sends_nothing(because);
        assert_eq!(self.calls(), calls);
    }

    fn sends_nothing(&self, because: &str) {
        // The keychain is not asked either.
        self.fakes.keychain.fail_with(Some(KeychainError::Frozen));
        let assumed = self.keeper.assume(&name("guest"), None);
        let key = self.keeper.key_credentials(&name("user")).map(drop);
        for refused in [assumed.map(drop), key] {
            let problem = refused.expect_err(because);
            assert_eq!(problem.code, ProblemCode::InvalidSettings, "{problem}");
            assert!(
                problem.what.starts_with("Nothing is sent to AWS"),
                "{problem}"
            );
            assert!(problem.what.contains(because), "{problem}");
        }
        self.fakes.keychain.fail_with(None);
    }
}

fn name(text: &str) -> Name {
    Name::parse(text).expect("a name")
}

const CLOSED: &str =
    "[ask]\ndefault = \"never\"\n[aws]\nendpoint_url = \"http://127.0.0.1:4566\"\n";

#[test]
fn a_typing_error_beside_them_opens_neither_the_policy_nor_the_destination() {
    for wrong in [
        "[clipboard]\nclear_after = \"soon\"\n",
        "[teams.x]\nfrom = 1\n",
        "[unheard_of]\nx = 1\n",
        "[notifications]\nlead = []\n",
    ] {
        let set = Set::new().again(&format!("{CLOSED}{wrong}"));
        assert_eq!(
            set.ask(RequestKind::Key).expect_err("never").code,
            ProblemCode::NotAllowed
        );
        assert!(set.ask(RequestKind::Credentials).is_err(), "{wrong}");
        let endpoint = set.keeper.settings().endpoint_url;
        assert_eq!(
            endpoint.as_deref(),
            Some("http://127.0.0.1:4566"),
            "{wrong}"
        );
        let [problem] = set.problems().try_into().expect("one problem");
        assert_eq!(problem.code, ProblemCode::InvalidSettings);
        assert!(problem.what.contains("settings.toml, line "), "{problem}");
        set.keeper
            .assume(&name("guest"), None)
            .expect("a person may");
    }
}

#[test]
fn a_file_that_cannot_be_parsed_gives_programs_nothing_and_sends_nothing_after_a_start() {
    for wrong in ["[clipboard\n", "x = \"unclosed\n", "[ask]\n[ask]\n"] {
        let set = Set::new().again(&format!("{CLOSED}{wrong}"));
        set.is_closed("settings.toml, line 5");
        let [problem] = set.problems().try_into().expect("one problem");
        assert_eq!(problem.code, ProblemCode::InvalidSettings);
        let said = "Until then programs get nothing, and nothing is sent to AWS.";
        assert!(problem.remedy.ends_with(said), "{problem}");
    }
}

#[test]
fn a_file_that_cannot_be_read_gives_programs_nothing_and_sends_nothing_after_a_start() {
    let before = Set::new();
    let what = "settings.toml is a folder.";
    let failure = Problem::new(ProblemCode::StorageFailed, what, "Move it away.");
    *before.fakes.files.settings_failure.lock().expect("free") = Some(failure);
    let set = before.again(CLOSED);
    set.is_closed(what);
    *set.fakes.files.settings_failure.lock().expect("free") = None;
    set.reload("");
    assert_eq!(
        set.ask(RequestKind::Credentials),
        Ok(()),
        "an absent file is no fault"
    );
    assert_eq!(set.problems(), []);
}

#[test]
fn a_running_program_keeps_the_settings_that_it_could_read() {
    for before in ["", "[ask]\ndefault = \"never\"\n"] {
        let set = Set::new().again(before);
        let settings = set.keeper.settings();
        set.reload("[ask\n");
        assert_eq!(set.keeper.settings(), settings);
        let said = "Until then the last settings that could be read apply.";
        assert!(
            set.problems()[0].remedy.ends_with(said),
            "{:?}",
            set.problems()
        );
        assert_eq!(set.ask(RequestKind::Credentials).is_ok(), before.is_empty());
        set.again("[ask\n").is_closed("settings.toml, line 1");
    }
}

#[test]
fn a_policy_that_cannot_be_read_is_reported_to_the_program_and_affects_nothing_else() {
    let set = Set::new().again("[ask.roles]\nguest = \"nvr\"\n");
    let problem = set.ask(RequestKind::Credentials).expect_err("strictest");
    assert!(
        problem.what.contains("Unknown") || problem.what.contains("nvr"),
        "{problem}"
    );
    assert!(problem.what.contains("settings.toml, line 2"), "{problem}");
    assert_eq!(
        set.ask(RequestKind::Key),
        Ok(()),
        "the key has a policy of its own"
    );
    let role = set.keeper.snapshot().roles.iter().next().cloned();
    assert_eq!(role.map(|role| role.consent), Some(Consent::Never));
    let containers = Set::new().again("[ask]\ncontainers = \"alow\"\n");
    let refused = containers.keeper.admit(&in_sandbox(Requester::default()));
    assert!(refused.expect_err("strictest").what.contains("alow"));
}

#[test]
fn t17_nothing_is_sent_where_a_destination_cannot_be_read() {
    let set = Set::new();
    set.keeper.assume(&name("guest"), None).expect("assumed");
    let calls = set.calls();
    for wrong in [
        "endpoint_urll = \"http://127.0.0.1:4566\"",
        "proxy = 1",
        "region = \"x y\"",
    ] {
        set.reload(&format!("[aws]\n{wrong}\n"));
        set.sends_nothing("settings.toml, line 2");
        assert_eq!(
            set.ask(RequestKind::Credentials),
            Ok(()),
            "a session that is there is given"
        );
        let secret = Secret::new("wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEYxy".into());
        let pair = KeyPair::parse("AKIASQ7EXAMPLEKEYID2", &secret).expect("a pair");
        let added = set.keeper.add_key(&name("other"), &pair);
        assert_eq!(
            added.expect_err("not sent").code,
            ProblemCode::InvalidSettings
        );
    }
    assert_eq!(set.calls(), calls);
    set.reload("[aws]\nendpoint_url = \"http://127.0.0.1:4566\"\n");
    set.keeper.assume(&name("guest"), None).expect("assumed");
}

#[test]
fn a_policy_is_set_here_although_another_setting_is_wrong() {
    let set = Set::new().again("[clipboard]\nclear_after = \"soon\"\n");
    let guest = Subject::Role(name("guest"));
    set.keeper
        .set_consent(&guest, Some(Consent::Never))
        .expect("written");
    assert!(set.ask(RequestKind::Credentials).is_err());
    let text = set.fakes.files.settings.lock().expect("free").clone();
    assert!(text.contains("clear_after = \"soon\""), "{text}");
    let code = ProblemCode::InvalidSettings;
    set.keeper.dismiss(code);
    assert_eq!(set.problems(), []);
}

#[test]
fn labels_that_cannot_be_read_do_not_remove_the_question_about_production() {
    let before = Set::new();
    let marks = "[roles.guest]\nproduction = true\n";
    let production = |set: &Set| {
        let role = set.keeper.snapshot().roles.iter().next().cloned();
        role.expect("a role").production
    };
    *before.fakes.files.marks.lock().expect("free") = "[roles.guest\n".to_owned();
    let set = before.again("[production]\nconfirm = true\n");
    assert!(production(&set) && set.keeper.snapshot().settings.confirm_production);
    let said = "Until then every role counts as production.";
    assert!(
        set.problems()[0].remedy.ends_with(said),
        "{:?}",
        set.problems()
    );
    *set.fakes.files.marks.lock().expect("free") = String::new();
    set.keeper.reload_marks();
    assert!(!production(&set));
    *set.fakes.files.marks.lock().expect("free") = marks.to_owned();
    set.keeper.reload_marks();
    let what = "marks.toml is too large.";
    let failure = Problem::new(ProblemCode::StorageFailed, what, "Make it smaller.");
    *set.fakes.files.marks_failure.lock().expect("free") = Some(failure);
    set.keeper.reload_marks();
    assert!(production(&set), "the last good marks");
}
