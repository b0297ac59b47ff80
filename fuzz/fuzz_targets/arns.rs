//! ARNs and the other short values of files, forms and flags: what is accepted reads back as the same value, and what is
//! refused is shown without hidden characters.
//!
//! Input: the text.
#![no_main]

use std::fmt::Debug;

use libfuzzer_sys::fuzz_target;
use rolecall_core::role::call_fields::{ExternalId, SessionName, SourceIdentity};
use rolecall_core::role::reason::{ReasonPattern, ReasonTarget};
use rolecall_core::role::session_policy::PolicyArn;
use rolecall_core::value::access_key::AccessKeyId;
use rolecall_core::value::arn::Arn;
use rolecall_core::value::duration::{SessionDuration, TokenDuration};
use rolecall_core::value::input::InputError;
use rolecall_core::value::look_alike::{self, Named};
use rolecall_core::value::mfa::{MfaCode, MfaSerial};
use rolecall_core::value::name::Name;
use rolecall_core::value::region::Region;
use rolecall_core::value::role_arn::RoleArn;
use rolecall_core::value::sanitise::is_hidden;
use rolecall_fuzz::{bounds, sample};

/// The longest error, in characters.
const ERROR_MAX: usize = 600;

fuzz_target!(|text: &str| {
    bounds::within(text.len(), || {
        check_role_arn(text);
        check_arn(text);
        check(text, RoleArn::parse, |it| it.as_str().to_owned());
        check(text, MfaSerial::parse, |it| it.as_str().to_owned());
        check(text, Region::parse, |it| it.as_str().to_owned());
        check(text, Name::parse, |it| it.as_str().to_owned());
        check(text, AccessKeyId::parse, |it| it.as_str().to_owned());
        check(text, SourceIdentity::parse, |it| it.as_str().to_owned());
        check(text, ExternalId::parse, |it| it.as_str().to_owned());
        check(text, ReasonPattern::parse, |it| it.as_str().to_owned());
        check(text, ReasonTarget::parse, ReasonTarget::text);
        check(text, SessionDuration::parse, |it| it.seconds().to_string());
        check(text, TokenDuration::parse, |it| it.seconds().to_string());
        let policy_arn = |text: &str| PolicyArn::parse(text, &sample::role_arn());
        check(text, policy_arn, |it| it.as_str().to_owned());
        check_session_name(text);
        check_code(text);
        check_names(text);
    });
});

fn check<T: PartialEq + Debug>(
    text: &str,
    parse: impl Fn(&str) -> Result<T, InputError>,
    written: impl Fn(&T) -> String,
) {
    match parse(text) {
        Ok(value) => {
            let written = written(&value);
            assert!(!written.chars().any(is_hidden), "{written:?}");
            assert_eq!(parse(&written).as_ref(), Ok(&value));
        }
        Err(error) => {
            let shown = error.to_string();
            assert!(!shown.chars().any(is_hidden), "{shown:?}");
            assert!(shown.chars().count() <= ERROR_MAX, "{shown}");
        }
    }
}

fn check_role_arn(text: &str) {
    let Ok(arn) = RoleArn::parse(text) else {
        return;
    };
    let (partition, account, name) = (arn.partition().name, arn.account_id(), arn.role_name());
    let start = format!("arn:{partition}:iam::{account}:role/");
    assert!(
        arn.as_str().starts_with(&start) && arn.as_str().ends_with(name),
        "{arn}"
    );
    assert!(!name.is_empty() && account.len() == 12);
    let session = format!("arn:{partition}:sts::{account}:assumed-role/{name}/ann");
    assert!(arn.is_role_of(&session));
    assert!(
        !arn.is_role_of(&session.replacen(account, "000000000001", 1)) || account == "000000000001"
    );
}

fn check_arn(text: &str) {
    if let Some(arn) = Arn::split(text) {
        let parts = [
            arn.partition,
            arn.service,
            arn.region,
            arn.account,
            arn.resource,
        ];
        assert_eq!(format!("arn:{}", parts.join(":")), text);
    }
}

fn check_session_name(text: &str) {
    let name = SessionName::from_parts(text);
    assert!((2..=64).contains(&name.as_str().len()), "{name:?}");
    assert_eq!(SessionName::from_parts(name.as_str()), name);
    assert!(SourceIdentity::parse(name.as_str()).is_ok(), "{name:?}");
}

fn check_code(text: &str) {
    match MfaCode::parse(text) {
        Ok(code) => assert!(code.as_str().len() == 6 && code.as_str().parse::<u32>().is_ok()),
        Err(error) => assert!(!error.to_string().chars().any(is_hidden)),
    }
}

fn check_names(text: &str) {
    let names: Vec<Name> = text
        .lines()
        .take(8)
        .filter_map(|it| Name::parse(it).ok())
        .collect();
    if let Some((first, second)) = look_alike::first_pair(names.iter().map(Name::as_str)) {
        assert_ne!(first, second);
        let problem = look_alike::problem(Named::Roles, first, second);
        assert!(!problem.what.chars().any(is_hidden), "{problem}");
    }
}
