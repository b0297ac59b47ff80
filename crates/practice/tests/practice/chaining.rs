//! Role chaining.

use crate::client::{ARCHIVE, GUEST, Lab, USER};

#[test]
fn the_archive_is_reached_only_through_the_guest() {
    let lab = Lab::story();
    lab.assume(&lab.user(), ARCHIVE, &[])
        .assert_denied(USER, "sts:AssumeRole", ARCHIVE);
    let guest = lab.assume(&lab.user(), GUEST, &[]).session();
    let archive = lab.assume(&guest, ARCHIVE, &[]);
    archive.assert_ok();
    let identity = lab.sts(&archive.session(), "GetCallerIdentity", &[]);
    let arn = "arn:aws:sts::390411927311:assumed-role/archive/test";
    assert_eq!(identity.text("Arn").as_deref(), Some(arn));
}

#[test]
fn b18_a_chained_session_is_limited_to_one_hour() {
    let lab = Lab::story();
    let guest = lab.assume(&lab.user(), GUEST, &[]).session();
    let text = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.";
    lab.assume(&guest, ARCHIVE, &[("DurationSeconds", "7200")])
        .assert_failed(400, "ValidationError", text);
    lab.assume(&guest, ARCHIVE, &[("DurationSeconds", "3600")])
        .assert_ok();
}

#[test]
fn a_denied_session_is_named_by_its_session_arn() {
    let lab = Lab::story();
    let guest = lab.assume(&lab.user(), GUEST, &[]).session();
    let caller = "arn:aws:sts::808768216571:assumed-role/guest/test";
    lab.assume(&guest, GUEST, &[])
        .assert_denied(caller, "sts:AssumeRole", GUEST);
}
