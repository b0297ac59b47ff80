//! Policy text with variables: `${aws:username}`, `${key, 'default'}`, `${*}`, `${?}`, `${$}`.
//!
//! Rules: [policy variables](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html).

use super::context::Context;
use super::pattern::Token;

/// Text as written in a policy, with its variables parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Template {
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    /// `${*}`, `${?}` or `${$}`: the character itself.
    Literal(char),
    Variable {
        key: String,
        default: Option<String>,
    },
}

impl Template {
    /// Takes the text literally, as in a 2008-10-17 policy.
    pub(super) fn verbatim(text: &str) -> Self {
        Self {
            pieces: vec![Piece::Text(text.to_owned())],
        }
    }

    /// Parses the variables, as in a 2012-10-17 policy. An unclosed `${` is plain text.
    pub(super) fn parse(text: &str) -> Self {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, inner, after)) = split_variable(rest) {
            pieces.push(Piece::Text(before.to_owned()));
            pieces.push(Piece::from_inner(inner));
            rest = after;
        }
        pieces.push(Piece::Text(rest.to_owned()));
        Self { pieces }
    }

    /// Returns the text with its variables replaced. Wildcards are ordinary characters. Returns `None` if a variable
    /// has no single value and no default.
    pub(super) fn text(&self, context: &Context) -> Option<String> {
        let mut text = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(own) => text.push_str(own),
                Piece::Literal(c) => text.push(*c),
                Piece::Variable { key, default } => {
                    text.push_str(&value_of(key, default.as_deref(), context)?);
                }
            }
        }
        Some(text)
    }

    /// Returns the pattern with its variables replaced. Only wildcards written in the policy are wildcards. Returns
    /// `None` if a variable has no single value and no default.
    pub(super) fn pattern(&self, context: &Context) -> Option<Vec<Token>> {
        let mut tokens = Vec::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(own) => tokens.extend(own.chars().map(Token::from_pattern)),
                Piece::Literal(c) => tokens.push(Token::Char(*c)),
                Piece::Variable { key, default } => {
                    let value = value_of(key, default.as_deref(), context)?;
                    tokens.extend(value.chars().map(Token::Char));
                }
            }
        }
        Some(tokens)
    }

    /// Returns whether a variable is before the fifth colon, where IAM does not replace it.
    pub(super) fn varies_before_resource_part(&self) -> bool {
        let mut colons = 0;
        for piece in &self.pieces {
            match piece {
                Piece::Text(own) => colons += own.matches(':').count(),
                Piece::Literal(_) => {}
                Piece::Variable { .. } => return colons < 5,
            }
        }
        false
    }

    /// Returns whether every variable has a value.
    pub(super) fn resolves(&self, context: &Context) -> bool {
        self.text(context).is_some()
    }
}

impl Piece {
    fn from_inner(inner: &str) -> Self {
        match inner {
            "*" => return Self::Literal('*'),
            "?" => return Self::Literal('?'),
            "$" => return Self::Literal('$'),
            _ => {}
        }
        let (key, default) = match inner.split_once(',') {
            Some((key, default)) => (key, quoted(default)),
            None => (inner, None),
        };
        Self::Variable {
            key: key.trim().to_ascii_lowercase(),
            default,
        }
    }
}

/// Splits the text at the first complete `${…}`. A `}` inside a quoted default does not close it.
fn split_variable(text: &str) -> Option<(&str, &str, &str)> {
    let start = text.find("${")?;
    let inner = &text[start + 2..];
    let mut in_quotes = false;
    for (at, c) in inner.char_indices() {
        match c {
            '\'' => in_quotes = !in_quotes,
            '}' if !in_quotes => return Some((&text[..start], &inner[..at], &inner[at + 1..])),
            _ => {}
        }
    }
    None
}

fn quoted(default: &str) -> Option<String> {
    let inside = default.trim().strip_prefix('\'')?.strip_suffix('\'')?;
    Some(inside.to_owned())
}

fn value_of(key: &str, default: Option<&str>, context: &Context) -> Option<String> {
    context.single(key).or_else(|| default.map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::super::pattern::matches;
    use super::*;

    fn context() -> Context {
        let mut context = Context::default();
        context.insert("aws:username", "al*ce");
        context.insert_list("aws:TagKeys", ["a", "b"]);
        context
    }

    fn filled(text: &str) -> Option<String> {
        Template::parse(text).text(&context())
    }

    #[test]
    fn replaces_variables_defaults_and_escapes() {
        assert_eq!(filled("x-${AWS:UserName}-y").as_deref(), Some("x-al*ce-y"));
        assert_eq!(
            filled("${aws:PrincipalTag/team, 'none'}").as_deref(),
            Some("none")
        );
        assert_eq!(filled("${k, 'a}b'}c").as_deref(), Some("a}bc"));
        assert_eq!(filled("${*}${?}${$}").as_deref(), Some("*?$"));
        assert_eq!(filled("a${open").as_deref(), Some("a${open"));
    }

    #[test]
    fn has_no_value_when_the_key_is_missing_or_multivalued() {
        assert_eq!(filled("${aws:userid}"), None);
        assert_eq!(filled("${aws:TagKeys}"), None);
        assert_eq!(filled("${}"), None);
    }

    #[test]
    fn a_star_from_a_variable_is_not_a_wildcard() {
        let tokens = Template::parse("${aws:username}")
            .pattern(&context())
            .unwrap();
        assert!(matches(&tokens, "al*ce"));
        assert!(!matches(&tokens, "alice"));
    }

    #[test]
    fn verbatim_text_keeps_its_dollar_signs() {
        let text = Template::verbatim("${aws:username}").text(&context());
        assert_eq!(text.as_deref(), Some("${aws:username}"));
    }
}
