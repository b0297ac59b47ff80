//! An export block with every character that a block allows, and the programs that read it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rolecall_core::session::export_block::ExportBlock;
use rolecall_core::session::shell::Shell;
use rolecall_core::value::credentials::Credentials;
use rolecall_core::value::name::Name;
use rolecall_core::value::region::Region;
use rolecall_core::value::secret::Secret;

/// The profile of a section.
pub(crate) const PROFILE: &str = "team / guest-1";

/// Returns the block for a shell.
pub(crate) fn rendered(shell: Shell) -> String {
    let profile = Name::parse(PROFILE).expect("a name");
    with_block(shell, |block| {
        let text = block.render(shell, &profile).expect("safe");
        text.expose().to_owned()
    })
}

/// Returns what the block for a shell should set.
pub(crate) fn set(shell: Shell) -> BTreeMap<String, String> {
    let variables = with_block(shell, |block| block.variables().expect("safe"));
    let pairs = variables.into_iter();
    let is_file = matches!(
        shell,
        Shell::Json | Shell::Dotenv | Shell::Docker | Shell::Ini
    );
    pairs
        .filter(|(name, _)| !is_file || *name != "ROLECALL_REGION")
        .map(|(name, value)| (name.to_owned(), value.expose().to_owned()))
        .collect()
}

fn with_block<T>(shell: Shell, read: impl FnOnce(ExportBlock<'_>) -> T) -> T {
    let region = Region::parse("us-gov-east-1").expect("a region");
    read(ExportBlock {
        credentials: &credentials(shell),
        account_id: "808768216571",
        region: Some(&region),
        endpoint_url: Some("http://[::1]:4566"),
    })
}

/// Returns credentials with every character, as long as a shell allows.
pub(crate) fn credentials(shell: Shell) -> Credentials {
    let every: String = ('0'..='9').chain('A'..='Z').chain('a'..='z').collect();
    // Longer than the tokens of AWS, and as long as a line of cmd may be.
    let times = if shell == Shell::Cmd { 130 } else { 200 };
    Credentials {
        access_key_id: "ASIAIOSFODNN7EXAMPLE".into(),
        secret_access_key: Secret::new(format!("/+=//==++{every}=")),
        session_token: Secret::new(format!("{}//+=", every.repeat(times))),
        expires_at: "2026-11-21T12:34:56Z".parse().expect("an instant"),
    }
}

/// Returns the path of a program. If it is missing, the output says so; with `CI` set, that is an error for a program
/// that `scripts/setup` installs.
pub(crate) fn found(name: &str, installed: bool) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let of_clients = clients().map(|dir| dir.join(name));
    let found = std::env::split_paths(&path)
        .map(|dir| dir.join(name))
        .chain(of_clients)
        .find(|path| path.is_file());
    let required = std::env::var_os("CI").is_some() && installed;
    assert!(found.is_some() || !required, "{name} is not installed");
    if found.is_none() {
        println!("{name} is not installed; not tested");
    }
    found
}

/// The folders with programs of `scripts/setup clients`.
fn clients() -> [PathBuf; 1] {
    [tests().join("clients/node_modules/@nushell/linux-x64/bin")]
}

/// Returns the folder of the journeys, where `scripts/setup` installs clients.
pub(crate) fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests")
}
