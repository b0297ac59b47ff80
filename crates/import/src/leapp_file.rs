//! Leapp's workspace file: AES-256-CBC under a key that MD5 makes of the machine's id, in OpenSSL's salted form.
//! Whoever can read the file can read the id, so this keeps nothing from anyone; it is how the file is written.

use std::fs;

use crate::keyring_item::decode;
use aes::Aes256;
use cbc::Decryptor;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt, KeyIvInit};
use data_encoding::HEXLOWER;
use md5::Md5;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::secret::Secret;
use sha2::{Digest, Sha256};

/// Where Linux keeps the machine's id, in the order in which Leapp looks.
const ID_PATHS: [&str; 2] = ["/var/lib/dbus/machine-id", "/etc/machine-id"];
const MARK: &[u8] = b"Salted__";
const SALT_LEN: usize = 8;
const KEY_LEN: usize = 32;
const IV_LEN: usize = 16;

/// Returns what this machine's id may be, as Leapp takes it: the hex of the SHA-256 of its text.
pub(crate) fn machine_ids() -> Vec<String> {
    let texts = ID_PATHS
        .iter()
        .filter_map(|path| fs::read_to_string(path).ok());
    let mut ids: Vec<String> = texts
        .map(|text| HEXLOWER.encode(&Sha256::digest(text.trim().to_ascii_lowercase())))
        .collect();
    ids.dedup();
    ids
}

/// Opens a workspace file with one of the machine's ids. A file that is not encrypted is taken as it is.
///
/// # Errors
/// If none of them opens it.
pub(crate) fn open(text: &str, ids: &[String]) -> Result<Secret, Problem> {
    let text = text.trim();
    if text.starts_with('{') {
        return Ok(Secret::new(text.to_owned()));
    }
    let sealed = decode(text).ok_or_else(not_ours)?;
    let body = sealed.strip_prefix(MARK).ok_or_else(not_ours)?;
    let (salt, body) = body.split_at_checked(SALT_LEN).ok_or_else(not_ours)?;
    ids.iter()
        .find_map(|id| decrypt(body, salt, id.as_bytes()))
        .map(Secret::new)
        .ok_or_else(|| {
            Problem::new(
                ProblemCode::InvalidFile,
                "Leapp's workspace file was written on another machine.",
                "Import it on the machine where Leapp ran.",
            )
        })
}

fn decrypt(body: &[u8], salt: &[u8], id: &[u8]) -> Option<String> {
    let made = derived(id, salt);
    let (key, iv) = made.split_at(KEY_LEN);
    let opener = Decryptor::<Aes256>::new_from_slices(key, iv).ok()?;
    let plain = opener.decrypt_padded_vec::<Pkcs7>(body).ok()?;
    String::from_utf8(plain)
        .ok()
        .filter(|text| text.starts_with('{'))
}

/// Makes key and initialisation vector as OpenSSL's EVP_BytesToKey does with MD5 and one round.
fn derived(id: &[u8], salt: &[u8]) -> Vec<u8> {
    let mut made = Vec::new();
    let mut last = Vec::new();
    while made.len() < KEY_LEN + IV_LEN {
        last = Md5::new()
            .chain_update(&last)
            .chain_update(id)
            .chain_update(salt)
            .finalize()
            .to_vec();
        made.extend_from_slice(&last);
    }
    made
}

fn not_ours() -> Problem {
    Problem::new(
        ProblemCode::InvalidFile,
        "This is not a Leapp workspace file.",
        "Use ~/.Leapp/Leapp-lock.json.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    // printf '{"_sessions":[]}' | openssl enc -aes-256-cbc -md md5 -a -A -pass pass:test-id -S 0102030405060708
    const SEALED: &str = "U2FsdGVkX18BAgMEBQYHCOK3VucanVpU/zt/K0j75PNfam77Q1wsj6WTGT0XiF3E";

    #[test]
    fn opens_what_openssl_sealed_and_only_with_the_right_id() {
        let ids = ["another".to_owned(), "test-id".to_owned()];
        assert_eq!(
            open(SEALED, &ids).expect("opened").expose(),
            "{\"_sessions\":[]}"
        );
        let problem = open(SEALED, &ids[..1]).expect_err("another machine's");
        assert!(problem.what.contains("another machine"), "{problem}");
    }

    #[test]
    fn what_is_no_workspace_is_told() {
        for text in ["", "x", "U2FsdGVk", "!!", "U2FsdGVkX18="] {
            assert_eq!(
                open(text, &["test-id".into()])
                    .map(drop)
                    .map_err(|it| it.code),
                Err(ProblemCode::InvalidFile),
                "{text}"
            );
        }
    }
}
