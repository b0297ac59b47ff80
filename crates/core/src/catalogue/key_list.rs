//! The format of `keys.toml`: names, IDs, accounts and users of access keys; never a secret.

use std::ops::Range;

use jiff::Timestamp;
use toml_edit::{Array, Document, DocumentMut, Item, Table, TableLike, value};

use crate::value::access_key::{AccessKey, AccessKeyId};
use crate::value::mfa::MfaSerial;
use crate::value::name::Name;
use crate::value::problem::{Problem, ProblemCode};
use crate::value::sanitise;

const HEADER: &str = "# Access keys of Rolecall. Their secrets are in the keychain, never in this file.\n\
                      # Written by Rolecall. Comments are lost.\n";

/// Returns the text that `parse` reads back as `keys`, in order.
pub fn render(keys: &[AccessKey]) -> String {
    let mut tables = Table::new();
    tables.set_implicit(true);
    for key in keys {
        let mut table = Table::new();
        table.insert("id", value(key.id.as_str()));
        table.insert("account_id", value(&key.account_id));
        table.insert("user_arn", value(&key.user_arn));
        if let Some(serial) = &key.totp {
            table.insert("totp", value(serial.as_str()));
        }
        for (name, at) in times(key) {
            if let Some(at) = at {
                table.insert(name, value(at.to_string()));
            }
        }
        if !key.replaced.is_empty() {
            let ids: Array = key.replaced.iter().map(AccessKeyId::as_str).collect();
            table.insert("replaced", value(ids));
        }
        tables.insert(key.name.as_str(), Item::Table(table));
    }
    let mut document = DocumentMut::new();
    document.insert("keys", Item::Table(tables));
    format!("{HEADER}\n{document}")
}

/// Parses the access keys in the order of the file; `shown` is the display path.
///
/// # Errors
/// If the text is not TOML, or a key is not complete. Says where and what is wrong.
pub fn parse(text: &str, shown: &str) -> Result<Vec<AccessKey>, Problem> {
    let document = Document::parse(text).map_err(|error| {
        let line = line_at(text, error.span());
        invalid(&format!(
            "{shown}, line {line}: {}.",
            error.message().replace('\n', ", ")
        ))
    })?;
    let Some(keys) = document.get("keys") else {
        return Ok(Vec::new());
    };
    let keys = keys
        .as_table_like()
        .ok_or_else(|| invalid(&format!("{shown}: \"keys\" is not a table.")))?;
    keys.iter()
        .map(|(name, item)| {
            key(name, item).map_err(|what| {
                let line = line_at(text, keys.key(name).and_then(|key| key.span()));
                let name = sanitise::echo(name);
                invalid(&format!("{shown}, line {line}, key \"{name}\": {what}"))
            })
        })
        .collect()
}

fn line_at(text: &str, span: Option<Range<usize>>) -> usize {
    span.and_then(|span| text.get(..span.start))
        .map_or(1, |before| before.matches('\n').count() + 1)
}

fn key(name: &str, item: &Item) -> Result<AccessKey, String> {
    let table = item
        .as_table_like()
        .ok_or_else(|| "it is not a table.".to_owned())?;
    let totp = match table.get("totp") {
        Some(_) => Some(MfaSerial::parse(field(table, "totp")?).map_err(|error| error.what)?),
        None => None,
    };
    Ok(AccessKey {
        name: Name::parse(name).map_err(|error| error.what)?,
        id: AccessKeyId::parse(field(table, "id")?).map_err(|error| error.what)?,
        account_id: field(table, "account_id")?.to_owned(),
        user_arn: field(table, "user_arn")?.to_owned(),
        totp,
        created_at: time(table, "created_at")?,
        added_at: time(table, "added_at")?,
        reminded_at: time(table, "reminded_at")?,
        replaced: replaced(table)?,
    })
}

fn times(key: &AccessKey) -> [(&'static str, Option<Timestamp>); 3] {
    [
        ("created_at", key.created_at),
        ("added_at", key.added_at),
        ("reminded_at", key.reminded_at),
    ]
}

fn time(table: &dyn TableLike, name: &str) -> Result<Option<Timestamp>, String> {
    let Some(_) = table.get(name) else {
        return Ok(None);
    };
    let time = field(table, name)?.parse();
    time.map(Some)
        .map_err(|_| format!("\"{name}\" is not a time, such as 2026-11-21T12:00:00Z."))
}

fn replaced(table: &dyn TableLike) -> Result<Vec<AccessKeyId>, String> {
    let Some(item) = table.get("replaced") else {
        return Ok(Vec::new());
    };
    let fault = || "\"replaced\" is not a list of key IDs.".to_owned();
    let ids = item.as_array().ok_or_else(fault)?.iter();
    let ids = ids.map(|id| AccessKeyId::parse(id.as_str()?).ok());
    ids.collect::<Option<_>>().ok_or_else(fault)
}

fn field<'a>(table: &'a dyn TableLike, name: &str) -> Result<&'a str, String> {
    table
        .get(name)
        .and_then(Item::as_str)
        .ok_or_else(|| format!("\"{name}\" is missing or is not text."))
}

fn invalid(what: &str) -> Problem {
    Problem::new(
        ProblemCode::InvalidFile,
        what,
        "Fix the file, or move it away and add the access keys again.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn access_key(name: &str, id: &str) -> AccessKey {
        AccessKey {
            name: Name::parse(name).expect("a name"),
            id: AccessKeyId::parse(id).expect("an id"),
            account_id: "177634097045".into(),
            user_arn: "arn:aws:iam::177634097045:user/a'\"b\\".into(),
            totp: None,
            created_at: None,
            added_at: None,
            reminded_at: None,
            replaced: Vec::new(),
        }
    }

    #[test]
    fn written_keys_are_read_back_in_order() {
        let serial = MfaSerial::parse("arn:aws:iam::177634097045:mfa/a").expect("a serial");
        let keys = [
            access_key("z \"quoted\" ä", "AKIAIOSFODNN7EXAMPLE"),
            AccessKey {
                totp: Some(serial),
                created_at: "2026-08-21T12:00:00Z".parse().ok(),
                added_at: "2026-08-22T12:00:00Z".parse().ok(),
                reminded_at: "2026-11-22T12:00:00Z".parse().ok(),
                replaced: vec![AccessKeyId::parse("AKIAIOSFODNN7EXAMPL3").expect("an id")],
                ..access_key("a.b", "AKIAIOSFODNN7EXAMPL2")
            },
        ];
        let text = render(&keys);
        assert!(text.starts_with("# Access keys"), "{text}");
        assert_eq!(parse(&text, "keys.toml"), Ok(keys.to_vec()));
        assert_eq!(parse(&render(&[]), "keys.toml"), Ok(vec![]));
        assert_eq!(parse("", "keys.toml"), Ok(vec![]));
    }

    #[test]
    fn faults_name_their_position() {
        for (text, place) in [
            ("keys = 1", "keys.toml: \"keys\""),
            ("[keys.a]\nid = \n", "keys.toml, line 2"),
            (
                "[keys.a]\nid = \"AKIA\"\n",
                "keys.toml, line 1, key \"a\": This is not",
            ),
            (
                "[keys.a]\n",
                "keys.toml, line 1, key \"a\": \"id\" is missing",
            ),
            (
                "[keys.a]\nid = \"AKIAIOSFODNN7EXAMPLE\"\naccount_id = \"1\"\nuser_arn = \"u\"\ncreated_at = \"soon\"\n",
                "keys.toml, line 1, key \"a\": \"created_at\" is not a time",
            ),
            (
                "[keys.a]\nid = \"AKIAIOSFODNN7EXAMPLE\"\naccount_id = \"1\"\nuser_arn = \"u\"\nreplaced = [1]\n",
                "keys.toml, line 1, key \"a\": \"replaced\" is not a list",
            ),
        ] {
            let problem = parse(text, "keys.toml").expect_err("must be refused");
            assert!(problem.what.starts_with(place), "{problem}");
        }
    }
}
