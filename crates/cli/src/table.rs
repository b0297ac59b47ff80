//! Columns of text.

use rolecall_core::value::sanitise;

/// Returns rows as lines with aligned columns, two spaces apart. Hidden characters are escaped.
pub(crate) fn aligned<const COLUMNS: usize>(rows: &[[String; COLUMNS]]) -> String {
    let shown: Vec<[String; COLUMNS]> = rows
        .iter()
        .map(|row| std::array::from_fn(|column| sanitise::visible(&row[column])))
        .collect();
    let width = |column: usize| shown.iter().map(|row| width_of(&row[column])).max();
    let widths: [usize; COLUMNS] = std::array::from_fn(|column| width(column).unwrap_or(0));
    let lines: Vec<String> = shown.iter().map(|row| line(row, &widths)).collect();
    lines.join("\n")
}

fn line(row: &[String], widths: &[usize]) -> String {
    let padded = row
        .iter()
        .zip(widths)
        .map(|(cell, width)| format!("{cell}{}", " ".repeat(width.saturating_sub(width_of(cell)))));
    padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
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
        let table = aligned(&rows.map(|row| row.map(str::to_owned)));
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(
            lines,
            ["ROLE    X", "管理者  a", "cafe\u{301}    b", "한 🚀   c"]
        );
    }
}
