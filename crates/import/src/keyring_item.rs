//! The items that aws-vault and Granted keep in the Secret Service: JSON around JSON, as the keyring library that both
//! are built on writes it.

use serde::Deserialize;
use zeroize::Zeroize;

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
    let decoded = decode(&data)
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .map(Secret::new);
    data.zeroize();
    let found = decoded
        .and_then(|text| serde_json::from_str::<Credentials>(text.expose()).ok())
        .filter(|found| found.session_token.is_empty());
    let Some(found) = found else {
        return Ok(None);
    };
    let secret = Secret::new(found.secret_access_key.clone());
    KeyPair::parse(&found.access_key_id, &secret).map(|pair| Some((key, pair)))
}

/// Decodes standard base64, padded or not; `None` if it is none. RFC 4648, section 4.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0_u32);
    for symbol in text.trim_end_matches('=').bytes() {
        let value = match symbol {
            b'A'..=b'Z' => symbol - b'A',
            b'a'..=b'z' => symbol - b'a' + 26,
            b'0'..=b'9' => symbol - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => {
                bytes.zeroize();
                return None;
            }
        };
        bits = (bits << 6) | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from((bits >> count) & 0xff).ok()?);
        }
    }
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
