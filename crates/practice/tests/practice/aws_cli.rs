//! The AWS CLI, version 2, if it is installed.

use std::path::Path;
use std::process::{Command, Output};

use crate::client::{GUEST, Key, Lab, MFA, OPERATOR};

const PROGRAM: &str = "/usr/bin/aws";

fn aws(lab: &Lab, key: &Key, arguments: &[&str]) -> Output {
    let mut command = Command::new(PROGRAM);
    command
        .env_clear()
        .args(["--endpoint-url", &lab.practice.url(), "--output", "text"]);
    command.args(arguments);
    for (name, value) in [
        ("PATH", "/usr/bin:/bin"),
        ("HOME", "/nonexistent"),
        ("AWS_CONFIG_FILE", "/dev/null"),
        ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("AWS_MAX_ATTEMPTS", "1"),
        ("AWS_REGION", "eu-west-1"),
        ("AWS_ACCESS_KEY_ID", &key.id),
        ("AWS_SECRET_ACCESS_KEY", &key.secret),
        (
            "AWS_SESSION_TOKEN",
            key.token.as_deref().unwrap_or_default(),
        ),
    ] {
        command.env(name, value);
    }
    command.output().unwrap()
}

fn succeeds(lab: &Lab, key: &Key, arguments: &[&str]) -> String {
    let output = aws(lab, key, arguments);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

fn fails(lab: &Lab, key: &Key, arguments: &[&str]) -> String {
    let output = aws(lab, key, arguments);
    assert!(
        !output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
    String::from_utf8(output.stderr).unwrap()
}

/// Returns whether the AWS CLI is installed. Prints a note if it is not.
fn is_here() -> bool {
    let is_here = Path::new(PROGRAM).exists();
    if !is_here {
        eprintln!("skipped: {PROGRAM} is not installed");
    }
    is_here
}

fn assume(lab: &Lab, role: &str, more: &[&str]) -> Key {
    let base = [
        "sts",
        "assume-role",
        "--role-session-name",
        "my-temporary-role",
        "--role-arn",
        role,
    ];
    let query = "--query=Credentials.[AccessKeyId,SecretAccessKey,SessionToken]";
    let text = succeeds(lab, &lab.user(), &[&base[..], more, &[query]].concat());
    let parts: Vec<&str> = text.split_whitespace().collect();
    let [id, secret, token] = parts[..] else {
        panic!("{text}")
    };
    Key {
        id: id.into(),
        secret: secret.into(),
        token: Some(token.into()),
    }
}

#[test]
fn the_first_tutorial_works_with_the_aws_cli() {
    if !is_here() {
        return;
    }
    let lab = Lab::story();
    assert!(fails(&lab, &lab.user(), &["s3", "ls"]).contains("(AccessDenied)"));
    let guest = assume(&lab, GUEST, &[]);
    let arn = succeeds(
        &lab,
        &guest,
        &["sts", "get-caller-identity", "--query", "Arn"],
    );
    assert_eq!(
        arn.trim(),
        "arn:aws:sts::808768216571:assumed-role/guest/my-temporary-role"
    );
    assert!(succeeds(&lab, &guest, &["s3", "ls"]).contains("practice-welcome"));
    let listing = succeeds(&lab, &guest, &["s3", "ls", "s3://practice-welcome"]);
    assert!(listing.contains("PRE notes/") && listing.contains("57 hello.txt"));
    let text = succeeds(
        &lab,
        &guest,
        &["s3", "cp", "s3://practice-welcome/hello.txt", "-"],
    );
    assert!(text.starts_with("You read this"));
}

#[test]
fn a_code_given_to_the_aws_cli_works_once() {
    if !is_here() {
        return;
    }
    let lab = Lab::story();
    let code = lab.code();
    let with_code = ["--serial-number", MFA, "--token-code", &code];
    assume(&lab, OPERATOR, &with_code);
    let base = [
        "sts",
        "assume-role",
        "--role-session-name",
        "x1",
        "--role-arn",
        OPERATOR,
    ];
    let error = fails(&lab, &lab.user(), &[&base[..], &with_code].concat());
    assert!(error.contains("MultiFactorAuthentication failed with invalid MFA one time pass code"));
}

#[test]
fn the_aws_cli_uploads_and_removes_what_the_role_may() {
    if !is_here() {
        return;
    }
    let lab = Lab::story();
    let code = lab.code();
    let operator = assume(
        &lab,
        OPERATOR,
        &["--serial-number", MFA, "--token-code", &code],
    );
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("upload.txt");
    std::fs::write(&file, "uploaded\n").unwrap();
    let (file, place) = (file.to_str().unwrap(), "s3://practice-welcome/upload.txt");
    succeeds(&lab, &operator, &["s3", "cp", file, place]);
    let guest = assume(&lab, GUEST, &[]);
    assert_eq!(
        succeeds(&lab, &guest, &["s3", "cp", place, "-"]),
        "uploaded\n"
    );
    let error = fails(&lab, &guest, &["s3", "rm", place]);
    assert!(
        error.contains("(AccessDenied)") && error.contains("s3:DeleteObject"),
        "{error}"
    );
    let copy = "s3://practice-welcome/copy.txt";
    let error = fails(&lab, &guest, &["s3", "cp", place, copy]);
    assert!(error.contains("s3:PutObject"), "{error}");
    succeeds(&lab, &operator, &["s3", "cp", place, copy]);
    assert_eq!(
        succeeds(&lab, &guest, &["s3", "cp", copy, "-"]),
        "uploaded\n"
    );
    let deletion = "Objects=[{Key=copy.txt},{Key=missing}]";
    let bucket = ["--bucket", "practice-welcome", "--delete", deletion];
    let delete = [&["s3api", "delete-objects"][..], &bucket].concat();
    assert!(succeeds(&lab, &guest, &delete).contains("AccessDenied"));
    assert!(succeeds(&lab, &operator, &delete).contains("copy.txt"));
    fails(&lab, &guest, &["s3", "cp", copy, "-"]);
    succeeds(&lab, &operator, &["s3", "rm", place]);
    assert!(!succeeds(&lab, &guest, &["s3", "ls", "s3://practice-welcome"]).contains("upload.txt"));
}

#[test]
fn the_aws_cli_shows_the_errors_of_aws() {
    if !is_here() {
        return;
    }
    let lab = Lab::story();
    let mut key = lab.user();
    key.secret.push('x');
    let error = fails(&lab, &key, &["sts", "get-caller-identity"]);
    assert!(error.contains("(SignatureDoesNotMatch)"), "{error}");
    key.id = "AKIAAAAAAAAAAAAAAAAA".into();
    let error = fails(&lab, &key, &["sts", "get-caller-identity"]);
    assert!(error.contains("(InvalidClientTokenId)"), "{error}");
    let error = fails(
        &lab,
        &key,
        &["s3api", "list-objects-v2", "--bucket", "practice-welcome"],
    );
    assert!(error.contains("(InvalidAccessKeyId)"), "{error}");
    lab.faults(&["skew=3600"]);
    let error = fails(&lab, &lab.user(), &["sts", "get-caller-identity"]);
    assert!(error.contains("Signature expired"), "{error}");
}
