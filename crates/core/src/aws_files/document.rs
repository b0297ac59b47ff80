//! One of AWS's files as lines. Every byte is kept, so that an editor can change one section and leave the rest
//! unchanged.

use super::line::{Fault, Line, LineKind, Variant};
use super::line_reader::LineReader;

const BYTE_ORDER_MARK: &str = "\u{feff}";

/// A file as a sequence of lines, as the SDKs' own parser reads it. It borrows the text, because the text contains
/// secrets.
pub struct Document<'a> {
    byte_order_mark: &'a str,
    lines: Vec<Line<'a>>,
}

impl<'a> Document<'a> {
    /// Reads a file. Every text is accepted. The effect of a faulty line ends at the next valid section or setting.
    pub fn parse(text: &'a str) -> Self {
        let body = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
        let mut reader = LineReader::new();
        let count = body.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let mut lines = Vec::with_capacity(count);
        lines.extend(body.split_inclusive('\n').map(|whole| {
            let (text, ending) = split_ending(whole);
            let kind = reader.read(text);
            Line { text, ending, kind }
        }));
        Self {
            lines,
            byte_order_mark: &text[..text.len() - body.len()],
        }
    }

    /// Returns the lines. The first is line 1.
    pub fn lines(&self) -> &[Line<'a>] {
        &self.lines
    }

    /// Returns the byte order mark that the file starts with, or nothing.
    pub(super) fn byte_order_mark(&self) -> &'a str {
        self.byte_order_mark
    }

    /// Returns every fault with its line number, from 1. The SDKs read a file without faults and variants as we do.
    pub fn faults(&self) -> impl Iterator<Item = (usize, Fault)> {
        let mark = (!self.byte_order_mark.is_empty()).then_some((1, Fault::ByteOrderMark));
        let lines = self.lines.iter().enumerate();
        let faults = lines.filter_map(|(index, line)| match line.kind {
            LineKind::Fault(fault) => Some((index + 1, fault)),
            LineKind::Blank
            | LineKind::Comment
            | LineKind::Section(_)
            | LineKind::Property { .. }
            | LineKind::Continuation(_)
            | LineKind::Lost => None,
        });
        mark.into_iter().chain(faults)
    }

    /// Returns every line that the AWS CLI and boto3 read and other SDKs may reject, with its number, from 1.
    pub fn variants(&self) -> impl Iterator<Item = (usize, Variant)> {
        let lines = self.lines.iter().enumerate();
        lines.filter_map(|(index, line)| Some((index + 1, line.variant()?)))
    }
}

fn split_ending(whole: &str) -> (&str, &str) {
    let text = match whole.strip_suffix('\n') {
        Some(text) => text.strip_suffix('\r').unwrap_or(text),
        None => whole,
    };
    (text, &whole[text.len()..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn joined(document: &Document<'_>) -> String {
        let lines = document.lines().iter();
        let lines: String = lines.flat_map(|line| [line.text, line.ending]).collect();
        document.byte_order_mark().to_owned() + &lines
    }

    fn faults_of(text: &str) -> Vec<(usize, Fault)> {
        Document::parse(text).faults().collect()
    }

    #[test]
    fn b32_b33_reports_each_fault_with_its_line() {
        for (text, fault) in [
            ("a = b", (1, Fault::OutsideSection)),
            (" a", (1, Fault::OutsideSection)),
            ("\n[profile x", (2, Fault::Unclosed)),
            ("[a]b", (1, Fault::Unclosed)),
            ("[a]\nkey value", (2, Fault::NoEquals)),
            ("[a]\n= value", (2, Fault::NoName)),
            ("[a]\n more", (2, Fault::NothingToContinue)),
            ("[a]\ns3 =\n more", (3, Fault::NoEquals)),
            ("\u{feff}[a]", (1, Fault::ByteOrderMark)),
        ] {
            assert_eq!(faults_of(text), [fault], "{text:?}");
        }
    }

    #[test]
    fn what_the_aws_cli_reads_and_others_reject_is_a_variant() {
        for (text, variants) in [
            ("[a]\nkey : value", vec![(2, Variant::Colon)]),
            ("[a]\nkey: a=b", vec![(2, Variant::Colon)]),
            ("[a]\nkey = a:b\nx:y = z\n", vec![]),
            (
                "[a]\n  x = 1\n  s3 =\n    y = 2\n  z: 3\n",
                vec![2, 3, 5]
                    .into_iter()
                    .map(|line| (line, Variant::Indented))
                    .collect(),
            ),
            (
                "[a]\n\t# x\n [b]\n",
                vec![(2, Variant::Indented), (3, Variant::Indented)],
            ),
            ("[a]\nx = 1\n [b]\n # c\n", vec![]),
        ] {
            let document = Document::parse(text);
            assert_eq!(document.faults().count(), 0, "{text:?}");
            assert_eq!(
                document.variants().collect::<Vec<_>>(),
                variants,
                "{text:?}"
            );
        }
    }

    #[test]
    fn b33_a_fault_affects_only_its_own_section_or_value() {
        let text = "[lost\nkey = 1\n[kept]\nbad\n more\nkey = 2\n";
        let faults = [(1, Fault::Unclosed), (4, Fault::NoEquals)];
        assert_eq!(faults_of(text), faults);
        let document = Document::parse(text);
        assert!(document.lines()[1].kind == LineKind::Lost);
        assert!(document.lines()[4].kind == LineKind::Lost);
        let kept = LineKind::Property {
            key: "key",
            value: "2",
        };
        assert!(document.lines()[5].kind == kept);
    }

    proptest! {
        #[test]
        fn b43_keeps_every_text_byte_for_byte(text in any::<String>()) {
            prop_assert_eq!(joined(&Document::parse(&text)), text);
        }

        #[test]
        fn b43_keeps_lines_of_every_kind_byte_for_byte(
            parts in prop::collection::vec(
                prop::sample::select(vec![
                    "[", "]", "profile ", "a", "=", " ", "\t", "#", ";", "\n", "\r\n", "\r", "\u{feff}", "s3 =\n ", "\0",
                ]),
                0..60,
            )
        ) {
            let text = parts.concat();
            prop_assert_eq!(joined(&Document::parse(&text)), text);
        }
    }
}
