//! Temporary credentials, and their formats for tools.

use jiff::{Timestamp, Unit};

use crate::value::secret::Secret;

/// Temporary credentials of one session.
#[derive(Debug)]
pub struct Credentials {
    /// The temporary access key ID (`ASIA…`).
    pub access_key_id: String,
    /// The secret access key.
    pub secret_access_key: Secret,
    /// The session token.
    pub session_token: Secret,
    /// When they expire.
    pub expires_at: Timestamp,
}

impl Credentials {
    /// Checks that each value has only characters without a special meaning in files, shells and headers.
    ///
    /// # Errors
    /// Names the field, without its value.
    pub fn check(&self) -> Result<(), UnsafeValue> {
        let id_ok = (16..=128).contains(&self.access_key_id.len())
            && self
                .access_key_id
                .bytes()
                .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        let base64 = |text: &str, max: usize| {
            (1..=max).contains(&text.len())
                && text
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"/+=".contains(&b))
        };
        match () {
            () if !id_ok => Err(UnsafeValue("AccessKeyId")),
            () if !base64(self.secret_access_key.expose(), 256) => {
                Err(UnsafeValue("SecretAccessKey"))
            }
            () if !base64(self.session_token.expose(), TOKEN_MAX) => {
                Err(UnsafeValue("SessionToken"))
            }
            () => Ok(()),
        }
    }

    /// Returns the line that a `credential_process` prints, without its line ending.
    ///
    /// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html>
    pub fn process_line(&self, account_id: &str) -> Secret {
        let expiration = instant_text(self.expires_at);
        // Every value passed `check`, so none needs escaping.
        Secret::new(format!(
            r#"{{"Version":1,"AccessKeyId":"{}","SecretAccessKey":"{}","SessionToken":"{}","Expiration":"{expiration}","AccountId":"{account_id}"}}"#,
            self.access_key_id,
            self.secret_access_key.expose(),
            self.session_token.expose(),
        ))
    }

    /// Returns the response body of a container credentials endpoint.
    ///
    /// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html>
    pub fn container_body(&self, account_id: &str) -> Secret {
        let expiration = instant_text(self.expires_at);
        // Every value passed `check`, so none needs escaping.
        Secret::new(format!(
            r#"{{"AccessKeyId":"{}","SecretAccessKey":"{}","Token":"{}","Expiration":"{expiration}","AccountId":"{account_id}"}}"#,
            self.access_key_id,
            self.secret_access_key.expose(),
            self.session_token.expose(),
        ))
    }
}

/// The maximum length of a session token. AWS specifies no maximum. Known tokens have fewer than 4,096 characters.
const TOKEN_MAX: usize = 16_384;

/// A field of credentials whose value has characters that are not allowed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0} has invalid characters or an invalid length")]
pub struct UnsafeValue(pub &'static str);

/// Returns a time in the format that every SDK reads: RFC 3339 in whole seconds with `Z`.
pub fn instant_text(instant: Timestamp) -> String {
    instant.round(Unit::Second).unwrap_or(instant).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credentials(token: &str) -> Credentials {
        Credentials {
            access_key_id: "ASIAIOSFODNN7EXAMPLE".into(),
            secret_access_key: Secret::new("c2VjcmV0/+=".into()),
            session_token: Secret::new(token.into()),
            expires_at: "2026-11-21T12:34:56Z".parse().expect("an instant"),
        }
    }

    #[test]
    fn c14_prints_the_contract_of_credential_process() {
        assert_eq!(
            credentials("dG9rZW4=")
                .process_line("111122223333")
                .expose(),
            r#"{"Version":1,"AccessKeyId":"ASIAIOSFODNN7EXAMPLE","SecretAccessKey":"c2VjcmV0/+=","SessionToken":"dG9rZW4=","Expiration":"2026-11-21T12:34:56Z","AccountId":"111122223333"}"#
        );
    }

    #[test]
    fn c9_prints_the_body_of_a_container_endpoint() {
        assert_eq!(
            credentials("dG9rZW4=")
                .container_body("111122223333")
                .expose(),
            r#"{"AccessKeyId":"ASIAIOSFODNN7EXAMPLE","SecretAccessKey":"c2VjcmV0/+=","Token":"dG9rZW4=","Expiration":"2026-11-21T12:34:56Z","AccountId":"111122223333"}"#
        );
    }

    #[test]
    fn b54_rejects_values_that_could_end_their_quotes() {
        for bad in ["a\"b", "a\nb", "a'b", "", "a b", &"x".repeat(20_000)] {
            assert_eq!(credentials(bad).check(), Err(UnsafeValue("SessionToken")));
        }
        assert_eq!(credentials("dG9rZW4=").check(), Ok(()));
    }
}
