//! The age and last use of access keys, and the reminder to replace one.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use rolecall_core::asker::requester::Requester;
use rolecall_core::aws_files::key_text::KeyPair;
use rolecall_core::calls::iam::ListedKey;
use rolecall_core::value::name::Name;
use rolecall_core::value::secret::Secret;
use rolecall_core::view::snapshot::{KeyView, LastUse, Mode};
use rolecall_keeper::Keeper;
use rolecall_keeper::fakes::Fakes;

const KEY: &str = "AKIASQ7EXAMPLEKEYID1";

/// A keeper with the key `user`.
struct Set {
    fakes: Fakes,
    keeper: Arc<Keeper>,
}

impl Set {
    fn with(settings: &str) -> Self {
        let fakes = Fakes::at("2026-11-22T12:00:00Z".parse().expect("an instant"));
        *fakes.files.settings.lock().expect("free") = settings.to_owned();
        let keeper = Arc::new(Keeper::new(fakes.ports(), Mode::Own));
        let secret = Secret::new("wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEYxx".into());
        let pair = KeyPair::parse(KEY, &secret).expect("a pair");
        let name = Name::parse("user").expect("a name");
        keeper.add_key(&name, &pair).expect("added");
        Self { fakes, keeper }
    }

    fn ago(&self, days: i64) -> Timestamp {
        let now = rolecall_keeper::ports::Clock::now(&*self.fakes.clock);
        now - SignedDuration::from_hours(24 * days)
    }

    fn list(&self, age: i64) {
        self.fakes.iam.list_keys(&[ListedKey {
            id: KEY.to_owned(),
            is_active: true,
            created_at: self.ago(age),
        }]);
    }

    fn days_pass(&self, days: i64) {
        self.fakes
            .clock
            .advance(SignedDuration::from_hours(24 * days));
    }

    fn view(&self) -> KeyView {
        self.keeper.reload_keys();
        self.keeper.snapshot().keys.remove(0)
    }

    /// Lets the heartbeat look, and returns the reminders.
    fn reminders(&self) -> Vec<String> {
        self.keeper.tick();
        self.fakes.notifier.take_titles()
    }
}

#[test]
fn age_and_last_use_are_known_once_somebody_looks() {
    let set = Set::with("");
    let view = set.view();
    assert_eq!((view.age, view.is_old, view.last_use), (None, false, None));
    set.list(412);
    set.fakes.iam.use_at(KEY, set.ago(3));
    set.keeper.refresh_keys(None).expect("asked");
    let view = set.view();
    assert_eq!(view.age.as_deref(), Some("412 days"));
    assert_eq!(
        (view.is_old, view.last_use),
        (true, Some(LastUse::At(set.ago(3))))
    );
    let calls = set.fakes.iam.calls().len();
    set.keeper.refresh_keys(None).expect("just asked");
    assert_eq!(
        set.fakes.iam.calls().len(),
        calls,
        "nobody asks twice at once"
    );
    // The age is kept.
    let again = Keeper::new(set.fakes.ports(), Mode::Own);
    assert_eq!(again.snapshot().keys[0].age.as_deref(), Some("412 days"));
}

#[test]
fn a_user_who_may_not_list_keys_has_the_age_since_the_key_was_added() {
    let set = Set::with("");
    set.days_pass(91);
    set.keeper
        .refresh_keys(None)
        .expect("denied, which is no error");
    let view = set.view();
    assert_eq!(view.age.as_deref(), Some("at least 91 days"));
    assert_eq!(
        (view.is_old, view.last_use),
        (true, Some(LastUse::NotPermitted))
    );
}

#[test]
fn t03_a_program_learns_nothing_of_a_key_that_no_program_may_use() {
    let set = Set::with("[ask.keys]\nuser = \"never\"\n");
    set.list(412);
    let program = Requester::default();
    set.keeper.refresh_keys(Some(&program)).expect("skipped");
    assert_eq!(set.fakes.iam.calls(), [] as [String; 0]);
}

#[test]
fn a_reminder_comes_at_the_age_of_the_settings_and_again_after_a_week() {
    let set = Set::with("[keys]\nrotate_after = \"30d\"\n");
    set.list(0);
    set.keeper.refresh_keys(None).expect("asked");
    set.days_pass(30);
    assert_eq!(set.reminders(), [] as [String; 0], "not yet");
    set.days_pass(1);
    assert_eq!(set.reminders(), ["The access key user is 31 days old"]);
    set.days_pass(6);
    assert_eq!(set.reminders(), [] as [String; 0], "just reminded");
    set.days_pass(1);
    assert_eq!(set.reminders(), ["The access key user is 38 days old"]);
}

#[test]
fn reminders_can_be_off() {
    let set = Set::with("[keys]\nrotate_after = \"off\"\n");
    set.list(900);
    set.keeper.refresh_keys(None).expect("asked");
    assert!(!set.view().is_old);
    assert_eq!(set.reminders(), [] as [String; 0]);
}
