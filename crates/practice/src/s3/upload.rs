//! PutObject and DeleteObject.

use super::listing;
use crate::call::Call;
use crate::failure::Failure;
use crate::percent;
use crate::reply::Reply;
use crate::world::{Object, World};

/// The largest number of objects in a bucket. Real buckets have no limit, but this one is in memory.
const OBJECTS_MAX: usize = 1000;

/// Returns whether a call changes an object as a whole: no part of it, and no copy.
pub(super) fn is_plain(call: &Call) -> bool {
    is_of_whole(call) && call.header("x-amz-copy-source").is_none()
}

/// Returns whether a call is about an object as a whole.
pub(super) fn is_of_whole(call: &Call) -> bool {
    let is_known = |name: &str| name == "x-id" || name.starts_with("X-Amz-");
    let names = percent::query_pairs(&call.query);
    names.iter().all(|(name, _)| is_known(name))
}

/// Stores an object. The caller must be authorized.
pub(super) fn put(
    world: &mut World,
    bucket: &str,
    key: String,
    call: &Call,
) -> Result<Reply, Failure> {
    let object = Object {
        bytes: content(call)?,
        content_type: call
            .header("content-type")
            .unwrap_or("binary/octet-stream")
            .to_owned(),
    };
    let etag = listing::etag(&object);
    store(world, bucket, key, object)?;
    Ok(Reply::empty(200).with_header("etag", etag))
}

/// Puts an object into a bucket. The caller must be authorized.
pub(super) fn store(
    world: &mut World,
    bucket: &str,
    key: String,
    object: Object,
) -> Result<(), Failure> {
    let found = world.buckets.iter_mut().find(|it| it.name == bucket);
    if let Some(found) = found {
        if found.objects.len() >= OBJECTS_MAX && !found.objects.contains_key(&key) {
            let text = "The practice account keeps at most 1000 objects in a bucket.";
            return Err(Failure::new(503, "ServiceUnavailable", text));
        }
        found.objects.insert(key, object);
    }
    Ok(())
}

/// Removes an object, if it exists. The caller must be authorized.
pub(super) fn delete(world: &mut World, bucket: &str, key: &str) -> Reply {
    let found = world.buckets.iter_mut().find(|it| it.name == bucket);
    if let Some(found) = found {
        found.objects.remove(key);
    }
    Reply::empty(204)
}

/// Returns the content of an upload. SDKs may send it in chunks, each with its length and perhaps a signature.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html>
fn content(call: &Call) -> Result<Vec<u8>, Failure> {
    let hash = call.header("x-amz-content-sha256").unwrap_or_default();
    if !hash.starts_with("STREAMING-") {
        return Ok(call.body.clone());
    }
    chunks(&call.body).ok_or_else(|| {
        let text = "The request body terminated unexpectedly";
        Failure::new(400, "IncompleteBody", text)
    })
}

fn chunks(body: &[u8]) -> Option<Vec<u8>> {
    let mut content = Vec::new();
    let mut rest = body;
    loop {
        let end = rest.windows(2).position(|pair| pair == b"\r\n")?;
        let line = std::str::from_utf8(&rest[..end]).ok()?;
        let length = usize::from_str_radix(line.split(';').next()?, 16).ok()?;
        rest = &rest[end + 2..];
        if length == 0 {
            return Some(content);
        }
        content.extend(rest.get(..length)?);
        rest = rest.get(length..)?.strip_prefix(b"\r\n")?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins_chunks_with_and_without_signatures() {
        let plain = b"5\r\nhello\r\n1\r\n!\r\n0\r\nx-amz-checksum-crc32:abc=\r\n\r\n";
        assert_eq!(chunks(plain).as_deref(), Some(b"hello!".as_slice()));
        let signed = b"2;chunk-signature=00\r\nhi\r\n0;chunk-signature=00\r\n\r\n";
        assert_eq!(chunks(signed).as_deref(), Some(b"hi".as_slice()));
        for broken in [
            b"".as_slice(),
            b"5\r\nhel",
            b"x\r\n",
            b"ffffffffffffffff\r\nx",
            b"2\r\nhi0\r\n",
        ] {
            assert_eq!(chunks(broken), None, "{broken:?}");
        }
    }
}
