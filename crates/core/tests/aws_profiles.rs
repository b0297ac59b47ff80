//! Roles and keys in AWS's files: what they say, and what is told of odd ones.

use proptest::prelude::*;
use rolecall_core::aws_profile::{self, AwsFile, Reading};
use rolecall_core::problem::ProblemCode;

fn told(reading: &Reading) -> String {
    let notices = reading.notices.iter().map(|notice| notice.text.clone());
    let problems = reading
        .roles
        .iter()
        .filter_map(|role| role.problem.as_ref());
    let problems = problems.map(ToString::to_string);
    notices.chain(problems).collect::<Vec<_>>().join("\n")
}

const KEY: &str = "[user]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n";
const ARN: &str = "arn:aws:iam::808768216571:role/guest";

fn problem_of(config: &str, role: &str) -> String {
    let reading = aws_profile::roles(config, KEY);
    let found = reading.roles.iter().find(|it| it.name == role);
    let problem = found.expect("listed").problem.as_ref();
    problem.map(ToString::to_string).unwrap_or_default()
}

#[test]
fn reads_everything_a_role_can_say() {
    let config = format!(
        "[profile base]\nregion = eu-west-1\nmfa_serial = arn:aws:iam::177634097045:mfa/user\n\
         [profile guest] # theirs\nROLE_ARN = {ARN} ; mine\nsource_profile = user\nexternal_id = abc\n\
         role_session_name = me\nduration_seconds = 900\noutput = json\nsession_tags = a=1, b=2\n\
         transitive_session_tags = a\nsource_identity = me@x\ninclude_profile = base\n"
    );
    let reading = aws_profile::roles(&config, KEY);
    assert_eq!(reading.notices, []);
    assert_eq!(
        serde_json::to_string(&reading.roles).expect("JSON"),
        format!(
            r#"[{{"name":"guest","arn":"{ARN}","source_profile":"user","external_id":"abc","mfa_serial":"arn:aws:iam::177634097045:mfa/user","role_session_name":"me","duration_seconds":900,"region":"eu-west-1","output":"json","session_tags":[{{"key":"a","value":"1"}},{{"key":"b","value":"2"}}],"transitive_session_tags":["a"],"source_identity":"me@x","credential_source":null,"problem":null}}]"#
        )
    );
    assert_eq!(
        serde_json::to_string(&reading.keys).expect("JSON"),
        r#"[{"profile":"user","access_key_id":"AKIA…MPLE"}]"#
    );
}

#[test]
fn b36_explains_circles_gaps_and_depth() {
    let role = |name: &str, source: &str| {
        format!("[profile {name}]\nrole_arn = {ARN}\nsource_profile = {source}\n")
    };
    let deep: String = (0..12)
        .map(|n| role(&format!("r{n}"), &format!("r{}", n + 1)))
        .collect();
    let config = [
        role("a", "b"),
        role("b", "a"),
        role("c", "none"),
        role("d", "user"),
        role("self", "self"),
        deep,
    ]
    .concat();
    for (name, part) in [
        ("a", "run in a circle: a -> b -> a."),
        ("c", "The source profile \"none\" of \"c\" does not exist."),
        ("self", "\"self\" has no access key and no role."),
        ("r0", "longer than 10"),
    ] {
        let problem = problem_of(&config, name);
        assert!(problem.contains(part), "{name}: {problem}");
    }
    assert_eq!(problem_of(&config, "d"), "");
}

#[test]
fn b37_b38_names_what_is_not_used_and_never_runs_it() {
    let config = format!(
        "[profile mixed]\nrole_arn = {ARN}\nsource_profile = user\nsso_session = x\ncredential_process = rm -rf secret\n\
         [profile ec2]\nrole_arn = {ARN}\ncredential_source = Ec2InstanceMetadata\n\
         [profile web]\nrole_arn = {ARN}\nweb_identity_token_file = /t\n\
         [profile process]\ncredential_process = rm -rf secret\n\
         [profile over]\nrole_arn = {ARN}\nsource_profile = process\n"
    );
    for (name, part) in [
        (
            "mixed",
            "mixes role_arn with sso_session and credential_process",
        ),
        ("ec2", "from \"Ec2InstanceMetadata\""),
        ("web", "web_identity_token_file"),
        ("over", "never runs"),
    ] {
        let problem = problem_of(&config, name);
        assert!(problem.contains(part), "{name}: {problem}");
    }
    let reading = aws_profile::roles(&config, KEY);
    let codes = reading
        .roles
        .iter()
        .filter_map(|role| role.problem.as_ref());
    assert!(
        codes
            .clone()
            .all(|it| it.code == ProblemCode::UnusableSource)
    );
    let told = told(&reading);
    assert!(
        told.contains("\"rm …\" of \"process\" is not run"),
        "{told}"
    );
    assert!(!told.contains("secret"), "{told}");
}

#[test]
fn b39_other_hosts_and_certificates_are_ignored_with_one_notice() {
    let config = "[default]\nendpoint_url = http://127.0.0.1\nca_bundle = /x\n[profile a]\nservices = s\n[services s]\nsts =\n endpoint_url = http://x\n";
    let notices = aws_profile::roles(config, "").notices;
    assert_eq!(notices.len(), 1, "{notices:?}");
}

#[test]
fn b34_b35_tells_what_is_ambiguous_or_left_out() {
    for (config, part) in [
        ("[default]\n[profile default]\n", "leaves out [default]"),
        ("[bare]\n", "must read [profile bare]"),
        ("[profile a b]\n", "leaves out the section [profile a b]"),
        ("[profile \"a b\"]\n", "for its quotes"),
        ("[profile a]\n[profile a]\n", "also has a section at line 1"),
        ("[profile a]\nx = 1\nX = 2\n", "\"x\" is also at line 2"),
        ("[profile a]\nx = 1\n # more\n", "indented comment"),
        ("[profile a]\nin valid = 1\n", "leaves out \"in valid\""),
    ] {
        let notices = aws_profile::roles(config, "").notices;
        assert_eq!(notices.len(), 1, "{config}: {notices:?}");
        assert!(notices[0].text.contains(part), "{config}: {notices:?}");
    }
}

#[test]
fn b33_what_is_sound_in_a_faulty_file_is_listed() {
    let config = format!(
        "lost = 1\n[profile x\nrole_arn = {ARN}\n[profile ok]\nrole_arn = {ARN}\nsource_profile = user\n"
    );
    let reading = aws_profile::roles(&config, KEY);
    let names: Vec<&str> = reading
        .roles
        .iter()
        .map(|role| role.name.as_str())
        .collect();
    let lines: Vec<Option<usize>> = reading.notices.iter().map(|notice| notice.line).collect();
    assert_eq!((names, lines), (vec!["ok"], vec![Some(1), Some(2)]));
}

#[test]
fn b40_tells_what_is_no_text_or_too_much() {
    let notice = |bytes: &[u8]| {
        aws_profile::text(AwsFile::Config, bytes)
            .expect_err("refused")
            .text
    };
    assert!(notice(b"[a]\nx = \xe9").contains("at byte 8"));
    assert!(notice(&vec![b'a'; aws_profile::FILE_MAX + 1]).contains("too large"));
    let sections = "[a]\n".repeat(aws_profile::FILE_MAX / 4);
    assert_eq!(aws_profile::roles(&sections, "").notices.len(), 101);
    let wide = format!("[default]\nrole_arn = {}\0\n", "x".repeat(1 << 20));
    assert!(problem_of(&wide, "default").len() < 400);
}

#[test]
fn a_role_of_a_key_in_the_keychain_needs_no_plaintext() {
    let config = format!(
        "[profile user]\ncredential_process = rolecall credentials user\n\
         [profile guest]\nrole_arn = {ARN}\nsource_profile = user\n\
         [profile next]\nrole_arn = {ARN}\nsource_profile = guest\n"
    );
    let problems = |keys: &[&str]| {
        let kept = keys.iter().copied().collect();
        let roles = aws_profile::roles_with_keys(&config, "", &kept).roles;
        roles.iter().filter(|role| role.problem.is_some()).count()
    };
    assert_eq!((problems(&[]), problems(&["user"])), (2, 0));
}

#[test]
fn a_profile_in_quotes_is_a_role() {
    let config = format!("[profile \"a b\"]\nrole_arn = {ARN}\nsource_profile = user\n");
    assert_eq!(problem_of(&config, "a b"), "");
}

#[test]
fn wrong_fields_are_listed_with_their_profile() {
    for (setting, part) in [
        (
            "external_id = a b",
            "The profile \"x\": The external ID has a space",
        ),
        ("duration_seconds = 1h", "no number of seconds"),
        ("duration_seconds = 5", "cannot last 5 seconds"),
        ("session_tags = a", "has no \"=\""),
        ("source_identity = a b", "source identity has a space"),
        ("region = mars", "not a region"),
        (
            "include_profile = none",
            "The profile \"none\" that \"x\" includes",
        ),
        ("include_profile = x", "includes itself"),
    ] {
        let config = format!("[profile x]\nrole_arn = {ARN}\nsource_profile = user\n{setting}\n");
        let problem = problem_of(&config, "x");
        assert!(problem.contains(part), "{setting}: {problem}");
    }
}

proptest! {
    #[test]
    fn no_text_is_too_odd(config in any::<String>(), credentials in "(\\[|\\]|profile |a|b|=| |\n|#|role_arn|source_profile|include_profile){0,60}") {
        let reading = aws_profile::roles(&config, &credentials);
        prop_assert!(reading.notices.len() <= 101);
        let reading = aws_profile::roles(&credentials.replace('[', "[profile "), &config);
        prop_assert!(reading.roles.iter().all(|role| role.problem.is_some() || role.role().is_ok()));
    }
}
