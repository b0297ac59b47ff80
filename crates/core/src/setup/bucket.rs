//! Names of S3 buckets.
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>

use super::typed::{placeholder, trimmed};
use crate::value::input::InputError;
use crate::value::sanitise::{describe, echo};

const ALLOWED: &str =
    "A bucket's name has 3 to 63 of a-z 0-9 . - and begins and ends with a letter or digit.";

/// Returns the name of a bucket; it may be typed as an ARN or an `s3://` address.
///
/// # Errors
/// Says what is wrong with it.
pub(super) fn bucket(text: &str) -> Result<String, InputError> {
    let text = trimmed(text);
    if let Some(error) = placeholder("allow", "The bucket's name", text) {
        return Err(error);
    }
    let refuse = |what: String| Err(InputError::new("allow", what, ALLOWED));
    if text.starts_with("arn:") && !text.contains(":s3:::") {
        return refuse(format!(
            "\"{}\" is not the ARN of a bucket, such as arn:aws:s3:::bucket.",
            echo(text)
        ));
    }
    let after_arn = text.split_once(":s3:::").map_or(text, |(_, name)| name);
    let name = after_arn.strip_prefix("s3://").unwrap_or(after_arn);
    let name = name.strip_suffix('/').unwrap_or(name);
    if name.is_empty() {
        return refuse("The bucket's name is empty.".to_owned());
    }
    if let Some((bucket, _)) = name.split_once('/') {
        let what = format!("\"{}\" names objects in a bucket.", echo(name));
        let remedy = format!("Enter only the bucket: {}.", echo(bucket));
        return Err(InputError::new("allow", what, remedy));
    }
    let is_allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-".contains(c);
    if let Some((index, odd)) = name.chars().enumerate().find(|(_, c)| !is_allowed(*c)) {
        return refuse(format!(
            "The bucket's name has {} at position {}.",
            describe(odd),
            index + 1
        ));
    }
    let begins_well = |c: char| c.is_ascii_alphanumeric();
    if !(3..=63).contains(&name.len()) {
        return refuse(format!("The bucket's name has {} characters.", name.len()));
    }
    if !name.starts_with(begins_well) || !name.ends_with(begins_well) || name.contains("..") {
        return refuse(format!("\"{}\" is not a bucket's name.", echo(name)));
    }
    Ok(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_may_be_typed_in_three_ways() {
        for text in [
            "guest-bucket",
            "s3://guest-bucket/",
            "arn:aws:s3:::guest-bucket",
        ] {
            assert_eq!(bucket(text).expect(text), "guest-bucket");
        }
    }

    #[test]
    fn other_names_are_explained() {
        let long = "b".repeat(64);
        for (text, part) in [
            ("", "is empty"),
            ("My-Bucket", "\"M\" at position 1"),
            ("my_bucket", "\"_\" at position 3"),
            ("b", "1 characters"),
            (&long, "64 characters"),
            ("-bucket", "is not a bucket's name"),
            ("a..b", "is not a bucket's name"),
            ("s3://bucket/folder", "only the bucket: bucket"),
            ("bucket/*", "only the bucket: bucket"),
            ("arn:aws:s3::bucket", "such as arn:aws:s3:::bucket"),
            ("<bucket>", "placeholder"),
            ("bücket", "U+00FC"),
        ] {
            let error = bucket(text).expect_err(text);
            assert!(error.to_string().contains(part), "{text}: {error}");
        }
    }
}
