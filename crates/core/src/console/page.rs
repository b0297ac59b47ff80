//! The page on loopback that hands a sign-in over to a browser: an HTTP answer without a trace in history or caches.

use crate::console::sign_in::{SignIn, SignInMethod};
use crate::value::secret::Secret;

/// How long a page is served, in seconds.
pub const PAGE_S: u32 = 30;

/// What every answer has: it is kept nowhere, names no referrer, and is shown in no frame.
const HEADERS: &str = "Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nX-Content-Type-Options: nosniff\r\nX-Robots-Tag: noindex\r\nConnection: close\r\n";
const SCRIPT: &str = "document.forms[0].submit()";
const STYLE: &str = "body{font:16px system-ui,sans-serif;margin:4em auto;max-width:34em;padding:0 1em;color-scheme:light dark}button{font:inherit;padding:.4em 1em}";

/// Returns the answer that makes the browser sign in. `nonce` is a random text that permits the script.
pub fn hand_over(sign_in: &SignIn, method: SignInMethod, nonce: &str) -> Secret {
    match (method, &sign_in.sign_out) {
        (SignInMethod::Form, None) => form(sign_in, nonce),
        (SignInMethod::Redirect, _) | (SignInMethod::Form, Some(_)) => redirect(sign_in),
    }
}

fn redirect(sign_in: &SignIn) -> Secret {
    let url = sign_in.url();
    Secret::new(format!(
        "HTTP/1.1 303 See Other\r\nLocation: {}\r\nContent-Length: 0\r\n{HEADERS}\r\n",
        url.expose()
    ))
}

fn form(sign_in: &SignIn, nonce: &str) -> Secret {
    let (action, token) = (sign_in.place.federation(), &sign_in.token);
    let field = |name: &str, value: &str| {
        let value = Secret::new(escaped(value));
        Secret::new(format!(
            "<input type=\"hidden\" name=\"{name}\" value=\"{}\">",
            value.expose()
        ))
    };
    let [first, second, third] = sign_in.fields().map(|(name, value)| field(name, value));
    let fields = [first, second, third, field("SigninToken", token.expose())];
    let [first, second, third, token] = fields.each_ref().map(Secret::expose);
    let body = Secret::new(format!(
        "{}<form method=\"post\" action=\"{}\">{first}{second}{third}{token}\
         <p>Opening the AWS console…</p><noscript><button>Open the console</button></noscript></form>\
         <script nonce=\"{nonce}\">{SCRIPT}</script></body></html>\n",
        head(nonce),
        escaped(&action),
    ));
    answer("200 OK", &body, nonce)
}

/// Returns the answer with a text for a person instead, such as why there is no sign-in here.
pub fn message(status: &str, text: &str, nonce: &str) -> Secret {
    let body = Secret::new(format!(
        "{}<p>{}</p></body></html>\n",
        head(nonce),
        escaped(text)
    ));
    answer(status, &body, nonce)
}

fn head(nonce: &str) -> String {
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Rolecall</title>\
         <style nonce=\"{nonce}\">{STYLE}</style></head><body>"
    )
}

fn answer(status: &str, body: &Secret, nonce: &str) -> Secret {
    // No form-action: browsers also apply it to where AWS redirects to.
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; base-uri 'none'; frame-ancestors 'none'"
    );
    Secret::new(format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\nContent-Security-Policy: {policy}\r\n{HEADERS}\r\n{}",
        body.expose().len(),
        body.expose()
    ))
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(6 * text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::sign_in::SignInPlace;

    fn sign_in(sign_out: Option<&str>) -> SignIn {
        SignIn {
            place: SignInPlace {
                base: "https://eu-west-1.signin.aws.amazon.com".into(),
            },
            destination: "https://x/?a=\"><script>alert(1)</script>".into(),
            token: Secret::new("canary+/=".into()),
            sign_out: sign_out.map(str::to_owned),
        }
    }

    #[test]
    fn a_form_has_the_token_in_its_body_and_no_markup_from_outside() {
        let answer = hand_over(&sign_in(None), SignInMethod::Form, "abc");
        let (head, body) = answer.expose().split_once("\r\n\r\n").expect("a body");
        assert!(!head.contains("canary"));
        for header in ["Cache-Control: no-store", "Referrer-Policy: no-referrer"] {
            assert!(head.contains(header), "{head}");
        }
        assert!(head.contains(&format!("Content-Length: {}", body.len())));
        assert!(body.contains("name=\"SigninToken\" value=\"canary+/=\""));
        assert_eq!(body.matches("<script").count(), 1, "{body}");
        assert!(body.contains("action=\"https://eu-west-1.signin.aws.amazon.com/federation\""));
    }

    #[test]
    fn a_redirect_leads_to_the_url_that_signs_in_or_first_out() {
        let answer = hand_over(&sign_in(None), SignInMethod::Redirect, "abc");
        let start = "HTTP/1.1 303 See Other\r\nLocation: https://eu-west-1.signin.aws.amazon.com/federation?Action=login&";
        assert!(answer.expose().starts_with(start), "{}", answer.expose());
        let out = sign_in(Some(
            "https://us-east-1.signin.aws.amazon.com/oauth?Action=logout&redirect_uri=",
        ));
        let answer = hand_over(&out, SignInMethod::Form, "abc");
        assert!(
            answer
                .expose()
                .contains("/oauth?Action=logout&redirect_uri=https%3A%2F%2F")
        );
    }

    #[test]
    fn a_message_is_text() {
        let answer = message("410 Gone", "Used <already>.", "abc");
        assert!(answer.expose().contains("Used &lt;already&gt;."));
    }
}
