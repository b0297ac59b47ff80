//! Leapp's workspace file: AES-256-CBC in OpenSSL's salted format, with a key derived with MD5 from the machine ID. The
//! encryption protects nothing, because any program that can read the file can also read the ID.

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

/// Where Linux stores the machine ID, in the order in which Leapp looks.
const ID_PATHS: [&str; 2] = ["/var/lib/dbus/machine-id", "/etc/machine-id"];
const MARK: &[u8] = b"Salted__";
const SALT_LEN: usize = 8;
const KEY_LEN: usize = 32;
const IV_LEN: usize = 16;

/// Returns the possible IDs of this machine as Leapp computes them: the SHA-256 of the text, in hexadecimal.
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

/// Decrypts a workspace file with one of the machine's IDs. Returns a file that is not encrypted unchanged.
///
/// # Errors
/// If no ID decrypts the file.
pub(crate) fn open(text: &str, ids: &[String]) -> Result<Secret, Problem> {
    let text = text.trim();
    if text.starts_with('{') {
        return Ok(Secret::new(text.to_owned()));
    }
    let encrypted = decode(text).ok_or_else(not_a_workspace)?;
    let body = encrypted.strip_prefix(MARK).ok_or_else(not_a_workspace)?;
    let (salt, body) = body
        .split_at_checked(SALT_LEN)
        .ok_or_else(not_a_workspace)?;
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
    let derived = derive(id, salt);
    let (key, iv) = derived.split_at(KEY_LEN);
    let decryptor = Decryptor::<Aes256>::new_from_slices(key, iv).ok()?;
    let plain = decryptor.decrypt_padded_vec::<Pkcs7>(body).ok()?;
    String::from_utf8(plain)
        .ok()
        .filter(|text| text.starts_with('{'))
}

/// Derives key and initialisation vector as OpenSSL's EVP_BytesToKey does with MD5 and one round.
fn derive(id: &[u8], salt: &[u8]) -> Vec<u8> {
    let mut derived = Vec::new();
    let mut last = Vec::new();
    while derived.len() < KEY_LEN + IV_LEN {
        last = Md5::new()
            .chain_update(&last)
            .chain_update(id)
            .chain_update(salt)
            .finalize()
            .to_vec();
        derived.extend_from_slice(&last);
    }
    derived
}

fn not_a_workspace() -> Problem {
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
    fn decrypts_what_openssl_encrypted_only_with_the_right_id() {
        let ids = ["another".to_owned(), "test-id".to_owned()];
        assert_eq!(
            open(SEALED, &ids).expect("opened").expose(),
            "{\"_sessions\":[]}"
        );
        let problem = open(SEALED, &ids[..1]).expect_err("another machine's");
        assert!(problem.what.contains("another machine"), "{problem}");
    }

    #[test]
    fn what_is_not_a_workspace_file_is_an_error() {
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
