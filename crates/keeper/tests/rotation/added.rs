//! Keys that are added during a rotation.

use super::*;
use rolecall_core::aws_files::key_text::KeyPair;
use rolecall_core::value::secret::Secret;

fn home() -> Name {
    Name::parse("home").expect("a name")
}

#[test]
fn the_old_key_is_not_added_again_while_it_may_come_back() {
    let set = Set::new();
    set.rotate(&begin()).expect("rotated");
    for key in set.aws.keys.lock().expect("free").iter_mut() {
        key.is_active = true;
    }
    let old = set.aws.key(&set.first).expect("a key");
    let pair = KeyPair {
        id: AccessKeyId::parse(&old.id).expect("an ID"),
        secret: Secret::new(old.secret),
    };
    let refused = set.keeper.add_key(&home(), &pair).expect_err("in use");
    assert!(refused.what.contains("part of a rotation"), "{refused}");
    assert!(refused.remedy.contains("--undo"), "{refused}");
    set.rotate(&undo()).expect("undone");
    set.check_settled("undone");
}

#[test]
fn a_key_that_was_added_meanwhile_is_not_taken_for_the_new_one() {
    let set = stopped_before_the_creation();
    let pair = set.aws.make_key();
    set.keeper.add_key(&home(), &pair).expect("added");
    set.rotate(&undo()).expect("undone");
    let keys = set.fakes.files.read_keys().expect("keys");
    let ids: Vec<&str> = keys.iter().map(|key| key.id.as_str()).collect();
    assert_eq!(ids, [set.first.as_str(), pair.id.as_str()]);
    assert!(set.aws.key(pair.id.as_str()).is_some());
    assert!(!set.journal().contains("old_id"));
}

/// Returns a Rolecall that was killed when it had noted that the new key is about to be created.
fn stopped_before_the_creation() -> Set {
    for steps in 0.. {
        let mut set = Set::new();
        set.killer.kill_after(Some(steps));
        let run = catch_unwind(AssertUnwindSafe(|| set.rotate(&begin())));
        run.expect_err("killed");
        set.again();
        if set.journal().contains("old_id") {
            let keys = set.aws.keys.lock().expect("free").len();
            assert_eq!(keys, 1, "there is no new key yet");
            return set;
        }
    }
    unreachable!()
}

#[test]
fn of_two_rotations_at_once_one_is_done_and_the_other_says_so() {
    let set = Set::new();
    let outcomes = std::thread::scope(|scope| {
        let both = [(); 2].map(|()| scope.spawn(|| set.rotate(&begin())));
        both.map(|one| one.join().expect("no panic"))
    });
    let refused: Vec<_> = outcomes.iter().filter_map(|it| it.as_ref().err()).collect();
    let [problem] = refused.as_slice() else {
        unreachable!("{outcomes:?}");
    };
    assert!(problem.what.contains("rotat"), "{problem}");
    set.check_usable("after both");
    assert_eq!(set.aws.keys.lock().expect("free").len(), 2, "one was made");
    assert_eq!(set.rotate(&RotationAction::DeleteOld), Ok(None));
    set.check_settled("at the end");
}
