//! Text patterns with `*` and `?`, matched in time proportional to pattern × text.

/// One element of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    /// Exactly this character.
    Char(char),
    /// `?`: one character.
    One(Reach),
    /// `*`: any number of characters.
    Many(Reach),
}

/// Which characters a wildcard can match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// Any character.
    Anywhere,
    /// Any character except the colon between the segments of an ARN.
    Segment,
}

impl Reach {
    fn accepts(self, c: char) -> bool {
        match self {
            Self::Anywhere => true,
            Self::Segment => c != ':',
        }
    }
}

impl Token {
    /// Reads one character of a pattern. Wildcards match any character.
    pub(super) fn from_pattern(c: char) -> Self {
        match c {
            '*' => Self::Many(Reach::Anywhere),
            '?' => Self::One(Reach::Anywhere),
            other => Self::Char(other),
        }
    }

    fn accepts(self, c: char) -> bool {
        match self {
            Self::Char(own) => own == c,
            Self::One(reach) | Self::Many(reach) => reach.accepts(c),
        }
    }
}

/// Returns whether the pattern matches the whole text.
///
/// Tracks all possible positions at once, so no pattern takes exponential time.
pub(super) fn matches(pattern: &[Token], text: &str) -> bool {
    let mut reached = vec![false; pattern.len() + 1];
    reached[0] = true;
    skip_stars(pattern, &mut reached);
    for c in text.chars() {
        let mut next = vec![false; pattern.len() + 1];
        for (at, token) in pattern.iter().enumerate() {
            if reached[at] && token.accepts(c) {
                let stays = matches!(token, Token::Many(_));
                next[if stays { at } else { at + 1 }] = true;
            }
        }
        skip_stars(pattern, &mut next);
        if !next.contains(&true) {
            return false;
        }
        reached = next;
    }
    reached[pattern.len()]
}

/// A `*` can match nothing, so a position before it is also a position after it.
fn skip_stars(pattern: &[Token], reached: &mut [bool]) {
    for (at, token) in pattern.iter().enumerate() {
        if reached[at] && matches!(token, Token::Many(_)) {
            reached[at + 1] = true;
        }
    }
}

/// Matches a pattern given as text. Wildcards match any character.
pub(super) fn text_matches(pattern: &str, text: &str) -> bool {
    let tokens: Vec<Token> = pattern.chars().map(Token::from_pattern).collect();
    matches(&tokens, text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn naive(pattern: &[char], text: &[char]) -> bool {
        match (pattern.split_first(), text.split_first()) {
            (None, None) => true,
            (None, Some(_)) => false,
            (Some(('*', rest)), _) => (0..=text.len()).any(|n| naive(rest, &text[n..])),
            (Some(('?', rest)), Some((_, tail))) => naive(rest, tail),
            (Some((own, rest)), Some((c, tail))) => own == c && naive(rest, tail),
            (Some(_), None) => false,
        }
    }

    proptest! {
        #[test]
        fn agrees_with_a_naive_matcher(pattern in "[ab:*?é]{0,8}", text in "[ab:é]{0,8}") {
            let p: Vec<char> = pattern.chars().collect();
            let t: Vec<char> = text.chars().collect();
            prop_assert_eq!(text_matches(&pattern, &text), naive(&p, &t));
        }

        #[test]
        fn every_text_matches_itself_and_the_star(text in "[^*?]{0,40}") {
            prop_assert!(text_matches(&text, &text));
            prop_assert!(text_matches("*", &text));
        }
    }

    #[test]
    fn many_stars_take_no_exponential_time() {
        let pattern = "a*".repeat(500) + "b";
        assert!(!text_matches(&pattern, &"a".repeat(2000)));
    }

    #[test]
    fn a_question_mark_is_one_character_not_one_byte() {
        assert!(text_matches("a?c", "aéc"));
        assert!(!text_matches("a?c", "ac"));
    }

    #[test]
    fn a_segment_wildcard_stops_at_the_colon() {
        let pattern = [
            Token::Char('a'),
            Token::Many(Reach::Segment),
            Token::Char('z'),
        ];
        assert!(matches(&pattern, "abz"));
        assert!(!matches(&pattern, "a:z"));
    }
}
