//! `policy evaluate` and `policy explain`.

use snapbox::str;

use super::Case;

const CASES: &str = r#"{"note": "x", "cases": [
  {"name": "may", "kind": "identity", "expect": "allow",
   "policies": [{"Version": "2012-10-17", "Statement": [{"Sid": "Own", "Effect": "Allow", "Action": "sts:*", "Resource": "*"}]}],
   "principal": "arn:aws:iam::111111111111:user/alice", "action": "sts:AssumeRole", "resource": "arn:aws:iam::111111111111:role/dev", "ctx": {}},
  {"name": "denied", "kind": "request", "expect": "allow", "resource_kind": "resource",
   "identity": [{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}},
                {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}}],
   "principal": "arn:aws:iam::111111111111:user/alice", "action": "s3:GetObject", "resource": "arn:aws:s3:::b/k", "ctx": {}},
  {"name": "limited", "kind": "request", "resource_kind": "resource",
   "identity": [{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}],
   "boundary": {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "ec2:*", "Resource": "*"}},
   "principal": "arn:aws:iam::111111111111:user/alice", "action": "s3:GetObject", "resource": "arn:aws:s3:::b/k"},
  {"name": "broken", "kind": "trust", "policies": ["{"],
   "principal": "anonymous", "action": "sts:AssumeRole", "resource": "*"}
]}"#;

#[test]
fn policy_evaluate() {
    Case::new(&["policy", "evaluate", "cases.json"])
        .file("cases.json", CASES)
        .prints(str![[r#"
may: allow (Identity[0].Statement[0] (Own))
denied: deny (Identity[1].Statement[0]), not as expected
limited: none (Boundary)
broken: refused (line 1, column 1: not valid JSON)

"#]]);
}

#[test]
fn policy_evaluate_json() {
    Case::new(&["policy", "evaluate", "-", "--json"])
        .stdin(CASES)
        .prints(str![[r#"
[{"name":"may","decision":"allow","statement":"Identity[0].Statement[0] (Own)","expected":true},{"name":"denied","decision":"deny","statement":"Identity[1].Statement[0]","expected":false},{"name":"limited","decision":"none","statement":null,"side":"Boundary"},{"name":"broken","decision":"refused","statement":null,"problem":"line 1, column 1: not valid JSON"}]

"#]]);
}

#[test]
fn policy_evaluate_what_is_no_list_of_cases() {
    Case::new(&["policy", "evaluate", "-"])
        .stdin("[{\"name\": \"x\"}]")
        .fails(str![[r#"
The file is not a list of cases: case 1: kind must be a string. See: rolecall help policy

"#]]);
    Case::new(&["policy", "evaluate", "none.json"]).fails(str![[r#"
none.json cannot be read: No such file or directory (os error 2). Check its name and its permissions.

"#]]);
}

#[test]
fn policy_explain() {
    Case::new(&["policy", "explain", "-"])
        .stdin(
            r#"{"Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Action": ["s3:Get*", "s3:List*"], "Resource": "*"},
                {"Sid": "Mfa", "Effect": "Deny", "Action": "*", "Resource": "*",
                 "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}}]}"#,
        )
        .prints(str![[r#"
1. Allows s3:Get* and s3:List* on every resource.
2. Mfa: Denies every action on every resource, if aws:MultiFactorAuthPresent is false or aws:MultiFactorAuthPresent is absent.

"#]]);
}

#[test]
fn policy_explain_what_iam_refuses() {
    Case::new(&["policy", "explain", "-"])
        .stdin(r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "GetObject", "Resource": "*"}}"#)
        .fails(str![[r#"
IAM does not accept the policy: Statement.Action: must have a service and an action, such as s3:GetObject. Fix it there.

"#]]);
}
