//! Where the application keeps secrets.

use crate::environment::Environment;

/// Returns the place in words: an existing sealed file is used instead of the keychain.
pub(super) fn secret_location(environment: &Environment) -> &'static str {
    let file = environment.sealed_file_path();
    match file.is_some_and(|path| path.is_file()) {
        true => "the sealed file",
        false => "the keychain",
    }
}
