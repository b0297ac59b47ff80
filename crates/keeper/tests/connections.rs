//! Connecting the AWS CLI: what is written to AWS's config file, what is reported, and what is unchanged.

use std::sync::Arc;

use jiff::Timestamp;
use rolecall_core::aws_files::AwsFile;
use rolecall_core::aws_files::connection::{Connection, Step, Which};
use rolecall_core::value::problem::ProblemCode;
use rolecall_core::view::snapshot::Mode;
use rolecall_keeper::Keeper;
use rolecall_keeper::fakes::Fakes;
use rolecall_keeper::ports::Files;

const ROLES: &str = "[roles.guest]\narn = \"arn:aws:iam::808768216571:role/guest\"\nsource = \"user\"\nregion = \"eu-west-1\"\n\
                     [roles.\"Kunde Ä\"]\narn = \"arn:aws:iam::808768216571:role/other\"\nsource = \"user\"\n\
                     [roles.audit]\narn = \"arn:aws:iam::808768216571:role/audit\"\nsource = \"user\"\n";
const CONFIG: &str = "[profile audit]\nregion = us-east-1\n# no final newline";

fn keeper(config: &str, credentials: &str) -> (Fakes, Arc<Keeper>) {
    keeper_in(Mode::Own, config, credentials)
}

fn keeper_in(mode: Mode, config: &str, credentials: &str) -> (Fakes, Arc<Keeper>) {
    let fakes = Fakes::at(Timestamp::UNIX_EPOCH);
    *fakes.files.roles.lock().expect("free") = ROLES.to_owned();
    *fakes.files.aws_config.lock().expect("free") = config.to_owned();
    *fakes.files.aws_credentials.lock().expect("free") = credentials.to_owned();
    let keeper = Arc::new(Keeper::new(fakes.ports(), mode));
    (fakes, keeper)
}

fn config(fakes: &Fakes) -> String {
    let read = fakes.files.read_aws(AwsFile::Config).expect("readable");
    read.text.expose().to_owned()
}

fn named(name: &str) -> Which {
    Which::Named(vec![name.to_owned()])
}

#[test]
fn a_role_is_connected_shown_and_disconnected_exactly() {
    let (fakes, keeper) = keeper(CONFIG, "");
    let preview = keeper
        .connect(&named("guest"), "", Step::Preview)
        .expect("previews");
    assert_eq!(
        (config(&fakes).as_str(), preview.difference.len()),
        (CONFIG, 5)
    );
    let edit = keeper
        .connect(&named("guest"), "", Step::Write)
        .expect("connects");
    assert_eq!(edit, preview);
    let section = "\n[profile guest]\n# managed-by rolecall\ncredential_process = /usr/bin/rolecall credentials guest\nregion = eu-west-1\n";
    assert_eq!(config(&fakes), format!("{CONFIG}{section}"));
    let connection = Connection {
        profile: "guest".into(),
        role: "guest".into(),
    };
    assert_eq!(keeper.snapshot().aws.connections, [connection]);
    let edit = keeper
        .disconnect(&named("guest"), Step::Write)
        .expect("disconnects");
    assert_eq!(
        (config(&fakes).as_str(), edit.profiles),
        (CONFIG, vec!["guest".to_owned()])
    );
    assert_eq!(keeper.snapshot().aws.connections, []);
}

#[test]
fn of_all_roles_those_that_cannot_be_connected_are_reported() {
    let (fakes, keeper) = keeper(CONFIG, "");
    let edit = keeper
        .connect(&Which::All, "", Step::Write)
        .expect("connects");
    assert_eq!(edit.profiles, ["guest"]);
    assert_eq!(edit.notes.len(), 2, "{:?}", edit.notes);
    assert!(
        edit.notes[0].starts_with("\"Kunde Ä\" is left out"),
        "{:?}",
        edit.notes
    );
    assert!(
        edit.notes[1].starts_with("\"audit\" is there already"),
        "{:?}",
        edit.notes
    );
    let edit = keeper
        .connect(&Which::All, "rc-", Step::Write)
        .expect("connects");
    assert_eq!(edit.profiles, ["rc-guest", "rc-audit"]);
    assert!(config(&fakes).contains("[profile rc-audit]\n# managed-by rolecall\ncredential_process = /usr/bin/rolecall credentials audit\n"));
    keeper
        .disconnect(&named("audit"), Step::Write)
        .expect("disconnects by the role's name");
    keeper
        .disconnect(&Which::All, Step::Write)
        .expect("disconnects");
    assert_eq!(config(&fakes), CONFIG);
}

#[test]
fn b46_a_profile_that_is_not_ours_is_rejected_by_name() {
    let (fakes, keeper) = keeper(CONFIG, "");
    let problem = keeper
        .connect(&named("audit"), "", Step::Write)
        .expect_err("not ours");
    assert_eq!(problem.code, ProblemCode::NameTaken);
    assert!(
        problem
            .what
            .starts_with("~/.aws/config, line 1: the profile \"audit\" already exists"),
        "{problem}"
    );
    assert!(keeper.disconnect(&named("audit"), Step::Write).is_err());
    assert_eq!(config(&fakes), CONFIG);
}

#[test]
fn b44_a_role_whose_name_no_profile_can_have_is_rejected_by_name() {
    let (_fakes, keeper) = keeper("", "");
    let problem = keeper
        .connect(&named("Kunde Ä"), "", Step::Preview)
        .expect_err("no such profile");
    assert!(
        problem.what.contains("is not a valid profile name"),
        "{problem}"
    );
    let problem = keeper
        .connect(&named("nobody"), "", Step::Preview)
        .expect_err("no role");
    assert_eq!(problem.code, ProblemCode::UnknownRole);
}

#[test]
fn keys_with_the_same_name_are_reported_to_shadow_it() {
    let (_fakes, keeper) = keeper("", "[guest]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n");
    let edit = keeper
        .connect(&named("guest"), "", Step::Preview)
        .expect("previews");
    assert!(
        edit.notes[0].starts_with("~/.aws/credentials has keys of its own for \"guest\""),
        "{:?}",
        edit.notes
    );
}

#[test]
fn the_practice_set_writes_no_file_of_aws() {
    let (fakes, keeper) = keeper_in(Mode::Practice, CONFIG, "");
    assert!(keeper.connect(&Which::All, "", Step::Write).is_err());
    assert!(keeper.disconnect(&Which::All, Step::Write).is_err());
    assert_eq!(config(&fakes), CONFIG);
}

#[test]
fn a_connected_profile_has_the_region_and_output_of_the_original() {
    let live = "[profile live]\nrole_arn = arn:aws:iam::808768216571:role/live\nsource_profile = user\nregion = eu-north-1\noutput = yaml-stream\n\
                [profile odd]\nrole_arn = arn:aws:iam::808768216571:role/odd\nsource_profile = user\noutput = fancy\n";
    let (fakes, keeper) = keeper(
        live,
        "[user]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n",
    );
    keeper
        .import_key("user", None, Step::Write)
        .expect("the key is kept");
    let which = Which::Named(vec!["live".into(), "odd".into()]);
    keeper
        .connect(&which, "rc-", Step::Write)
        .expect("connects");
    let section = "\n[profile rc-live]\n# managed-by rolecall\ncredential_process = /usr/bin/rolecall credentials live\nregion = eu-north-1\noutput = yaml-stream\n\
                   \n[profile rc-odd]\n# managed-by rolecall\ncredential_process = /usr/bin/rolecall credentials odd\n";
    assert_eq!(config(&fakes), format!("{live}{section}"));
    let snapshot = keeper.snapshot();
    let output = |name: &str| {
        let role = snapshot.roles.iter().find(|role| role.name == name);
        role.and_then(|role| role.output.clone())
    };
    assert_eq!(
        (output("live").as_deref(), output("odd")),
        (Some("yaml-stream"), None)
    );
    keeper
        .disconnect(&Which::All, Step::Write)
        .expect("disconnects");
    assert_eq!(config(&fakes), live);
}

#[test]
fn an_own_role_can_have_an_output_format_of_the_aws_cli() {
    let (fakes, keeper) = keeper("", "");
    let with =
        |output: &str| ROLES.replacen("region =", &format!("output = {output}\nregion ="), 1);
    *fakes.files.roles.lock().expect("free") = with("\"table\"");
    keeper.reload_roles();
    keeper
        .connect(&named("guest"), "", Step::Write)
        .expect("connects");
    assert!(config(&fakes).ends_with("region = eu-west-1\noutput = table\n"));
    *fakes.files.roles.lock().expect("free") = with("\"fancy\"");
    keeper.reload_roles();
    let problems = keeper.snapshot().problems;
    let shown = format!("{problems:?}");
    assert!(shown.contains("yaml-stream"), "{shown}");
}

#[test]
fn a_role_whose_key_is_still_in_plaintext_is_connected_and_this_is_reported() {
    let live = "[profile live]\nrole_arn = arn:aws:iam::808768216571:role/live\nsource_profile = user\n\
                [profile lost]\nrole_arn = arn:aws:iam::808768216571:role/lost\nsource_profile = nobody\n";
    let (fakes, keeper) = keeper(
        live,
        "[user]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n",
    );
    for which in [Which::All, named("live")] {
        let edit = keeper
            .connect(&which, "rc-", Step::Preview)
            .expect("previews");
        assert!(
            edit.profiles.contains(&"rc-live".to_owned()),
            "{:?}",
            edit.profiles
        );
        assert!(!edit.profiles.contains(&"rc-lost".to_owned()));
        assert!(
            edit.notes.iter().any(|note| note.contains("\"live\"")),
            "{:?}",
            edit.notes
        );
    }
    let refused = keeper.connect(&named("lost"), "", Step::Preview);
    assert!(refused.expect_err("why").what.contains("nobody"));
    keeper
        .import_key("user", None, Step::Write)
        .expect("the key is kept");
    let edit = keeper
        .connect(&named("live"), "rc-", Step::Write)
        .expect("connects");
    assert_eq!(edit.notes, [""; 0]);
    assert!(config(&fakes).contains("[profile rc-live]"));
}

#[test]
fn a_connection_takes_over_the_settings_of_the_profile_that_it_stands_for() {
    let live = "[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = x\n\n[profile live]\n\
                role_arn = arn:aws:iam::808768216571:role/live\nsource_profile = default\nregion = us-east-1\n\
                endpoint_url = https://vpce-1.example\nuse_fips_endpoint = true # needed\ns3 =\n  max_concurrent_requests = 20\n\n\
                \x20\x20addressing_style = path\nca_bundle = /etc/ca.pem\nservices = vpc\nretry_mode = adaptive\nduration_seconds = 3600\n";
    let (fakes, keeper) = keeper(live, "");
    keeper.reload_aws_files();
    let edit = keeper
        .connect(&named("live"), "rc-", Step::Write)
        .expect("connects");
    let section = "\n[profile rc-live]\n\
        # managed-by rolecall carries=endpoint_url,use_fips_endpoint,s3,ca_bundle,services,retry_mode\n\
        credential_process = /usr/bin/rolecall credentials live\nregion = us-east-1\n\
        endpoint_url = https://vpce-1.example\nuse_fips_endpoint = true # needed\ns3 =\n  max_concurrent_requests = 20\n\
        \x20\x20addressing_style = path\nca_bundle = /etc/ca.pem\nservices = vpc\nretry_mode = adaptive\n";
    assert_eq!(config(&fakes), format!("{live}{section}"));
    let added = edit.difference.iter().filter(
        |line| matches!(line, rolecall_core::aws_files::Changed::Added(text) if text.contains("fips")),
    );
    assert_eq!(added.count(), 2);
    // Once more changes nothing, and a disconnection leaves nothing.
    keeper
        .connect(&named("live"), "rc-", Step::Write)
        .expect("connects");
    assert_eq!(config(&fakes), format!("{live}{section}"));
    keeper
        .disconnect(&named("live"), Step::Write)
        .expect("disconnects");
    assert_eq!(config(&fakes), live);
}

#[test]
fn a_setting_that_the_user_added_to_a_connection_stays_instead_of_the_profiles() {
    let live = "[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = x\n[profile live]\n\
                role_arn = arn:aws:iam::808768216571:role/live\nsource_profile = default\nmax_attempts = 3\n\
                [profile rc-live]\n# managed-by rolecall\ncredential_process = /old/rolecall credentials live\nmax_attempts = 9\n";
    let (fakes, keeper) = keeper(live, "");
    keeper.reload_aws_files();
    keeper
        .connect(&named("live"), "rc-", Step::Write)
        .expect("connects");
    let written = config(&fakes);
    assert!(
        written.ends_with("# managed-by rolecall\ncredential_process = /usr/bin/rolecall credentials live\nmax_attempts = 9\n"),
        "{written}"
    );
}
