//! The arguments, sorted into operands and flags and checked against the table.

use std::ffi::{OsStr, OsString};

use lexopt::{Arg, Parser};
use rolecall_core::value::sanitise::echo;

use super::usage_error::UsageError;
use crate::grammar::{
    COMMANDS, CommandSpec, Count, EXCLUSIVE, FLAGS, Flag, Place, first_words, words_of_group,
};

/// The arguments, sorted.
#[derive(Default)]
pub(super) struct Line {
    /// Without the command's own words once it is found.
    pub(super) operands: Vec<String>,
    flags: Vec<(&'static str, String)>,
    /// What `exec` runs: everything after the role, unchanged.
    pub(super) program: Vec<OsString>,
}

impl Line {
    /// Sorts the arguments.
    ///
    /// # Errors
    /// If an argument is not UTF-8, or a flag is unknown, repeated or without its value.
    pub(super) fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, UsageError> {
        let mut line = Self::default();
        let mut parser = Parser::from_args(arguments);
        while !line.take_rest(&mut parser)? {
            let given = match parser.next() {
                Ok(None) => break,
                Ok(Some(Arg::Value(value))) => {
                    line.operands.push(text_of(value)?);
                    continue;
                }
                Ok(Some(Arg::Long(name))) => format!("--{name}"),
                Ok(Some(Arg::Short(letter))) => format!("-{letter}"),
                Err(lexopt::Error::UnexpectedValue { option, .. }) => {
                    return Err(no_value(&option));
                }
                Err(error) => return Err(UsageError::new(echo(&error.to_string()))),
            };
            line.add_flag(&given, &mut parser)?;
        }
        Ok(line)
    }

    /// Takes what follows `--`, or the program of `exec`, whose flags are its own. Returns whether it did.
    fn take_rest(&mut self, parser: &mut Parser) -> Result<bool, UsageError> {
        let Some(rest) = parser.try_raw_args() else {
            return Ok(false);
        };
        let Some(next) = rest.peek() else {
            return Ok(false);
        };
        let separator = next == "--";
        if self.is_at_program(next) {
            self.program = rest.skip(usize::from(separator)).collect();
            return Ok(true);
        }
        if separator {
            for operand in rest.skip(1) {
                self.operands.push(text_of(operand)?);
            }
        }
        Ok(separator)
    }

    fn is_at_program(&self, argument: &OsStr) -> bool {
        let begins = argument == "--" || !argument.as_encoded_bytes().starts_with(b"-");
        begins && self.operands.len() == 2 && self.operands[0] == "exec"
    }

    fn add_flag(&mut self, given: &str, parser: &mut Parser) -> Result<(), UsageError> {
        let flag = find_flag(given)?;
        let name = flag.name;
        if self.has(name) {
            return Err(UsageError::new(format!("{name} is given twice.")));
        }
        let value = match flag.value {
            Some(_) => text_of(parser.value().unwrap_or_default())?,
            None if given.starts_with("--") && parser.optional_value().is_some() => {
                return Err(no_value(name));
            }
            None => String::new(),
        };
        let is_input = matches!(name, "--text" | "--policy") && value == "-";
        let is_flag = value.starts_with('-') && !is_input;
        if flag.value.is_some() && (value.is_empty() || is_flag) {
            return Err(UsageError::new(format!("{name} needs a value.")));
        }
        self.flags.push((name, value));
        Ok(())
    }

    fn has(&self, flag: &str) -> bool {
        self.flags.iter().any(|(given, _)| *given == flag)
    }

    /// Takes a flag's value, if the flag was given.
    pub(super) fn take(&mut self, flag: &str) -> Option<String> {
        let at = self.flags.iter().position(|(given, _)| *given == flag)?;
        Some(self.flags.remove(at).1)
    }

    /// Takes the next operand. One that may be missing is empty then.
    pub(super) fn operand(&mut self) -> String {
        match self.operands.is_empty() {
            true => String::new(),
            false => self.operands.remove(0),
        }
    }

    /// Returns the name of the command, and takes its words from the operands. Help and version are commands here; the
    /// operands of help are the command that it is about.
    ///
    /// # Errors
    /// If there is no such command, an operand is missing or too many, or flags do not fit.
    pub(super) fn find_command(&mut self) -> Result<&'static str, UsageError> {
        if self.take("--version").is_some() {
            return Ok("--version");
        }
        let wants_help = self.take("--help").is_some();
        if self.operands.first().is_some_and(|word| word == "help") {
            self.operands.remove(0);
            return Ok("help");
        }
        if wants_help {
            return Ok("help");
        }
        let (command, words) = self.command()?;
        self.operands.drain(..words);
        self.check(command)?;
        Ok(command.name)
    }

    /// Returns the topic that the operands of help name.
    ///
    /// # Errors
    /// If there is no such command.
    pub(super) fn help_topic(&self) -> Result<Option<&'static str>, UsageError> {
        let Some(word) = self.operands.first() else {
            return Ok(None);
        };
        let in_group = COMMANDS.iter().filter_map(CommandSpec::grouped);
        let mut groups = in_group.map(|(group, _)| group);
        let group = groups.find(|group| group == word);
        match group.filter(|_| self.operands.len() == 1) {
            Some(group) => Ok(Some(group)),
            None => Ok(Some(self.command()?.0.name)),
        }
    }

    /// Finds the command, and how many of the operands are its words.
    fn command(&self) -> Result<(&'static CommandSpec, usize), UsageError> {
        let Some(first) = self.operands.first() else {
            return Err(UsageError::new("No command given. See: rolecall help"));
        };
        let words = words_of_group(first);
        if words.is_empty() {
            let found = COMMANDS.iter().find(|command| command.name == first);
            let found = found.ok_or_else(|| UsageError::unknown("command", first, first_words()));
            return Ok((found?, 1));
        }
        let Some(second) = self.operands.get(1) else {
            let known = words.join(", ");
            return Err(UsageError::new(format!(
                "rolecall {first} needs one of: {known}."
            )));
        };
        let name = format!("{first} {second}");
        let found = COMMANDS.iter().find(|command| command.name == name);
        let found = found.ok_or_else(|| UsageError::unknown("command", second, words));
        Ok((found?, 2))
    }

    fn check(&self, command: &CommandSpec) -> Result<(), UsageError> {
        self.check_flags(command)?;
        self.check_missing(command)?;
        self.check_extra(command)
    }

    fn check_flags(&self, command: &CommandSpec) -> Result<(), UsageError> {
        let name = command.name;
        let accepts = |given: &str| command.flags().any(|flag| flag.name == given);
        let mut given = self.flags.iter().map(|(given, _)| *given);
        if let Some(flag) = given.find(|it| !accepts(it)) {
            return Err(UsageError::new(format!(
                "rolecall {name} does not accept {flag}. See: rolecall help {name}"
            )));
        }
        let both = EXCLUSIVE
            .iter()
            .find(|pair| pair.iter().all(|flag| self.has(flag)));
        match both {
            Some([one, other]) => Err(UsageError::new(format!("Give {one} or {other}, not both."))),
            None => Ok(()),
        }
    }

    fn check_missing(&self, command: &CommandSpec) -> Result<(), UsageError> {
        let name = command.name;
        let instead = |flag: &&Flag| flag.place == Place::InsteadOfOperands;
        if command.flags().filter(instead).any(|it| self.has(it.name)) {
            return Ok(());
        }
        let next = command.operands.get(self.operands.len());
        if let Some(missing) = next.filter(|operand| operand.count != Count::Optional) {
            let missing = missing.value.name;
            return Err(UsageError::new(format!(
                "rolecall {name}: {missing} is missing. See: rolecall help {name}"
            )));
        }
        let needed: Vec<String> = command.flags().filter(instead).map(Flag::shown).collect();
        match needed.is_empty() || !command.operands.is_empty() {
            true => Ok(()),
            false => Err(UsageError::new(format!(
                "rolecall {name} needs {}. See: rolecall help {name}",
                needed.join(" or ")
            ))),
        }
    }

    fn check_extra(&self, command: &CommandSpec) -> Result<(), UsageError> {
        let repeats = command
            .operands
            .last()
            .is_some_and(|it| it.count == Count::Many);
        let Some(extra) = self
            .operands
            .get(command.operands.len())
            .filter(|_| !repeats)
        else {
            return Ok(());
        };
        Err(UsageError::new(match command.name {
            "keys add" => SECRET_KEY.to_owned(),
            "keys add-totp" => SECRET_SEED.to_owned(),
            "unlock" => SECRET_PASSPHRASE.to_owned(),
            name => format!(
                "Unexpected argument \"{}\" for rolecall {name}. Put a name with spaces in quotes.",
                echo(extra)
            ),
        }))
    }
}

/// What to do with secrets that are given as arguments.
const SECRET_KEY: &str = "Do not put an access key on the command line: other programs and the shell's history can \
                          read it. Type it when asked, pipe it as two lines, or use --from-csv or --from-profile.";
const SECRET_SEED: &str = "Do not put a seed on the command line: other programs and the shell's history can read it. \
                           Type it when asked, or pipe it to standard input.";
const SECRET_PASSPHRASE: &str = "Do not put a passphrase on the command line: other programs and the shell's history \
                                 can read it. Type it when asked, or use --passphrase-fd.";

fn find_flag(given: &str) -> Result<&'static Flag, UsageError> {
    let is_it = |flag: &&Flag| {
        let short = flag.short.map(|letter| format!("-{letter}"));
        flag.name == given || short.is_some_and(|short| short == given)
    };
    let found = FLAGS.iter().find(is_it);
    found.ok_or_else(|| match given.contains(char::REPLACEMENT_CHARACTER) {
        true => not_utf_8(given),
        false => UsageError::unknown("flag", given, FLAGS.iter().map(|flag| flag.name)),
    })
}

fn no_value(flag: &str) -> UsageError {
    UsageError::new(format!("{flag} does not take a value."))
}

fn text_of(argument: OsString) -> Result<String, UsageError> {
    let text = argument.into_string();
    text.map_err(|argument| not_utf_8(&argument.to_string_lossy()))
}

fn not_utf_8(argument: &str) -> UsageError {
    let shown = echo(argument);
    UsageError::new(format!("The argument \"{shown}\" is not UTF-8."))
}
