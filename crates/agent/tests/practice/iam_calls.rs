//! Every call of IAM over the SDK, against the practice account.

use std::sync::Arc;

use rolecall_agent::clock::SystemClock;
use rolecall_agent::sts::AwsSts;
use rolecall_core::calls::iam_call::{IamAnswer, IamCall, KeyStatus, PolicyHolder};
use rolecall_core::calls::sts::{AssumeRole, Caller, StsError};
use rolecall_core::role::call_fields::SessionName;
use rolecall_core::settings::Settings;
use rolecall_core::value::duration::SessionDuration;
use rolecall_core::value::region::{PARTITIONS, Region};
use rolecall_core::value::role_arn::RoleArn;
use rolecall_keeper::ports::{Iam, Sts};
use rolecall_practice::{Practice, PracticeConfig};

const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::177634097045:user/user"},"Action":"sts:AssumeRole"}]}"#;
const READ: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::a b+c/ü*"}]}"#;
const OF_AWS: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";

/// IAM as the user and as the administrator of the other account find it.
struct Lab {
    // Its server ends with it.
    _practice: Practice,
    aws: AwsSts,
    user: Caller,
    administrator: Caller,
}

impl Lab {
    fn new() -> Self {
        let practice = Practice::start(PracticeConfig::default()).expect("a practice account");
        let settings = Settings {
            endpoint_url: Some(practice.url()),
            ..Settings::default()
        };
        let aws = AwsSts::new(Arc::<SystemClock>::default(), &settings);
        let key = practice.keys().remove(0);
        let user = Caller {
            access_key_id: key.access_key_id,
            secret: key.secret_access_key,
            token: None,
        };
        let call = AssumeRole {
            role_arn: RoleArn::parse("arn:aws:iam::808768216571:role/administrator").expect("ARN"),
            session_name: SessionName::from_parts("test"),
            duration: SessionDuration::HOUR,
            external_id: None,
            source_identity: None,
            tags: Vec::new(),
            transitive_tags: Vec::new(),
            policy: None,
            policy_arns: Vec::new(),
            mfa: None,
            region: Region::parse("eu-west-1").expect("a region"),
        };
        let assumed = aws.assume_role(&user, &call).expect("a session");
        Self {
            _practice: practice,
            aws,
            administrator: Caller::from(&assumed.credentials),
            user,
        }
    }

    fn call(&self, caller: &Caller, call: &IamCall) -> Result<IamAnswer, StsError> {
        self.aws.call(caller, PARTITIONS[0], call)
    }

    fn done(&self, caller: &Caller, call: &IamCall) {
        assert_eq!(self.call(caller, call), Ok(IamAnswer::Done), "{call:?}");
    }

    fn refused(&self, caller: &Caller, call: &IamCall, code: &str) {
        let outcome = self.call(caller, call);
        let found = match &outcome {
            Err(StsError::Refused(refusal)) => refusal.code.as_str(),
            _ => "",
        };
        assert_eq!(found, code, "{call:?}: {outcome:?}");
    }

    /// Puts, reads, lists and deletes policies of a holder.
    fn policies_come_and_go(&self, caller: &Caller, holder: &PolicyHolder, arn: &str) {
        let policy = || "a+b".to_owned();
        let (holder, arn) = (|| holder.clone(), || arn.to_owned());
        let get = IamCall::GetInline {
            holder: holder(),
            policy: policy(),
        };
        let list = |items: &[&str]| {
            Ok(IamAnswer::List(
                items.iter().map(|it| (*it).to_owned()).collect(),
            ))
        };
        self.refused(caller, &get, "NoSuchEntity");
        let put = IamCall::PutInline {
            holder: holder(),
            policy: policy(),
            document: READ.to_owned(),
        };
        let is_user = matches!(holder(), PolicyHolder::User(_));
        let before: &[&str] = if is_user { &["policy-1"] } else { &[] };
        self.done(caller, &put);
        self.done(caller, &put);
        let document = Ok(IamAnswer::Document(READ.to_owned()));
        assert_eq!(self.call(caller, &get), document);
        let inline = IamCall::ListInline { holder: holder() };
        let both = [before, &["a+b"]].concat();
        assert_eq!(self.call(caller, &inline), list(&both));
        let delete = IamCall::DeleteInline {
            holder: holder(),
            policy: policy(),
        };
        self.done(caller, &delete);
        self.refused(caller, &delete, "NoSuchEntity");
        let attached = IamCall::ListAttached { holder: holder() };
        self.done(
            caller,
            &IamCall::Attach {
                holder: holder(),
                arn: arn(),
            },
        );
        assert_eq!(self.call(caller, &attached), list(&[&arn()]));
        let detach = IamCall::Detach {
            holder: holder(),
            arn: arn(),
        };
        self.done(caller, &detach);
        self.refused(caller, &detach, "NoSuchEntity");
        assert_eq!(self.call(caller, &attached), list(&[]));
    }
}

fn role(role: &str) -> String {
    role.to_owned()
}

#[test]
fn a_role_is_made_changed_and_deleted() {
    let lab = Lab::new();
    let by = &lab.administrator;
    let create = IamCall::CreateRole {
        role: role("new"),
        path: "/team/".to_owned(),
        trust: TRUST.to_owned(),
        longest_s: 7_200,
    };
    let get = IamCall::GetRole { role: role("new") };
    lab.refused(by, &get, "NoSuchEntity");
    let Ok(IamAnswer::Role(made)) = lab.call(by, &create) else {
        panic!("no role");
    };
    assert_eq!(made.arn, "arn:aws:iam::808768216571:role/team/new");
    assert!(made.id.starts_with("AROA"));
    assert_eq!(lab.call(by, &get), Ok(IamAnswer::Role(made.clone())));
    lab.refused(by, &create, "EntityAlreadyExists");
    lab.policies_come_and_go(by, &PolicyHolder::Role(role("new")), OF_AWS);

    let trust = TRUST.replace(":user/user", ":root");
    lab.done(
        by,
        &IamCall::UpdateTrust {
            role: role("new"),
            trust: trust.clone(),
        },
    );
    lab.done(
        by,
        &IamCall::UpdateRole {
            role: role("new"),
            longest_s: 3_600,
        },
    );
    let Ok(IamAnswer::Role(changed)) = lab.call(by, &get) else {
        panic!("no role");
    };
    assert_eq!((changed.trust, changed.longest_s), (trust, Some(3_600)));
    let holder = PolicyHolder::Role(role("new"));
    let arn = OF_AWS.to_owned();
    lab.done(by, &IamCall::Attach { holder, arn });
    let delete = IamCall::DeleteRole { role: role("new") };
    lab.refused(by, &delete, "DeleteConflict");
    let (holder, arn) = (PolicyHolder::Role(role("new")), OF_AWS.to_owned());
    lab.done(by, &IamCall::Detach { holder, arn });
    lab.done(by, &delete);
    lab.refused(by, &delete, "NoSuchEntity");
    lab.refused(&lab.user, &create, "AccessDenied");
}

#[test]
fn a_managed_policy_comes_and_goes() {
    let lab = Lab::new();
    let by = &lab.user;
    let Ok(IamAnswer::User(user)) = lab.call(
        by,
        &IamCall::GetUser {
            user: "user".to_owned(),
        },
    ) else {
        panic!("no user");
    };
    assert_eq!(user.arn, "arn:aws:iam::177634097045:user/user");
    let arn = || "arn:aws:iam::177634097045:policy/read".to_owned();
    let create = IamCall::CreatePolicy {
        policy: "read".to_owned(),
        document: READ.to_owned(),
    };
    let Ok(IamAnswer::Policy(policy)) = lab.call(by, &create) else {
        panic!("no policy");
    };
    assert_eq!(
        (policy.arn.as_str(), policy.version.as_str()),
        (&*arn(), "v1")
    );
    lab.refused(by, &create, "EntityAlreadyExists");
    let get = IamCall::GetPolicy { arn: arn() };
    assert_eq!(lab.call(by, &get), Ok(IamAnswer::Policy(policy)));
    let version = IamCall::GetPolicyVersion {
        arn: arn(),
        version: "v1".to_owned(),
    };
    let document = Ok(IamAnswer::Document(READ.to_owned()));
    assert_eq!(lab.call(by, &version), document);
    lab.policies_come_and_go(by, &PolicyHolder::User("user".to_owned()), &arn());
    lab.done(by, &IamCall::DeletePolicy { arn: arn() });
    lab.refused(by, &IamCall::DeletePolicy { arn: arn() }, "NoSuchEntity");
}

#[test]
fn a_group_has_users_and_policies() {
    let lab = Lab::new();
    let by = &lab.user;
    let group = || "Developers".to_owned();
    let new_group = IamCall::CreateGroup { group: group() };
    let Ok(IamAnswer::Group(made)) = lab.call(by, &new_group) else {
        panic!("no group");
    };
    lab.refused(by, &new_group, "EntityAlreadyExists");
    let found = lab.call(by, &IamCall::GetGroup { group: group() });
    assert_eq!(found, Ok(IamAnswer::Group(made)));
    lab.policies_come_and_go(by, &PolicyHolder::Group(group()), OF_AWS);
    let member = ("Developers".to_owned(), "user".to_owned());
    let (group_name, user) = member.clone();
    let add = IamCall::AddMember {
        group: group_name,
        user,
    };
    lab.done(by, &add);
    lab.done(by, &add);
    let user = || "user".to_owned();
    let of = lab.call(by, &IamCall::GroupsOf { user: user() });
    assert_eq!(of, Ok(IamAnswer::List(vec![group()])));
    let delete = IamCall::DeleteGroup { group: group() };
    lab.refused(by, &delete, "DeleteConflict");
    lab.done(
        by,
        &IamCall::RemoveMember {
            group: group(),
            user: user(),
        },
    );
    lab.done(by, &delete);
}

#[test]
fn a_second_key_is_made_deactivated_and_deleted() {
    let lab = Lab::new();
    let made = || lab.aws.create_access_key(&lab.user, PARTITIONS[0], "user");
    let pair = made().expect("a key");
    let second = Caller {
        access_key_id: pair.id.as_str().to_owned(),
        secret: pair.secret,
        token: None,
    };
    let Err(StsError::Refused(refusal)) = made() else {
        unreachable!("a third key");
    };
    assert_eq!(refusal.code, "LimitExceeded");
    let statuses = || {
        let listed = lab.aws.access_keys(&second, PARTITIONS[0]);
        let listed = listed.expect("the keys").into_iter();
        listed.map(|key| key.is_active).collect::<Vec<_>>()
    };
    let set = |status| IamCall::SetKeyStatus {
        user: "user".to_owned(),
        id: lab.user.access_key_id.clone(),
        status,
    };
    lab.done(&second, &set(KeyStatus::Inactive));
    assert_eq!(statuses(), [false, true]);
    lab.refused(&lab.user, &set(KeyStatus::Active), "InvalidClientTokenId");
    lab.done(&second, &set(KeyStatus::Active));
    assert_eq!(statuses(), [true, true]);
    let delete = IamCall::DeleteAccessKey {
        user: "user".to_owned(),
        id: lab.user.access_key_id.clone(),
    };
    lab.done(&second, &delete);
    assert_eq!(statuses(), [true]);
    lab.refused(&second, &delete, "NoSuchEntity");
}
