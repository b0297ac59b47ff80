//! The manual page in the macros of man(7).

use crate::help::{ABOUT, EXIT_CODES, TOPICS, USAGE, lists, topic_text};

const FILES: [(&str, &str); 5] = [
    ("~/.config/rolecall/roles.toml", "Roles."),
    ("~/.config/rolecall/settings.toml", "Settings."),
    (
        "~/.config/rolecall/marks.toml",
        "Favourites, colours, groups and account names.",
    ),
    (
        "~/.aws/config, ~/.aws/credentials",
        "AWS's own files. Their profiles with a role_arn are roles as well.",
    ),
    (
        "~/.local/state/rolecall",
        "History, sealed sessions, copies of edited files, and the agent's log.",
    ),
];
const VARIABLES: [(&str, &str); 4] = [
    ("ROLECALL_ROLE", "The role of this shell's session."),
    (
        "ROLECALL_EXPIRATION",
        "When the credentials of this shell expire.",
    ),
    (
        "AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE",
        "The paths of AWS's own files.",
    ),
    (
        "XDG_CONFIG_HOME, XDG_STATE_HOME, XDG_DATA_HOME, XDG_RUNTIME_DIR",
        "The folders of Rolecall's files and its socket.",
    ),
];

/// Returns the page of another program, from its help text: a line about it, its usage, and paragraphs.
pub(crate) fn page_of(program: &str, help: &str) -> String {
    let (about, rest) = help.split_once("\n\n").unwrap_or((help, ""));
    let (usage, rest) = rest.split_once("\n\n").unwrap_or((rest, ""));
    let usage = usage.trim_start_matches("Usage: ");
    let mut page = title(program);
    page.push_str(&format!(
        ".SH NAME\n{} \\- {}\n",
        escaped(program),
        escaped(about)
    ));
    page.push_str(&format!(".SH SYNOPSIS\n.B {}\n", escaped(usage)));
    page.push_str(&format!(".SH DESCRIPTION\n{}", body(rest.trim_end())));
    page.push_str(".SH SEE ALSO\n.BR rolecall (1)\n");
    page
}

fn title(program: &str) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let name = escaped(&program.to_uppercase());
    format!(".TH {name} 1 \"\" \"Rolecall {version}\" \"User Commands\"\n")
}

/// Returns the page of `rolecall`.
pub(crate) fn page() -> String {
    let mut page = title("rolecall");
    page.push_str(".SH NAME\nrolecall \\- AWS role sessions from the desktop tray\n");
    let overview = format!("{}\n\n{EXIT_CODES}", lists());
    page.push_str(&format!(".SH SYNOPSIS\n.B {}\n", escaped(USAGE)));
    page.push_str(&format!(".SH DESCRIPTION\n{}", body(ABOUT)));
    page.push_str(&format!(".SH COMMANDS AND FLAGS\n{}", body(&overview)));
    page.push_str(".SH COMMANDS IN DETAIL\n");
    for (names, explanation) in TOPICS {
        page.push_str(&format!(
            ".SS rolecall {}\n{}",
            escaped(&names.join(", rolecall ")),
            body(&topic_text(names, explanation))
        ));
    }
    page.push_str(&format!(".SH FILES\n{}", list(&FILES)));
    page.push_str(&format!(".SH ENVIRONMENT\n{}", list(&VARIABLES)));
    page.push_str(
        ".SH SEE ALSO\n.BR rolecall-agent (1),\n.BR rolecall-desktop (1),\n.BR aws (1)\n",
    );
    page
}

fn list(items: &[(&str, &str)]) -> String {
    let item =
        |(name, text): &(&str, &str)| format!(".TP\n.I {}\n{}\n", escaped(name), escaped(text));
    items.iter().map(item).collect()
}

/// Returns a help text. Paragraphs are filled; indented lines and usage lines stay as they are.
fn body(text: &str) -> String {
    let paragraphs: Vec<String> = text.split("\n\n").map(paragraph).collect();
    paragraphs.join(".PP\n")
}

fn paragraph(text: &str) -> String {
    let mut page = String::new();
    let mut verbatim = false;
    for line in text.lines() {
        let set_off = line.starts_with("  ") || line.starts_with("Usage:");
        match (verbatim, set_off) {
            (false, true) => page.push_str(".RS 4\n.nf\n"),
            (true, false) => page.push_str(".fi\n.RE\n"),
            (false, false) | (true, true) => {}
        }
        verbatim = set_off;
        let line = line.strip_prefix("  ").unwrap_or(line);
        page.push_str(&escaped(line));
        page.push('\n');
    }
    if verbatim {
        page.push_str(".fi\n.RE\n");
    }
    page
}

/// Returns a line of plain characters, which does not begin with a request of man.
fn escaped(line: &str) -> String {
    let mut text = String::with_capacity(line.len() + 8);
    for character in line.chars() {
        match character {
            '\\' => text.push_str("\\e"),
            '-' => text.push_str("\\-"),
            '\'' => text.push_str("\\(aq"),
            '`' => text.push_str("\\(ga"),
            '^' => text.push_str("\\(ha"),
            '~' => text.push_str("\\(ti"),
            '"' => text.push_str("\\(dq"),
            '.' if text.is_empty() => text.push_str("\\&."),
            ' '..='~' => text.push(character),
            other => text.push_str(&format!("\\[u{:04X}]", u32::from(other))),
        }
    }
    text
}
