//! An HTTP response, including faulty ones.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::Response;
use hyper::body::{Body, Bytes, Frame, SizeHint};

/// The size of one piece of an oversized body.
const PIECE: usize = 16 * 1024;

/// A response before it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: ReplyBody,
}

/// The body of a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ReplyBody {
    /// These bytes.
    Whole(Vec<u8>),
    /// This many spaces, without a content length.
    Padding(u64),
}

impl Reply {
    /// Returns a response with a body of a content type.
    pub(crate) fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: vec![("content-type", content_type.to_owned())],
            body: ReplyBody::Whole(body.into()),
        }
    }

    /// Returns a response without a body.
    pub(crate) fn empty(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: ReplyBody::Whole(Vec::new()),
        }
    }

    /// Adds a header.
    pub(crate) fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Converts the reply to hyper's response. A header value that is not valid in HTTP is omitted.
    pub(crate) fn into_response(self) -> Response<WireBody> {
        let mut response = Response::builder().status(self.status);
        for (name, value) in self.headers {
            if let Ok(value) = hyper::header::HeaderValue::from_str(&value) {
                response = response.header(name, value);
            }
        }
        let body = match self.body {
            ReplyBody::Whole(bytes) => WireBody::Whole(Some(Bytes::from(bytes))),
            ReplyBody::Padding(left) => WireBody::Padding(left),
        };
        response
            .body(body)
            .expect("status and header names are constants")
    }
}

/// A body on the wire.
pub(crate) enum WireBody {
    Whole(Option<Bytes>),
    Padding(u64),
}

impl Body for WireBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let data = match &mut *self {
            Self::Whole(bytes) => bytes.take().filter(|bytes| !bytes.is_empty()),
            Self::Padding(0) => None,
            Self::Padding(left) => {
                let size = usize::try_from(*left).unwrap_or(PIECE).min(PIECE);
                *left = left.saturating_sub(PIECE as u64);
                Some(Bytes::from(vec![b' '; size]))
            }
        };
        Poll::Ready(data.map(|data| Ok(Frame::data(data))))
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Whole(None) | Self::Padding(0))
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => {
                SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
            }
            Self::Padding(_) => SizeHint::default(),
        }
    }
}
