//! Finds text by a part of it, or by some of its letters in order. The window's `fuzzy.ts` does the same and returns
//! positions. Both are tested with the `search-cases.json` beside it.

const AT_WORD_START: f64 = 8.0;
const IN_A_ROW: f64 = 8.0;
const GAP_COST: f64 = 0.1;
/// Letters that are scattered over a text without a pattern are not a match.
const LEAST_PER_LETTER: f64 = 3.0;

/// The letters to search for, ignoring case.
#[derive(Debug, Clone)]
pub struct Wanted(Vec<char>);

impl Wanted {
    /// Returns the search for `text`.
    pub fn new(text: &str) -> Self {
        Self(text.chars().map(lower).collect())
    }

    /// Returns whether the search contains one of `letters`.
    pub fn has(&self, letters: &[char]) -> bool {
        self.0.iter().any(|letter| letters.contains(letter))
    }

    /// Returns the score of `text` containing the letters in one piece, if it does.
    pub fn part_of(&self, text: &str) -> Option<f64> {
        let text: Vec<char> = text.chars().collect();
        let body: Vec<char> = text.iter().copied().map(lower).collect();
        let places = body.len().checked_sub(self.0.len())?;
        let at = (0..=places).find(|at| body[*at..].starts_with(&self.0))?;
        let start = if starts_word(&text, at) {
            AT_WORD_START
        } else {
            0.0
        };
        Some(start + (self.0.len() as f64 - 1.0) * IN_A_ROW)
    }

    /// Returns the best score of `text` containing the letters in order, if it does.
    pub fn letters_of(&self, text: &str) -> Option<f64> {
        if self.0.is_empty() || !self.is_in_order_in(text) {
            return None;
        }
        let text: Vec<char> = text.chars().collect();
        let mut row = vec![f64::NEG_INFINITY; text.len()];
        for (index, letter) in self.0.iter().enumerate() {
            row = match index {
                0 => first_row(*letter, &text),
                _ => next_row(*letter, &text, &row),
            };
        }
        let score = row.into_iter().fold(f64::NEG_INFINITY, f64::max);
        (score >= LEAST_PER_LETTER * self.0.len() as f64).then_some(score)
    }

    /// Returns whether the letters occur in order. This excludes most texts quickly.
    fn is_in_order_in(&self, text: &str) -> bool {
        let mut letters = text.chars().map(lower);
        self.0.iter().all(|wanted| letters.any(|it| it == *wanted))
    }
}

/// Returns the score of matching `letter` at each position of `text`.
fn first_row(letter: char, text: &[char]) -> Vec<f64> {
    let places = text.iter().enumerate();
    let score = |(at, here): (usize, &char)| match lower(*here) == letter {
        true => at_start(text, at),
        false => f64::NEG_INFINITY,
    };
    places.map(score).collect()
}

/// Returns the best score of matching `letter` at each position, given the scores of the previous letters in `row`.
fn next_row(letter: char, text: &[char], row: &[f64]) -> Vec<f64> {
    let mut best = f64::NEG_INFINITY;
    let mut before = f64::NEG_INFINITY;
    let mut next = Vec::with_capacity(row.len());
    for (at, (here, above)) in text.iter().zip(row).enumerate() {
        best = before.max(best - GAP_COST);
        next.push(match lower(*here) == letter {
            true => (best + at_start(text, at)).max(before + IN_A_ROW),
            false => f64::NEG_INFINITY,
        });
        before = *above;
    }
    next
}

fn at_start(text: &[char], at: usize) -> f64 {
    match starts_word(text, at) {
        true => AT_WORD_START,
        false => 0.0,
    }
}

fn starts_word(text: &[char], at: usize) -> bool {
    let Some(before) = at.checked_sub(1).and_then(|before| text.get(before)) else {
        return true;
    };
    let here_is_capital = text.get(at).is_some_and(|here| here.is_uppercase());
    !before.is_alphanumeric() || (here_is_capital && !before.is_uppercase())
}

fn lower(letter: char) -> char {
    letter.to_lowercase().next().unwrap_or(letter)
}
