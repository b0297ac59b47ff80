//! The checks that explain a denial.

use super::*;

/// Returns the causes of a denial, most likely first, as kind and sentence, and the result of each call.
fn deeper(set: &Set, role: &str) -> (Vec<(CauseKind, String)>, Vec<String>) {
    set.assume(role).expect_err("refused");
    let call = Call::ExplainFurther { role: role.into() };
    set.ask(call).expect("looked deeper");
    let sessions = set.keeper.snapshot().sessions;
    let session = sessions.into_iter().find(|it| it.role == role);
    let problem = session.and_then(|it| it.problem).expect("a problem");
    let diagnosis = problem.diagnosis.expect("a diagnosis");
    let first = diagnosis.causes.first().expect("a cause");
    assert_eq!(problem.remedy, first.sentence());
    let causes = diagnosis.causes.iter();
    let certain = causes.filter(|it| it.confidence == Confidence::Certain);
    (
        certain.map(|it| (it.kind, it.what.clone())).collect(),
        diagnosis
            .further_calls
            .into_iter()
            .filter_map(|it| it.found)
            .collect(),
    )
}

#[test]
fn the_trust_policy_read_by_another_session_makes_a_cause_certain() {
    let wrong = |draft: &mut RoleDraft| {
        if draft.external_id.is_some() {
            draft.external_id = Some("wrong-1".into());
        }
        draft.mfa_serial = None;
    };
    let set = Set::with_roles(&[], wrong);
    set.assume("guest")
        .expect("a session in the roles' account");
    for (role, kind, what) in [
        (
            "vault",
            CauseKind::TrustPolicy,
            "names neither \"user\" nor its account",
        ),
        (
            "contractor",
            CauseKind::ExternalId,
            "requires the external ID \"practice-4711\". \"wrong-1\" was sent.",
        ),
        (
            "operator",
            CauseKind::MfaMissing,
            "requires MFA, and none was given",
        ),
    ] {
        let (causes, results) = deeper(&set, role);
        assert_eq!(causes.len(), 1, "{causes:?}");
        assert!(
            causes[0].0 == kind && causes[0].1.contains(what),
            "{causes:?}"
        );
        assert_eq!(results.len(), 2, "{results:?}");
        assert_eq!(results[1], "The policies of \"user\" allow it.");
    }
    assert_eq!(
        (set.count("GetRole"), set.count("SimulatePrincipalPolicy")),
        (3, 3)
    );
}

#[test]
fn iam_confirms_that_a_permission_is_missing() {
    let set = Set::new();
    let (causes, results) = deeper(&set, "finance");
    assert_eq!(causes[0].0, CauseKind::CallerPermission);
    assert_eq!(
        results,
        ["No policy of \"user\" allows sts:AssumeRole on the role."]
    );
    assert_eq!(
        set.count("GetRole"),
        0,
        "nobody is at hand in the role's account"
    );
}

#[test]
fn no_check_is_made_without_a_click() {
    let set = Set::new();
    set.assume("vault").expect_err("refused");
    assert_eq!(
        (set.count("GetRole"), set.count("SimulatePrincipalPolicy")),
        (0, 0)
    );
    let call = Call::ExplainFurther {
        role: "guest".into(),
    };
    let code = set.ask(call).map_err(|problem| problem.code).err();
    assert_eq!(code, Some(ProblemCode::NoSession));
}

#[test]
fn a_key_is_looked_up_and_a_message_decoded_if_aws_allows_it() {
    let set = Set::new();
    let settings = set.keeper.settings();
    let sts = AwsSts::new(set.clock.clone(), &settings);
    let key = set.practice.keys().remove(0);
    let caller = Caller {
        access_key_id: key.access_key_id.clone(),
        secret: key.secret_access_key.duplicate(),
        token: None,
    };
    let region = Region::parse("eu-west-1").expect("a region");
    let code = |result: Result<String, StsError>| match result {
        Err(StsError::Refused(refusal)) => {
            assert!(refusal.request_id.is_some(), "{refusal}");
            refusal.code
        }
        other => unreachable!("{other:?}"),
    };
    assert_eq!(
        code(sts.account_of_key(&caller, &key.access_key_id, &region)),
        "AccessDenied"
    );
    assert_eq!(code(sts.decode(&caller, "abc", &region)), "AccessDenied");
    let role = RoleArn::parse("arn:aws:iam::177634097045:role/none").expect("an ARN");
    assert_eq!(
        code(sts.role(&caller, &role).map(|it| it.trust_policy)),
        "AccessDenied"
    );
}

#[test]
fn the_maximum_duration_of_a_role_is_read_if_its_policies_allow_it() {
    let set = Set::new();
    for (role, allowed_s, calls) in [
        ("guest", Some(3600), 1),
        ("contractor", None, 2),
        ("guest", Some(3600), 2),
        ("contractor", None, 2),
        ("archive", None, 2),
    ] {
        set.assume(role).expect("assumed");
        set.keeper.read_maximums();
        let roles = set.keeper.snapshot().roles;
        let shown = roles.iter().find(|it| it.name == role).expect("a role");
        let limit = shown.duration_limit.as_ref().map(|limit| limit.allowed_s);
        assert_eq!((limit, set.count("GetRole")), (allowed_s, calls), "{role}");
    }
}
