//! Columns of text.

use std::borrow::Cow;

use rolecall_core::value::sanitise;

/// The spaces between two columns.
const GAP: usize = 2;

/// Returns rows as lines with aligned columns, two spaces apart. Hidden characters are escaped.
pub(crate) fn aligned<const COLUMNS: usize>(rows: &[[impl AsRef<str>; COLUMNS]]) -> String {
    let shown: Vec<[Cow<'_, str>; COLUMNS]> = rows
        .iter()
        .map(|row| std::array::from_fn(|column| sanitise::shown(row[column].as_ref())))
        .collect();
    let width = |column: usize| shown.iter().map(|row| width_of(&row[column])).max();
    let widths: [usize; COLUMNS] = std::array::from_fn(|column| width(column).unwrap_or(0));
    let mut table = String::new();
    for row in &shown {
        if !table.is_empty() {
            table.push('\n');
        }
        push_line(&mut table, row, &widths);
    }
    table
}

fn push_line(table: &mut String, row: &[Cow<'_, str>], widths: &[usize]) {
    let start = table.len();
    for (cell, width) in row.iter().zip(widths) {
        table.push_str(cell);
        let padding = width.saturating_sub(width_of(cell)) + GAP;
        table.extend(std::iter::repeat_n(' ', padding));
    }
    let end = table[start..].trim_end().len();
    table.truncate(start + end);
}

/// Characters that a terminal draws two columns wide: East Asian ones and emoji.
/// <https://www.unicode.org/reports/tr11/>
const WIDE: [(char, char); 10] = [
    ('\u{1100}', '\u{115f}'),
    ('\u{2e80}', '\u{303e}'),
    ('\u{3041}', '\u{a4cf}'),
    ('\u{a960}', '\u{a97c}'),
    ('\u{ac00}', '\u{d7a3}'),
    ('\u{f900}', '\u{faff}'),
    ('\u{fe30}', '\u{fe6f}'),
    ('\u{ff01}', '\u{ff60}'),
    ('\u{1f300}', '\u{1faff}'),
    ('\u{20000}', '\u{3fffd}'),
];
/// Characters that a terminal draws over the one before: marks and variations.
const MARKS: [(char, char); 7] = [
    ('\u{300}', '\u{36f}'),
    ('\u{483}', '\u{489}'),
    ('\u{591}', '\u{5bd}'),
    ('\u{64b}', '\u{65f}'),
    ('\u{20d0}', '\u{20f0}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{fe20}', '\u{fe2f}'),
];

/// Returns how many columns of a terminal a text takes.
fn width_of(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    let is_in = |c: char, ranges: &[(char, char)]| {
        let mut ranges = ranges.iter();
        ranges.any(|(first, last)| (*first..=*last).contains(&c))
    };
    let width = |c| match c {
        c if is_in(c, &MARKS) => 0,
        c if is_in(c, &WIDE) => 2,
        _ => 1,
    };
    text.chars().map(width).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_as_a_terminal_draws_them() {
        let rows = [
            ["ROLE", "X"],
            ["管理者", "a"],
            ["cafe\u{301}", "b"],
            ["한 🚀", "c"],
        ];
        let table = aligned(&rows);
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(
            lines,
            ["ROLE    X", "管理者  a", "cafe\u{301}    b", "한 🚀   c"]
        );
    }
}
