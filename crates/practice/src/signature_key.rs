//! The computations of Signature Version 4.

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// The scope for which a signature is valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scope {
    /// `20261122`.
    pub(crate) date: String,
    pub(crate) region: String,
    pub(crate) service: String,
}

impl Scope {
    /// Returns `20261122/eu-west-1/sts/aws4_request`.
    pub(crate) fn text(&self) -> String {
        format!(
            "{}/{}/{}/aws4_request",
            self.date, self.region, self.service
        )
    }
}

/// Signs a canonical request. Returns the signature in hexadecimal.
pub(crate) fn sign(secret: &str, scope: &Scope, time: &str, canonical_request: &str) -> String {
    let digest = sha256_hex(canonical_request.as_bytes());
    let text = format!("AWS4-HMAC-SHA256\n{time}\n{}\n{digest}", scope.text());
    let mut key = format!("AWS4{secret}").into_bytes();
    for part in [
        scope.date.as_str(),
        &scope.region,
        &scope.service,
        "aws4_request",
    ] {
        key = hmac(&key, part.as_bytes());
    }
    HEXLOWER.encode(&hmac(&key, text.as_bytes()))
}

/// Returns the SHA-256 of bytes in hexadecimal.
pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(bytes))
}

fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of AWS's [signing guide](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
    #[test]
    fn signs_the_example_of_the_guide() {
        let scope = Scope {
            date: "20150830".into(),
            region: "us-east-1".into(),
            service: "iam".into(),
        };
        let canonical = "GET\n/\nAction=ListUsers&Version=2010-05-08\n\
            content-type:application/x-www-form-urlencoded; charset=utf-8\n\
            host:iam.amazonaws.com\nx-amz-date:20150830T123600Z\n\n\
            content-type;host;x-amz-date\n\
            e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
        assert_eq!(
            sign(secret, &scope, "20150830T123600Z", canonical),
            "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
        );
    }
}
