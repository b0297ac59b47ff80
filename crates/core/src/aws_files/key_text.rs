//! Access keys from text: the IAM console's CSV, `~/.aws/credentials`, or two lines.

use crate::value::access_key::{AccessKeyId, parse_secret};
use crate::value::input::InputError;
use crate::value::sanitise;
use crate::value::secret::Secret;

/// A valid access key ID and its secret.
#[derive(Debug)]
pub struct KeyPair {
    /// The key ID.
    pub id: AccessKeyId,
    /// The secret.
    pub secret: Secret,
}

impl KeyPair {
    /// Checks both values.
    ///
    /// # Errors
    /// Says what is wrong with the first invalid value. A secret is not included.
    pub fn parse(id: &str, secret: &Secret) -> Result<Self, InputError> {
        Ok(Self {
            id: AccessKeyId::parse(id)?,
            secret: parse_secret(secret)?,
        })
    }
}

/// Reads a key from the clipboard: two lines with ID and secret, a CSV, or lines of a credentials file.
///
/// # Errors
/// Says which formats are accepted.
pub fn from_text(text: &Secret) -> Result<KeyPair, InputError> {
    let lines: Vec<&str> = text
        .expose()
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    match lines.as_slice() {
        [first, ..] if first.contains(',') => from_csv(text),
        [id, secret] if !id.contains('=') => KeyPair::parse(id, &Secret::new((*secret).to_owned())),
        [one] if one.split_whitespace().count() == 2 => {
            let (id, secret) = one.split_once(char::is_whitespace).unwrap_or_default();
            KeyPair::parse(id, &Secret::new(secret.to_owned()))
        }
        lines
            if lines
                .iter()
                .any(|line| line.to_ascii_lowercase().contains("aws_access_key_id")) =>
        {
            from_lines(lines)
        }
        _ => Err(InputError::new(
            "access_key_id",
            "There is no access key in this text.",
            "Enter two lines, the ID (AKIA…) then the secret, or the CSV file of the IAM console.",
        )),
    }
}

/// Reads the CSV of the IAM console: a header with "Access key ID" and "Secret access key", then one row. A byte order
/// mark, CRLF, quotes and additional columns are accepted.
///
/// # Errors
/// Says which line and column is wrong.
pub fn from_csv(text: &Secret) -> Result<KeyPair, InputError> {
    let refuse = |what: String| {
        InputError::new(
            "csv",
            what,
            "Use the CSV file as downloaded from the IAM console.",
        )
    };
    let mut lines = text
        .expose()
        .trim_start_matches('\u{feff}')
        .lines()
        // A spreadsheet saves empty rows as ",,".
        .filter(|line| csv_cells(line).iter().any(|cell| !cell.trim().is_empty()));
    let header = csv_cells(lines.next().unwrap_or_default());
    let column = |title: &str| {
        let found = header
            .iter()
            .position(|cell| cell.trim().eq_ignore_ascii_case(title));
        found.ok_or_else(|| refuse(format!("Line 1 has no column \"{title}\".")))
    };
    let (id_at, secret_at) = (column("Access key ID")?, column("Secret access key")?);
    let row = csv_cells(
        lines
            .next()
            .ok_or_else(|| refuse("Line 2, with the key, is missing.".into()))?,
    );
    let cell = |at: usize| {
        row.get(at)
            .ok_or_else(|| refuse(format!("Line 2 has no column {}.", at + 1)))
    };
    if lines.next().is_some() {
        return Err(refuse("The file has more than one key.".into()));
    }
    KeyPair::parse(
        cell(id_at)?,
        &Secret::new(cell(secret_at)?.trim().to_owned()),
    )
}

/// Returns the profiles of `~/.aws/credentials` with a long-term key in plaintext, and the key IDs.
pub fn plaintext_profiles(text: &Secret) -> Vec<(String, AccessKeyId)> {
    let profiles = sections(text.expose());
    profiles
        .iter()
        .filter_map(|(name, lines)| {
            Some((
                name.clone(),
                AccessKeyId::parse(value_of(lines, "aws_access_key_id")?).ok()?,
            ))
        })
        .collect()
}

/// Reads the key of one profile of `~/.aws/credentials`.
///
/// # Errors
/// If there is no such profile, or it has no long-term key.
pub fn from_profile(text: &Secret, profile: &str) -> Result<KeyPair, InputError> {
    let sections = sections(text.expose());
    let found = sections.iter().rev().find(|(name, _)| name == profile);
    let (_, lines) = found.ok_or_else(|| {
        let names: Vec<String> = sections
            .iter()
            .map(|(name, _)| sanitise::echo(name))
            .collect();
        let what = format!(
            "There is no profile \"{}\" in the credentials file.",
            sanitise::echo(profile)
        );
        InputError::new("profile", what, format!("Profiles: {}.", names.join(", ")))
    })?;
    from_lines(lines)
}

fn from_lines(lines: &[&str]) -> Result<KeyPair, InputError> {
    let value = |key: &str| {
        let missing = || {
            InputError::new(
                "profile",
                format!("\"{key}\" is missing."),
                "Set both the ID and the secret.",
            )
        };
        value_of(lines, key).ok_or_else(missing)
    };
    KeyPair::parse(
        value("aws_access_key_id")?,
        &Secret::new(value("aws_secret_access_key")?.to_owned()),
    )
}

/// Returns the last value of `key` in `key = value` lines, with or without `export` and quotes.
fn value_of<'a>(lines: &[&'a str], key: &str) -> Option<&'a str> {
    let pairs = lines.iter().rev().filter_map(|line| line.split_once('='));
    let mut fitting = pairs.filter(|(name, _)| {
        let name = name
            .trim()
            .trim_start_matches("export ")
            .trim_start_matches("$Env:")
            .trim();
        name.eq_ignore_ascii_case(key)
    });
    fitting
        .next()
        .map(|(_, value)| value.trim().trim_matches(['"', '\'']))
}

fn sections(text: &str) -> Vec<(String, Vec<&str>)> {
    let mut sections: Vec<(String, Vec<&str>)> = Vec::new();
    for line in text.trim_start_matches('\u{feff}').lines() {
        let trimmed = line.trim();
        let header = trimmed
            .strip_prefix('[')
            .and_then(|rest| rest.split_once(']'));
        match (header, sections.last_mut()) {
            (Some((name, _)), _) => sections.push((name.trim().to_owned(), Vec::new())),
            (None, Some((_, lines))) if !trimmed.starts_with(['#', ';']) => lines.push(trimmed),
            (None, _) => {}
        }
    }
    sections
}

/// Returns the cells of a row. A quote inside a cell that is not in quotes stays what it is.
/// <https://www.rfc-editor.org/rfc/rfc4180#section-2>
fn csv_cells(line: &str) -> Vec<String> {
    let mut cells = Vec::new();
    let mut cell = String::new();
    let mut quotes = Quotes::None;
    for character in line.chars() {
        quotes = match (quotes, character) {
            (Quotes::None | Quotes::Closed, ',') => {
                cells.push(std::mem::take(&mut cell));
                Quotes::None
            }
            (Quotes::None, '"') if cell.trim().is_empty() => Quotes::Open,
            (Quotes::Open, '"') => Quotes::Closed,
            // Two quotes are one, and any other text does not end the cell.
            (Quotes::Closed, '"') => {
                cell.push('"');
                Quotes::Open
            }
            (Quotes::Closed, other) if !other.is_whitespace() => {
                cell.extend(['"', other]);
                Quotes::None
            }
            (quotes, other) => {
                cell.push(other);
                quotes
            }
        };
    }
    cells.push(cell);
    cells
}

/// Where a row is read.
#[derive(Clone, Copy)]
enum Quotes {
    /// In a cell without quotes.
    None,
    /// Between the quotes of a cell.
    Open,
    /// Behind what may be the last quote of a cell.
    Closed,
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "AKIAIOSFODNN7EXAMPLE";
    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

    fn pair_of(result: Result<KeyPair, InputError>) -> (String, String) {
        let pair = result.expect("a key");
        (pair.id.as_str().to_owned(), pair.secret.expose().to_owned())
    }

    #[test]
    fn b30_reads_the_csv_of_the_console() {
        for text in [
            format!("\u{feff}Access key ID,Secret access key\r\n{ID},{SECRET}\r\n"),
            format!(
                "User name,Password,Access key ID,Secret access key,Console login link\nuser,,\"{ID}\",\"{SECRET}\",https://x\n"
            ),
        ] {
            assert_eq!(
                pair_of(from_csv(&Secret::new(text))),
                (ID.into(), SECRET.into())
            );
        }
    }

    #[test]
    fn b30_says_what_is_wrong_with_a_csv() {
        for (text, part) in [
            ("a,b\n1,2\n", "Line 1"),
            ("Access key ID,Secret access key\n", "Line 2"),
            ("Access key ID,Secret access key\nAKIA\n", "column 2"),
            (
                "Access key ID,Secret access key\nAKIAIOSFODNN7EXA\"\"MPLE,s\n",
                "access key ID",
            ),
            (
                "Access key ID,Secret access key\n\"AKIAIOSFODNN7\"EXAMPLE,s\n",
                "access key ID",
            ),
        ] {
            let error = from_csv(&Secret::new(text.into())).expect_err("wrong");
            assert!(error.what.contains(part), "{}", error.what);
        }
    }

    #[test]
    fn reads_all_formats_of_the_clipboard() {
        for text in [
            format!("{ID}\n{SECRET}\n"),
            format!("{ID} {SECRET}"),
            format!("Access key ID,Secret access key\n{ID},{SECRET}"),
            format!("[default]\naws_access_key_id = {ID}\naws_secret_access_key = {SECRET}\n"),
            format!("export AWS_ACCESS_KEY_ID=\"{ID}\"\nexport AWS_SECRET_ACCESS_KEY='{SECRET}'\n"),
        ] {
            assert_eq!(
                pair_of(from_text(&Secret::new(text))),
                (ID.into(), SECRET.into())
            );
        }
        assert!(from_text(&Secret::new("hello".into())).is_err());
    }

    #[test]
    fn reads_a_profile_and_lists_those_with_keys() {
        let text = Secret::new(format!(
            "# mine\n[work]\naws_access_key_id={ID}\naws_secret_access_key={SECRET}\n[temp]\naws_access_key_id=ASIAIOSFODNN7EXAMPLE\n"
        ));
        assert_eq!(
            pair_of(from_profile(&text, "work")),
            (ID.into(), SECRET.into())
        );
        let names: Vec<String> = plaintext_profiles(&text)
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        assert_eq!(names, ["work"]);
        assert!(
            from_profile(&text, "none").is_err_and(|error| error.remedy.contains("work, temp"))
        );
    }

    #[test]
    fn rows_of_empty_cells_are_no_keys() {
        let text = "Access key ID,Secret access key\n,,\nAKIAIOSFODNN7EXAMPLE,wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n,\n";
        assert!(from_csv(&Secret::new(text.to_owned())).is_ok());
    }
}
