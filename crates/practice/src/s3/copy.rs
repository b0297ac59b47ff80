//! CopyObject.

use super::{listing, upload};
use crate::call::Call;
use crate::failure::Failure;
use crate::{percent, xml};

/// The header that names the object to copy.
const SOURCE: &str = "x-amz-copy-source";

/// Returns whether a call copies an object as a whole.
pub(super) fn is_whole(call: &Call) -> bool {
    upload::is_of_whole(call) && call.header(SOURCE).is_some()
}

/// Returns the bucket and the key of the object to copy.
pub(super) fn source(call: &Call) -> Result<(String, String), Failure> {
    let text = call.header(SOURCE).unwrap_or_default();
    let path = text.split('?').next().unwrap_or_default();
    let path = percent::decode(path.trim_start_matches('/'));
    let parts = path
        .split_once('/')
        .filter(|(bucket, key)| !bucket.is_empty() && !key.is_empty());
    let (bucket, key) = parts.ok_or_else(|| {
        let text = "Copy Source must mention the source bucket and key: sourcebucket/sourcekey";
        Failure::new(400, "InvalidArgument", text)
    })?;
    Ok((bucket.to_owned(), key.to_owned()))
}

/// Returns the content of the answer to a copy.
pub(super) fn result(etag: &str) -> String {
    xml::text("LastModified", listing::WRITTEN) + &xml::text("ETag", etag)
}
