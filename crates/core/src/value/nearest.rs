//! Suggestions for misspelled words.

/// Longer words are not treated as misspelled, because comparing them would be slow.
const WORD_MAX: usize = 64;

/// Returns the known word that is most similar to `word`, if it is similar enough to be meant. A letter's case counts only
/// between words that are equally similar otherwise.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Longer words are not treated as misspelled, because comparing them would be slow.
    if word.len() > 32 {
        return None;
    }
    let lower = word.to_lowercase();
    let near = known.into_iter().map(|known| {
        let folded = distance(&lower, &known.to_lowercase());
        (folded, distance(word, known), known)
    });
    let (distance, _, known) = near.min()?;
    (distance <= 2 && distance < known.len()).then_some(known)
}

/// Returns whether a word may be a misspelled known word: up to one letter in three is wrong, or one word contains the
/// other.
pub(crate) fn may_be_misspelled(word: &str, known: &str) -> bool {
    let bare = |text: &str| -> String {
        let letters = text.chars().filter(|c| c.is_alphanumeric());
        letters.flat_map(char::to_lowercase).collect()
    };
    if word.len() > WORD_MAX {
        return false;
    }
    let (word, known) = (bare(word), bare(known));
    let limit = (known.len() / 3).max(1);
    let holds = word.len() >= 3 && (word.contains(&known) || known.contains(&word));
    holds || (word.len().abs_diff(known.len()) <= limit && distance(&word, &known) <= limit)
}

/// Returns the edit distance of two words, counting insertions, deletions, replacements and swaps of adjacent
/// characters.
fn distance(from: &str, to: &str) -> usize {
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
    let mut rows = vec![(0..=to.len()).collect::<Vec<usize>>()];
    for i in 1..=from.len() {
        let mut row = vec![i];
        for j in 1..=to.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(from[i - 1] != to[j - 1]);
            let mut best = replaced.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[from.len()][to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b74_finds_what_was_meant_and_nothing_far_off() {
        let known = ["list", "assume", "credentials", "end", "env"];
        for (word, meant) in [
            ("lsit", Some("list")),
            ("asume", Some("assume")),
            ("credential", Some("credentials")),
            ("LIST", Some("list")),
            ("Asume", Some("assume")),
            ("quit", None),
            ("", None),
            ("x", None),
        ] {
            assert_eq!(nearest(word, known), meant, "{word}");
        }
    }
}
