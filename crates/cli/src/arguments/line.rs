//! The arguments one by one: operands, flags, and the command they make.

use std::ffi::{OsStr, OsString};

use rolecall_core::sanitise::echo;

use super::{Command, ENDPOINT_SERVER, EVERYWHERE, SPECS, Spec, Usage, WITH_VALUE, command};
use rolecall_core::nearest::nearest;

/// The arguments, sorted into operands and flags.
#[derive(Default)]
pub(super) struct Line {
    pub(super) operands: Vec<String>,
    flags: Vec<(&'static str, String)>,
    /// What `exec` starts: all that follows the role, as it was given.
    pub(super) words: Vec<OsString>,
}

impl Line {
    /// Sorts the arguments.
    ///
    /// # Errors
    /// If one is not UTF-8, or a flag is unknown, given twice or without its value.
    pub(super) fn read(arguments: impl Iterator<Item = OsString>) -> Result<Self, Usage> {
        let mut line = Self::default();
        let mut arguments = arguments;
        while let Some(argument) = arguments.next() {
            if line.is_at_program(&argument) {
                let separator = argument == "--";
                line.words = (!separator).then_some(argument).into_iter().collect();
                line.words.extend(arguments);
                break;
            }
            let argument = text_of(argument)?;
            let mut arguments = arguments.by_ref().map(text_of);
            match argument.as_str() {
                "--" => line
                    .operands
                    .extend(arguments.collect::<Result<Vec<_>, _>>()?),
                flag if flag.starts_with('-') && flag.len() > 1 => {
                    line.flag(flag, &mut arguments)?;
                }
                _ => line.operands.push(argument),
            }
        }
        Ok(line)
    }

    /// Returns whether the argument begins what `exec` starts, whose flags are its own.
    fn is_at_program(&self, argument: &OsStr) -> bool {
        let begins = argument == "--" || !argument.as_encoded_bytes().starts_with(b"-");
        begins && self.operands.len() == 2 && self.operands[0] == "exec"
    }

    fn flag(
        &mut self,
        argument: &str,
        rest: &mut impl Iterator<Item = Result<String, Usage>>,
    ) -> Result<(), Usage> {
        let (name, inline) = match argument.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (argument, None),
        };
        let flag = known_flags()
            .find(|flag| *flag == name)
            .ok_or_else(|| unknown("flag", name, known_flags()))?;
        if self.flags.iter().any(|(given, _)| *given == flag) {
            return Err(Usage(format!("{flag} is given twice.")));
        }
        let value = match (WITH_VALUE.contains(&flag), inline) {
            (true, Some(value)) => value,
            (true, None) => rest.next().transpose()?.unwrap_or_default(),
            (false, None) => String::new(),
            (false, Some(_)) => return Err(Usage(format!("{flag} takes no value."))),
        };
        if WITH_VALUE.contains(&flag) && (value.is_empty() || value.starts_with('-')) {
            return Err(Usage(format!("{flag} needs a value after it.")));
        }
        self.flags.push((flag, value));
        Ok(())
    }

    /// Returns the command that the arguments make.
    ///
    /// # Errors
    /// If there is none of that name, or an operand is missing or too many.
    pub(super) fn command(mut self) -> Result<Command, Usage> {
        if self.take("--version").or(self.take("-V")).is_some() {
            return Ok(Command::Version);
        }
        let wants_help = self.take("--help").or(self.take("-h")).is_some();
        if self.operands.first().is_some_and(|word| word == "help") {
            self.operands.remove(0);
            return self.help();
        }
        if wants_help {
            return self.help();
        }
        let spec = self.spec()?;
        self.check(spec)?;
        command::of(self, spec.name)
    }

    fn help(&self) -> Result<Command, Usage> {
        let topic = match self.operands.first() {
            None => None,
            Some(word) if word == "keys" && self.operands.len() == 1 => Some("keys"),
            Some(word) if word == "roles" && self.operands.len() == 1 => Some("roles export"),
            Some(_) => Some(self.find()?.0.name),
        };
        Ok(Command::Help { topic })
    }

    /// Takes a flag's value away, if the flag was given.
    pub(super) fn take(&mut self, flag: &str) -> Option<String> {
        let at = self.flags.iter().position(|(given, _)| *given == flag)?;
        Some(self.flags.remove(at).1)
    }

    /// Finds the command, and takes its words away.
    fn spec(&mut self) -> Result<&'static Spec, Usage> {
        let (spec, words) = self.find()?;
        self.operands.drain(..words);
        Ok(spec)
    }

    fn find(&self) -> Result<(&'static Spec, usize), Usage> {
        let Some(first) = self.operands.first() else {
            return Err(Usage(crate::help::SHORT.to_owned()));
        };
        if ["keys", "roles"].contains(&first.as_str()) {
            let second = self.operands.get(1).map_or("", String::as_str);
            let name = format!("{first} {second}");
            let found = SPECS.iter().find(|spec| spec.name == name);
            let of_first = |spec: &'static Spec| {
                let (group, name) = spec.name.split_once(' ')?;
                (group == first.as_str()).then_some(name)
            };
            let missing = || match second {
                "" => {
                    let known: Vec<&str> = SPECS.iter().filter_map(of_first).collect();
                    Usage(format!(
                        "rolecall {first} needs one of: {}.",
                        known.join(", ")
                    ))
                }
                second => unknown("command", second, SPECS.iter().filter_map(of_first)),
            };
            return Ok((found.ok_or_else(missing)?, 2));
        }
        let found = SPECS.iter().find(|spec| spec.name == first);
        let typed = SPECS.iter().filter(|spec| spec.name != ENDPOINT_SERVER);
        let names = typed.map(|spec| spec.name.split(' ').next().unwrap_or_default());
        Ok((found.ok_or_else(|| unknown("command", first, names))?, 1))
    }

    fn check(&self, spec: &Spec) -> Result<(), Usage> {
        let name = spec.name;
        if let Some((flag, _)) = self
            .flags
            .iter()
            .find(|(flag, _)| !spec.flags.contains(flag))
        {
            return Err(Usage(format!(
                "rolecall {name} takes no {flag}. See: rolecall help {name}"
            )));
        }
        let missing = spec.operands.get(self.operands.len());
        // What a block sets is the same for every role.
        let given = |name| self.flags.iter().any(|(flag, _)| *flag == name);
        let needed = !["--unset", "--all", "--key"].into_iter().any(given);
        if let Some(missing) = missing.filter(|it| needed && !it.starts_with('[')) {
            let missing = missing.trim_end_matches('.');
            return Err(Usage(format!(
                "rolecall {name}: {missing} is missing. See: rolecall help {name}"
            )));
        }
        let repeats = spec.operands.last().is_some_and(|it| it.ends_with("..."));
        match self.operands.get(spec.operands.len()) {
            Some(_) if repeats => Ok(()),
            Some(_) if name == "keys add" => Err(Usage(
                "The key's id and secret do not belong on the command line, where other programs and the shell's \
                 history see them. Type them when asked, pipe them as two lines, or use --from-csv or --from-profile."
                    .to_owned(),
            )),
            Some(_) if name == "unlock" => Err(Usage(
                "The passphrase does not belong on the command line, where other programs and the shell's history see \
                 it. Type it when asked, or use --passphrase-fd."
                    .to_owned(),
            )),
            Some(_) if name == "keys add-totp" => Err(Usage(
                "The seed does not belong on the command line, where other programs and the shell's history see it. \
                 Type it when asked, or pipe it on standard input."
                    .to_owned(),
            )),
            Some(extra) => Err(Usage(format!(
                "rolecall {name}: \"{}\" is one word too many. A name with spaces needs quotes.",
                echo(extra)
            ))),
            None => Ok(()),
        }
    }
}

fn text_of(argument: OsString) -> Result<String, Usage> {
    argument.into_string().map_err(|argument| {
        let shown = echo(&argument.to_string_lossy());
        Usage(format!("The argument \"{shown}\" is not UTF-8."))
    })
}

fn known_flags() -> impl Iterator<Item = &'static str> {
    let of_commands = SPECS.iter().flat_map(|spec| spec.flags.iter().copied());
    of_commands.chain(EVERYWHERE)
}

fn unknown<'a>(kind: &str, word: &str, known: impl IntoIterator<Item = &'a str>) -> Usage {
    let remedy = match nearest(word, known) {
        Some(meant) => format!("Did you mean {meant}?"),
        None => "See: rolecall help".to_owned(),
    };
    Usage(format!("There is no {kind} \"{}\". {remedy}", echo(word)))
}
