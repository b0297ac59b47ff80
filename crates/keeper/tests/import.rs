//! Imports from another program, with the shared fakes.

use std::sync::Arc;

use rolecall_core::api::import::{
    DryRun, ImportData, ImportItem, ImportKey, ImportOutcome, ImportSource,
};
use rolecall_core::aws_files::key_text::KeyPair;
use rolecall_core::role::RoleDraft;
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::ProblemCode;
use rolecall_core::value::secret::Secret;
use rolecall_core::view::snapshot::Mode;
use rolecall_keeper::Keeper;
use rolecall_keeper::fakes::Fakes;
use rolecall_keeper::ports::Keychain;

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

fn key(name: &str, id: &str) -> ImportKey {
    ImportKey {
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

fn shown(report: &[ImportItem]) -> Vec<(&str, ImportOutcome)> {
    let entries = report.iter();
    entries
        .map(|moved| (moved.name.as_str(), moved.outcome))
        .collect()
}

#[test]
fn keys_and_roles_are_imported_in_an_order_that_works() {
    let (fakes, keeper) = ready();
    let import_data = ImportData {
        keys: vec![key("user", "AKIAIOSFODNN7EXAMPLE")],
        roles: vec![
            role("far", "near"),
            role("near", "user"),
            role("guest", "user"),
        ],
        skipped: vec![("sso".into(), "It signs in elsewhere.".into())],
    };
    let report = keeper
        .import(ImportSource::Leapp, &import_data, DryRun::No)
        .expect("a report");
    assert_eq!(
        shown(&report),
        [
            ("user", ImportOutcome::Imported),
            ("near", ImportOutcome::Imported),
            ("guest", ImportOutcome::Exists),
            ("far", ImportOutcome::Imported),
            ("sso", ImportOutcome::Skipped),
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
        .import(ImportSource::Leapp, &import_data, DryRun::No)
        .expect("a report");
    assert!(
        again
            .iter()
            .all(|moved| moved.outcome != ImportOutcome::Imported),
        "{again:?}"
    );
}

#[test]
fn a_dry_run_changes_nothing() {
    let (fakes, keeper) = ready();
    let import_data = ImportData {
        keys: vec![key("user", "AKIAIOSFODNN7EXAMPLE")],
        roles: vec![role("near", "user")],
        skipped: Vec::new(),
    };
    let report = keeper
        .import(ImportSource::Leapp, &import_data, DryRun::Yes)
        .expect("a report");
    assert!(
        report
            .iter()
            .all(|moved| moved.outcome == ImportOutcome::Imported),
        "{report:?}"
    );
    assert_eq!(*fakes.files.roles.lock().expect("not poisoned"), ROLES);
    assert!(keeper.snapshot().keys.is_empty());
}

#[test]
fn a_name_in_use_gets_the_programs_name_as_a_suffix_and_sources_follow() {
    let (_fakes, keeper) = ready();
    let import_data = ImportData {
        keys: vec![key("guest", "AKIAIOSFODNN7EXAMPLE")],
        roles: vec![role("near", "guest")],
        skipped: Vec::new(),
    };
    let report = keeper
        .import(ImportSource::AwsVault, &import_data, DryRun::No)
        .expect("a report");
    assert_eq!(report[0].name, "guest (aws-vault)");
    assert!(report[0].message.contains("already in use"), "{report:?}");
    let roles = keeper.snapshot().roles;
    let near = roles.iter().find(|role| role.name == "near");
    assert_eq!(
        near.map(|role| role.source.as_str()),
        Some("guest (aws-vault)")
    );
}

#[test]
fn what_is_not_valid_is_skipped_with_its_reason_and_so_are_its_dependents() {
    let (_fakes, keeper) = ready();
    let import_data = ImportData {
        keys: Vec::new(),
        roles: vec![
            role("lost", "nobody"),
            RoleDraft {
                arn: "arn:aws:iam::1:role/x".into(),
                ..role("wrong", "nobody")
            },
            role("circle", "circle"),
        ],
        skipped: Vec::new(),
    };
    let report = keeper
        .import(ImportSource::Leapp, &import_data, DryRun::No)
        .expect("a report");
    assert!(
        report
            .iter()
            .all(|moved| moved.outcome == ImportOutcome::Skipped && !moved.message.is_empty()),
        "{report:?}"
    );
    assert_eq!(keeper.snapshot().roles.len(), 1);
}

#[test]
fn an_exported_catalogue_is_imported_elsewhere_with_another_key() {
    let (_fakes, keeper) = ready();
    let text = "[roles.near]\narn = \"arn:aws:iam::808768216571:role/near\"\nsource = \"theirs\"\n\
                [roles.far]\narn = \"arn:aws:iam::808768216571:role/far\"\nsource = \"near\"\ntags = { team = \"a\" }\n\
                [roles.guest]\narn = \"arn:aws:iam::808768216571:role/other\"\nsource = \"theirs\"\n\
                [roles.bad]\narn = 5\n";
    let mine = Name::parse("user").expect("a name");
    let lost = keeper
        .import_roles(text, "team.toml", None, DryRun::Yes)
        .expect("a report");
    assert!(
        lost.iter()
            .all(|moved| moved.outcome == ImportOutcome::Skipped),
        "{lost:?}"
    );
    let report = keeper
        .import_roles(text, "team.toml", Some(&mine), DryRun::No)
        .expect("a report");
    assert_eq!(
        shown(&report),
        [
            ("near", ImportOutcome::Imported),
            ("guest (imported)", ImportOutcome::Imported),
            ("far", ImportOutcome::Imported),
            ("bad", ImportOutcome::Skipped),
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
        .import_roles(text, "team.toml", Some(&mine), DryRun::No)
        .expect("a report");
    assert!(
        again
            .iter()
            .all(|moved| moved.outcome != ImportOutcome::Imported),
        "{again:?}"
    );
}

#[test]
fn b29_the_key_of_a_root_user_is_refused_and_its_secret_not_kept() {
    let (fakes, keeper) = ready();
    let root = key("root", "AKIAIOSFODNN7EXAMPLE");
    let name = Name::parse("root").expect("a name");
    for arn in [
        "arn:aws:iam::177634097045:root",
        "arn:aws-cn:iam::177634097045:root",
    ] {
        fakes.sts.call_as(arn);
        let problem = keeper.add_key(&name, &root.pair).expect_err("refused");
        assert_eq!(problem.code, ProblemCode::InvalidInput);
        assert!(problem.to_string().contains("root user"), "{problem}");
        let import_data = ImportData {
            keys: vec![key("root", "AKIAIOSFODNN7EXAMPLE")],
            ..ImportData::default()
        };
        let report = keeper
            .import(ImportSource::AwsVault, &import_data, DryRun::No)
            .expect("a report");
        assert_eq!(shown(&report), [("root", ImportOutcome::Skipped)]);
        assert!(fakes.keychain.fetch(&root.pair.id).is_err());
        assert!(keeper.snapshot().keys.is_empty());
    }
    fakes
        .sts
        .call_as("arn:aws:iam::177634097045:user/division/root");
    keeper
        .add_key(&name, &root.pair)
        .expect("a user that is only called so");
    assert!(fakes.keychain.fetch(&root.pair.id).is_ok());
}
