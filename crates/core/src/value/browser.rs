//! The browser that opens the AWS console, and whose cookies it uses there.

use std::fmt;

use crate::value::input::InputError;
use crate::value::sanitise;
use crate::value::url_text::encode;

/// The maximum number of characters of a program, profile or container.
const LENGTH_MAX: usize = 200;
const ALLOWED: &str = "Write it as \"firefox\", \"chromium profile=Work\", \"firefox profile=work\" or \"firefox container={role}\".";

/// A browser: a program, and a profile or container in it. `default` is the desktop's own.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Browser {
    /// The program's name or full path; `None` for the desktop's default browser.
    program: Option<String>,
    place: Place,
}

/// Whose cookies the browser uses.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Place {
    /// Those of its usual profile.
    Usual,
    /// Those of a profile: a name, or the full path of its folder.
    Profile(String),
    /// Those of a container of Firefox, with the add-on "Open external links in a container".
    Container(String),
    /// Those of a container of Firefox, with the add-on "Granted".
    GrantedContainer(String),
}

/// Which arguments a browser takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    Chromium,
    Firefox,
    Other,
}

/// What `{role}` and `{account}` mean in the name of a profile or container.
#[derive(Debug, Clone, Copy)]
pub struct BrowserNames<'a> {
    /// The role's name.
    pub role: &'a str,
    /// The account's ID.
    pub account: &'a str,
}

/// The names of a browser's program on different systems, the preferred first.
const PROGRAMS: [&[&str]; 9] = [
    &["firefox", "firefox-esr"],
    &["librewolf"],
    &["waterfox"],
    &["chromium", "chromium-browser"],
    &["google-chrome", "google-chrome-stable", "chrome"],
    &["brave-browser", "brave"],
    &["microsoft-edge", "microsoft-edge-stable", "msedge"],
    &["vivaldi", "vivaldi-stable"],
    &["opera"],
];
/// How many of them are Firefox or made of it.
const FIREFOXES: usize = 3;

impl Browser {
    /// The desktop's default browser.
    pub const DEFAULT: Self = Self {
        program: None,
        place: Place::Usual,
    };

    /// Parses `PROGRAM`, `PROGRAM profile=NAME` or `PROGRAM container=NAME`.
    ///
    /// # Errors
    /// If it has another form, or the program has no such profiles or containers.
    pub fn parse(text: &str) -> Result<Self, InputError> {
        let text = text.trim();
        let refuse = |what: String| Err(InputError::new("browser", what, ALLOWED));
        if let Some(hidden) = text.chars().find(|c| sanitise::is_hidden(*c)) {
            return refuse(format!("The browser has {}.", sanitise::describe(hidden)));
        }
        if text.chars().count() > LENGTH_MAX {
            return refuse(format!("The browser has over {LENGTH_MAX} characters."));
        }
        let (program, place) = split(text);
        if !is_program(program) {
            let shown = sanitise::echo(program);
            return refuse(format!("\"{shown}\" is not a browser's name or full path."));
        }
        let shown = sanitise::echo(program);
        match (family(program), &place) {
            (_, Place::Usual) => {}
            _ if program == "default" => {
                return refuse("The default browser has no profile or container here.".to_owned());
            }
            (_, Place::Profile(name) | Place::Container(name) | Place::GrantedContainer(name))
                if name.is_empty() || name.starts_with('-') =>
            {
                return refuse("The profile or container has no name.".to_owned());
            }
            (_, Place::Profile(name)) if !is_full_path(name) && !is_profile_name(name) => {
                return refuse("The profile is neither a name nor a full path.".to_owned());
            }
            (Family::Firefox, _) | (Family::Chromium, Place::Profile(_)) => {}
            (Family::Chromium, Place::Container(_) | Place::GrantedContainer(_)) => {
                return refuse(format!("{shown} has no containers: only Firefox does."));
            }
            (Family::Other, _) => {
                return refuse(format!(
                    "Rolecall does not know how {shown} opens a profile."
                ));
            }
        }
        Ok(Self {
            program: (program != "default").then(|| program.to_owned()),
            place,
        })
    }

    /// Parses the browser of a role. Roles can come from others, so it is a known browser, and a profile by its name: no
    /// path of a program, and no folder that could hold another one's profile.
    ///
    /// # Errors
    /// As [`Browser::parse`], and if it is another program or names a folder.
    pub fn parse_known(text: &str) -> Result<Self, InputError> {
        let browser = Self::parse(text)?;
        let names = PROGRAMS.iter().flat_map(|names| names.iter());
        let mut names = names.copied();
        let is_known = browser
            .program
            .as_deref()
            .is_none_or(|it| names.any(|own| own == it));
        let is_folder = matches!(&browser.place, Place::Profile(name) if is_full_path(name));
        if is_known && !is_folder {
            return Ok(browser);
        }
        let what = "A role can only name a known browser, and a profile by its name.";
        let remedy = "Set a full path as [console] browser in settings.toml.";
        Err(InputError::new("browser", what, remedy))
    }

    /// Returns the commands that open a URL, the preferred first; none for the desktop's default browser. The URL is in
    /// the arguments, where every user can see it.
    pub fn commands(&self, names: BrowserNames<'_>, url: &str) -> Vec<Vec<String>> {
        let Some(program) = &self.program else {
            return Vec::new();
        };
        let arguments = self.arguments(family(program), names, url);
        let programs = PROGRAMS.iter().find(|it| it.contains(&program.as_str()));
        let mut programs: Vec<&str> = programs.map_or_else(Vec::new, |it| it.to_vec());
        programs.retain(|it| it != program);
        programs.insert(0, program);
        let command = |it: &str| {
            let mut words = vec![it.to_owned()];
            words.extend(arguments.iter().cloned());
            words
        };
        programs.into_iter().map(command).collect()
    }

    fn arguments(&self, family: Family, names: BrowserNames<'_>, url: &str) -> Vec<String> {
        let url = url.to_owned();
        let in_container = |add_on: &str, name: &str| {
            let name = encode(&filled(name, names.role, names.account));
            format!("ext+{add_on}:name={name}&url={}", encode(&url))
        };
        match &self.place {
            Place::Usual => vec![url],
            Place::Container(name) => vec![in_container("container", name)],
            Place::GrantedContainer(name) => vec![in_container("granted-containers", name)],
            Place::Profile(name) => {
                let name = profile(name, names);
                match (family, is_full_path(&name)) {
                    (Family::Firefox, true) => vec!["--profile".to_owned(), name, url],
                    (Family::Firefox, false) => vec!["-P".to_owned(), name, url],
                    (_, true) => vec![format!("--user-data-dir={name}"), url],
                    (_, false) => vec![format!("--profile-directory={name}"), url],
                }
            }
        }
    }
}

impl fmt::Display for Browser {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.program.as_deref().unwrap_or("default"))?;
        match &self.place {
            Place::Usual => Ok(()),
            Place::Profile(name) => write!(formatter, " profile={name}"),
            Place::Container(name) => write!(formatter, " container={name}"),
            Place::GrantedContainer(name) => write!(formatter, " granted-container={name}"),
        }
    }
}

fn split(text: &str) -> (&str, Place) {
    let of = |key: &str, place: fn(String) -> Place| {
        let (program, name) = text.split_once(key)?;
        Some((program.trim_end(), place(name.trim().to_owned())))
    };
    of(" profile=", Place::Profile)
        .or_else(|| of(" container=", Place::Container))
        .or_else(|| of(" granted-container=", Place::GrantedContainer))
        .unwrap_or((text, Place::Usual))
}

fn is_program(text: &str) -> bool {
    let is_name = !text.is_empty()
        && !text.starts_with('-')
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
    is_name || is_full_path(text)
}

fn is_full_path(text: &str) -> bool {
    let mut start = text.chars();
    let drive = matches!(
        (start.next(), start.next(), start.next()),
        (Some('A'..='Z' | 'a'..='z'), Some(':'), Some('\\'))
    );
    text.starts_with('/') || drive
}

/// Returns whether it is a name that leads to no other folder. Windows ignores dots and spaces at its end, and takes what
/// is before a colon as a drive.
fn is_profile_name(text: &str) -> bool {
    !text.contains(['/', '\\', ':']) && text.chars().any(|c| !matches!(c, '.' | ' '))
}

fn family(program: &str) -> Family {
    let name = program.rsplit(['/', '\\']).next().unwrap_or(program);
    let name = name.strip_suffix(".exe").unwrap_or(name);
    let (firefoxes, others) = PROGRAMS.split_at(FIREFOXES);
    let is_in = |all: &[&[&str]]| all.iter().any(|names| names.contains(&name));
    match (is_in(firefoxes), is_in(others)) {
        (true, _) => Family::Firefox,
        (false, true) => Family::Chromium,
        (false, false) => Family::Other,
    }
}

/// Returns the name of a profile, or its folder. What the role's name adds cannot lead to another folder.
fn profile(name: &str, names: BrowserNames<'_>) -> String {
    let plain = |c: char| match c.is_alphanumeric() || " -_".contains(c) {
        true => c,
        false => '_',
    };
    let role: String = names.role.chars().map(plain).collect();
    filled(name, &role, names.account)
}

fn filled(text: &str, role: &str, account: &str) -> String {
    // The role is filled in last: its name may have braces.
    text.replace("{account}", account).replace("{role}", role)
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "http://127.0.0.1:4711/x";
    const NAMES: BrowserNames<'_> = BrowserNames {
        role: "shop/../prod & co",
        account: "111122223333",
    };

    fn first(text: &str) -> Vec<String> {
        let browser = Browser::parse(text).expect("a browser");
        let commands = browser.commands(NAMES, URL);
        commands.into_iter().next().unwrap_or_default()
    }

    #[test]
    fn each_browser_opens_the_url_where_its_own_arguments_say() {
        assert_eq!(first("default"), [""; 0]);
        assert_eq!(first("chromium"), ["chromium", URL]);
        assert_eq!(
            first("chromium profile=Profile 2"),
            ["chromium", "--profile-directory=Profile 2", URL]
        );
        assert_eq!(
            first("/opt/google-chrome profile=/home/ann/aws/{account}"),
            [
                "/opt/google-chrome",
                "--user-data-dir=/home/ann/aws/111122223333",
                URL
            ]
        );
        assert_eq!(
            first("firefox profile=work"),
            ["firefox", "-P", "work", URL]
        );
        assert_eq!(
            first("firefox profile=/home/ann/ff"),
            ["firefox", "--profile", "/home/ann/ff", URL]
        );
        assert_eq!(first("netscape"), ["netscape", URL]);
    }

    #[test]
    fn a_name_adds_no_argument_and_leads_to_no_other_folder() {
        assert_eq!(
            first("firefox container={role}")[1],
            "ext+container:name=shop%2F..%2Fprod%20%26%20co&url=http%3A%2F%2F127.0.0.1%3A4711%2Fx"
        );
        assert!(
            first("firefox granted-container=a")[1]
                .starts_with("ext+granted-containers:name=a&url=")
        );
        assert_eq!(
            first("brave profile=/p/{role}")[1],
            "--user-data-dir=/p/shop____prod _ co"
        );
    }

    #[test]
    fn another_name_of_the_program_is_tried_next() {
        let browser = Browser::parse("firefox-esr").expect("a browser");
        let programs: Vec<String> = browser
            .commands(NAMES, URL)
            .into_iter()
            .map(|mut words| words.remove(0))
            .collect();
        assert_eq!(programs, ["firefox-esr", "firefox"]);
    }

    #[test]
    fn what_is_no_browser_is_refused_with_the_form() {
        for wrong in [
            "",
            "-x",
            "fire fox",
            "firefox; rm",
            "./firefox",
            "default profile=x",
            "chromium container=x",
            "netscape profile=x",
            "firefox profile=",
            "firefox profile=-x",
            "chromium profile=../x",
            "chromium profile=..",
            "chromium profile=.",
            "chromium profile=. .",
            "chromium profile=C:x",
            "firefox profile=..",
            "fire\u{202e}fox",
            &"x".repeat(201),
        ] {
            let error = Browser::parse(wrong).expect_err(wrong);
            assert_eq!((error.field, error.remedy.as_str()), ("browser", ALLOWED));
        }
    }

    #[test]
    fn t16_a_role_names_no_program_or_folder_of_others() {
        for fine in ["default", "firefox container={role}", "chrome profile=Work"] {
            assert!(Browser::parse_known(fine).is_ok(), "{fine}");
        }
        for wrong in [
            "/tmp/firefox",
            "netscape",
            "firefox profile=/tmp/x",
            "chromium profile=C:\\x",
        ] {
            let error = Browser::parse_known(wrong).expect_err(wrong);
            assert!(error.remedy.contains("settings.toml"), "{error}");
        }
    }

    #[test]
    fn a_browser_is_written_as_it_is_read() {
        for text in [
            "default",
            "firefox",
            "chromium profile=Profile 2",
            "firefox container={role}",
            "firefox granted-container=x",
        ] {
            assert_eq!(Browser::parse(text).expect("a browser").to_string(), text);
        }
    }
}
