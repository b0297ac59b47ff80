//! Export blocks: shell code that sets the environment variables of a session.

use crate::session::shell::Shell;
use crate::session::variable::{
    ENDPOINT_URL, OWN_REGION, Treatment, conflicting, conflicting_with_endpoint, names,
};
use crate::value::credentials::{Credentials, UnsafeValue, instant_text};
use crate::value::input::InputError;
use crate::value::name::Name;
use crate::value::region::Region;
use crate::value::secret::Secret;

/// Names and values of variables.
pub type Variables = Vec<(&'static str, Secret)>;

/// The variables that correspond to a setting of a credentials file.
const INI_KEYS: [&str; 3] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
];

/// The content of an export block.
#[derive(Debug, Clone, Copy)]
pub struct ExportBlock<'a> {
    /// The session's credentials.
    pub credentials: &'a Credentials,
    /// The account of the role: 12 digits.
    pub account_id: &'a str,
    /// The region, if the role or the settings name one.
    pub region: Option<&'a Region>,
    /// The custom endpoint for which the credentials are valid, if one is set.
    pub endpoint_url: Option<&'a str>,
}

impl ExportBlock<'_> {
    /// Returns the block for `shell`. It unsets conflicting variables, then sets credentials, expiry and region. Lines
    /// start with a space if shells can be configured to keep such lines out of their history. The last line has no
    /// line ending, so that pasted text does not run at once. `profile` is the section header of an INI file.
    ///
    /// # Errors
    /// If a value has characters that could end its quotes, or is too long for a line of the shell.
    pub fn render(&self, shell: Shell, profile: &Name) -> Result<Secret, UnsafeValue> {
        let mut variables = self.variables()?;
        if !shell.is_typed() {
            // No next session removes a region from a file.
            variables.retain(|(name, _)| *name != OWN_REGION);
        }
        if let Some(longest) = shell.longest_line() {
            check_lengths(&variables, shell, longest)?;
        }
        Ok(match shell {
            Shell::Json => joined(&variables, shell, "{\n  ", ",\n  ", "\n}"),
            Shell::Ini => {
                let kept: Vec<_> = variables
                    .into_iter()
                    .filter(|(name, _)| INI_KEYS.contains(name))
                    .collect();
                joined(
                    &kept,
                    shell,
                    &format!("[{}]\n", section_name(profile)?),
                    "\n",
                    "",
                )
            }
            shell if shell.is_typed() => {
                let indent = shell.indent();
                let before = self.unset_before(shell);
                let between = format!("\n{indent}");
                joined(
                    &variables,
                    shell,
                    &format!("{before}{indent}"),
                    &between,
                    "",
                )
            }
            shell => joined(&variables, shell, "", "\n", ""),
        })
    }

    /// Returns the lines before the variables: they unset what would replace the session.
    fn unset_before(&self, shell: Shell) -> String {
        let with_endpoint = self.endpoint_url.map(|_| conflicting_with_endpoint());
        let unset = conflicting().chain(with_endpoint.into_iter().flatten());
        let region = match self.region {
            Some(_) => Vec::new(),
            None => without_own_region(shell),
        };
        let lines = unset.filter_map(|name| shell.unset(name)).chain(region);
        let indent = shell.indent();
        lines.map(|line| format!("{indent}{line}\n")).collect()
    }

    /// Returns the block that removes a session from the environment.
    ///
    /// # Errors
    /// If `shell` is a file format, because a script cannot remove variables from a file.
    pub fn unset(shell: Shell) -> Result<String, InputError> {
        if !shell.is_typed() {
            let what = format!("A {} cannot be unset.", shell.label());
            let remedy = "Delete the file, or choose a shell.";
            return Err(InputError::new("shell", what, remedy));
        }
        let set = names(&[
            Treatment::Credentials,
            Treatment::Server,
            Treatment::Endpoint,
            Treatment::Prompt,
        ]);
        let lines = set.filter_map(|name| shell.revert(name));
        let lines = lines.chain(without_own_region(shell));
        let lines = lines.map(|line| format!("{}{line}", shell.indent()));
        Ok(lines.collect::<Vec<_>>().join("\n"))
    }

    /// Returns lines that unset these variables, to go before a block. There are none for file formats.
    pub fn without(shell: Shell, names: &[&str]) -> String {
        let lines = names.iter().filter_map(|name| shell.unset(name));
        let indent = shell.indent();
        lines.map(|line| format!("{indent}{line}\n")).collect()
    }

    /// Returns the names and values of the variables that the block sets. It unsets [`conflicting`] ones.
    ///
    /// # Errors
    /// The same as [`ExportBlock::render`].
    pub fn variables(&self) -> Result<Variables, UnsafeValue> {
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
            ("AWS_ACCOUNT_ID", Secret::new(self.account()?.to_owned())),
            ("AWS_CREDENTIAL_EXPIRATION", Secret::new(expiry.clone())),
            ("AWS_SESSION_EXPIRATION", Secret::new(expiry)),
        ];
        if let Some(region) = self.region {
            variables.push(("AWS_REGION", Secret::new(region.to_string())));
            variables.push(("AWS_DEFAULT_REGION", Secret::new(region.to_string())));
            variables.push((OWN_REGION, Secret::new(region.to_string())));
        }
        if let Some(url) = self.endpoint_url {
            let plain = url
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b":/.[]-".contains(&b));
            let url = plain
                .then(|| Secret::new(url.to_owned()))
                .ok_or(UnsafeValue("endpoint_url"))?;
            variables.push((ENDPOINT_URL, url));
        }
        Ok(variables)
    }

    fn account(&self) -> Result<&str, UnsafeValue> {
        let id = self.account_id;
        let is_account = id.len() == 12 && id.bytes().all(|b| b.is_ascii_digit());
        is_account.then_some(id).ok_or(UnsafeValue("AccountId"))
    }
}

/// Returns the lines that unset the region if Rolecall set it.
fn without_own_region(shell: Shell) -> Vec<String> {
    let same = |name| shell.revert_if_same(name, OWN_REGION);
    let regions = ["AWS_REGION", "AWS_DEFAULT_REGION"].into_iter();
    regions
        .filter_map(same)
        .chain(shell.revert(OWN_REGION))
        .collect()
}

fn joined(
    variables: &[(&str, Secret)],
    shell: Shell,
    before: &str,
    between: &str,
    after: &str,
) -> Secret {
    let mut text = String::with_capacity(8 << 10);
    text.push_str(before);
    for (index, (name, value)) in variables.iter().enumerate() {
        if index > 0 {
            text.push_str(between);
        }
        text.push_str(&shell.set(name, value.expose()));
    }
    text.push_str(after);
    Secret::new(text)
}

/// Checks the length of lines, because the shell would truncate a line that is too long, and with it the value.
fn check_lengths(variables: &Variables, shell: Shell, longest: usize) -> Result<(), UnsafeValue> {
    let fits = |name, value: &Secret| {
        shell.indent().len() + shell.set(name, value.expose()).len() <= longest
    };
    let long = variables.iter().find(|(name, value)| !fits(name, value));
    long.map_or(Ok(()), |(name, _)| Err(UnsafeValue(name)))
}

/// Returns the name of the section, which must not contain the end of a section header.
fn section_name(profile: &Name) -> Result<&str, UnsafeValue> {
    let name = profile.as_str();
    let safe = !name.contains(['[', ']', '"', '\\']) && !name.starts_with(['#', ';']);
    safe.then_some(name).ok_or(UnsafeValue("profile"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(shell: Shell) -> String {
        let text = with_token(shell, "dG9rZW4=").expect("safe");
        text.expose().to_owned()
    }

    fn with_token(shell: Shell, token: &str) -> Result<Secret, UnsafeValue> {
        let credentials = Credentials {
            access_key_id: "ASIAIOSFODNN7EXAMPLE".into(),
            secret_access_key: Secret::new("c2VjcmV0/+=".into()),
            session_token: Secret::new(token.into()),
            expires_at: "2026-11-21T12:34:56Z".parse().expect("an instant"),
        };
        let region = Region::parse("eu-west-1").expect("a region");
        let block = ExportBlock {
            credentials: &credentials,
            account_id: "808768216571",
            region: Some(&region),
            endpoint_url: None,
        };
        block.render(shell, &Name::parse("guest").expect("a name"))
    }

    #[test]
    fn bash_block() {
        let text = rendered(Shell::Bash);
        let (unset, set) = text.split_once(" export").expect("both");
        let names: Vec<&str> = unset.lines().map(|line| line.trim_start()).collect();
        assert_eq!(
            names,
            [
                "unset AWS_CONTAINER_CREDENTIALS_FULL_URI",
                "unset AWS_CONTAINER_AUTHORIZATION_TOKEN",
                "unset AWS_PROFILE",
                "unset AWS_DEFAULT_PROFILE",
                "unset AWS_SECURITY_TOKEN",
                "unset AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
                "unset AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
                "unset AWS_WEB_IDENTITY_TOKEN_FILE",
                "unset AWS_ROLE_ARN",
                "unset AWS_ROLE_SESSION_NAME",
                "unset AWS_ACCESS_KEY",
                "unset AWS_SECRET_KEY",
                "unset AWS_CREDENTIAL_SCOPE",
                "unset AWS_BEARER_TOKEN_BEDROCK",
            ]
        );
        assert_eq!(
            set,
            " AWS_ACCESS_KEY_ID='ASIAIOSFODNN7EXAMPLE'\n \
             export AWS_SECRET_ACCESS_KEY='c2VjcmV0/+='\n export AWS_SESSION_TOKEN='dG9rZW4='\n \
             export AWS_ACCOUNT_ID='808768216571'\n \
             export AWS_CREDENTIAL_EXPIRATION='2026-11-21T12:34:56Z'\n export AWS_SESSION_EXPIRATION='2026-11-21T12:34:56Z'\n \
             export AWS_REGION='eu-west-1'\n export AWS_DEFAULT_REGION='eu-west-1'\n export ROLECALL_REGION='eu-west-1'"
        );
    }

    #[test]
    fn the_other_shells_use_their_own_syntax() {
        assert!(
            rendered(Shell::Fish).contains(
                "\n while set -q AWS_SECURITY_TOKEN; and set -e AWS_SECURITY_TOKEN; end\n"
            )
        );
        assert!(rendered(Shell::Fish).contains("\n set -gx AWS_REGION 'eu-west-1'\n"));
        assert!(rendered(Shell::Powershell).contains("\n $Env:AWS_SESSION_TOKEN = 'dG9rZW4='\n"));
        assert!(rendered(Shell::Cmd).contains("\n set \"AWS_REGION=eu-west-1\"\n"));
    }

    #[test]
    fn files_contain_only_what_they_set() {
        let values = ["ASIAIOSFODNN7EXAMPLE", "c2VjcmV0/+=", "dG9rZW4="];
        assert_eq!(
            rendered(Shell::Ini),
            format!(
                "[guest]\naws_access_key_id = {}\naws_secret_access_key = {}\naws_session_token = {}",
                values[0], values[1], values[2]
            )
        );
        let json: serde_json::Value = serde_json::from_str(&rendered(Shell::Json)).expect("JSON");
        assert_eq!(json["AWS_SESSION_TOKEN"], values[2]);
        assert!(
            rendered(Shell::Docker)
                .starts_with("AWS_ACCESS_KEY_ID=ASIAIOSFODNN7EXAMPLE\nAWS_SECRET")
        );
        assert!(
            rendered(Shell::Dotenv).starts_with("AWS_ACCESS_KEY_ID=\"ASIAIOSFODNN7EXAMPLE\"\n")
        );
    }

    #[test]
    fn t28_no_block_ends_its_last_line_and_each_shell_line_starts_with_a_space() {
        for shell in Shell::ALL {
            assert!(!rendered(shell).ends_with('\n'));
        }
        let has_history = |shell: &Shell| shell.is_typed() && *shell != Shell::Xonsh;
        for shell in Shell::ALL.into_iter().filter(has_history) {
            assert!(
                rendered(shell).lines().all(|line| line.starts_with(' ')),
                "{shell:?}"
            );
        }
    }

    #[test]
    fn what_a_block_sets_can_be_unset() {
        let unset = ExportBlock::unset(Shell::Bash).expect("a shell");
        let set = rendered(Shell::Bash);
        let names = set
            .lines()
            .filter_map(|line| line.trim().strip_prefix("export ")?.split('=').next());
        names.for_each(|name| assert!(unset.contains(&format!(" unset {name}")), "{name}"));
        assert!(ExportBlock::unset(Shell::Dotenv).is_err());
    }

    #[test]
    fn a_value_that_a_shell_would_truncate_is_rejected() {
        // ` set "AWS_SESSION_TOKEN="` and the token make 8,191 characters, the longest line of cmd.
        assert!(with_token(Shell::Cmd, &"x".repeat(8166)).is_ok());
        let long = "x".repeat(8167);
        let refused = with_token(Shell::Cmd, &long).map(|_| ());
        assert_eq!(refused, Err(UnsafeValue("AWS_SESSION_TOKEN")));
        assert!(with_token(Shell::Powershell, &long).is_ok());
    }

    #[test]
    fn b44_a_profile_that_would_end_its_header_is_rejected() {
        assert_eq!(
            section_name(&Name::parse("a]b").expect("a name")),
            Err(UnsafeValue("profile"))
        );
    }
}
