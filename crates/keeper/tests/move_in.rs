//! Moving in from another program, with the shared fakes.

use std::sync::Arc;

use rolecall_core::api::import::{Belongings, MoveOutcome, Moved, Peer, PeerKey};
use rolecall_core::aws_files::key_text::KeyPair;
use rolecall_core::role::RoleDraft;
use rolecall_core::value::name::Name;
use rolecall_core::value::secret::Secret;
use rolecall_core::view::snapshot::Mode;
use rolecall_keeper::Keeper;
use rolecall_keeper::fakes::Fakes;

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const ROLES: &str =
    "# mine\n[roles.guest]\narn = \"arn:aws:iam::808768216571:role/guest\"\nsource = \"user\"\n";

fn ready() -> (Fakes, Arc<Keeper>) {
    let fakes = Fakes::at("2026-11-21T12:00:00Z".parse().expect("an instant"));
    *fakes.files.roles.lock().expect("not poisoned") = ROLES.to_owned();
    let keeper = Keeper::new(fakes.ports(), Mode::Own);
    keeper.restore_sessions();
    (fakes, Arc::new(keeper))
}

fn key(name: &str, id: &str) -> PeerKey {
    PeerKey {
        name: name.into(),
        pair: KeyPair::parse(id, &Secret::new(SECRET.into())).expect("a key"),
    }
}

fn role(name: &str, source: &str) -> RoleDraft {
    RoleDraft {
        name: name.into(),
        arn: format!("arn:aws:iam::808768216571:role/{name}"),
        source: source.into(),
        ..RoleDraft::default()
    }
}

fn told(report: &[Moved]) -> Vec<(&str, MoveOutcome)> {
    let entries = report.iter();
    entries
        .map(|moved| (moved.name.as_str(), moved.outcome))
        .collect()
}

#[test]
fn keys_and_roles_come_over_in_an_order_that_works() {
    let (fakes, keeper) = ready();
    let belongings = Belongings {
        keys: vec![key("user", "AKIAIOSFODNN7EXAMPLE")],
        roles: vec![
            role("far", "near"),
            role("near", "user"),
            role("guest", "user"),
        ],
        left: vec![("sso".into(), "It signs in elsewhere.".into())],
    };
    let report = keeper
        .move_in(Peer::Leapp, &belongings, false)
        .expect("a report");
    assert_eq!(
        told(&report),
        [
            ("user", MoveOutcome::Moved),
            ("near", MoveOutcome::Moved),
            ("guest", MoveOutcome::Here),
            ("far", MoveOutcome::Moved),
            ("sso", MoveOutcome::Left),
        ]
    );
    let written = fakes.files.roles.lock().expect("not poisoned").clone();
    assert!(written.starts_with(ROLES), "{written}");
    assert!(
        keeper
            .assume(&Name::parse("far").expect("a name"), None)
            .is_ok()
    );
    let again = keeper
        .move_in(Peer::Leapp, &belongings, false)
        .expect("a report");
    assert!(
        again
            .iter()
            .all(|moved| moved.outcome != MoveOutcome::Moved),
        "{again:?}"
    );
}

#[test]
fn a_rehearsal_changes_nothing() {
    let (fakes, keeper) = ready();
    let belongings = Belongings {
        keys: vec![key("user", "AKIAIOSFODNN7EXAMPLE")],
        roles: vec![role("near", "user")],
        left: Vec::new(),
    };
    let report = keeper
        .move_in(Peer::Leapp, &belongings, true)
        .expect("a report");
    assert!(
        report
            .iter()
            .all(|moved| moved.outcome == MoveOutcome::Moved),
        "{report:?}"
    );
    assert_eq!(*fakes.files.roles.lock().expect("not poisoned"), ROLES);
    assert!(keeper.snapshot().keys.is_empty());
}

#[test]
fn a_taken_name_gets_the_programs_name_and_what_it_led_to_follows() {
    let (_fakes, keeper) = ready();
    let belongings = Belongings {
        keys: vec![key("guest", "AKIAIOSFODNN7EXAMPLE")],
        roles: vec![role("near", "guest")],
        left: Vec::new(),
    };
    let report = keeper
        .move_in(Peer::AwsVault, &belongings, false)
        .expect("a report");
    assert_eq!(report[0].name, "guest (aws-vault)");
    assert!(report[0].told.contains("taken"), "{report:?}");
    let roles = keeper.snapshot().roles;
    let near = roles.iter().find(|role| role.name == "near");
    assert_eq!(
        near.map(|role| role.source.as_str()),
        Some("guest (aws-vault)")
    );
}

#[test]
fn what_is_wrong_stays_with_its_reason_and_so_does_what_hangs_on_it() {
    let (_fakes, keeper) = ready();
    let belongings = Belongings {
        keys: Vec::new(),
        roles: vec![
            role("lost", "nobody"),
            RoleDraft {
                arn: "arn:aws:iam::1:role/x".into(),
                ..role("wrong", "nobody")
            },
            role("circle", "circle"),
        ],
        left: Vec::new(),
    };
    let report = keeper
        .move_in(Peer::Leapp, &belongings, false)
        .expect("a report");
    assert!(
        report
            .iter()
            .all(|moved| moved.outcome == MoveOutcome::Left && !moved.told.is_empty()),
        "{report:?}"
    );
    assert_eq!(keeper.snapshot().roles.len(), 1);
}

#[test]
fn an_exported_catalogue_comes_in_elsewhere_under_another_key() {
    let (_fakes, keeper) = ready();
    let text = "[roles.near]\narn = \"arn:aws:iam::808768216571:role/near\"\nsource = \"theirs\"\n\
                [roles.far]\narn = \"arn:aws:iam::808768216571:role/far\"\nsource = \"near\"\ntags = { team = \"a\" }\n\
                [roles.guest]\narn = \"arn:aws:iam::808768216571:role/other\"\nsource = \"theirs\"\n\
                [roles.bad]\narn = 5\n";
    let mine = Name::parse("user").expect("a name");
    let lost = keeper
        .take_roles(text, "team.toml", None, true)
        .expect("a report");
    assert!(
        lost.iter().all(|moved| moved.outcome == MoveOutcome::Left),
        "{lost:?}"
    );
    let report = keeper
        .take_roles(text, "team.toml", Some(&mine), false)
        .expect("a report");
    assert_eq!(
        told(&report),
        [
            ("near", MoveOutcome::Moved),
            ("guest (imported)", MoveOutcome::Moved),
            ("far", MoveOutcome::Moved),
            ("bad", MoveOutcome::Left),
        ]
    );
    let roles = keeper.snapshot().roles;
    let far = roles.iter().find(|role| role.name == "far").expect("there");
    assert_eq!((far.source.as_str(), far.tags.len()), ("near", 1));
    assert!(
        roles
            .iter()
            .any(|role| role.name == "near" && role.source == "user")
    );
    let again = keeper
        .take_roles(text, "team.toml", Some(&mine), false)
        .expect("a report");
    assert!(
        again
            .iter()
            .all(|moved| moved.outcome != MoveOutcome::Moved),
        "{again:?}"
    );
}
