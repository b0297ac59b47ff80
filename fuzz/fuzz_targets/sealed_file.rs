//! The sealed file of secrets: a damaged one is put aside as it is, and a sound one opens only with its passphrase.
//!
//! Input: the file, in which `CHECKSUM` at the end stands for the right one; or, after the word `sealed` on a line of its
//! own, the plaintext of a file that is encrypted with the right key.
#![no_main]

use std::fs;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use argon2::{Algorithm, Argon2, Params, Version};
use data_encoding::HEXLOWER;
use libfuzzer_sys::fuzz_target;
use rolecall_agent::clock::SystemClock;
use rolecall_agent::paths::Paths;
use rolecall_agent::seal::SealKey;
use rolecall_agent::sealed_file::SealedFile;
use rolecall_core::api::host::FileState;
use rolecall_core::value::secret::Secret;
use rolecall_fuzz::bounds;
use rolecall_fuzz::canary::assert_hidden_in;
use rolecall_fuzz::scratch::Scratch;
use sha2::{Digest, Sha256};

const PASSPHRASE: &str = "correct horse battery staple";
const SALT: [u8; 16] = *b"salt of a target";
/// The least that a file may ask for.
const MEMORY_KIB: u32 = 128;

static SCRATCH: LazyLock<Scratch> = LazyLock::new(Scratch::new);
static PATHS: LazyLock<Paths> = LazyLock::new(|| SCRATCH.paths());
static HEADER: LazyLock<String> = LazyLock::new(|| {
    let salt = HEXLOWER.encode(&SALT);
    format!(
        r#"{{"derivation":{{"kdf":"argon2id","memory_kib":{MEMORY_KIB},"passes":1,"lanes":1,"salt":"{salt}"}},"accounts":["AKIAIOSFODNN7EXAMPLE"]}}"#
    )
});
static KEY: LazyLock<SealKey> = LazyLock::new(|| {
    let mut key = [0; 32];
    let params = Params::new(MEMORY_KIB, 1, 1, Some(key.len())).expect("sound parameters");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(PASSPHRASE.as_bytes(), &SALT, &mut key)
        .expect("a key");
    SealKey::new(key)
});

fuzz_target!(|input: &[u8]| {
    let path = PATHS.sealed_file_path();
    let dir = path.parent().expect("a folder");
    let _ = fs::remove_dir_all(dir);
    fs::create_dir_all(dir).expect("a folder");
    let plain = input.strip_prefix(b"sealed\n");
    let file = match plain {
        Some(plain) => sealed(plain),
        None => with_checksum(input),
    };
    fs::write(&path, &file).expect("a file");
    bounds::within(file.len(), || check(&path, &file));
    if let Some(plain) = plain {
        unlock(plain);
    }
});

fn checksum(body: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(body))
}

fn with_checksum(input: &[u8]) -> Vec<u8> {
    match input.strip_suffix(b"\nCHECKSUM\n") {
        Some(body) => [body, b"\n", checksum(body).as_bytes(), b"\n"].concat(),
        None => input.to_vec(),
    }
}

fn sealed(plain: &[u8]) -> Vec<u8> {
    let context = format!("rolecall-keys 1\n{}", *HEADER);
    let sealed = KEY.seal(context.as_bytes(), plain).expect("random numbers");
    let body = format!("{context}\n{}", HEXLOWER.encode(&sealed));
    format!("{body}\n{}\n", checksum(body.as_bytes())).into_bytes()
}

fn check(path: &Path, file: &[u8]) {
    let sealed_file = SealedFile::new(&PATHS, Arc::new(SystemClock::default()));
    let state = sealed_file.state();
    assert_ne!(state, FileState::Open, "nobody entered the passphrase");
    let damage = sealed_file.take_damage();
    let kept = match &damage {
        Some(problem) => {
            assert_hidden_in(problem);
            assert_eq!(state, FileState::Absent);
            let mut names = fs::read_dir(path.parent().expect("a folder")).expect("a folder");
            names
                .next()
                .expect("the file that was put aside")
                .expect("a name")
                .path()
        }
        None => path.to_owned(),
    };
    assert_eq!(fs::read(kept).expect("the file"), file, "no byte is lost");
}

fn unlock(plain: &[u8]) {
    let sealed_file = SealedFile::new(&PATHS, Arc::new(SystemClock::default()));
    let wrong = sealed_file.unlock(&Secret::new("another passphrase".to_owned()));
    assert_hidden_in(&wrong.expect_err("a wrong passphrase"));
    let sealed_file = SealedFile::new(&PATHS, Arc::new(SystemClock::default()));
    let is_map =
        serde_json::from_slice::<std::collections::BTreeMap<String, String>>(plain).is_ok();
    match sealed_file.unlock(&Secret::new(PASSPHRASE.to_owned())) {
        Ok(()) => assert!(is_map && sealed_file.state() == FileState::Open),
        Err(problem) => {
            assert!(!is_map, "{problem}");
            assert_hidden_in(&problem);
        }
    }
}
