//! The pages that a browser gets.

use super::session::ConsoleSession;
use crate::account::{PORTAL, padding as spaces};
use crate::reply::Reply;
use crate::{wire_time, xml};

/// Returns the page that says who is signed in.
pub(super) fn home(sessions: &[&ConsoleSession]) -> Reply {
    let content = match sessions {
        [] => "<p id=\"who\">Nobody is signed in.</p>".to_owned(),
        [newest, ..] => {
            let rows: String = sessions.iter().map(|it| row(it)).collect();
            format!(
                "<p id=\"who\">Signed in as <b>{}</b></p><p>Destination: <span id=\"destination\">{}</span></p>\
                 <ul id=\"sessions\">{rows}</ul>",
                xml::escape(&newest.arn),
                xml::escape(&newest.destination)
            )
        }
    };
    html(200, &content)
}

fn row(session: &ConsoleSession) -> String {
    format!(
        "<li>{} in account {} until {}</li>",
        xml::escape(&session.arn),
        xml::escape(&session.account),
        wire_time::extended(session.ends_at)
    )
}

/// Returns an error page, as AWS answers a request that it does not accept.
pub(super) fn refusal(text: &str) -> Reply {
    let content = format!("<h1>400</h1><p id=\"error\">{}</p>", xml::escape(text));
    html(400, &content)
}

/// Returns the page of a network that wants to be signed in to.
pub(super) fn portal() -> Reply {
    Reply::new(200, "text/html; charset=utf-8", PORTAL)
}

/// Returns an answer of this many spaces.
pub(super) fn padding(bytes: u64) -> Reply {
    spaces(bytes)
}

fn html(status: u16, content: &str) -> Reply {
    let text = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Practice console</title></head>\
         <body><h1>Practice console</h1>{content}</body></html>\n"
    );
    Reply::new(status, "text/html; charset=utf-8", text)
        .with_header("cache-control", "no-store")
        .with_header("content-security-policy", "default-src 'none'")
}
