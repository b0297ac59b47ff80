//! The editor of AWS's files: what it changes, what it rejects, and that every other byte stays the same.

use jiff::Timestamp;
use rolecall_core::aws_files::key_text::KeyPair;
use rolecall_core::aws_files::{
    AwsFile, Changed, Document, Editor, OwnSection, Owned, ProfileName, Profiles, TakenKey,
    movable_key, profiles_with_key,
};
use rolecall_core::value::access_key::AccessKeyId;
use rolecall_core::value::secret::Secret;

const PROCESS: &str = "/usr/bin/rolecall credentials guest";
const ID: &str = "AKIAIOSFODNN7EXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

fn connection(profile: &str, process: &str) -> OwnSection {
    let settings = vec![
        ("credential_process", Secret::new(process.to_owned())),
        ("region", Secret::new("eu-west-1".to_owned())),
    ];
    OwnSection::new(ProfileName::parse(profile).expect("a name"), None, settings).expect("safe")
}

fn temporary(profile: &str) -> OwnSection {
    let value = |text: &str| Secret::new(text.to_owned());
    let settings = vec![
        ("aws_access_key_id", value("ASIAIOSFODNN7EXAMPLE")),
        ("aws_secret_access_key", value(SECRET)),
        ("aws_session_token", value("dG9rZW4=")),
    ];
    let expires_at: Timestamp = "2026-11-21T12:34:56Z".parse().expect("an instant");
    let profile = ProfileName::parse(profile).expect("a name");
    OwnSection::new(profile, Some(expires_at), settings).expect("safe")
}

fn with(file: AwsFile, text: &str, sections: &[OwnSection]) -> String {
    let mut editor = Editor::new(file, text);
    for section in sections {
        editor.put(section).expect("ours to write");
    }
    editor.finish().text.expose().to_owned()
}

fn without(file: AwsFile, text: &str, profile: &str) -> String {
    let mut editor = Editor::new(file, text);
    editor.remove(|owned| owned.profile == profile);
    editor.finish().text.expose().to_owned()
}

#[test]
fn a_connection_reads_as_it_should() {
    assert_eq!(
        with(
            AwsFile::Config,
            "[default]\nregion = x\n",
            &[connection("guest", PROCESS)]
        ),
        "[default]\nregion = x\n\n[profile guest]\n# managed-by rolecall\n\
         credential_process = /usr/bin/rolecall credentials guest\nregion = eu-west-1\n"
    );
    assert_eq!(
        with(AwsFile::Config, "", &[connection("default", PROCESS)])
            .lines()
            .next(),
        Some("[default]")
    );
}

#[test]
fn a_temporary_profile_says_when_it_expires() {
    let text = with(AwsFile::Credentials, "", &[temporary("guest")]);
    assert!(
        text.starts_with(
            "[guest]\n# managed-by rolecall expires=2026-11-21T12:34:56Z\naws_access_key_id = ASIA"
        ),
        "{text}"
    );
    let owned = Owned {
        profile: "guest",
        expiry: Some("2026-11-21T12:34:56Z"),
        process: None,
    };
    assert_eq!(Editor::new(AwsFile::Credentials, &text).owned(), [owned]);
}

#[test]
fn b43_the_previous_file_is_restored_exactly() {
    for text in [
        "",
        "\n",
        "\n\n",
        "[a]",
        "[a]\n",
        "[a]\r\nx = 1\r\n",
        "[a]\r\nx = 1",
        "# note",
        "\u{feff}",
        "\u{feff}[a]\n",
        "[a]\ns3 =\n  max = 1\n\n\n",
        "  ",
        "[a]\n \t",
        "[unclosed\nx",
        "a\r",
        "\r",
        "key = before any section\n",
        "[profile b]\n# managed by hand\nx = 1\n# end",
    ] {
        let sections = [connection("one", PROCESS), connection("two", PROCESS)];
        let both = with(AwsFile::Config, text, &sections);
        for order in [["one", "two"], ["two", "one"]] {
            let one_left = without(AwsFile::Config, &both, order[0]);
            assert_eq!(
                without(AwsFile::Config, &one_left, order[1]),
                text,
                "{text:?} {order:?}"
            );
        }
        let mut editor = Editor::new(AwsFile::Config, &both);
        assert_eq!(editor.remove(|_| true), ["one", "two"]);
        assert_eq!(editor.finish().text.expose(), text, "{text:?}");
    }
}

#[test]
fn writing_again_replaces_ours_and_keeps_what_others_added() {
    let text = "[profile guest]\n# managed-by rolecall\nCredential_Process = old\n  more of it\ncli_pager = less\n# mine\nregion = x\n\n[profile z]\n";
    let again = with(AwsFile::Config, text, &[connection("guest", PROCESS)]);
    assert_eq!(
        again,
        "[profile guest]\n# managed-by rolecall\ncredential_process = /usr/bin/rolecall credentials guest\n\
         region = eu-west-1\ncli_pager = less\n# mine\n\n[profile z]\n"
    );
    assert_eq!(
        with(AwsFile::Config, &again, &[connection("guest", PROCESS)]),
        again
    );
    assert_eq!(
        without(AwsFile::Config, &again, "guest"),
        "[profile guest]\ncli_pager = less\n# mine\n\n[profile z]\n"
    );
}

#[test]
fn a_section_that_is_no_longer_ours_has_no_second_mark() {
    let text = "[profile guest]\n# managed-by rolecall\nregion = x\n# managed-by rolecall\ncli_pager = less\n";
    let left = "[profile guest]\ncli_pager = less\n";
    assert_eq!(without(AwsFile::Config, text, "guest"), left);
    assert_eq!(without(AwsFile::Config, left, "guest"), left);
}

#[test]
fn nothing_differs_when_nothing_changes() {
    let text = with(AwsFile::Config, "[a]\n", &[connection("guest", PROCESS)]);
    let mut editor = Editor::new(AwsFile::Config, &text);
    editor.put(&connection("guest", PROCESS)).expect("ours");
    assert_eq!(editor.finish().difference, []);
}

#[test]
fn b46_a_section_that_is_not_ours_is_unchanged() {
    for (file, text, line) in [
        (AwsFile::Config, "[profile guest]\nregion = x\n", 1),
        (AwsFile::Config, "\n[profile \"guest\"]\n", 2),
        (
            AwsFile::Config,
            "[profile guest]\n\n# managed-by rolecall\n",
            1,
        ),
        (
            AwsFile::Config,
            "[profile guest]\n# managed-by rolecalls\n",
            1,
        ),
        (
            AwsFile::Credentials,
            "[a]\n[guest]\naws_access_key_id = x\n",
            2,
        ),
    ] {
        let mut editor = Editor::new(file, text);
        let foreign = editor
            .put(&connection("guest", PROCESS))
            .expect_err("not ours");
        assert_eq!(foreign.line, line, "{text:?}");
        assert!(
            foreign
                .problem("~/.aws/config")
                .what
                .contains("not written by Rolecall")
        );
        assert_eq!(editor.finish().text.expose(), text);
        assert_eq!(without(file, text, "guest"), text);
    }
}

#[test]
fn b43_an_indented_line_that_would_continue_what_is_written_is_left_alone() {
    for line in [
        " :11x",
        "  cli_pager = less",
        "\tmore",
        "\n  # x\n  duration = 1",
        " [[ region = x",
        " ;cli_pager = less",
        "  [profile x]\nregion = x",
    ] {
        let text = format!("[profile guest]\n# managed-by rolecall\n{line}\n");
        let mut editor = Editor::new(AwsFile::Config, &text);
        let problem = editor.put(&connection("guest", PROCESS)).err();
        assert_eq!(problem.map(|it| it.line), Some(1), "{line:?}");
        assert_eq!(editor.finish().text.expose(), text);
    }
    let others = "cli_pager = less\n  more\n";
    let text = format!("[profile guest]\n# managed-by rolecall\n{others}");
    let written = with(AwsFile::Config, &text, &[connection("guest", PROCESS)]);
    assert!(written.ends_with(&format!("region = eu-west-1\n{others}")));
}

#[test]
fn b44_t23_a_value_that_would_not_be_read_back_is_rejected() {
    for bad in [
        "",
        " x",
        "x ",
        "a\nb",
        "a\r",
        "a #b",
        "a\t;b",
        "#a",
        "a\u{202e}",
    ] {
        let settings = vec![("region", Secret::new(bad.to_owned()))];
        let profile = ProfileName::parse("guest").expect("a name");
        assert!(OwnSection::new(profile, None, settings).is_err(), "{bad:?}");
    }
}

#[test]
fn t09_the_difference_shows_no_secret() {
    let mut editor = Editor::new(AwsFile::Credentials, "[a]\n");
    editor.put(&temporary("guest")).expect("ours");
    let difference = editor.finish().difference;
    let shown = format!("{difference:?}");
    assert!(
        !shown.contains("wJalr") && !shown.contains("dG9r") && !shown.contains("ASIA"),
        "{shown}"
    );
    assert!(
        difference.contains(&Changed::Added("[guest]".into())),
        "{shown}"
    );
}

fn moved(file: AwsFile, text: &str, profile: &str) -> (TakenKey, String) {
    let (config, credentials) = match file {
        AwsFile::Config => (text, ""),
        AwsFile::Credentials => ("", text),
    };
    let (found, pair) = movable_key(config, credentials, profile).expect("movable");
    assert_eq!(found, file);
    let process = "/usr/bin/rolecall credentials --key work";
    let (taken, edited) = TakenKey::take(file, text, profile, &pair, process).expect("taken");
    assert!(!format!("{:?}", edited.difference).contains(SECRET));
    (taken, edited.text.expose().to_owned())
}

fn secret() -> Secret {
    Secret::new(SECRET.to_owned())
}

#[test]
fn a_moved_key_that_was_replaced_is_restored_as_the_new_key() {
    let text = format!("[work]\naws_access_key_id = {ID}\naws_secret_access_key = {SECRET}\n");
    let (taken, left) = moved(AwsFile::Credentials, &text, "work");
    let new_id = "AKIAIOSFODNN7NEWKEY0";
    let new_secret = SECRET.replace("EXAMPLE", "NEWKEY0");
    let id = AccessKeyId::parse(new_id).expect("an id");
    let back = taken.with_key(&id);
    let restored = back.put_back(&left, &Secret::new(new_secret.clone()));
    assert_eq!(
        restored.expect("put back").text.expose(),
        text.replace(ID, new_id).replace(SECRET, &new_secret)
    );
}

#[test]
fn profiles_with_a_key_in_plaintext_are_found_in_both_files() {
    let key = |head: &str, id: &str| {
        format!("[{head}]\naws_access_key_id = {id}\naws_secret_access_key = {SECRET}\n")
    };
    let config = key("profile a", ID) + "[profile c]\nregion = x\n";
    let credentials = key("b", ID) + &key("other", "AKIAIOSFODNN7OTHER00");
    let id = AccessKeyId::parse(ID).expect("an id");
    let found = profiles_with_key(&config, &credentials, &id);
    assert_eq!(found, ["a", "b"]);
}

#[test]
fn a_process_replaces_a_moved_key_and_the_key_is_restored_exactly() {
    for (file, text) in [
        (
            AwsFile::Credentials,
            format!("[work]\naws_access_key_id={ID}\naws_secret_access_key = {SECRET}\n[x]\n"),
        ),
        (
            AwsFile::Credentials,
            format!(
                "[work]\r\naws_secret_access_key ={SECRET} # mine\r\nregion = x\r\n\r\naws_access_key_id={ID}"
            ),
        ),
        (
            AwsFile::Credentials,
            format!(
                "[a]\n[work]\nregion = y\nAWS_ACCESS_KEY_ID = {ID}\n# note\nAws_Secret_Access_Key = {SECRET}"
            ),
        ),
        (
            AwsFile::Config,
            format!(
                "\u{feff}[profile work]\naws_access_key_id = {ID}\naws_secret_access_key = {SECRET}\noutput = json"
            ),
        ),
        (
            AwsFile::Credentials,
            format!(
                "[work]\n  aws_access_key_id: {ID}\n  aws_secret_access_key: {SECRET}\n  region = x\n"
            ),
        ),
    ] {
        let (taken, left) = moved(file, &text, "work");
        assert!(!left.contains(SECRET) && !left.contains(ID), "{left}");
        assert!(
            left.contains("credential_process = /usr/bin/rolecall credentials --key work"),
            "{left}"
        );
        assert!(taken.is_out(&left) && !taken.is_out(&text));
        assert!(
            !serde_json::to_string(&taken)
                .expect("JSON")
                .contains(SECRET)
        );
        assert_eq!(
            taken
                .put_back(&left, &secret())
                .expect("back")
                .text
                .expose(),
            text
        );
    }
}

#[test]
fn a_process_in_an_indented_section_does_not_swallow_the_settings_below() {
    let text = format!(
        "[work]\n  aws_access_key_id = {ID}\n  aws_secret_access_key = {SECRET}\n  region = x\n"
    );
    let (_, left) = moved(AwsFile::Credentials, &text, "work");
    let (config, credentials) = (Document::parse(""), Document::parse(&left));
    let (profiles, _) = Profiles::merge(&config, &credentials);
    let work = profiles.find("work").expect("there");
    assert_eq!(work.get("region"), Some("x"), "{left}");
    assert_eq!(
        work.get("credential_process"),
        Some("/usr/bin/rolecall credentials --key work")
    );
}

#[test]
fn undoing_keeps_what_others_wrote_meanwhile() {
    let text =
        format!("[work]\naws_access_key_id = {ID}\nregion = x\naws_secret_access_key = {SECRET}");
    let (taken, left) = moved(AwsFile::Credentials, &text, "work");
    let elsewhere = format!("# new\n{left}[later]\nregion = y\n");
    assert_eq!(
        taken
            .put_back(&elsewhere, &secret())
            .expect("back")
            .text
            .expose(),
        format!("# new\n{text}\n[later]\nregion = y\n")
    );
    let other_process = left.replace("--key work", "--key other");
    let with_a_key = format!("{left}aws_access_key_id = AKIAIOSFODNN7OTHER00\n");
    let in_between = left.replace("region = x", "[other]\nregion = x");
    for changed in [
        other_process,
        with_a_key,
        in_between,
        left.replace("region = x\n", ""),
        left.repeat(2),
        String::new(),
    ] {
        let refused = taken
            .put_back(&changed, &secret())
            .expect_err("would lose something");
        assert!(
            refused
                .what
                .contains("were changed since Rolecall wrote them"),
            "{changed}"
        );
    }
}

#[test]
fn a_key_that_is_not_the_only_source_of_credentials_is_not_moved() {
    let key = format!("aws_access_key_id = {ID}\naws_secret_access_key = {SECRET}\n");
    for (config, credentials, part) in [
        (String::new(), String::new(), "is not in AWS's files"),
        (
            String::new(),
            "[work]\nregion = x\n".to_owned(),
            "has no access key",
        ),
        (
            "[profile work]\nrole_arn = x\n".to_owned(),
            format!("[work]\n{key}"),
            "has both role_arn",
        ),
        (
            String::new(),
            format!("[work]\n{key}credential_process = x\n"),
            "has both credential_process",
        ),
        (
            String::new(),
            format!("[work]\n{key}aws_session_token = x\n"),
            "has both aws_session_token",
        ),
        (
            format!("[profile work]\n{key}"),
            format!("[work]\n{key}"),
            "more than one key",
        ),
        (
            String::new(),
            format!("[work]\n{key}[work]\n{key}"),
            "more than one key",
        ),
        (
            String::new(),
            format!("[work]\n{}", key.replace("AKIA", "ASIA")),
            "temporary key",
        ),
    ] {
        let refused = movable_key(&config, &credentials, "work").expect_err("stays");
        assert!(refused.what.contains(part), "{credentials}: {refused}");
    }
}

#[test]
fn a_key_that_changed_since_it_was_read_stays() {
    let text = format!("[work]\naws_access_key_id = {ID}\naws_secret_access_key = {SECRET}\n");
    let pair = KeyPair::parse(ID, &secret()).expect("a key");
    for changed in [
        text.replace("EXAMPLEKEY", "EXAMPLEKEz"),
        text.replace("[work]", "[other]"),
    ] {
        let taken = TakenKey::take(AwsFile::Credentials, &changed, "work", &pair, "x");
        assert!(taken.is_err(), "{changed}");
    }
}

#[test]
fn t09_a_secret_in_a_comment_on_its_own_lines_is_not_recorded() {
    let at_id =
        format!("[work]\naws_access_key_id = {ID} ; {SECRET}\naws_secret_access_key = {SECRET}\n");
    let at_secret = format!(
        "[work]\naws_access_key_id = {ID}\naws_secret_access_key = {SECRET} # was {SECRET}\n"
    );
    let pair = KeyPair::parse(ID, &secret()).expect("a key");
    for text in [at_id, at_secret] {
        assert!(movable_key("", &text, "work").is_ok(), "{text}");
        let taken = TakenKey::take(AwsFile::Credentials, &text, "work", &pair, "x");
        let problem = taken.expect_err("a record without the secret");
        assert!(problem.what.contains("in a comment"), "{}", problem.what);
        let without = text
            .replace(&format!(" ; {SECRET}"), "")
            .replace(&format!(" # was {SECRET}"), " # was");
        assert!(TakenKey::take(AwsFile::Credentials, &without, "work", &pair, "x").is_ok());
    }
}
