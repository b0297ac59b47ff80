//! Derives a key from a passphrase with Argon2id. The parameters are stored in the file.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use data_encoding::HEXLOWER;
use rolecall_core::value::problem::{Problem, ProblemCode};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

use crate::seal::SealKey;

const SALT_LENGTH: usize = 16;

/// The second recommended choice of [RFC 9106, section 4](https://www.rfc-editor.org/rfc/rfc9106#section-4), above the
/// minimum of OWASP: 64 MiB, three passes, four lanes.
const MEMORY_KIB: u32 = 1 << 16;
const PASSES: u32 = 3;
const LANES: u32 = 4;

/// The maximum parameters, so that a malicious file cannot use all memory or take minutes.
const MEMORY_MAX_KIB: u32 = 1 << 20;
const PASSES_MAX: u32 = 16;
const LANES_MAX: u32 = 16;

/// Parameters and salt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Derivation {
    kdf: Kdf,
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    salt: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kdf {
    /// Argon2id, version 0x13.
    Argon2id,
}

impl Derivation {
    /// Returns the current parameters with a new salt.
    ///
    /// # Errors
    /// If the system provides no random numbers.
    pub(super) fn random() -> Result<Self, Problem> {
        let mut salt = [0; SALT_LENGTH];
        getrandom::fill(&mut salt).map_err(|error| failed(error.to_string()))?;
        Ok(Self {
            kdf: Kdf::Argon2id,
            memory_kib: MEMORY_KIB,
            passes: PASSES,
            lanes: LANES,
            salt: HEXLOWER.encode(&salt),
        })
    }

    /// Returns whether the parameters are within the limits.
    pub(super) fn is_sane(&self) -> bool {
        (8 * LANES_MAX..=MEMORY_MAX_KIB).contains(&self.memory_kib)
            && (1..=PASSES_MAX).contains(&self.passes)
            && (1..=LANES_MAX).contains(&self.lanes)
            && self.salt().is_some()
    }

    /// Returns the key of a passphrase. This takes a fifth of a second and 64 MiB.
    ///
    /// # Errors
    /// If there is not enough memory.
    pub(super) fn key(&self, passphrase: &str) -> Result<SealKey, Problem> {
        let salt = self.salt().ok_or_else(|| failed("the salt is none"))?;
        let params = Params::new(
            self.memory_kib,
            self.passes,
            self.lanes,
            Some(SealKey::LENGTH),
        )
        .map_err(|error| failed(error.to_string()))?;
        let mut blocks = Vec::new();
        blocks
            .try_reserve_exact(params.block_count())
            .map_err(|error| failed(error.to_string()))?;
        blocks.resize(params.block_count(), Block::default());
        let mut key = Zeroizing::new([0; SealKey::LENGTH]);
        let derived = Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into_with_memory(passphrase.as_bytes(), &salt, &mut *key, &mut blocks);
        blocks.zeroize();
        derived.map_err(|error| failed(error.to_string()))?;
        Ok(SealKey::new(*key))
    }

    fn salt(&self) -> Option<Vec<u8>> {
        HEXLOWER
            .decode(self.salt.as_bytes())
            .ok()
            .filter(|salt| salt.len() == SALT_LENGTH)
    }
}

fn failed(detail: impl Into<String>) -> Problem {
    let what = "The passphrase could not be turned into a key.";
    let remedy = "It takes 64 MiB of memory: end some programs, then try again.";
    Problem::new(ProblemCode::Internal, what, remedy).with_detail(detail)
}
