//! The format of the file: four lines of ASCII. The encryption of the third line authenticates the first two.
//!
//! ```text
//! rolecall-keys 1
//! {"derivation":{"kdf":"argon2id",…},"accounts":["AKIA…"]}
//! the sealed secrets, in hexadecimal
//! the SHA-256 of all before it, which tells damage from a wrong passphrase
//! ```

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use rolecall_core::value::problem::{Problem, ProblemCode};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::derivation::Derivation;
use crate::disk::ReadFault;
use crate::seal::{SealKey, Unsealable};

/// Secrets by account.
pub(super) type Secrets = BTreeMap<String, Zeroizing<String>>;

/// The start of the file in every version.
const MAGIC: &str = "rolecall-keys ";
const VERSION: &str = "1";

/// A parsed file: the key derivation and the accounts, with encrypted secrets.
#[derive(Debug)]
pub(super) struct Form {
    pub(super) derivation: Derivation,
    /// The accounts with a secret. They are not secret themselves, since `keys.toml` lists them too.
    pub(super) accounts: Vec<String>,
    context: Vec<u8>,
    sealed: Vec<u8>,
}

/// The line that is not encrypted.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    derivation: Derivation,
    accounts: Vec<String>,
}

/// Why a file cannot be parsed.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    #[error("the file of keys cannot be read: {0}")]
    Unreadable(#[from] ReadFault),
    #[error("a newer version wrote the file of keys")]
    Newer,
    #[error("the file of keys is damaged")]
    Damaged,
}

impl Form {
    /// Parses a file.
    ///
    /// # Errors
    /// [`Fault::Newer`] for the file of another version, [`Fault::Damaged`] for any other content.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let text = std::str::from_utf8(bytes).map_err(|_| Fault::Damaged)?;
        let version = text.strip_prefix(MAGIC).ok_or(Fault::Damaged)?;
        let (body, check) = text
            .strip_suffix('\n')
            .and_then(|text| text.rsplit_once('\n'))
            .ok_or(Fault::Damaged)?;
        if check != checksum(body) {
            return Err(Fault::Damaged);
        }
        if !version.starts_with("1\n") {
            return Err(Fault::Newer);
        }
        let (context, sealed) = body.rsplit_once('\n').ok_or(Fault::Damaged)?;
        let (_, header) = context.split_once('\n').ok_or(Fault::Damaged)?;
        let header: Header = serde_json::from_str(header).map_err(|_| Fault::Damaged)?;
        if !header.derivation.is_sane() {
            return Err(Fault::Damaged);
        }
        Ok(Self {
            derivation: header.derivation,
            accounts: header.accounts,
            context: context.as_bytes().to_owned(),
            sealed: HEXLOWER
                .decode(sealed.as_bytes())
                .map_err(|_| Fault::Damaged)?,
        })
    }

    /// Decrypts the secrets.
    ///
    /// # Errors
    /// If the passphrase is wrong, or someone changed the file and its checksum.
    pub(super) fn open(&self, key: &SealKey) -> Result<Secrets, Unsealable> {
        let plain = key.open(&self.context, &self.sealed)?;
        serde_json::from_slice(&plain).map_err(|_| Unsealable)
    }

    /// Returns the bytes of a file with `secrets`.
    ///
    /// # Errors
    /// If the system provides no random numbers.
    pub(super) fn seal(
        key: &SealKey,
        derivation: Derivation,
        secrets: &Secrets,
    ) -> Result<Vec<u8>, Problem> {
        let accounts = secrets.keys().cloned().collect();
        let header = Header {
            derivation,
            accounts,
        };
        let header = serde_json::to_string(&header).map_err(|_| unwritten())?;
        let context = format!("{MAGIC}{VERSION}\n{header}");
        // Enough even if every character is escaped, because a buffer that grows leaves a copy in memory.
        let length = |(account, text): (&String, &Zeroizing<String>)| account.len() + text.len();
        let capacity = 64 + 6 * secrets.iter().map(length).sum::<usize>() + 8 * secrets.len();
        let mut plain = Zeroizing::new(Vec::with_capacity(capacity));
        serde_json::to_writer(&mut *plain, secrets).map_err(|_| unwritten())?;
        let sealed = key.seal(context.as_bytes(), &plain)?;
        let body = format!("{context}\n{}", HEXLOWER.encode(&sealed));
        Ok(format!("{body}\n{}\n", checksum(&body)).into_bytes())
    }
}

fn checksum(body: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(body))
}

fn unwritten() -> Problem {
    let what = "The file of keys could not be written.";
    Problem::new(ProblemCode::Internal, what, "Report it.")
}
