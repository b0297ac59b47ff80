//! S3, which shows that a session works.

use jiff::SignedDuration;

use crate::client::{GUEST, Key, Lab, MFA, OPERATOR};

fn guest(lab: &Lab) -> Key {
    lab.assume(&lab.user(), GUEST, &[]).session()
}

#[test]
fn the_user_may_not_list_buckets_and_the_guest_may() {
    let lab = Lab::story();
    let text = "User: arn:aws:iam::177634097045:user/user is not authorized to perform: s3:ListAllMyBuckets because no identity-based policy allows the s3:ListAllMyBuckets action";
    lab.s3(&lab.user(), "/", "")
        .assert_failed(403, "AccessDenied", text);
    let answer = lab.s3(&guest(&lab), "/", "");
    answer.assert_ok();
    assert!(answer.body.contains("<Name>practice-welcome</Name>"));
    assert!(!answer.body.contains("practice-archive"));
}

#[test]
fn a_session_that_is_locked_to_a_region_is_denied_elsewhere() {
    let mut lab = Lab::story();
    let lock = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},
        {"Effect":"Deny","NotAction":"sts:*","Resource":"*","Condition":{"StringNotEquals":{"aws:RequestedRegion":"eu-west-1"}}}]}"#;
    let user = lab.user();
    let session = lab.assume(&user, GUEST, &[("Policy", lock)]).session();
    lab.s3(&session, "/", "").assert_ok();
    lab.region = "us-east-1";
    let denied = lab.s3(&session, "/", "");
    denied.assert_failed(403, "AccessDenied", "with an explicit deny");
}

#[test]
fn lists_by_prefix_and_delimiter_and_in_pages() {
    let lab = Lab::story();
    let guest = guest(&lab);
    let list = |query: &str| lab.s3(&guest, "/practice-welcome", query);
    let top = list("delimiter=%2F&list-type=2");
    assert!(
        top.body
            .contains("<CommonPrefixes><Prefix>notes/</Prefix></CommonPrefixes>")
    );
    assert!(top.body.contains("<KeyCount>2</KeyCount>"));
    let notes = list("list-type=2&prefix=notes%2F");
    assert!(notes.body.contains("<KeyCount>2</KeyCount>") && !notes.body.contains("hello.txt"));
    let first = list("list-type=2&max-keys=1");
    assert_eq!(first.text("IsTruncated").as_deref(), Some("true"));
    let token = first.text("NextContinuationToken").unwrap();
    let query = format!(
        "continuation-token={}&list-type=2&max-keys=1",
        token.replace('%', "%25")
    );
    let second = list(&query);
    assert_eq!(second.text("Key").as_deref(), Some("notes/first.txt"));
    list("list-type=2&max-keys=x").assert_failed(400, "InvalidArgument", "max-keys");
}

#[test]
fn reads_objects_and_distinguishes_missing_from_denied() {
    let lab = Lab::story();
    let guest = guest(&lab);
    let object = lab.s3(&guest, "/practice-welcome/hello.txt", "");
    assert_eq!(
        object.body,
        "You read this as the role guest of account 808768216571.\n"
    );
    let missing = lab.s3(&guest, "/practice-welcome/none.txt", "");
    missing.assert_failed(404, "NoSuchKey", "The specified key does not exist.");
    let bucket = lab.s3(&guest, "/no-such-bucket/x", "");
    bucket.assert_failed(404, "NoSuchBucket", "The specified bucket does not exist");
    let foreign = lab.s3(&guest, "/practice-archive/2019/ledger.txt", "");
    foreign.assert_failed(403, "AccessDenied", "Access Denied");
}

#[test]
fn signature_problems_have_the_words_of_s3() {
    let mut lab = Lab::story();
    let mut key = lab.user();
    key.secret.push('x');
    let text = "Check your key and signing method.";
    lab.s3(&key, "/", "")
        .assert_failed(403, "SignatureDoesNotMatch", text);
    key.id = "AKIAAAAAAAAAAAAAAAAA".into();
    let text = "The AWS Access Key Id you provided does not exist in our records.";
    lab.s3(&key, "/", "")
        .assert_failed(403, "InvalidAccessKeyId", text);
    let unsigned = lab.send("GET", "/", "", &[("host".to_owned(), lab.host())], "");
    unsigned.assert_failed(403, "AccessDenied", "Access Denied");
    lab.clock_offset = SignedDuration::from_mins(20);
    lab.s3(&lab.user(), "/", "")
        .assert_failed(403, "RequestTimeTooSkewed", "too large");
}

#[test]
fn a_reader_may_neither_write_nor_delete() {
    let lab = Lab::story();
    let guest = guest(&lab);
    for (method, action) in [("PUT", "s3:PutObject"), ("DELETE", "s3:DeleteObject")] {
        let answer = lab.signed(&guest, "s3", method, "/practice-welcome/hello.txt", "", "");
        let text = format!(
            "is not authorized to perform: {action} on resource: \"arn:aws:s3:::practice-welcome/hello.txt\" because no identity-based policy allows the {action} action"
        );
        answer.assert_failed(403, "AccessDenied", &text);
        let foreign = lab.signed(&guest, "s3", method, "/practice-archive/x", "", "");
        foreign.assert_failed(403, "AccessDenied", "Access Denied");
        let missing = lab.signed(&guest, "s3", method, "/no-such-bucket/x", "", "");
        missing.assert_failed(404, "NoSuchBucket", "does not exist");
    }
    let kept = lab.s3(&guest, "/practice-welcome/hello.txt", "");
    assert!(kept.body.starts_with("You read this"), "{}", kept.body);
}

#[test]
fn a_writer_uploads_replaces_and_deletes() {
    let lab = Lab::story();
    let code = lab.code();
    let with_code = [("SerialNumber", MFA), ("TokenCode", code.as_str())];
    let operator = lab.assume(&lab.user(), OPERATOR, &with_code).session();
    let call = |method, body| {
        lab.signed(
            &operator,
            "s3",
            method,
            "/practice-welcome/up/new.txt",
            "",
            body,
        )
    };
    let first = call("PUT", "one");
    first.assert_ok();
    let second = call("PUT", "two");
    assert_ne!(first.header("etag"), second.header("etag"));
    assert_eq!(call("GET", "").body, "two");
    assert_eq!(call("GET", "").header("etag"), second.header("etag"));
    let listed = lab.s3(&operator, "/practice-welcome", "list-type=2&prefix=up%2F");
    assert_eq!(listed.text("Key").as_deref(), Some("up/new.txt"));
    assert_eq!(listed.text("Size").as_deref(), Some("3"));
    for _ in 0..2 {
        assert_eq!(call("DELETE", "").status, 204);
    }
    call("GET", "").assert_failed(404, "NoSuchKey", "does not exist");
}

/// Returns a session that may write below `mine/` only.
fn limited(lab: &Lab) -> Key {
    let code = lab.code();
    let policy = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::practice-welcome/mine/*"}}"#;
    let parameters = [
        ("SerialNumber", MFA),
        ("TokenCode", code.as_str()),
        ("Policy", policy),
    ];
    lab.assume(&lab.user(), OPERATOR, &parameters).session()
}

#[test]
fn a_session_policy_limits_writing() {
    let lab = Lab::story();
    let limited = limited(&lab);
    let put = |path| lab.signed(&limited, "s3", "PUT", path, "", "x");
    put("/practice-welcome/mine/x").assert_ok();
    put("/practice-welcome/other").assert_failed(
        403,
        "AccessDenied",
        "because no session policy allows",
    );
}

#[test]
fn parts_are_not_offered() {
    let lab = Lab::story();
    for (method, query) in [
        ("PUT", "partNumber=1&uploadId=x"),
        ("PUT", "acl="),
        ("POST", "uploads="),
    ] {
        let answer = lab.signed(
            &guest(&lab),
            "s3",
            method,
            "/practice-welcome/new.txt",
            query,
            "text",
        );
        answer.assert_failed(405, "MethodNotAllowed", "not allowed");
    }
}

#[test]
fn several_objects_are_deleted_at_once_as_far_as_the_caller_may() {
    let lab = Lab::story();
    let limited = limited(&lab);
    let send = |method, path, query, body| lab.signed(&limited, "s3", method, path, query, body);
    send("PUT", "/practice-welcome/mine/a%26b", "", "x").assert_ok();
    let delete = |body| send("POST", "/practice-welcome", "delete=", body);
    let answer = delete(
        "<Delete><Object><Key>mine/a&amp;b</Key></Object><Object><Key>hello.txt</Key></Object></Delete>",
    );
    answer.assert_ok();
    assert!(
        answer
            .body
            .contains("<Deleted><Key>mine/a&amp;b</Key></Deleted>"),
        "{}",
        answer.body
    );
    assert!(
        answer
            .body
            .contains("<Error><Key>hello.txt</Key><Code>AccessDenied</Code>"),
        "{}",
        answer.body
    );
    send("GET", "/practice-welcome/mine/a%26b", "", "").assert_failed(403, "AccessDenied", "");
    let quiet = delete("<Delete><Quiet>true</Quiet><Object><Key>mine/x</Key></Object></Delete>");
    assert!(!quiet.body.contains("Deleted"), "{}", quiet.body);
    delete("<Delete/>").assert_failed(400, "MalformedXML", "not well-formed");
}
