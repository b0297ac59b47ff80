//! ARN patterns of `Resource` elements and of the ARN condition operators.

use super::context::Context;
use super::pattern::{Reach, Token, matches};
use super::template::Template;

const SEGMENTS: usize = 6;

/// Returns whether a `Resource` entry covers a resource.
///
/// In the first five segments, `?` and `*` match within their segment, except for a `*` at the end of one. Missing
/// segments match anything
/// ([Resource](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html)).
pub(super) fn covers_resource(entry: &Template, resource: &str, context: &Context) -> bool {
    if entry.varies_before_resource_part() {
        return false;
    }
    let Some(mut tokens) = entry.pattern(context) else {
        return false;
    };
    let colons = confine(&mut tokens);
    complete(&mut tokens, colons);
    matches(&tokens, resource)
}

/// Limits the wildcards of the first five segments to their segment. Returns the number of colons that delimit
/// segments.
fn confine(tokens: &mut [Token]) -> usize {
    let mut colons = 0;
    for at in 0..tokens.len() {
        if colons == SEGMENTS - 1 {
            break;
        }
        match tokens[at] {
            Token::Char(':') => colons += 1,
            Token::Char(_) => {}
            Token::One(_) => tokens[at] = Token::One(Reach::Segment),
            Token::Many(_) if ends_segment(tokens, at) => {}
            Token::Many(_) => tokens[at] = Token::Many(Reach::Segment),
        }
    }
    colons
}

fn ends_segment(tokens: &[Token], at: usize) -> bool {
    matches!(tokens.get(at + 1), None | Some(Token::Char(':')))
}

fn complete(tokens: &mut Vec<Token>, colons: usize) {
    let is_arn = tokens.starts_with(&['a', 'r', 'n', ':'].map(Token::Char));
    let may_span = tokens.contains(&Token::Many(Reach::Anywhere));
    if !is_arn || may_span {
        return;
    }
    for _ in colons..SEGMENTS - 1 {
        tokens.extend([Token::Char(':'), Token::Many(Reach::Anywhere)]);
    }
}

/// Returns whether an ARN operator's operand matches a value. Each of the six segments is compared separately.
pub(super) fn like(operand: &[Token], value: &str) -> bool {
    let values: Vec<&str> = value.splitn(SEGMENTS, ':').collect();
    if values.len() != SEGMENTS || values[0] != "arn" {
        return false;
    }
    let patterns: Vec<&[Token]> = operand
        .splitn(SEGMENTS, |token| *token == Token::Char(':'))
        .collect();
    let covers_rest = patterns.last() == Some(&[Token::Many(Reach::Anywhere)].as_slice());
    if patterns.len() != SEGMENTS && !covers_rest {
        return false;
    }
    patterns
        .iter()
        .zip(&values)
        .all(|(pattern, value)| matches(pattern, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covers(entry: &str, resource: &str) -> bool {
        covers_resource(&Template::parse(entry), resource, &Context::default())
    }

    fn arn_like(operand: &str, value: &str) -> bool {
        let tokens: Vec<Token> = operand.chars().map(Token::from_pattern).collect();
        like(&tokens, value)
    }

    #[test]
    fn a_star_inside_a_segment_stays_in_it_and_one_at_its_end_continues() {
        let role = "arn:aws:iam::111111111111:role/dev";
        assert!(covers("arn:aws:iam::*:role/dev", role));
        assert!(covers("arn:aws:i*", role));
        assert!(covers("arn:*:role/dev", role));
        assert!(!covers("arn:a*m::111111111111:role/dev", role));
        assert!(!covers("arn:aws:iam?:111111111111:role/dev", role));
    }

    #[test]
    fn wildcards_of_the_resource_part_cross_slashes_and_colons() {
        assert!(covers(
            "arn:aws:s3:::b/*/t/*",
            "arn:aws:s3:::b/1///t///o.jpg"
        ));
        assert!(!covers("arn:aws:s3:::b/*/t/*", "arn:aws:s3:::b/t/o.jpg"));
        assert!(covers("arn:aws:s3:::b/a*z", "arn:aws:s3:::b/a:z"));
    }

    #[test]
    fn an_incomplete_arn_is_completed_with_stars() {
        assert!(covers(
            "arn:aws:sqs",
            "arn:aws:sqs:us-east-1:111111111111:q"
        ));
        assert!(!covers(
            "arn:aws:sqs",
            "arn:aws:sns:us-east-1:111111111111:q"
        ));
    }

    #[test]
    fn an_arn_operator_compares_segment_by_segment() {
        let user = "arn:aws:iam::111111111111:user/alice";
        assert!(arn_like("arn:aws:iam::*:user/a*", user));
        assert!(arn_like("arn:aws:iam::1*1:user/*", user));
        assert!(arn_like("*", user));
        assert!(arn_like("arn:aws:iam:*", user));
        assert!(!arn_like("arn:*:user/alice", user));
        assert!(!arn_like("arn:aws:iam::*", "not an arn"));
        assert!(arn_like(
            "arn:aws:logs:*:*:log-group:/x:*",
            "arn:aws:logs:r:1:log-group:/x:y"
        ));
    }
}
