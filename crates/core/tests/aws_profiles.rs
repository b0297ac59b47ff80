//! Roles and keys in AWS's files, and the notices about faults.

use proptest::prelude::*;
use rolecall_core::aws_files::{self, AwsFile, KeychainKeys, Reading};
use rolecall_core::value::access_key::{AccessKey, AccessKeyId};
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::ProblemCode;

fn texts(reading: &Reading) -> String {
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
    let reading = aws_files::roles(config, KEY);
    let found = reading.roles.iter().find(|it| it.name == role);
    let problem = found.expect("listed").problem.as_ref();
    problem.map(ToString::to_string).unwrap_or_default()
}

#[test]
fn reads_all_settings_of_a_role() {
    let config = format!(
        "[profile base]\nregion = eu-west-1\nmfa_serial = arn:aws:iam::177634097045:mfa/user\n\
         [profile guest] # theirs\nROLE_ARN = {ARN} ; mine\nsource_profile = user\nexternal_id = abc\n\
         role_session_name = me\nduration_seconds = 900\noutput = json\nsession_tags = a=1, b=2\n\
         transitive_session_tags = a\nsource_identity = me@x\ninclude_profile = base\n"
    );
    let reading = aws_files::roles(&config, KEY);
    assert_eq!(reading.notices, []);
    assert_eq!(
        serde_json::to_string(&reading.roles).expect("JSON"),
        format!(
            r#"[{{"name":"guest","file":"config","line":4,"arn":"{ARN}","source_profile":"user","external_id":"abc","mfa_serial":"arn:aws:iam::177634097045:mfa/user","role_session_name":"me","duration_seconds":900,"region":"eu-west-1","output":"json","session_tags":[{{"key":"a","value":"1"}},{{"key":"b","value":"2"}}],"transitive_session_tags":["a"],"source_identity":"me@x","credential_source":null,"problem":null}}]"#
        )
    );
    assert_eq!(
        serde_json::to_string(&reading.keys).expect("JSON"),
        r#"[{"profile":"user","access_key_id":"AKIA…MPLE"}]"#
    );
}

#[test]
fn a_fido_key_is_reported_at_its_profile_with_what_sts_accepts() {
    for device in [
        "u2f/user/user/laptop-4SGHE2",
        "u2f/root-account/laptop-4SGHE2",
    ] {
        let config = format!(
            "[profile guest]\nrole_arn = {ARN}\nsource_profile = user\nmfa_serial = arn:aws:iam::177634097045:{device}\n"
        );
        assert_eq!(
            problem_of(&config, "guest"),
            "The profile \"guest\": This is a FIDO security key or passkey. STS does not accept those for roles. \
             Use the user's authenticator app or hardware token; its ARN has \":mfa/\"."
        );
    }
}

#[test]
fn t16_an_mfa_process_is_reported_with_where_to_set_it() {
    let config = format!(
        "[profile guest]\nrole_arn = {ARN}\nsource_profile = user\nmfa_process = pass otp s3cret\n"
    );
    let reading = aws_files::roles(&config, KEY);
    let [notice] = reading.notices.as_slice() else {
        unreachable!("{:?}", reading.notices)
    };
    assert_eq!(
        (notice.line, notice.text.as_str()),
        (
            Some(4),
            "Rolecall does not run the mfa_process \"pass …\" of \"guest\". To use its codes, set [mfa] process in settings.toml."
        )
    );
    assert_eq!(reading.roles[0].problem, None);
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
        ("a", "form a loop: a -> b -> a."),
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
            "has both role_arn and sso_session and credential_process",
        ),
        ("ec2", "from \"Ec2InstanceMetadata\""),
        ("web", "web_identity_token_file"),
        ("over", "never runs"),
    ] {
        let problem = problem_of(&config, name);
        assert!(problem.contains(part), "{name}: {problem}");
    }
    let reading = aws_files::roles(&config, KEY);
    let codes = reading
        .roles
        .iter()
        .filter_map(|role| role.problem.as_ref());
    assert!(
        codes
            .clone()
            .all(|it| it.code == ProblemCode::UnusableSource)
    );
    let texts = texts(&reading);
    assert!(
        texts.contains("does not run the credential_process \"rm …\" of \"process\""),
        "{texts}"
    );
    assert!(!texts.contains("secret"), "{texts}");
}

#[test]
fn b39_other_hosts_and_certificates_are_ignored_with_one_notice() {
    let config = "[default]\nendpoint_url = http://127.0.0.1\nca_bundle = /x\n[profile a]\nservices = s\n[services s]\nsts =\n endpoint_url = http://x\n";
    let notices = aws_files::roles(config, "").notices;
    assert_eq!(notices.len(), 1, "{notices:?}");
}

#[test]
fn b34_b35_reports_what_is_ambiguous_or_ignored() {
    for (config, part) in [
        ("[default]\n[profile default]\n", "ignores [default]"),
        ("[bare]\n", "write it as [profile bare]"),
        ("[profile a b]\n", "ignores the section [profile a b]"),
        ("[profile \"a b\"]\n", "name is quoted"),
        ("[profile a]\n[profile a]\n", "also has a section at line 1"),
        ("[profile a]\nx = 1\nX = 2\n", "\"x\" is also at line 2"),
        ("[profile a]\nx = 1\n # more\n", "indented comment"),
        ("[profile a]\nin valid = 1\n", "ignores \"in valid\""),
    ] {
        let notices = aws_files::roles(config, "").notices;
        assert_eq!(notices.len(), 1, "{config}: {notices:?}");
        assert!(notices[0].text.contains(part), "{config}: {notices:?}");
    }
}

#[test]
fn what_the_aws_cli_reads_is_read_with_one_notice_that_names_who_differs() {
    let role = format!("role_arn = {ARN}");
    let settings = |start: &str, between: &str| {
        format!(
            "{start}role_arn{between}{ARN}\n{start}source_profile{between}user\n{start}s3 =\n{start}  x = 1\n{start}region{between}eu-west-1\n"
        )
    };
    for (config, part) in [
        (
            format!("[profile a]\n{}", settings("  ", " = ")),
            "read this indented line",
        ),
        (
            format!("[profile a]\n{}", settings("\t", "=")),
            "read this indented line",
        ),
        (
            format!("[profile a]\n{}", settings("", ": ")),
            "read \":\" here",
        ),
        (
            format!("[profile a]\n  # note\n{}", settings("", "=")),
            "read this indented line",
        ),
        (
            format!("  [profile a]\n{}", settings("", "=")),
            "read this indented line",
        ),
        (
            format!("[DEFAULT]\nregion = eu-west-1\n[profile a]\n{role}\nsource_profile = user\n"),
            "apply the settings of [DEFAULT]",
        ),
    ] {
        let reading = aws_files::roles(&config, KEY);
        let roles: Vec<_> = reading
            .roles
            .iter()
            .map(|role| (role.name.as_str(), role.region.as_deref(), &role.problem))
            .collect();
        assert_eq!(roles, [("a", Some("eu-west-1"), &None)], "{config}");
        assert!(reading.faults.is_empty(), "{config}: {:?}", reading.faults);
        assert_eq!(reading.notices.len(), 1, "{config}: {:?}", reading.notices);
        assert!(
            reading.notices[0].text.contains(part),
            "{config}: {:?}",
            reading.notices
        );
    }
}

#[test]
fn what_the_aws_cli_does_not_read_is_not_read_and_has_one_notice() {
    let settings = format!("role_arn = {ARN}\nsource_profile = user\n");
    for (header, part) in [
        ("[ profile a ]", "because of the spaces"),
        ("[Profile a]", "Write it in lower case: [profile a]."),
        ("[PROFILE a]", "Write it in lower case: [profile a]."),
        ("[profile ]", "It has no name."),
        ("[profile]", "It has no name."),
        ("[]", "It has no name."),
    ] {
        let reading = aws_files::roles(&format!("{header}\n{settings}"), KEY);
        assert!(reading.roles.is_empty(), "{header}");
        assert!(reading.faults.is_empty(), "{header}");
        assert_eq!(reading.notices.len(), 1, "{header}: {:?}", reading.notices);
        let text = &reading.notices[0].text;
        assert!(text.contains(part), "{header}: {text}");
        assert!(!text.contains("[profile profile]"), "{header}: {text}");
    }
}

#[test]
fn a_file_that_the_aws_cli_rejects_as_a_whole_is_at_fault() {
    for config in [
        "[profile a]\n[profile a]\n",
        "[profile a]\nx = 1\nX = 2\n",
        "[profile a]\nnothing\n",
    ] {
        let reading = aws_files::roles(config, "");
        assert_eq!(reading.faults.len(), 1, "{config}");
        assert_eq!(reading.notices.len(), 1, "{config}");
    }
}

#[test]
fn plaintext_keys_that_the_aws_cli_reads_are_listed() {
    let key = |profile: &str| {
        let reading = aws_files::roles("", profile);
        let keys: Vec<String> = reading.keys.into_iter().map(|key| key.profile).collect();
        assert_eq!(reading.notices.len(), 1, "{profile}: {:?}", reading.notices);
        keys.join(",")
    };
    let lines = "aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEYxx\n";
    assert_eq!(key(&format!("[a]\n  {}", lines.replace("\n", "\n  "))), "a");
    assert_eq!(key(&format!("[a]\n{}", lines.replace(" =", ":"))), "a");
    assert_eq!(key(&format!("[my name]\n{lines}")), "my name");
    assert_eq!(key(&format!("[ a ]\n{lines}")), "a");
    assert_eq!(key(&format!("[DEFAULT]\n{lines}[a]\n[b]\n")), "a,b");
}

#[test]
fn a_name_with_spaces_is_one_profile_in_both_files() {
    let config = format!(
        "[profile \"my name\"]\nregion = eu-west-1\n[profile b]\nrole_arn = {ARN}\nsource_profile = my name\n"
    );
    let credentials = KEY.replace("[user]", "[my name]");
    assert_eq!(
        aws_files::roles(&config, &credentials).roles[0].problem,
        None
    );
}

#[test]
fn duplicates_say_that_the_aws_cli_rejects_the_file() {
    for config in ["[profile a]\n[profile a]\n", "[profile a]\nx = 1\nx = 2\n"] {
        let notices = aws_files::roles(config, "").notices;
        assert_eq!(notices.len(), 1, "{notices:?}");
        assert!(notices[0].text.contains("AWS CLI and boto3"), "{notices:?}");
        assert!(
            notices[0].text.contains("reject the whole file"),
            "{notices:?}"
        );
    }
}

#[test]
fn b33_what_is_valid_in_a_faulty_file_is_listed() {
    let config = format!(
        "lost = 1\n[profile x\nrole_arn = {ARN}\n[profile ok]\nrole_arn = {ARN}\nsource_profile = user\n"
    );
    let reading = aws_files::roles(&config, KEY);
    let names: Vec<&str> = reading
        .roles
        .iter()
        .map(|role| role.name.as_str())
        .collect();
    let lines: Vec<Option<usize>> = reading.notices.iter().map(|notice| notice.line).collect();
    assert_eq!((names, lines), (vec!["ok"], vec![Some(1), Some(2)]));
}

#[test]
fn b40_reports_what_is_not_text_or_too_large() {
    let notice = |bytes: &[u8]| {
        aws_files::text(AwsFile::Config, bytes)
            .expect_err("refused")
            .text
    };
    assert!(notice(b"[a]\nx = \xe9").contains("at byte 8"));
    assert!(notice(&vec![b'a'; aws_files::FILE_MAX + 1]).contains("too large"));
    let sections = "[a]\n".repeat(aws_files::FILE_MAX / 4);
    assert_eq!(aws_files::roles(&sections, "").notices.len(), 101);
    let wide = format!("[default]\nrole_arn = {}\0\n", "x".repeat(1 << 20));
    assert!(problem_of(&wide, "default").len() < 400);
}

fn keychain_key(name: &str, id: &str) -> AccessKey {
    AccessKey {
        name: Name::parse(name).expect("a name"),
        id: AccessKeyId::parse(id).expect("an id"),
        account_id: "177634097045".into(),
        user_arn: "arn:aws:iam::177634097045:user/user".into(),
        totp: None,
        created_at: None,
        added_at: None,
        reminded_at: None,
        replaced: Vec::new(),
    }
}

/// Returns, for each role, its source, or the code and text of its problem.
fn with_keys(config: &str, keys: &[AccessKey]) -> Vec<Result<String, (ProblemCode, String)>> {
    let reading = aws_files::roles_with_keys(config, KEY, &KeychainKeys::of(keys));
    let roles = reading.roles.into_iter();
    roles
        .map(|role| match role.problem {
            Some(problem) => Err((problem.code, problem.to_string())),
            None => Ok(role.source.unwrap_or_default()),
        })
        .collect()
}

#[test]
fn a_keychain_key_is_found_by_its_id_by_our_process_and_by_its_name() {
    let role =
        |source: &str| format!("[profile guest]\nrole_arn = {ARN}\nsource_profile = {source}\n");
    let work = [keychain_key("work", "AKIAIOSFODNN7EXAMPLE")];
    let moved =
        "[profile moved]\ncredential_process = /usr/bin/rolecall credentials --key \"work\"\n";
    let ours = "[profile ours]\ncredential_process = rolecall credentials other\n";
    for (config, expected) in [
        (role("user"), "work"),
        (role("moved") + moved, "work"),
        (role("ours") + ours, "other"),
        (role("work"), "work"),
        (
            role("work") + "[profile work]\nregion = eu-west-1\n",
            "work",
        ),
        (
            role("guest") + "aws_access_key_id = AKIAIOSFODNN7EXAMPLE\n",
            "work",
        ),
    ] {
        assert_eq!(
            with_keys(&config, &work),
            [Ok(expected.to_owned())],
            "{config}"
        );
    }
}

#[test]
fn a_role_assumed_from_a_role_has_it_as_its_source() {
    let config = format!(
        "[profile a]\nrole_arn = {ARN}\nsource_profile = user\n[profile b]\nrole_arn = {ARN}\nsource_profile = a\n"
    );
    let keys = [keychain_key("work", "AKIAIOSFODNN7EXAMPLE")];
    assert_eq!(
        with_keys(&config, &keys),
        [Ok("work".into()), Ok("a".into())]
    );
}

#[test]
fn a_key_in_plaintext_is_the_problem_of_every_role_assumed_from_it() {
    let config = format!(
        "[profile a]\nrole_arn = {ARN}\nsource_profile = user\n[profile b]\nrole_arn = {ARN}\nsource_profile = a\n"
    );
    // A key with the profile's name is a different key if its ID is different.
    for keys in [vec![], vec![keychain_key("user", "AKIAIOSFODNN7EXAMPL2")]] {
        for problem in with_keys(&config, &keys) {
            let (code, text) = problem.expect_err("in plaintext");
            assert_eq!(code, ProblemCode::PlaintextKey, "{text}");
            assert!(
                text.contains("~/.aws/credentials, profile \"user\""),
                "{text}"
            );
        }
    }
}

#[test]
fn names_of_keys_that_are_missing_or_in_use_are_reported() {
    let config = format!(
        "[profile gone]\ncredential_process = rolecall credentials --key gone\n\
         [profile a]\nrole_arn = {ARN}\nsource_profile = gone\n\
         [profile work]\nrole_arn = {ARN}\nsource_profile = user\n\
         [profile b]\nrole_arn = {ARN}\nsource_profile = work\n"
    );
    let found = with_keys(&config, &[keychain_key("work", "AKIAIOSFODNN7EXAMPLE")]);
    for (found, part) in found.iter().zip([
        "the access key \"gone\", which is not in the keychain",
        "have the same name",
        "have the same name",
    ]) {
        let (_, text) = found.as_ref().expect_err("refused");
        assert!(text.contains(part), "{text}");
    }
    assert!(aws_files::roles(&config, KEY).notices.is_empty());
}

#[test]
fn the_first_fault_of_each_file_is_returned_separately() {
    let reading = aws_files::roles("[a\nx\n", "lost = 1\n");
    let lines: Vec<_> = reading.faults.iter().map(|it| (it.file, it.line)).collect();
    let expected = [(AwsFile::Config, Some(1)), (AwsFile::Credentials, Some(1))];
    assert_eq!(lines, expected);
    assert!(aws_files::roles("[default]\n", KEY).faults.is_empty());
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
        ("duration_seconds = 1h", "not a number of seconds"),
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
    fn accepts_every_text(config in any::<String>(), credentials in "(\\[|\\]|profile |a|b|=| |\n|#|role_arn|source_profile|include_profile){0,60}") {
        let reading = aws_files::roles(&config, &credentials);
        prop_assert!(reading.notices.len() <= 101);
        let reading = aws_files::roles(&credentials.replace('[', "[profile "), &config);
        prop_assert!(reading.roles.iter().all(|role| role.problem.is_some() || role.role().is_ok()));
    }
}

#[test]
fn sections_of_the_cli_itself_and_global_regions_are_no_faults() {
    let config = "[plugins]\nendpoint = awscli_plugin_endpoint\n[preview]\ncloudfront = true\n\
                  [default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = x\n\
                  [profile a]\nrole_arn = arn:aws:iam::808768216571:role/a\nsource_profile = default\nregion = aws-global\n";
    let reading = rolecall_core::aws_files::roles(config, "");
    assert!(reading.notices.is_empty(), "{:?}", reading.notices);
    let [role] = reading.roles.as_slice() else {
        unreachable!("one role");
    };
    assert_eq!(
        (role.problem.as_ref(), role.region.as_deref()),
        (None, None)
    );
}
