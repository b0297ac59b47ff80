//! Explains an error of AWS from the text that a tool printed: the AWS CLI, an SDK, Terraform, or the XML of a service.

use std::iter::once;

use crate::calls::sts::{Refusal, StsError};
use crate::explain::diagnosis::{self, SentRequest};
use crate::explain::refusal::{Attempt, explain};
use crate::value::problem::{Problem, ProblemCode};
use crate::value::region::PARTITIONS;

/// The longest text, in bytes.
pub const TEXT_MAX: usize = 64 * 1024;

/// What tools print between an error's code and its message, by the text around the code. The first that fits counts.
const FORMS: [(&str, &str); 7] = [
    // The AWS CLI and boto3.
    ("An error occurred (", ") when calling "),
    // Go, and so Terraform.
    ("api error ", ": "),
    // XML of a service.
    ("<Code>", "</Code>"),
    // CloudFormation.
    ("HandlerErrorCode: ", ")"),
    // Java.
    ("Error Code: ", ";"),
    ("ErrorCode: ", ","),
    // JSON of a service.
    ("\"__type\":\"", "\""),
];

/// The codes that are found without a form around them.
const CODES: [&str; 26] = [
    "AccessDeniedException",
    "KMSAccessDeniedException",
    "AccessDenied",
    "Client.UnauthorizedOperation",
    "UnauthorizedOperation",
    "UnauthorizedException",
    "AuthorizationErrorException",
    "AuthorizationError",
    "NotAuthorizedException",
    "ForbiddenException",
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "InvalidAccessKeyId",
    "AuthFailure",
    "InvalidToken",
    "OptInRequired",
    "ExpiredTokenException",
    "ExpiredToken",
    "RequestExpired",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
    "InvalidSignatureException",
    "RegionDisabledException",
    "MalformedPolicyDocument",
    "PackedPolicyTooLarge",
    "ValidationError",
];

/// Explains the error in a text.
///
/// # Errors
/// If the text is empty, too long, or has no error of AWS.
pub fn explain_text(text: &str) -> Result<Problem, Problem> {
    let invalid =
        |what: &str, remedy: &str| Err(Problem::new(ProblemCode::InvalidInput, what, remedy));
    if text.len() > TEXT_MAX {
        return invalid("The text is longer than 64 KiB.", "Paste only the error.");
    }
    let text = unwrapped(text);
    if text.is_empty() {
        return invalid(
            "There is no text.",
            "Paste the error as the tool printed it.",
        );
    }
    let Some(refusal) = refusal(&text) else {
        return invalid(
            "The text has no error of AWS.",
            "Paste the whole error, from its code on, such as AccessDenied.",
        );
    };
    let sent = SentRequest {
        operation: operation(&text),
        ..SentRequest::of_message(&refusal.message, region(&text))
    };
    let attempt = Attempt {
        role: None,
        source: "",
        sent: Some(&sent),
    };
    Ok(explain(&StsError::Refused(refusal), attempt))
}

/// Joins the lines of a text, without colours and the frame that Terraform draws.
fn unwrapped(text: &str) -> String {
    let plain = without_colours(text);
    let is_frame = |c: char| c.is_whitespace() || ('\u{2500}'..='\u{257f}').contains(&c);
    let words = plain.lines().flat_map(|line| {
        let line = line.trim_start_matches(is_frame);
        line.split_whitespace()
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Removes the control sequences of terminals: ESC, `[`, and all up to a letter.
fn without_colours(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default();
    let rest = parts.map(|part| {
        let end = part.find(|c: char| c.is_ascii_alphabetic());
        end.and_then(|end| part.get(end + 1..)).unwrap_or_default()
    });
    once(first).chain(rest).collect()
}

fn refusal(text: &str) -> Option<Refusal> {
    let (code, after) = coded(text)?;
    // CloudFormation says the service's message first, and its own code, which may be a general one.
    let (code, after) = match denial(text) {
        Some(denial) => {
            let is_after = after.len() < text.len() && after.contains(PHRASE);
            let own = diagnosis::is_denial(&code).then_some(code);
            (
                own.unwrap_or_else(|| "AccessDenied".to_owned()),
                if is_after { after } else { denial },
            )
        }
        None => (code, after),
    };
    let message = message(after);
    Some(Refusal {
        status: status(text),
        code,
        message,
        request_id: request_id(text),
        skew: None,
    })
}

/// What services write into the message of a denial.
const PHRASE: &str = "is not authorized to perform";

/// Returns the text from a denial's message on, if it has one of a caller.
fn denial(text: &str) -> Option<&str> {
    let at = text.find(PHRASE)?;
    text.get(text.get(..at)?.rfind("User: ")?..)
}

/// Returns the name of the operation that failed, with its service if the text names it.
fn operation(text: &str) -> Option<String> {
    let is_name = |text: &&str| {
        (1..=64).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric())
    };
    // The AWS CLI and boto3.
    let cli = text.split_once("when calling the ").and_then(|(_, rest)| {
        let (name, rest) = rest.split_once(' ')?;
        rest.starts_with("operation").then_some(name)
    });
    if let Some(name) = cli.filter(is_name) {
        return Some(name.to_owned());
    }
    // Go, and so Terraform.
    let (_, rest) = text.split_once("operation error ")?;
    let (service, rest) = rest.split_once(": ")?;
    let name = rest.split(',').next().filter(is_name)?;
    let is_service = |c: char| c.is_ascii_alphanumeric() || c == ' ';
    let service = Some(service).filter(|it| it.len() <= 64 && it.chars().all(is_service))?;
    Some(format!("{name} of {service}"))
}

/// Returns the code and the text after it. A denial without a code counts as one with the usual code.
fn coded(text: &str) -> Option<(String, &str)> {
    for (before, end) in FORMS {
        let Some((_, rest)) = text.split_once(before) else {
            continue;
        };
        let Some((code, rest)) = rest.split_once(end) else {
            continue;
        };
        // The names in JSON have a namespace.
        let code = code.rsplit('#').next().unwrap_or(code).trim();
        if is_code(code) {
            // Java says the message before the code.
            let message = if before.contains("Code: ") {
                text
            } else {
                rest
            };
            return Some((code.to_owned(), message));
        }
    }
    let found = CODES
        .iter()
        .filter_map(|code| Some((word_at(text, code)?, *code)));
    if let Some((at, code)) = found.min_by_key(|(at, code)| (*at, usize::MAX - code.len())) {
        return Some((code.to_owned(), text.get(at + code.len()..)?));
    }
    let lower = text.to_ascii_lowercase();
    let is_denied = lower.contains("not authorized to perform")
        || lower.contains("access denied")
        || lower.contains("access is denied")
        || lower.contains("not authorized to access")
        || lower.contains("have permissions to access")
        || lower.contains("explicit deny")
        || diagnosis::encoded(text).is_some();
    is_denied.then(|| ("AccessDenied".to_owned(), text))
}

fn is_code(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || ".:".contains(c);
    (3..=64).contains(&text.len()) && text.chars().all(is_part)
}

/// Returns where a word starts that is not part of a longer one.
fn word_at(text: &str, word: &str) -> Option<usize> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '.';
    text.match_indices(word).map(|(at, _)| at).find(|at| {
        let before = text.get(..*at).and_then(|it| it.chars().next_back());
        let after = text.get(at + word.len()..).and_then(|it| it.chars().next());
        !before.is_some_and(is_part) && !after.is_some_and(|c| c.is_ascii_alphanumeric())
    })
}

/// Returns the message after a code, without what tools add before and after it.
fn message(after: &str) -> String {
    let mut text = after.trim_start_matches([':', ' ', ')', '\'', '"', ',']);
    // The CLI: "the Get operation: …", perhaps with a count of retries before the colon.
    let operation = text.strip_prefix("the ").and_then(|it| it.split_once(' '));
    if let Some((_, rest)) = operation.filter(|(_, rest)| rest.starts_with("operation")) {
        let end = if rest.starts_with("operation (") {
            "): "
        } else {
            ": "
        };
        text = rest.split_once(end).map_or(rest, |(_, rest)| rest);
    }
    for (start, end) in [
        ("<Message>", "</Message>"),
        ("essage\":\"", "\"}"),
        ("essage\": \"", "\"}"),
    ] {
        if let Some((_, rest)) = text.split_once(start) {
            text = rest.split_once(end).map_or(rest, |(inside, _)| inside);
        }
    }
    const ADDED: [&str; 9] = [
        " status code: ",
        " (Service: ",
        "\" (RequestToken: ",
        " with address ",
        " with aws_",
        " with module.",
        " with data.",
        " on main.tf",
        " at Request.extractError",
    ];
    let found = |added: &&str| match text.starts_with(added.trim_start()) {
        true => Some(0),
        false => text.find(added),
    };
    let end = ADDED.iter().filter_map(found).min();
    let message = text.get(..end.unwrap_or(text.len())).unwrap_or(text);
    match message.trim_matches([' ', ',', '"', '\'']) {
        // What boto3 prints for a message that is absent.
        "None" => String::new(),
        message => message.to_owned(),
    }
}

fn status(text: &str) -> u16 {
    let lower = text.to_ascii_lowercase();
    let found = ["statuscode: ", "status code: ", "\"httpstatuscode\": "]
        .iter()
        .find_map(|name| lower.split_once(name));
    let digits = found.map(|(_, rest)| {
        rest.chars()
            .take_while(char::is_ascii_digit)
            .collect::<String>()
    });
    digits.and_then(|digits| digits.parse().ok()).unwrap_or(403)
}

fn request_id(text: &str) -> Option<String> {
    const NAMES: [&str; 6] = [
        "RequestID: ",
        "Request ID: ",
        "request id: ",
        "<RequestId>",
        "<RequestID>",
        "\"RequestId\": \"",
    ];
    let (_, rest) = NAMES.iter().find_map(|name| text.split_once(name))?;
    let is_part = |c: &char| c.is_ascii_alphanumeric() || *c == '-';
    let id: String = rest.chars().take_while(is_part).collect();
    (!id.is_empty()).then_some(id)
}

/// Returns the region that a text names, as in an endpoint.
fn region(text: &str) -> Option<&'static str> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let words = text.split(|c| !is_part(c));
    let known = || PARTITIONS.iter().flat_map(|partition| partition.regions);
    words
        .filter_map(|word| known().find(|region| **region == word))
        .copied()
        .next()
}

impl SentRequest {
    /// Returns the request that an error's message describes.
    fn of_message(message: &str, region: Option<&str>) -> Self {
        Self {
            region: region.unwrap_or_default().to_owned(),
            ..Self::denied(message).unwrap_or_default()
        }
    }
}
