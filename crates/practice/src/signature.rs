//! Reads and checks the signature of a call.
//!
//! [Signature Version 4](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html),
//! in the `Authorization` header or in the query string of a presigned URL.

use jiff::{SignedDuration, Timestamp};
use subtle::ConstantTimeEq;

use crate::call::Call;
use crate::percent;
use crate::signature_key::{Scope, sha256_hex, sign};
use crate::wire_time;

/// The largest permitted difference from the client's clock.
const MAX_SKEW: SignedDuration = SignedDuration::from_mins(15);

/// A signature as sent.
#[derive(Debug, Clone)]
pub(crate) struct Signature {
    pub(crate) access_key_id: String,
    pub(crate) scope: Scope,
    pub(crate) token: Option<String>,
    time_text: String,
    time: Timestamp,
    signed_headers: Vec<String>,
    signature: String,
    /// How long a presigned URL is valid.
    presigned_for: Option<SignedDuration>,
}

/// Why a signature is not valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SignatureProblem {
    /// There is no signature.
    Missing,
    /// The signature cannot be parsed.
    Incomplete(String),
    /// The time of the signature is outside the permitted range. The text is that of STS.
    Skewed(String),
    /// The presigned URL has expired.
    PresignedExpired,
    /// The signature was created with another secret, or for another request.
    Mismatch,
    /// The date of the scope is not the date of the request.
    ScopeDate(String),
}

impl Signature {
    /// Reads the signature of a call.
    pub(crate) fn read(call: &Call) -> Result<Self, SignatureProblem> {
        if call.query_value("X-Amz-Algorithm").is_some() {
            return Self::from_query(call);
        }
        let Some(header) = call.header("authorization") else {
            return Err(SignatureProblem::Missing);
        };
        let Some(fields) = header.strip_prefix("AWS4-HMAC-SHA256") else {
            return incomplete("Unsupported authorization algorithm.");
        };
        let field = |name: &str| {
            let value = fields
                .split(',')
                .find_map(|f| f.trim().strip_prefix(name)?.strip_prefix('='));
            let problem = format!("Authorization header requires '{name}' parameter.");
            value
                .map(str::to_owned)
                .ok_or(SignatureProblem::Incomplete(problem))
        };
        let time = call.header("x-amz-date").unwrap_or_default().to_owned();
        let token = call.header("x-amz-security-token").map(str::to_owned);
        Self::new(
            &field("Credential")?,
            time,
            &field("SignedHeaders")?,
            field("Signature")?,
            token,
            None,
        )
    }

    fn from_query(call: &Call) -> Result<Self, SignatureProblem> {
        let value = |name: &str| call.query_value(name).unwrap_or_default();
        let Ok(seconds @ 1..=604_800) = value("X-Amz-Expires").parse() else {
            return incomplete("X-Amz-Expires must be between 1 and 604800 seconds");
        };
        Self::new(
            &value("X-Amz-Credential"),
            value("X-Amz-Date"),
            &value("X-Amz-SignedHeaders"),
            value("X-Amz-Signature"),
            call.query_value("X-Amz-Security-Token"),
            Some(SignedDuration::from_secs(seconds)),
        )
    }

    fn new(
        credential: &str,
        time_text: String,
        signed_headers: &str,
        signature: String,
        token: Option<String>,
        presigned_for: Option<SignedDuration>,
    ) -> Result<Self, SignatureProblem> {
        let parts: Vec<&str> = credential.split('/').collect();
        let [id, date, region, service, "aws4_request"] = parts[..] else {
            return incomplete(
                "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term",
            );
        };
        let Some(time) = wire_time::parse_basic(&time_text) else {
            return incomplete(
                "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
            );
        };
        if time_text[..8] != *date {
            return Err(SignatureProblem::ScopeDate(format!(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{date}' != '{}', from '{time_text}'.",
                &time_text[..8]
            )));
        }
        Ok(Self {
            access_key_id: id.to_owned(),
            scope: Scope {
                date: date.into(),
                region: region.into(),
                service: service.into(),
            },
            token,
            time,
            time_text,
            signed_headers: signed_headers.split(';').map(str::to_owned).collect(),
            signature,
            presigned_for,
        })
    }

    /// Checks the time of the signature against the server's clock.
    pub(crate) fn check_time(&self, now: Timestamp) -> Result<(), SignatureProblem> {
        if let Some(span) = self.presigned_for {
            let is_over = now.duration_since(self.time) > span;
            return if is_over {
                Err(SignatureProblem::PresignedExpired)
            } else {
                Ok(())
            };
        }
        let (signed, server) = (&self.time_text, wire_time::basic(now));
        let problem = if self.time < now - MAX_SKEW {
            let bound = wire_time::basic(now - MAX_SKEW);
            format!("Signature expired: {signed} is now earlier than {bound} ({server} - 15 min.)")
        } else if self.time > now + MAX_SKEW {
            let bound = wire_time::basic(now + MAX_SKEW);
            format!(
                "Signature not yet current: {signed} is still later than {bound} ({server} + 15 min.)"
            )
        } else {
            return Ok(());
        };
        Err(SignatureProblem::Skewed(problem))
    }

    /// Checks that this call was signed with the secret.
    pub(crate) fn check(&self, call: &Call, secret: &str) -> Result<(), SignatureProblem> {
        let covers_host = self.signed_headers.iter().any(|name| name == "host");
        let Some(payload) = self.payload_hash(call) else {
            return Err(SignatureProblem::Mismatch);
        };
        let canonical = self.canonical_request(call, &payload);
        let expected = sign(secret, &self.scope, &self.time_text, &canonical);
        let is_equal: bool = expected.as_bytes().ct_eq(self.signature.as_bytes()).into();
        if is_equal && covers_host {
            Ok(())
        } else {
            Err(SignatureProblem::Mismatch)
        }
    }

    /// Returns the hash that the client must have signed, or `None` if the body does not match the hash in its header.
    fn payload_hash(&self, call: &Call) -> Option<String> {
        let actual = sha256_hex(&call.body);
        if self.scope.service != "s3" {
            return Some(actual);
        }
        if self.presigned_for.is_some() {
            return Some("UNSIGNED-PAYLOAD".to_owned());
        }
        match call.header("x-amz-content-sha256") {
            Some("UNSIGNED-PAYLOAD") => Some("UNSIGNED-PAYLOAD".to_owned()),
            Some(streaming) if streaming.starts_with("STREAMING-") => Some(streaming.to_owned()),
            Some(claimed) if claimed == actual => Some(actual),
            _ => None,
        }
    }

    fn canonical_request(&self, call: &Call, payload: &str) -> String {
        let headers: String = (self.signed_headers.iter())
            .map(|name| format!("{name}:{}\n", canonical_header(call, name)))
            .collect();
        // Except for S3, the path is encoded once more for the signature than for sending.
        let path = percent::encode_path(&percent::decode(&call.path));
        let path = if self.scope.service == "s3" {
            path
        } else {
            percent::encode_path(&path)
        };
        format!(
            "{}\n{path}\n{}\n{headers}\n{}\n{payload}",
            call.method,
            canonical_query(&call.query),
            self.signed_headers.join(";"),
        )
    }
}

fn incomplete<T>(problem: &str) -> Result<T, SignatureProblem> {
    Err(SignatureProblem::Incomplete(problem.to_owned()))
}

fn canonical_header(call: &Call, name: &str) -> String {
    let values = call.headers.iter().filter(|(own, _)| own == name);
    let folded: Vec<String> = values
        .map(|(_, value)| value.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    folded.join(",")
}

fn canonical_query(query: &str) -> String {
    let mut pairs: Vec<(String, String)> = percent::query_pairs(query)
        .iter()
        .filter(|(name, _)| name != "X-Amz-Signature")
        .map(|(name, value)| (percent::encode(name), percent::encode(value)))
        .collect();
    pairs.sort();
    pairs
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect::<Vec<_>>()
        .join("&")
}
