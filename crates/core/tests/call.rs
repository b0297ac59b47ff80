//! What the keeper asks of STS for a role, with the shared fakes.

use std::sync::Arc;

use rolecall_core::fakes::Fakes;
use rolecall_core::keeper::Keeper;
use rolecall_core::key_text::KeyPair;
use rolecall_core::name::Name;
use rolecall_core::secret::Secret;
use rolecall_core::session_tags::SessionTag;
use rolecall_core::snapshot::Mode;

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const GUEST: &str =
    "[roles.guest]\narn = \"arn:aws:iam::808768216571:role/team/guest\"\nsource = \"user\"\n";

fn name(text: &str) -> Name {
    Name::parse(text).expect("a name")
}

/// A keeper with the guest role, whose table goes on with `fields`.
fn ready(fields: &str) -> (Fakes, Arc<Keeper>) {
    let fakes = Fakes::at("2026-11-21T12:00:00Z".parse().expect("an instant"));
    *fakes.files.roles.lock().expect("not poisoned") = format!("{GUEST}{fields}");
    let keeper = Arc::new(Keeper::new(fakes.ports(), Mode::Own));
    keeper.restore_sessions();
    let pair = KeyPair::parse("AKIAIOSFODNN7EXAMPLE", &Secret::new(SECRET.into())).expect("a key");
    keeper.add_key(&name("user"), &pair).expect("kept");
    (fakes, keeper)
}

#[test]
fn a_session_is_called_after_the_iam_user_unless_the_role_says_otherwise() {
    for (field, sent) in [
        ("", "user"),
        ("session_name = \"my-temporary-role\"", "my-temporary-role"),
        ("session_name = \"{user}@{host}\"", "user@laptop"),
        (
            "session_name = \"{login}-{role}-{time}\"",
            "ann-guest-20261121T120000Z",
        ),
    ] {
        let (fakes, keeper) = ready(field);
        keeper.assume(&name("guest"), None).expect("assumed");
        assert_eq!(fakes.sts.calls()[0].session_name.as_str(), sent);
    }
}

#[test]
fn tags_policies_and_source_identity_are_sent() {
    let (fakes, keeper) = ready(
        "source_identity = \"{user}\"\ntags = { Team = \"blue\", Host = \"{host}\" }\ntransitive_tags = [\"Team\"]\n\
         policy = '''{ \"Version\": \"2012-10-17\", \"Statement\": [] }'''\n\
         policy_arns = [\"arn:aws:iam::aws:policy/ReadOnlyAccess\"]\n",
    );
    let session = keeper.assume(&name("guest"), None).expect("assumed");
    let call = &fakes.sts.calls()[0];
    let tag = |key: &str, value: &str| SessionTag {
        key: key.into(),
        value: value.into(),
    };
    assert_eq!(call.tags, [tag("Team", "blue"), tag("Host", "laptop")]);
    assert_eq!(call.transitive_tags, ["Team"]);
    assert_eq!(
        call.source_identity.as_ref().map(|id| id.as_str()),
        Some("user")
    );
    assert_eq!(
        call.policy.as_deref(),
        Some("{\"Version\":\"2012-10-17\",\"Statement\":[]}")
    );
    assert_eq!(
        call.policy_arns[0].as_str(),
        "arn:aws:iam::aws:policy/ReadOnlyAccess"
    );
    assert_eq!(session.packed_policy_percent, Some(7));
    assert_eq!(keeper.snapshot().sessions[0].packed_policy_percent, Some(7));
}

#[test]
fn a_chain_that_would_send_an_inherited_tag_again_is_told_before_aws_is_asked() {
    let (fakes, keeper) = ready(
        "tags = { Team = \"blue\" }\ntransitive_tags = [\"Team\"]\n\n[roles.far]\narn = \"arn:aws:iam::808768216571:role/far\"\n\
         source = \"guest\"\ntags = { team = \"red\" }\n",
    );
    let problem = keeper.assume(&name("far"), None).expect_err("refused");
    assert_eq!(
        problem.what,
        "The tag \"Team\" of far is inherited from guest."
    );
    assert!(fakes.sts.calls().is_empty());
    assert!(keeper.snapshot().roles[1].problem.is_some());
}
