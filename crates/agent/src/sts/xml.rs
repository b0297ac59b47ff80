//! Parses the XML of IAM's answers.

use aws_smithy_xml::decode::{Document, ScopedDecoder, try_data};

/// The fields of an error document.
#[derive(Debug, Default)]
pub(super) struct ErrorFields {
    pub(super) code: String,
    pub(super) message: String,
    pub(super) request_id: Option<String>,
}

/// Parses an error document; missing fields stay empty.
pub(super) fn error_fields(text: &str) -> ErrorFields {
    let mut fields = ErrorFields::default();
    let mut document = Document::new(text);
    let Ok(mut root) = document.root_element() else {
        return fields;
    };
    while let Some(mut tag) = root.next_tag() {
        match tag.start_el().local() {
            "RequestId" => fields.request_id = Some(data(&mut tag)),
            "Error" => {
                while let Some(mut part) = tag.next_tag() {
                    match part.start_el().local() {
                        "Code" => fields.code = data(&mut part),
                        "Message" => fields.message = data(&mut part),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    fields
}

pub(super) fn data(tag: &mut ScopedDecoder<'_, '_>) -> String {
    try_data(tag)
        .map(|text| text.into_owned())
        .unwrap_or_default()
}
