//! The table of commands and flags. Parser, help, completions, manual page and "Did you mean" all read it, so a new flag
//! is one line here.

use rolecall_core::api::import::ImportSource;
use rolecall_core::console::service::SUGGESTED;
use rolecall_core::role::renew::Renew;
use rolecall_core::session::shell::Shell;
use rolecall_core::setup::KitFormat;

/// The process of an endpoint, which only Rolecall itself starts.
pub(crate) const ENDPOINT_SERVER: &str = "endpoint-server";
/// Prints completions, for the scripts of `shell-init`.
pub(crate) const COMPLETE: &str = "complete";
/// Prints the variables that do not belong to a session, for the start-up files of `exec`'s shells.
pub(crate) const LEFT_OVER: &str = "left-over";

/// The word for what a role's definition or the default says about its renewal.
pub(crate) const RENEW_DEFAULT: &str = "default";

/// A command.
pub(crate) struct CommandSpec {
    /// One word, or a group and a word.
    pub(crate) name: &'static str,
    pub(crate) operands: &'static [Operand],
    /// What may follow the operands as it is, for usage lines.
    pub(crate) program: &'static str,
    /// What the command does. Empty for commands that only Rolecall's own programs use.
    pub(crate) summary: &'static str,
}

/// A value that a command needs.
#[derive(Clone, Copy)]
pub(crate) struct Operand {
    pub(crate) value: Value,
    pub(crate) count: Count,
}

/// How often an operand may be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Count {
    /// Exactly once.
    One,
    /// Once or not at all.
    Optional,
    /// Once or more. Only for a command's last operand.
    Many,
}

/// A flag.
pub(crate) struct Flag {
    pub(crate) name: &'static str,
    pub(crate) short: Option<char>,
    /// `None` for a flag that takes no value.
    pub(crate) value: Option<Value>,
    pub(crate) commands: Scope,
    pub(crate) meaning: &'static str,
    pub(crate) place: Place,
}

/// Which commands take a flag.
#[derive(Clone, Copy)]
pub(crate) enum Scope {
    /// All of them.
    All,
    /// Those of these names.
    Only(&'static [&'static str]),
}

/// Where a flag stands in usage lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Beside the command's operands.
    BesideOperands,
    /// In their place: the command needs its operands or one of these flags.
    InsteadOfOperands,
}

/// The text that an operand or a flag takes.
#[derive(Clone, Copy)]
pub(crate) struct Value {
    /// What usage lines call it.
    pub(crate) name: &'static str,
    pub(crate) choices: Choices,
}

/// What completions offer for a value.
#[derive(Clone, Copy)]
pub(crate) enum Choices {
    /// Nothing: any text is possible.
    Any,
    /// The names of the roles.
    Roles,
    /// These words.
    Words(fn() -> Vec<&'static str>),
}

const ROLE: Operand = operand("ROLE").from(Choices::Roles);
const NAME: Operand = operand("NAME");
const PROGRAM: Operand = operand("PROGRAM").from(Choices::Words(|| {
    ImportSource::ALL.map(ImportSource::word).to_vec()
}));
const SHELL: Operand = operand("SHELL").from(Choices::Words(|| INTEGRATED_SHELLS.to_vec()));
const HOW: Operand = operand("HOW").from(Choices::Words(ways_to_renew));
const COMMAND: Operand = operand("COMMAND")
    .from(Choices::Words(first_words))
    .optional();

/// The commands, in the order of the help.
#[rustfmt::skip]
pub(crate) static COMMANDS: [CommandSpec; 42] = [
    command("list", &[], "Lists the roles"),
    command("status", &[], "Shows sessions, their time left, and current problems"),
    command("assume", &[ROLE], "Assumes a role or renews its session"),
    command("explain", &[ROLE], "Explains why AWS refused a role"),
    command("doctor", &[ROLE.optional()], "Finds what is wrong on this machine or with a role, and how to fix it"),
    command("policy evaluate", &[operand("FILE")], "Answers cases of policies and requests; needs no running application"),
    command("policy explain", &[operand("FILE")], "Says in sentences what a policy does; needs no running application"),
    command("setup", &[], "Writes the policies that let somebody assume a role, or applies them"),
    command("end", &[ROLE], "Ends a session on this machine"),
    command("renewal", &[ROLE, HOW], "Sets whether a role's session is renewed by itself"),
    command("revoke", &[ROLE], "Revokes the sessions of a role at AWS, or takes that back"),
    command("history", &[ROLE.optional()], "Shows which programs asked for roles, and the answers"),
    command("answer", &[], "Asks you about programs at this terminal, on a machine without a desktop"),
    command("env", &[ROLE], "Prints an export block, for: eval \"$(rolecall env ROLE)\""),
    command("exec", &[ROLE], "Runs a command or a shell with a session in its environment").followed_by("[--] [COMMAND [ARGUMENT...]]"),
    command("console", &[ROLE.optional()], "Opens the AWS console in a browser"),
    command("endpoint", &[ROLE], "Serves a session to a container"),
    command("credentials", &[ROLE], "Prints credentials for a profile's credential_process"),
    command("connect", &[ROLE.many()], "Adds profiles to ~/.aws/config that get credentials from Rolecall"),
    command("disconnect", &[ROLE.many()], "Removes these profiles"),
    command("catalogue", &[], "Lists the roles in AWS's own files; needs no running application"),
    command("import", &[PROGRAM], "Imports access keys and roles from Leapp, aws-vault or Granted"),
    command("roles export", &[], "Prints the roles as a file to share, without secrets"),
    command("roles import", &[operand("FILE")], "Adds the roles in such a file to yours"),
    command("shell-init", &[SHELL], "Prints a shell function \"assume\" and completions"),
    command("keys list", &[], "Lists the access keys"),
    command("keys add", &[NAME], "Verifies an access key and stores it in the keychain"),
    command("keys import", &[], "Moves plaintext keys from AWS's files to the keychain"),
    command("keys undo-import", &[operand("PROFILE")], "Moves such a key back"),
    command("keys rotate", &[NAME], "Replaces an access key by a new one; shows first what it does"),
    command("keys rename", &[operand("OLD"), operand("NEW")], "Renames an access key"),
    command("keys remove", &[NAME], "Removes an access key from the keychain"),
    command("keys add-totp", &[NAME, operand("SERIAL")], "Stores the seed of an MFA device, to generate codes from it"),
    command("keys remove-totp", &[NAME], "Removes such a seed"),
    command("keys forget-code", &[NAME], "Asks for a new MFA code next time"),
    command("agent", &[], "Runs Rolecall without a display"),
    command("unlock", &[], "Opens the sealed key file, on a machine without a keychain"),
    command("reset", &[], "Takes everything of Rolecall off this machine; shows it first"),
    command("help", &[COMMAND], "Shows this help, or the help of a command"),
    command(COMPLETE, &[operand("WORD").many()], ""),
    command(LEFT_OVER, &[operand("VARIABLE").many()], ""),
    command(ENDPOINT_SERVER, &[operand("ROLE"), operand("PROCESS"), operand("TOKEN"), operand("STAGE")], ""),
];

/// The shells that `shell-init` has a script for.
pub(crate) const INTEGRATED_SHELLS: [&str; 5] = ["bash", "zsh", "fish", "pwsh", "nu"];

const LIMITABLE: Scope = only(&["assume", "env", "exec", "console", "credentials", "end"]);
const REASONED: Scope = only(&["assume", "env", "exec", "console", "credentials"]);
const CONSOLE: Scope = only(&["console"]);
const EDITS: Scope = only(&["connect", "disconnect", "keys import", "keys undo-import"]);
const ROTATE: Scope = only(&["keys rotate"]);
const RESET: Scope = only(&["reset"]);
const SETUP: Scope = only(&["setup"]);
const IMPORTS: Scope = only(&["import", "roles import"]);
#[rustfmt::skip]
const JSON: Scope = only(&[
    "list", "status", "assume", "explain", "doctor", "history", "catalogue", "import", "roles import", "keys list", "agent", "revoke", "policy evaluate", "policy explain",
]);

/// The flags. A name has several lines if the flag means something else for other commands.
#[rustfmt::skip]
pub(crate) static FLAGS: [Flag; 102] = [
    flag("--search", only(&["list"]), "Finds roles as the window does, best match first").takes("TEXT"),
    flag("--names", only(&["list"]), "Prints only the names"),
    flag("--check", only(&["status"]), "Asks AWS first whether it still accepts the sessions"),
    flag("--format", only(&["status"]), "Fills in a text for a shell's prompt").takes("TEXT"),
    flag("--read-only", LIMITABLE, "Limits the session to reading, with AWS's policy ReadOnlyAccess"),
    flag("--view-only", LIMITABLE, "Limits the session to listing, with AWS's policy ViewOnlyAccess"),
    flag("--region-lock", LIMITABLE, "Limits the session to a region, and to services without regions").takes("REGION"),
    flag("--reason", REASONED, "Gives the reason that a role requires").takes("TEXT"),
    flag("--deeper", only(&["explain"]), "Asks AWS for more information; changes nothing"),
    flag("--text", only(&["explain"]), "Explains an error that any tool printed; - reads it from standard input").takes("TEXT").instead_of_operands(),
    flag("--fix", only(&["doctor"]), "Offers to fix what it finds, one by one"),
    flag("--report", only(&["doctor"]), "Writes the report to a new file, without secrets, for a bug report").takes("FILE"),
    flag("--since", only(&["history"]), "Shows only a span of time, such as 2d, 12h or 30m").takes("SPAN"),
    flag("--limit", only(&["history"]), "Shows up to N lines (default: 50)").takes("N"),
    flag("--unset", only(&["env"]), "Prints the block that removes a session from the environment").instead_of_operands(),
    flag("--shell", only(&["env"]), "Names the shell or file format (default: $SHELL, else bash)").takes_one_of("SHELL", block_formats),
    flag("--server", only(&["exec"]), "Provides fresh credentials through a local endpoint"),
    flag("--service", CONSOLE, "Opens the page of a service").takes_one_of("SERVICE", services),
    flag("--url", CONSOLE, "Opens the page at this address of the console, which can be a colleague's").takes("URL"),
    flag("--region", CONSOLE, "Opens the page in this region (default: the role's)").takes("REGION"),
    flag("--browser", CONSOLE, "Opens it in this browser, such as \"firefox container=prod\"").takes("BROWSER"),
    flag("--duration", CONSOLE, "Makes the console session last this long, where AWS allows it").takes("SPAN"),
    flag("--print", CONSOLE, "Prints the URL that signs in, which is a secret, instead of opening it"),
    flag("--while", only(&["endpoint"]), "Serves until the process PID ends").takes("PID"),
    flag("--key", only(&["credentials"]), "Prints a session of the access key KEY itself").takes("KEY").instead_of_operands(),
    flag("--key", only(&["end"]), "Ends the session of the access key KEY itself").takes("KEY").instead_of_operands(),
    flag("--key", only(&["revoke"]), "Revokes the sessions of the user of the access key KEY").takes("KEY").instead_of_operands(),
    flag("--all-mine", only(&["revoke"]), "Revokes all roles with a session on this machine, and ends all sessions").instead_of_operands(),
    flag("--session", only(&["revoke"]), "Revokes only the session on this machine, and older ones of its name"),
    flag("--undo", only(&["revoke"]), "Removes the policies that Rolecall put, and puts back earlier ones"),
    flag("--with", only(&["revoke"]), "Uses the session or access key NAME of the role's account").takes("NAME"),
    flag("--dry-run", only(&["revoke"]), "Shows what would happen, and changes nothing"),
    flag("--yes", only(&["revoke"]), "Does it without asking"),
    flag("--all", only(&["connect", "disconnect"]), "Takes all roles").instead_of_operands(),
    flag("--all", only(&["keys import"]), "Moves the keys of all profiles").instead_of_operands(),
    flag("--profile", only(&["keys import"]), "Moves the key of one profile").takes("PROFILE").instead_of_operands(),
    flag("--name", only(&["keys import"]), "Names the key in Rolecall (default: the profile's name)").takes("NAME"),
    flag("--name", only(&["shell-init"]), "Names the function (default: assume)").takes("NAME"),
    flag("--profile-prefix", only(&["connect"]), "Begins the profiles' names with PREFIX").takes("PREFIX"),
    flag("--dry-run", EDITS, "Shows what would change, and writes nothing"),
    flag("--dry-run", IMPORTS, "Shows what would be imported, and changes nothing"),
    flag("--yes", EDITS, "Writes without asking"),
    flag("--yes", only(&["assume", "exec"]), "Confirms production without asking, where [production] allow_yes permits it"),
    flag("--resume", ROTATE, "Continues a rotation that stopped"),
    flag("--undo", ROTATE, "Goes back to the old key, and deletes the new one"),
    flag("--delete-old", ROTATE, "Deletes the old key, which is inactive"),
    flag("--dry-run", ROTATE, "Shows the user's keys and what would be done, and changes nothing"),
    flag("--yes", ROTATE, "Does it without asking; a key that Rolecall does not know is never deleted"),
    flag("--config", only(&["catalogue"]), "Reads FILE instead of ~/.aws/config").takes("FILE"),
    flag("--credentials", only(&["catalogue"]), "Reads FILE instead of ~/.aws/credentials").takes("FILE"),
    flag("--file", only(&["import"]), "Names Leapp's workspace (default: ~/.Leapp/Leapp-lock.json)").takes("FILE"),
    flag("--group", only(&["roles export"]), "Exports only the roles in GROUP").takes("GROUP"),
    flag("--without-external-ids", only(&["roles export"]), "Leaves out external IDs"),
    flag("--source", only(&["roles import"]), "Uses KEY in place of a source that you do not have").takes("KEY"),
    flag("--who", SETUP, "Names who may assume the role: an ARN, an account ID, or an access key here").takes("WHO"),
    flag("--account", SETUP, "Names the role's account").takes("ACCOUNT"),
    flag("--role", SETUP, "Names the role in AWS").takes("NAME"),
    flag("--path", SETUP, "Gives the role a path, such as /team/").takes("PATH"),
    flag("--allow", SETUP, "Allows s3-read, bucket:NAME, or managed policies, with commas").takes("LIST"),
    flag("--policy", SETUP, "Allows what the policy in FILE allows; - is standard input").takes("FILE"),
    flag("--external-id", SETUP, "Requires this external ID").takes("ID"),
    flag("--generate-external-id", SETUP, "Requires an external ID that nobody can guess"),
    flag("--mfa", SETUP, "Requires MFA"),
    flag("--mfa-age", SETUP, "Requires MFA within this time, such as 1h").takes("SPAN"),
    flag("--mfa-serial", SETUP, "Names the MFA device, for --save").takes("ARN"),
    flag("--source-ip", SETUP, "Requires one of these public addresses or ranges, with commas").takes("LIST"),
    flag("--source-vpc", SETUP, "Requires one of these VPCs or VPC endpoints, with commas").takes("LIST"),
    flag("--session-name", SETUP, "Requires a session name; it may have * and ${aws:username}").takes("PATTERN"),
    flag("--source-identity", SETUP, "Requires a source identity; it may have * and ${aws:username}").takes("PATTERN"),
    flag("--tags", SETUP, "Requires session tags, such as Team=blue,Project=*").takes("LIST"),
    flag("--organization", SETUP, "Requires a caller of this organization").takes("ID"),
    flag("--longest-session", SETUP, "Allows sessions up to this, from 1h (default) to 12h").takes("SPAN"),
    flag("--grant", SETUP, "Gives the caller its policy: inline, managed, group:NAME or none").takes_one_of("HOW", grants),
    flag("--user", SETUP, "Names the user who gets it, if --who is an account").takes("NAME"),
    flag("--role-profile", SETUP, "Names the AWS CLI's profile of the role's account").takes("PROFILE"),
    flag("--caller-profile", SETUP, "Names the AWS CLI's profile of the caller's account").takes("PROFILE"),
    flag("--format", SETUP, "Prints commands or code instead of the policies").takes_one_of("FORMAT", kit_formats),
    flag("--out", SETUP, "Writes the files to this folder").takes("DIR"),
    flag("--save", SETUP, "Adds the role to Rolecall under this name").takes("NAME"),
    flag("--source", SETUP, "Assumes it from this access key or role, for --save").takes("KEY"),
    flag("--apply", SETUP, "Makes it in AWS: shows the plan and asks, then assumes the role"),
    flag("--with", SETUP, "Signs with these access keys and roles, with commas; for --apply").takes("NAMES"),
    flag("--replace", SETUP, "Also replaces a role or policy that exists with other content; for --apply"),
    flag("--resume", SETUP, "Goes on with the last setup that did not finish"),
    flag("--undo", SETUP, "Takes back what the last setup made, or the last one of --role"),
    flag("--yes", SETUP, "Applies, goes on or takes back without asking"),
    flag("--completions", only(&["shell-init"]), "Prints only the completions, as a package installs them"),
    flag("--from-profile", only(&["keys add"]), "Reads the key from a profile in ~/.aws/credentials").takes("PROFILE"),
    flag("--from-csv", only(&["keys add"]), "Reads the key from the IAM console's CSV file").takes("FILE"),
    flag("--status", only(&["agent"]), "Shows which program answers the command line"),
    flag("--stop", only(&["agent"]), "Ends the agent; the next start restores its sessions"),
    flag("--idle", only(&["agent"]), "Ends after this time without sessions and questions, such as 30m").takes("SPAN"),
    flag("--sealed-file", only(&["agent"]), "Keeps keys in a file with a passphrase"),
    flag("--passphrase-fd", only(&["agent", "unlock"]), "Reads the passphrase from file descriptor N").takes("N"),
    flag("--dry-run", RESET, "Shows what would be removed, and removes nothing"),
    flag("--yes", RESET, "Removes without asking; with access keys it also needs --delete-keys"),
    flag("--keep-roles", RESET, "Keeps your roles, labels and settings"),
    flag("--delete-keys", RESET, "Agrees that secrets which are only here are lost"),
    flag("--json", JSON, "Prints JSON"),
    flag("--practice", Scope::All, "Uses the practice account's instance"),
    flag("--help", Scope::All, "Shows help").or('h'),
    flag("--version", Scope::All, "Prints the version").or('V'),
];

/// Flags that cannot be given together.
pub(crate) const EXCLUSIVE: [[&str; 2]; 21] = [
    ["--apply", "--resume"],
    ["--apply", "--undo"],
    ["--resume", "--undo"],
    ["--apply", "--format"],
    ["--apply", "--out"],
    ["--resume", "--who"],
    ["--read-only", "--view-only"],
    ["--dry-run", "--yes"],
    ["--all", "--profile"],
    ["--from-profile", "--from-csv"],
    ["--text", "--deeper"],
    ["--fix", "--json"],
    ["--session", "--undo"],
    ["--all-mine", "--undo"],
    ["--all-mine", "--session"],
    ["--external-id", "--generate-external-id"],
    ["--service", "--url"],
    ["--region", "--url"],
    ["--browser", "--print"],
    ["--resume", "--delete-old"],
    ["--undo", "--delete-old"],
];

const fn command(
    name: &'static str,
    operands: &'static [Operand],
    summary: &'static str,
) -> CommandSpec {
    CommandSpec {
        name,
        operands,
        program: "",
        summary,
    }
}

const fn operand(name: &'static str) -> Operand {
    let choices = Choices::Any;
    let value = Value { name, choices };
    let count = Count::One;
    Operand { value, count }
}

const fn flag(name: &'static str, commands: Scope, meaning: &'static str) -> Flag {
    Flag {
        name,
        short: None,
        value: None,
        commands,
        meaning,
        place: Place::BesideOperands,
    }
}

const fn only(commands: &'static [&'static str]) -> Scope {
    Scope::Only(commands)
}

impl CommandSpec {
    const fn followed_by(mut self, program: &'static str) -> Self {
        self.program = program;
        self
    }

    /// Returns the group that the command belongs to, and its word there.
    pub(crate) fn grouped(&self) -> Option<(&'static str, &'static str)> {
        self.name.split_once(' ')
    }

    /// Returns the first word of the name.
    pub(crate) fn first_word(&self) -> &'static str {
        self.name.split(' ').next().unwrap_or(self.name)
    }

    /// Returns the flags that belong to this command in particular.
    pub(crate) fn flags(&self) -> impl Iterator<Item = &'static Flag> {
        let name = self.name;
        FLAGS.iter().filter(move |flag| match flag.commands {
            Scope::All => false,
            Scope::Only(commands) => commands.contains(&name),
        })
    }
}

impl Operand {
    const fn from(mut self, choices: Choices) -> Self {
        self.value.choices = choices;
        self
    }

    const fn optional(mut self) -> Self {
        self.count = Count::Optional;
        self
    }

    const fn many(mut self) -> Self {
        self.count = Count::Many;
        self
    }
}

impl Flag {
    const fn or(mut self, short: char) -> Self {
        self.short = Some(short);
        self
    }

    const fn takes(mut self, name: &'static str) -> Self {
        let choices = Choices::Any;
        self.value = Some(Value { name, choices });
        self
    }

    const fn takes_one_of(mut self, name: &'static str, words: fn() -> Vec<&'static str>) -> Self {
        let choices = Choices::Words(words);
        self.value = Some(Value { name, choices });
        self
    }

    const fn instead_of_operands(mut self) -> Self {
        self.place = Place::InsteadOfOperands;
        self
    }

    /// Returns the flag as usage lines show it, with its value.
    pub(crate) fn shown(&self) -> String {
        match self.value {
            Some(value) => format!("{} {}", self.name, value.name),
            None => self.name.to_owned(),
        }
    }
}

fn services() -> Vec<&'static str> {
    SUGGESTED.to_vec()
}

fn block_formats() -> Vec<&'static str> {
    Shell::NAMES.split(", ").collect()
}

/// Returns the words for the formats of a kit.
pub(crate) fn kit_formats() -> Vec<&'static str> {
    KitFormat::ALL.map(KitFormat::word).to_vec()
}

/// Returns the words for what happens when a role's session comes to its end.
pub(crate) fn ways_to_renew() -> Vec<&'static str> {
    let ways = Renew::ALL.map(Renew::text).into_iter();
    ways.chain([RENEW_DEFAULT]).collect()
}

fn grants() -> Vec<&'static str> {
    vec!["inline", "managed", "group:", "none"]
}

/// Returns the commands that people type.
pub(crate) fn typed() -> impl Iterator<Item = &'static CommandSpec> {
    COMMANDS
        .iter()
        .filter(|command| !command.summary.is_empty())
}

/// Returns the first words of the commands that people type, each once.
pub(crate) fn first_words() -> Vec<&'static str> {
    let mut words: Vec<&str> = typed().map(CommandSpec::first_word).collect();
    words.dedup();
    words
}

/// Returns the second words of the commands in a group; none if there is no such group.
pub(crate) fn words_of_group(group: &str) -> Vec<&'static str> {
    let in_group = COMMANDS.iter().filter_map(CommandSpec::grouped);
    in_group
        .filter(|(name, _)| *name == group)
        .map(|(_, word)| word)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_of_a_flag_exists_and_has_it_once() {
        for flag in &FLAGS {
            let Scope::Only(commands) = flag.commands else {
                continue;
            };
            for name in commands {
                let command = COMMANDS.iter().find(|command| command.name == *name);
                let same = command.map(|it| it.flags().filter(|it| it.name == flag.name).count());
                assert_eq!(same, Some(1), "{} of {name}", flag.name);
            }
        }
    }

    #[test]
    fn a_flag_takes_a_value_everywhere_or_nowhere() {
        for flag in &FLAGS {
            let same = FLAGS.iter().filter(|it| it.name == flag.name);
            assert!(
                same.map(|it| it.value.is_some())
                    .all(|it| it == flag.value.is_some())
            );
        }
    }
}
