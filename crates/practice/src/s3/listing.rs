//! ListObjectsV2: prefix, delimiter, pages.

use rolecall_policy::Context;

use crate::call::Call;
use crate::failure::Failure;
use crate::signature_key::sha256_hex;
use crate::world::{Bucket, Object};
use crate::{percent, xml};

/// The modification time of all objects in the practice account.
pub(super) const WRITTEN: &str = "2026-11-02T09:00:00.000Z";

const KEYS_MAX: usize = 1000;

/// The parameters of a listing.
pub(super) struct Query {
    prefix: Option<String>,
    delimiter: Option<String>,
    /// The listing starts after this key or common prefix.
    after: Option<String>,
    keys_max: usize,
    encoding: Encoding,
}

/// How keys are encoded in the response.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Plain,
    Url,
}

/// One entry of a listing.
enum Entry<'a> {
    Object(&'a str, &'a Object),
    CommonPrefix(String),
}

impl Query {
    /// Reads a call's query string. The continuation token is the encoded last key.
    pub(super) fn read(call: &Call) -> Result<Self, Failure> {
        let value = |name: &str| call.query_value(name).filter(|value| !value.is_empty());
        let keys_max = match value("max-keys") {
            None => KEYS_MAX,
            Some(text) => text.parse::<usize>().map_err(|_| {
                let text = "Provided max-keys not an integer or within integer range";
                Failure::new(400, "InvalidArgument", text)
            })?,
        };
        let is_url = value("encoding-type").as_deref() == Some("url");
        Ok(Self {
            prefix: value("prefix"),
            delimiter: value("delimiter"),
            after: value("continuation-token")
                .map(|token| percent::decode(&token))
                .or_else(|| value("start-after"))
                .or_else(|| value("marker")),
            keys_max: keys_max.min(KEYS_MAX),
            encoding: if is_url {
                Encoding::Url
            } else {
                Encoding::Plain
            },
        })
    }

    /// Adds the listing's condition keys to the context.
    pub(super) fn describe(&self, context: &mut Context) {
        context.insert("s3:prefix", self.prefix.as_deref().unwrap_or_default());
        context.insert(
            "s3:delimiter",
            self.delimiter.as_deref().unwrap_or_default(),
        );
        context.insert("s3:max-keys", i64::try_from(self.keys_max).unwrap_or(0));
    }

    fn key(&self, key: &str) -> String {
        match self.encoding {
            Encoding::Plain => key.to_owned(),
            Encoding::Url => percent::encode_path(key),
        }
    }
}

/// Returns the content of one page.
pub(super) fn page(bucket: &Bucket, query: &Query) -> String {
    let mut entries = entries(bucket, query);
    let is_truncated = entries.len() > query.keys_max;
    entries.truncate(query.keys_max);
    let mut content = xml::text("Name", &bucket.name);
    content += &xml::text(
        "Prefix",
        &query.key(query.prefix.as_deref().unwrap_or_default()),
    );
    if let Some(delimiter) = &query.delimiter {
        content += &xml::text("Delimiter", &query.key(delimiter));
    }
    content += &xml::text("MaxKeys", &query.keys_max.to_string());
    content += &xml::text("KeyCount", &entries.len().to_string());
    if query.encoding == Encoding::Url {
        content += &xml::text("EncodingType", "url");
    }
    content += &xml::text("IsTruncated", if is_truncated { "true" } else { "false" });
    if let Some(last) = entries.last().filter(|_| is_truncated) {
        content += &xml::text("NextContinuationToken", &percent::encode(last.name()));
    }
    entries
        .iter()
        .fold(content, |content, entry| content + &entry.render(query))
}

fn entries<'a>(bucket: &'a Bucket, query: &Query) -> Vec<Entry<'a>> {
    let prefix = query.prefix.as_deref().unwrap_or_default();
    let mut entries: Vec<Entry<'a>> = Vec::new();
    for (key, object) in bucket
        .objects
        .iter()
        .filter(|(key, _)| key.starts_with(prefix))
    {
        let folded = query.delimiter.as_deref().and_then(|delimiter| {
            let at = key[prefix.len()..].find(delimiter)?;
            Some(key[..prefix.len() + at + delimiter.len()].to_owned())
        });
        let entry = folded.map_or(Entry::Object(key, object), Entry::CommonPrefix);
        let is_new = entries
            .last()
            .is_none_or(|last| last.name() != entry.name());
        let is_due = query
            .after
            .as_deref()
            .is_none_or(|after| entry.name() > after);
        if is_new && is_due {
            entries.push(entry);
        }
    }
    entries
}

impl Entry<'_> {
    fn name(&self) -> &str {
        match self {
            Self::Object(key, _) => key,
            Self::CommonPrefix(prefix) => prefix,
        }
    }

    fn render(&self, query: &Query) -> String {
        match self {
            Self::CommonPrefix(prefix) => {
                xml::element("CommonPrefixes", &xml::text("Prefix", &query.key(prefix)))
            }
            Self::Object(key, object) => {
                let content = [
                    xml::text("Key", &query.key(key)),
                    xml::text("LastModified", WRITTEN),
                    xml::text("ETag", &etag(object)),
                    xml::text("Size", &object.bytes.len().to_string()),
                    xml::text("StorageClass", "STANDARD"),
                ];
                xml::element("Contents", &content.concat())
            }
        }
    }
}

/// Returns an opaque tag that changes with the content.
pub(super) fn etag(object: &Object) -> String {
    format!("\"{}\"", &sha256_hex(&object.bytes)[..32])
}
