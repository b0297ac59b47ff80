//! `complete`: what completes the last of some words, for the scripts of `shell-init`.

use rolecall_core::value::problem::Problem;

use super::sessions;
use crate::client::Client;
use crate::grammar::{
    COMMANDS, Choices, CommandSpec, Count, FLAGS, Flag, Scope, Value, first_words, words_of_group,
};

/// Returns the completions, one a line.
///
/// # Errors
/// If the word is a role's name and the application does not answer.
pub(super) fn run(client: &Client, words: &[String]) -> Result<String, Problem> {
    let Some((word, before)) = words.split_last() else {
        return Ok(String::new());
    };
    // A shell may pass the quotes that are typed around a word.
    let word = word.replace(['\'', '"', '\\'], "");
    let (flag, word) = match word.split_once('=') {
        Some((flag, value)) if value_of(flag).is_some() => (Some(flag), value),
        Some(_) | None => (None, word.as_str()),
    };
    let before: Vec<&str> = before.iter().map(String::as_str).chain(flag).collect();
    match choices(&before, word) {
        Found::Roles => sessions::names(client, word),
        Found::Words(words) => {
            let begins = words.into_iter().filter(|it| it.starts_with(word));
            let whole = |it| flag.map_or_else(|| String::from(it), |flag| format!("{flag}={it}"));
            Ok(begins.map(whole).collect::<Vec<_>>().join("\n"))
        }
    }
}

/// What completes a word.
#[derive(Debug, PartialEq, Eq)]
enum Found {
    Roles,
    Words(Vec<&'static str>),
}

fn choices(before: &[&str], word: &str) -> Found {
    let mut operands: Vec<&str> = Vec::new();
    let mut open: Option<Value> = None;
    for &given in before {
        match (open, given) {
            // Bash splits --flag=value into three words.
            (Some(_), "=") => {}
            (Some(_), _) => open = None,
            (None, "--") => return Found::Words(Vec::new()),
            (None, given) if given.starts_with('-') => open = value_of(given),
            (None, given) => operands.push(given),
        }
    }
    match open {
        Some(value) => of_value(value),
        None => of_operands(&operands, word),
    }
}

/// Returns the value that a flag needs in the next word.
fn value_of(given: &str) -> Option<Value> {
    FLAGS.iter().find(|flag| flag.name == given)?.value
}

fn of_operands(operands: &[&str], word: &str) -> Found {
    let Some((first, rest)) = operands.split_first() else {
        return Found::Words(match word.starts_with('-') {
            true => everywhere().collect(),
            false => first_words(),
        });
    };
    let group = words_of_group(first);
    let (name, given) = match rest.split_first() {
        None if !group.is_empty() => return Found::Words(group),
        Some((second, given)) if !group.is_empty() => (format!("{first} {second}"), given),
        None | Some(_) => ((*first).to_owned(), rest),
    };
    let Some(command) = COMMANDS.iter().find(|command| command.name == name) else {
        return Found::Words(Vec::new());
    };
    if word.starts_with('-') {
        return Found::Words(
            command
                .flags()
                .map(|flag| flag.name)
                .chain(everywhere())
                .collect(),
        );
    }
    let operand = operand_at(command, given.len());
    operand.map_or(Found::Words(Vec::new()), of_value)
}

fn operand_at(command: &CommandSpec, place: usize) -> Option<Value> {
    let last = command.operands.last().filter(|it| it.count == Count::Many);
    let operand = command.operands.get(place).or(last);
    operand.map(|operand| operand.value)
}

fn of_value(value: Value) -> Found {
    match value.choices {
        Choices::Any => Found::Words(Vec::new()),
        Choices::Roles => Found::Roles,
        Choices::Words(words) => Found::Words(words()),
    }
}

fn everywhere() -> impl Iterator<Item = &'static str> {
    let everywhere = |flag: &&Flag| matches!(flag.commands, Scope::All);
    FLAGS.iter().filter(everywhere).map(|flag| flag.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(line: &str) -> Found {
        let words: Vec<&str> = line.split(' ').collect();
        let (word, before) = words.split_last().expect("a word");
        choices(before, word)
    }

    #[test]
    fn the_place_of_a_word_decides_what_completes_it() {
        let words = |words: &[&'static str]| Found::Words(words.to_vec());
        assert_eq!(found("explain gu"), Found::Roles);
        assert_eq!(found("--practice explain gu"), Found::Roles);
        assert_eq!(found("explain guest gu"), words(&[]));
        assert_eq!(found("connect guest gu"), Found::Roles);
        assert_eq!(found("exec guest -- ec"), words(&[]));
        assert_eq!(found("import "), words(&["leapp", "aws-vault", "granted"]));
        assert_eq!(found("history --limit 3 g"), Found::Roles);
        assert_eq!(found("history --limit "), words(&[]));
        assert_eq!(found("nowhere "), words(&[]));
        assert_eq!(
            found("keys undo-import work -"),
            words(&["--dry-run", "--yes", "--practice", "--help", "--version"])
        );
        let Found::Words(shells) = found("env guest --shell = ba") else {
            unreachable!("no roles");
        };
        assert!(shells.contains(&"bash") && shells.contains(&"ini"));
    }
}
