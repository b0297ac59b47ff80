//! DeleteObjects.

use crate::call::Call;
use crate::failure::Failure;
use crate::xml;

/// The most keys of one call.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html>
const KEYS_MAX: usize = 1000;

/// What a call wants deleted.
pub(super) struct Wanted {
    pub(super) keys: Vec<String>,
    /// Whether the answer names only what was not deleted.
    is_quiet: bool,
}

/// Reads the document of a call.
pub(super) fn read(call: &Call) -> Result<Wanted, Failure> {
    let text = String::from_utf8_lossy(&call.body);
    let keys: Vec<String> = elements(&text, "Key").map(unescaped).collect();
    if keys.is_empty() || keys.len() > KEYS_MAX {
        let text = "The XML you provided was not well-formed or did not validate against our published schema";
        return Err(Failure::new(400, "MalformedXML", text));
    }
    let is_quiet = elements(&text, "Quiet").any(|value| value.trim() == "true");
    Ok(Wanted { keys, is_quiet })
}

/// Returns the content of the answer: each key with the reason if it was not deleted.
pub(super) fn result(wanted: &Wanted, outcomes: &[(String, Option<Failure>)]) -> String {
    let shown = outcomes.iter().filter_map(|(key, refused)| match refused {
        Some(failure) => {
            let content = [
                xml::text("Key", key),
                xml::text("Code", failure.code),
                xml::text("Message", &failure.message),
            ];
            Some(xml::element("Error", &content.concat()))
        }
        None if wanted.is_quiet => None,
        None => Some(xml::element("Deleted", &xml::text("Key", key))),
    });
    shown.collect()
}

/// Returns the contents of all elements with a name.
fn elements<'a>(text: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    let (begin, end) = (format!("<{name}>"), format!("</{name}>"));
    let parts = text.split(begin.as_str()).skip(1);
    let contents: Vec<&str> = parts
        .filter_map(|part| part.split_once(end.as_str()).map(|(content, _)| content))
        .collect();
    contents.into_iter()
}

fn unescaped(text: &str) -> String {
    let plain = text
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&#13;", "\r")
        .replace("&#10;", "\n");
    plain.replace("&amp;", "&")
}
