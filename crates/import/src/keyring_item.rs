//! The items that aws-vault and Granted keep in the Secret Service: JSON around JSON, as the keyring library that both
//! are built on writes it.

use data_encoding::BASE64_NOPAD;
use serde::Deserialize;
use zeroize::{Zeroize, Zeroizing};

use rolecall_core::aws_files::key_text::KeyPair;
use rolecall_core::value::input::InputError;
use rolecall_core::value::secret::Secret;

/// The collection that aws-vault makes.
pub(crate) const AWS_VAULT_COLLECTION: &str = "awsvault";
/// The collection that Granted makes.
pub(crate) const GRANTED_COLLECTION: &str = "granted-aws-iam-credentials";

#[derive(Deserialize)]
struct Item {
    /// What the item is called there: a profile's name.
    #[serde(rename = "Key")]
    key: String,
    /// Base64 of a second JSON text.
    #[serde(rename = "Data")]
    data: String,
}

/// Both write these names; both leave the token empty for a long-term key.
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

/// Reads an item: the profile's name, and its long-term key; `None` for what else is kept there, such as sessions.
///
/// # Errors
/// If it holds a long-term key that is wrong.
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

/// Decodes standard base64, padded or not; `None` if it is none. RFC 4648, section 4.
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
    fn what_is_no_item_is_passed_over() {
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
