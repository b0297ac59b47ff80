//! The items that aws-vault and Granted store in the Secret Service: JSON inside JSON, as written by the keyring
//! library that both use.

use data_encoding::BASE64_NOPAD;
use serde::Deserialize;
use zeroize::{Zeroize, Zeroizing};

use rolecall_core::aws_files::key_text::KeyPair;
use rolecall_core::value::input::InputError;
use rolecall_core::value::secret::Secret;

/// The collection that aws-vault creates.
pub(crate) const AWS_VAULT_COLLECTION: &str = "awsvault";
/// The collection that Granted creates.
pub(crate) const GRANTED_COLLECTION: &str = "granted-aws-iam-credentials";

#[derive(Deserialize)]
struct Item {
    /// The name of the item, which is the name of a profile.
    #[serde(rename = "Key")]
    key: String,
    /// A second JSON text, base64-encoded.
    #[serde(rename = "Data")]
    data: String,
}

/// Both programs use these names. For a long-term key, both leave the token empty.
#[derive(Deserialize)]
struct Credentials {
    #[serde(rename = "AccessKeyID")]
    access_key_id: String,
    #[serde(rename = "SecretAccessKey")]
    secret_access_key: String,
    #[serde(rename = "SessionToken", default)]
    session_token: String,
}

impl Drop for Credentials {
    fn drop(&mut self) {
        self.secret_access_key.zeroize();
        self.session_token.zeroize();
    }
}

/// Reads the profile's name and its long-term key from an item. Returns `None` for other items, such as sessions.
///
/// # Errors
/// If the item has a long-term key that is not valid.
pub(crate) fn read(item: &Secret) -> Result<Option<(String, KeyPair)>, InputError> {
    let Ok(Item { key, mut data }) = serde_json::from_str::<Item>(item.expose()) else {
        return Ok(None);
    };
    let decoded = decode(&data);
    data.zeroize();
    let found = decoded
        .and_then(|bytes| serde_json::from_slice::<Credentials>(&bytes).ok())
        .filter(|found| found.session_token.is_empty());
    let Some(found) = found else {
        return Ok(None);
    };
    let secret = Secret::new(found.secret_access_key.clone());
    KeyPair::parse(&found.access_key_id, &secret).map(|pair| Some((key, pair)))
}

/// Decodes standard base64 (RFC 4648, section 4), with or without padding. Returns `None` if the text is not base64.
pub(crate) fn decode(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let digits = text.trim_end_matches('=').as_bytes();
    let length = BASE64_NOPAD.decode_len(digits.len()).ok()?;
    let mut bytes = Zeroizing::new(vec![0; length]);
    BASE64_NOPAD.decode_mut(digits, &mut bytes).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(data: &str) -> Secret {
        Secret::new(format!(
            "{{\"Key\":\"work\",\"Data\":\"{data}\",\"Label\":\"aws-vault (work)\",\"Description\":\"\",\
             \"KeychainNotTrustApplication\":true,\"KeychainNotSynchronizable\":false}}"
        ))
    }

    #[test]
    fn a_long_term_key_is_read_and_a_session_is_not() {
        // {"AccessKeyID":"AKIAIOSFODNN7EXAMPLE","SecretAccessKey":"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        //  "SessionToken":"","ProviderName":""}
        let key = item(
            "eyJBY2Nlc3NLZXlJRCI6IkFLSUFJT1NGT0ROTjdFWEFNUExFIiwiU2VjcmV0QWNjZXNzS2V5Ijoid0phbHJYVXRuRkVNSS9LN01ERU5HL2JQeFJmaUNZRVhBTVBMRUtFWSIsIlNlc3Npb25Ub2tlbiI6IiIsIlByb3ZpZGVyTmFtZSI6IiJ9",
        );
        let (name, pair) = read(&key).expect("right").expect("a key");
        assert_eq!(
            (name.as_str(), pair.id.as_str()),
            ("work", "AKIAIOSFODNN7EXAMPLE")
        );
        // {"AccessKeyID":"ASIAIOSFODNN7EXAMPLE","SecretAccessKey":"x","SessionToken":"t"}
        let session = item(
            "eyJBY2Nlc3NLZXlJRCI6IkFTSUFJT1NGT0ROTjdFWEFNUExFIiwiU2VjcmV0QWNjZXNzS2V5IjoieCIsIlNlc3Npb25Ub2tlbiI6InQifQ==",
        );
        assert!(read(&session).expect("passed over").is_none());
    }

    #[test]
    fn skips_what_is_not_an_item() {
        for text in [
            "",
            "x",
            "{}",
            "{\"Key\":\"a\",\"Data\":\"!\"}",
            "{\"Key\":\"a\",\"Data\":\"e30=\"}",
        ] {
            assert!(
                read(&Secret::new(text.into()))
                    .expect("passed over")
                    .is_none(),
                "{text}"
            );
        }
    }
}
