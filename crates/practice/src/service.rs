//! The supported services, and their error codes and messages for the same failures.

use crate::call::Call;
use crate::failure::Failure;
use crate::reply::Reply;
use crate::signature::{Signature, SignatureProblem};
use crate::{iam, s3, sts};

/// A service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    Sts,
    Iam,
    S3,
}

impl Service {
    /// Returns the service that the signature names. Without a signature, a form or an `Action` is for STS.
    pub(crate) fn of(call: &Call, signature: &Result<Signature, SignatureProblem>) -> Self {
        match signature {
            Ok(signature) if signature.scope.service == "s3" => Self::S3,
            Ok(signature) if signature.scope.service == "iam" => Self::Iam,
            Ok(_) => Self::Sts,
            Err(_) if call.method == "POST" || call.query_value("Action").is_some() => Self::Sts,
            Err(_) => Self::S3,
        }
    }

    /// Returns the name in the scope of a signature.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sts => "sts",
            Self::Iam => "iam",
            Self::S3 => "s3",
        }
    }

    /// Returns the error document.
    pub(crate) fn failed(self, failure: &Failure, id: &str) -> Reply {
        match self {
            Self::Sts => sts::failed(failure, id),
            Self::Iam => iam::failed(failure, id),
            Self::S3 => s3::failed(failure, id),
        }
    }

    /// Returns the error for a caller that exceeds the request rate.
    pub(crate) fn throttled(self) -> Failure {
        match self {
            Self::Sts | Self::Iam => Failure::new(400, "Throttling", "Rate exceeded"),
            Self::S3 => Failure::new(503, "SlowDown", "Please reduce your request rate."),
        }
    }

    /// Returns the error for an access key that does not exist.
    pub(crate) fn unknown_key(self) -> Failure {
        match self {
            Self::Sts | Self::Iam => invalid_client_token(),
            Self::S3 => Failure::new(
                403,
                "InvalidAccessKeyId",
                "The AWS Access Key Id you provided does not exist in our records.",
            ),
        }
    }

    /// Returns the error for a session token that does not belong to its access key.
    pub(crate) fn bad_token(self) -> Failure {
        match self {
            Self::Sts | Self::Iam => invalid_client_token(),
            Self::S3 => {
                let text = "The provided token is malformed or otherwise invalid.";
                Failure::new(400, "InvalidToken", text)
            }
        }
    }

    /// Returns the error for expired credentials.
    pub(crate) fn expired_token(self) -> Failure {
        match self {
            Self::Sts | Self::Iam => Failure::new(
                403,
                "ExpiredToken",
                "The security token included in the request is expired",
            ),
            Self::S3 => Failure::new(400, "ExpiredToken", "The provided token has expired."),
        }
    }

    /// Returns the error for a signature that is not valid.
    pub(crate) fn explain(self, problem: SignatureProblem) -> Failure {
        match (problem, self) {
            (SignatureProblem::Missing, Self::Sts | Self::Iam) => Failure::new(
                403,
                "MissingAuthenticationToken",
                "Request is missing Authentication Token",
            ),
            (SignatureProblem::Missing, Self::S3) => {
                Failure::new(403, "AccessDenied", "Access Denied")
            }
            (SignatureProblem::Incomplete(text), Self::Sts | Self::Iam) => {
                Failure::new(400, "IncompleteSignature", text)
            }
            (SignatureProblem::Incomplete(text), Self::S3) => {
                Failure::new(400, "AuthorizationHeaderMalformed", text)
            }
            (SignatureProblem::Skewed(text), Self::Sts | Self::Iam) => {
                Failure::new(403, "SignatureDoesNotMatch", text)
            }
            (SignatureProblem::Skewed(_), Self::S3) => Failure::new(
                403,
                "RequestTimeTooSkewed",
                "The difference between the request time and the current time is too large.",
            ),
            (SignatureProblem::PresignedExpired, Self::Sts | Self::Iam) => {
                Failure::new(403, "SignatureDoesNotMatch", "Signature expired.")
            }
            (SignatureProblem::PresignedExpired, Self::S3) => {
                Failure::new(403, "AccessDenied", "Request has expired")
            }
            (SignatureProblem::ScopeDate(text), Self::Sts | Self::Iam | Self::S3) => {
                Failure::new(403, "SignatureDoesNotMatch", text)
            }
            (SignatureProblem::Mismatch, Self::Sts | Self::Iam) => Failure::new(
                403,
                "SignatureDoesNotMatch",
                "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
            ),
            (SignatureProblem::Mismatch, Self::S3) => Failure::new(
                403,
                "SignatureDoesNotMatch",
                "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
            ),
        }
    }
}

fn invalid_client_token() -> Failure {
    let text = "The security token included in the request is invalid.";
    Failure::new(403, "InvalidClientTokenId", text)
}
