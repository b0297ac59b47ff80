//! Export blocks: the shell text that puts a session into an environment.

use serde::{Deserialize, Serialize};

use crate::credentials::{Credentials, UnsafeValue, instant_text};
use crate::input::InputError;
use crate::region::Region;
use crate::sanitise;
use crate::secret::Secret;

/// Variables that would win over the block's or contradict it. botocore reads `AWS_SECURITY_TOKEN` before
/// `AWS_SESSION_TOKEN`, and a container endpoint or a profile can replace the credentials altogether.
pub const CONFLICTING: [&str; 7] = [
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SECURITY_TOKEN",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
];

/// A shell whose syntax an export block can have.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Shell {
    /// bash, zsh and every other POSIX shell.
    #[default]
    Bash,
    /// fish.
    Fish,
    /// PowerShell on every platform.
    Powershell,
    /// The command prompt of Windows.
    Cmd,
}

impl Shell {
    /// All shells, in the order of menus.
    pub const ALL: [Self; 4] = [Self::Bash, Self::Fish, Self::Powershell, Self::Cmd];

    /// Reads a shell's name.
    ///
    /// # Errors
    /// Lists the names that are known; it never guesses.
    pub fn parse(text: &str) -> Result<Self, InputError> {
        match text.trim().to_ascii_lowercase().as_str() {
            "bash" | "zsh" | "sh" | "dash" | "ksh" => Ok(Self::Bash),
            "fish" => Ok(Self::Fish),
            "powershell" | "pwsh" => Ok(Self::Powershell),
            "cmd" => Ok(Self::Cmd),
            _ => {
                let what = format!(
                    "There is no export block for the shell \"{}\".",
                    sanitise::echo(text)
                );
                Err(InputError::new(
                    "shell",
                    what,
                    "Known: bash, zsh, sh, ksh, fish, powershell, cmd.",
                ))
            }
        }
    }

    /// Returns what menus call it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Bash => "bash / zsh",
            Self::Fish => "fish",
            Self::Powershell => "PowerShell",
            Self::Cmd => "cmd",
        }
    }

    fn unset(self, name: &str) -> String {
        match self {
            Self::Bash => format!("unset {name}"),
            Self::Fish => format!("set -e {name}"),
            Self::Powershell => format!("Remove-Item Env:{name} -ErrorAction SilentlyContinue"),
            Self::Cmd => format!("set \"{name}=\""),
        }
    }

    /// Values passed a gate that leaves no character any of these shells reads inside these quotes.
    fn set(self, name: &str, value: &str) -> String {
        match self {
            Self::Bash => format!("export {name}='{value}'"),
            Self::Fish => format!("set -gx {name} '{value}'"),
            Self::Powershell => format!("$Env:{name} = '{value}'"),
            Self::Cmd => format!("set \"{name}={value}\""),
        }
    }
}

/// What an export block puts into an environment.
#[derive(Debug, Clone, Copy)]
pub struct ExportBlock<'a> {
    /// The session's credentials.
    pub credentials: &'a Credentials,
    /// The region, if the role or the settings name one.
    pub region: Option<&'a Region>,
    /// The custom endpoint that the credentials are good for, if one is set.
    pub endpoint_url: Option<&'a str>,
}

impl ExportBlock<'_> {
    /// Returns the block for `shell`: it unsets what conflicts, then sets credentials, expiry and region.
    /// Every line starts with a space, which keeps it out of histories set up so, and the last has no line end,
    /// so that a paste does not run unseen.
    ///
    /// # Errors
    /// If a value holds characters that could break out of its quotes.
    pub fn render(&self, shell: Shell) -> Result<Secret, UnsafeValue> {
        let variables = self.variables()?;
        let mut text = String::with_capacity(4096);
        let mut push = |line: &str| {
            if !text.is_empty() {
                text.push('\n');
            }
            text.push(' ');
            text.push_str(line);
        };
        CONFLICTING.iter().for_each(|name| push(&shell.unset(name)));
        variables
            .iter()
            .for_each(|(name, value)| push(&shell.set(name, value.expose())));
        Ok(Secret::new(text))
    }

    fn variables(&self) -> Result<Vec<(&'static str, Secret)>, UnsafeValue> {
        self.credentials.check()?;
        let expiry = instant_text(self.credentials.expires_at);
        let mut variables = vec![
            (
                "AWS_ACCESS_KEY_ID",
                Secret::new(self.credentials.access_key_id.clone()),
            ),
            (
                "AWS_SECRET_ACCESS_KEY",
                self.credentials.secret_access_key.duplicate(),
            ),
            (
                "AWS_SESSION_TOKEN",
                self.credentials.session_token.duplicate(),
            ),
            ("AWS_CREDENTIAL_EXPIRATION", Secret::new(expiry.clone())),
            ("AWS_SESSION_EXPIRATION", Secret::new(expiry)),
        ];
        if let Some(region) = self.region {
            variables.push(("AWS_REGION", Secret::new(region.to_string())));
            variables.push(("AWS_DEFAULT_REGION", Secret::new(region.to_string())));
        }
        if let Some(url) = self.endpoint_url {
            let plain = url
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b":/.[]-".contains(&b));
            let url = plain
                .then(|| Secret::new(url.to_owned()))
                .ok_or(UnsafeValue("endpoint_url"))?;
            variables.push(("AWS_ENDPOINT_URL", url));
        }
        Ok(variables)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(shell: Shell) -> String {
        let credentials = Credentials {
            access_key_id: "ASIAIOSFODNN7EXAMPLE".into(),
            secret_access_key: Secret::new("c2VjcmV0/+=".into()),
            session_token: Secret::new("dG9rZW4=".into()),
            expires_at: "2026-11-21T12:34:56Z".parse().expect("an instant"),
        };
        let region = Region::parse("eu-west-1").expect("a region");
        let block = ExportBlock {
            credentials: &credentials,
            region: Some(&region),
            endpoint_url: None,
        };
        block.render(shell).expect("safe").expose().to_owned()
    }

    #[test]
    fn bash_block() {
        assert_eq!(
            rendered(Shell::Bash),
            " unset AWS_PROFILE\n unset AWS_DEFAULT_PROFILE\n unset AWS_SECURITY_TOKEN\n unset AWS_CONTAINER_CREDENTIALS_RELATIVE_URI\n \
             unset AWS_CONTAINER_CREDENTIALS_FULL_URI\n unset AWS_CONTAINER_AUTHORIZATION_TOKEN\n \
             unset AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE\n export AWS_ACCESS_KEY_ID='ASIAIOSFODNN7EXAMPLE'\n \
             export AWS_SECRET_ACCESS_KEY='c2VjcmV0/+='\n export AWS_SESSION_TOKEN='dG9rZW4='\n \
             export AWS_CREDENTIAL_EXPIRATION='2026-11-21T12:34:56Z'\n export AWS_SESSION_EXPIRATION='2026-11-21T12:34:56Z'\n \
             export AWS_REGION='eu-west-1'\n export AWS_DEFAULT_REGION='eu-west-1'"
        );
    }

    #[test]
    fn the_other_shells_use_their_own_words() {
        assert!(rendered(Shell::Fish).contains("\n set -e AWS_SECURITY_TOKEN\n"));
        assert!(rendered(Shell::Fish).contains("\n set -gx AWS_REGION 'eu-west-1'\n"));
        assert!(rendered(Shell::Powershell).contains("\n $Env:AWS_SESSION_TOKEN = 'dG9rZW4='\n"));
        assert!(rendered(Shell::Cmd).contains("\n set \"AWS_REGION=eu-west-1\"\n"));
    }

    #[test]
    fn t28_no_block_ends_its_last_line_and_each_line_starts_with_a_space() {
        for shell in Shell::ALL {
            let text = rendered(shell);
            assert!(!text.ends_with('\n') && text.lines().all(|line| line.starts_with(' ')));
        }
    }

    #[test]
    fn b80_an_unknown_shell_is_never_guessed() {
        assert!(Shell::parse("tcl").is_err_and(|error| error.remedy.contains("powershell")));
    }
}
