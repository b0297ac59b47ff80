//! The text of `rolecall help`: usage and flags from the table of commands, with an explanation of each.

use crate::grammar::{
    COMMANDS, CommandSpec, Count, EXCLUSIVE, FLAGS, Flag, Operand, Place, Scope, typed,
};

/// The widest line, in characters.
const WIDTH: usize = 110;
/// The column of descriptions in lists.
const COLUMN: usize = 28;

/// Introduces all commands.
pub(crate) const ABOUT: &str = "\
AWS role sessions from the desktop tray. The command line needs the running application,
or an agent on a machine without a display, which it starts.";

/// The usage of all commands.
pub(crate) const USAGE: &str = "rolecall [--practice] COMMAND";

/// What exit codes mean.
pub(crate) const EXIT_CODES: &str = "\
Exit codes: 0 success, 1 failure, 2 invalid command line. exec exits with the code of its command.";

/// The explanation of each command or group of commands. The first words of the commands name it.
pub(crate) const TOPICS: [(&[&str], &str); 26] = [
    (&["list"], LIST),
    (&["status"], STATUS),
    (&["assume"], ASSUME),
    (&["explain"], EXPLAIN),
    (&["doctor"], DOCTOR),
    (&["policy"], POLICY),
    (&["setup"], SETUP),
    (&["end"], END),
    (&["renewal"], RENEWAL),
    (&["revoke"], REVOKE),
    (&["history"], HISTORY),
    (&["answer"], ANSWER),
    (&["env"], ENV),
    (&["exec"], EXEC),
    (&["console"], CONSOLE),
    (&["endpoint"], ENDPOINT),
    (&["credentials"], CREDENTIALS),
    (&["connect", "disconnect"], CONNECT),
    (&["catalogue"], CATALOGUE),
    (&["import"], IMPORT),
    (&["roles"], ROLES),
    (&["shell-init"], SHELL_INIT),
    (&["keys"], KEYS),
    (&["agent"], AGENT),
    (&["unlock"], UNLOCK),
    (&["reset"], RESET),
];

/// Returns the help on a command or a group of commands, or on all of them.
pub(crate) fn text(topic: Option<&str>) -> String {
    let first = topic.and_then(|topic| topic.split(' ').next());
    let is_about = |names: &[&str]| first.is_some_and(|first| names.contains(&first));
    match TOPICS.iter().find(|(names, _)| is_about(names)) {
        Some((names, explanation)) => topic_text(names, explanation),
        None => format!("{ABOUT}\n\nUsage: {USAGE}\n\n{}\n\n{EXIT_CODES}", lists()),
    }
}

/// Returns the list of commands, then that of the flags that all commands take.
pub(crate) fn lists() -> String {
    let commands = typed().map(|command| entry(&with_operands(command), command.summary));
    let everywhere = FLAGS
        .iter()
        .filter(|flag| matches!(flag.commands, Scope::All));
    let flags = everywhere.map(|flag| {
        let short = flag.short.map(|letter| format!("-{letter}, "));
        let name = format!("{}{}", short.unwrap_or_default(), flag.name);
        entry(&name, flag.meaning)
    });
    let commands: Vec<String> = commands.collect();
    let flags: Vec<String> = flags.collect();
    format!("{}\n\n{}", commands.join("\n"), flags.join("\n"))
}

/// Returns the usage lines of a topic, its explanation, and the list of its flags.
pub(crate) fn topic_text(names: &[&str], explanation: &str) -> String {
    let commands = || {
        COMMANDS
            .iter()
            .filter(|it| names.contains(&it.first_word()))
    };
    let usage: Vec<String> = commands().map(usage).collect();
    let mut parts = vec![
        format!("Usage: {}", usage.join("\n       ")),
        explanation.to_owned(),
    ];
    let flags: Vec<&Flag> = FLAGS
        .iter()
        .filter(|flag| commands().any(|command| has(command, flag)))
        .collect();
    if !flags.is_empty() {
        let lines: Vec<String> = flags
            .iter()
            .map(|it| entry(&it.shown(), it.meaning))
            .collect();
        parts.push(lines.join("\n"));
    }
    parts.join("\n\n")
}

fn has(command: &CommandSpec, flag: &Flag) -> bool {
    command.flags().any(|it| std::ptr::eq(it, flag))
}

/// Returns a usage line, broken where it is too wide.
fn usage(command: &CommandSpec) -> String {
    let operands = command.operands.iter().map(operand).collect::<Vec<_>>();
    let instead = |flag: &&Flag| flag.place == Place::InsteadOfOperands;
    let mut needed = vec![operands.join(" ")];
    needed.extend(command.flags().filter(instead).map(Flag::shown));
    needed.retain(|it| !it.is_empty());
    let mut parts = vec![format!("rolecall {}", command.name)];
    parts.extend((!needed.is_empty()).then(|| needed.join(" | ")));
    parts.extend(optional_flags(command));
    parts.extend((!command.program.is_empty()).then(|| command.program.to_owned()));
    wrapped(&parts)
}

/// Returns the flags in brackets. Flags that cannot be given together share one pair.
fn optional_flags(command: &CommandSpec) -> Vec<String> {
    let mut shown = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    let flags: Vec<&Flag> = command
        .flags()
        .filter(|flag| flag.place == Place::BesideOperands)
        .collect();
    for flag in &flags {
        if seen.contains(&flag.name) {
            continue;
        }
        let pair = EXCLUSIVE.iter().find(|pair| pair.contains(&flag.name));
        let is_other =
            |it: &&&Flag| it.name != flag.name && pair.is_some_and(|pair| pair.contains(&it.name));
        let together = std::iter::once(flag).chain(flags.iter().find(is_other));
        let together: Vec<&Flag> = together.copied().collect();
        seen.extend(together.iter().map(|it| it.name));
        let together: Vec<String> = together.into_iter().map(Flag::shown).collect();
        shown.push(format!("[{}]", together.join(" | ")));
    }
    shown
}

fn with_operands(command: &CommandSpec) -> String {
    let operands = command.operands.iter().map(operand);
    let mut words = vec![command.name.to_owned()];
    words.extend(operands);
    words.extend((!command.program.is_empty()).then(|| "[COMMAND]".to_owned()));
    words.join(" ")
}

fn operand(operand: &Operand) -> String {
    let name = operand.value.name;
    match operand.count {
        Count::One => name.to_owned(),
        Count::Optional => format!("[{name}]"),
        Count::Many => format!("{name}..."),
    }
}

fn wrapped(parts: &[String]) -> String {
    let mut text = String::new();
    let mut column = 0;
    for part in parts {
        let needed = part.chars().count() + 1;
        match (column, column + needed > WIDTH - "Usage: ".len()) {
            (0, _) => {}
            (_, false) => text.push(' '),
            (_, true) => {
                text.push_str("\n           ");
                column = 4;
            }
        }
        text.push_str(part);
        column += needed;
    }
    text
}

/// Returns a line of a list, or two if the name is too wide.
fn entry(name: &str, meaning: &str) -> String {
    let width = COLUMN - 2;
    match name.chars().count() < width {
        true => format!("  {name:width$}{meaning}"),
        false => format!("  {name}\n{:COLUMN$}{meaning}", ""),
    }
}

const LIST: &str = "\
Lists each role with its account, its source, and the time left of its session.

--search matches the letters of a role's name in their order, the name or number of its account, its group, and parts
of its ARN. Every word of TEXT must match.";

const STATUS: &str = "\
Shows the sessions with their time left and identity, open questions, and current problems. With --check, it first asks
AWS about each session, and drops those that AWS no longer accepts.

--format is for prompts. It fills in {role}, {left}, {account}, {phase} and {count} (usable sessions) for the role in
ROLECALL_ROLE, or for the session that ends first. It prints nothing if there is no session. If ROLECALL_EXPIRATION says
when the shell's own credentials expire, {left} is the time until then, and says \"renewed\" or \"ended\" if the role has
another session by now, or none; so does {phase}. `assume --refresh` takes the new one. If other variables replace the
session, such as AWS_PROFILE, {left} and {phase} are \"replaced\", and {replaced} names them:

  rolecall status --format '{role} {left}'

In ~/.config/starship.toml:

  [custom.rolecall]
  command = \"rolecall status --format '{role} {left}'\"
  when = true

In ~/.p10k.zsh, with rolecall in POWERLEVEL9K_RIGHT_PROMPT_ELEMENTS:

  function prompt_rolecall() {
    local shown=$(rolecall status --format '{role} {left}' 2>/dev/null)
    if [[ -n $shown ]]; then p10k segment -f yellow -t ${shown//\\%/%%}; fi
  }";

const ASSUME: &str = "\
Assumes a role or renews its session, and prints your identity. If a role needs an MFA code, the terminal and
Rolecall's window ask for it, and the first answer counts. An empty line cancels. env and exec do the same.

assume, env, exec, credentials and end accept limits. A limited session has a name of its own, such as
\"ROLE · read-only\", and never replaces the role's full session. Rolecall reuses a reason for 12 hours when it cannot
ask you.

Before a role that acts on production is assumed, it asks for the name of its account; so do env, exec and console. --yes
leaves that out where [production] allow_yes in settings.toml permits it.";

const EXPLAIN: &str = "\
Explains why AWS refused the role the last time. It lists each likely cause, most likely first, with what to check, who
can change it, and the policy statement to send. AWS's message and the request ID come last.

--deeper makes further calls with the credentials at hand: iam:GetRole for the role's trust policy,
iam:SimulatePrincipalPolicy for your own permissions, sts:DecodeAuthorizationMessage, and sts:GetAccessKeyInfo. If a
call is denied, Rolecall names the permission that it needs.

--text explains an error of any service, as the AWS CLI, an SDK or Terraform printed it. It needs no running application
and asks AWS nothing:
  terraform apply 2>&1 | rolecall explain --text -";

const DOCTOR: &str = "\
Checks this machine before something fails: the clock, the way to AWS, the keychain, the session bus, the tray, AWS's
files, access keys, and which Rolecall runs. With ROLE, it also checks whether both sides would let you assume that role
and each role on the way: its trust policy, your permissions, and your MFA device. Each finding says why it matters and
what to do. No code is asked for, calls to AWS only read, and nothing is changed without --fix, which asks for each
finding.

It exits with 0 if nothing is wrong, with 1 if there is a finding, and with 2 if the command line is not valid. What
could not be checked, such as for lack of a permission, is listed and is no finding.";

const RESET: &str = "\
Removes everything of Rolecall from this machine: its items in the keychain, its files and folders, its profiles in
AWS's files, where every other byte stays, and its backups. It shows the whole list first, with what stays and why, and
asks. It stops the agent and the tray application. It removes nothing in AWS, and not the programs themselves.

The secret of an access key that is only in the keychain is lost for good, so Rolecall asks for that apart. Files that
Rolecall did not create stay, and so does the target of a link. If something cannot be removed, it says why, exits with
1, and can be run again.";

const POLICY: &str = "\
policy evaluate answers cases: whether policies allow a request, and which statement decides. FILE is a JSON list, or an
object with the list as \"cases\". A case has a name, and:
  kind        identity, trust or resource, with a list of \"policies\"; or request, with identity, resource_policy
              (resource_kind trust or resource), boundary, session, scp and rcp
  principal   an ARN, \"service NAME\", \"federated PROVIDER\" or anonymous
  action, resource, resource_account
  ctx         condition keys: strings, numbers, booleans, lists, {\"date\": ...} or {\"ip\": ...}
  expect      allow, deny, none or refused; optional
The decision refused means that IAM does not accept a policy. Rolecall derives no condition keys: give each in ctx.

policy explain says what each statement of a policy does. FILE is the policy's JSON. - is standard input for both.";

const SETUP: &str = "\
Says in sentences what a role and its caller need, and prints the policies for it: the role's trust policy, its
permissions, and the caller's policy. --format prints the same as commands or code that you can run. At a terminal it
asks for what the flags leave out.

--apply makes it in AWS with access keys and roles that Rolecall has for each account. It shows the plan and asks first,
then does one step after the other and assumes the role. Each step is recorded before and after it, without secrets:
--resume goes on after an error, a crash or Ctrl-C, and --undo takes back what was made, and nothing else. A role or
policy that exists with other content stays, unless you add --replace.

--allow accepts:
  s3-read        list and read all buckets
  bucket:NAME    read and write one bucket
  ReadOnlyAccess the name of an AWS managed policy, or the ARN of a policy
--policy adds a policy of your own, which is checked as IAM checks it.

--format accepts cli (a bash script for the AWS CLI), terraform, cloudformation, cdk (TypeScript), and json (policies,
sentences and warnings, for programs). Warnings go to standard error.

  rolecall setup --who arn:aws:iam::177634097045:user/bob --account 808768216571 --role guest --allow s3-read \\
    --generate-external-id --format cli --out guest --save guest";

const END: &str = "\
Ends a session on this machine and deletes its credentials. Copies of the credentials stay valid until they expire; to
make AWS refuse them earlier, see: rolecall help revoke. If ROLE is only the name of an access key, it ends that key's
session.";

const REVOKE: &str = "\
AWS cannot recall a session. It can deny it everything: this puts an inline policy on the role that denies all sessions
that AWS issued before now, by AWS's clock. It is the policy AWSRevokeOlderSessions of AWS's console. It hits everybody
who has a session of the role, also people and programs that you do not know. It can take some minutes until all of AWS
knows it. New sessions work at once, so the policy can stay. ROLE can also be an ARN.

It shows the policy, who is hit, and the credentials that it uses, and does nothing until you type the role's name. It
needs an access key or a session of another role in the same account that may change the role's policies; --with names
it, and assumes it if needed. AWS must allow iam:GetRolePolicy, iam:PutRolePolicy and iam:DeleteRolePolicy.

  rolecall revoke guest              all sessions of the role so far
  rolecall revoke guest --session    your session and every older one of the same session name, by name and time
  rolecall revoke --key work         sessions without a role: those of the key's user from GetSessionToken
  rolecall revoke --all-mine         every role with a session on this machine, as far as AWS permits; then ends them
  rolecall revoke guest --undo       removes what Rolecall put on the role, and puts back what was there before

Sessions that were assumed from a revoked one keep working: revoke those roles as well. Service-linked roles and roles
of IAM Identity Center cannot be revoked like this. To only forget a session on this machine: rolecall end ROLE";

const RENEWAL: &str = "\
Says what happens when a session of the role comes to its end. HOW is one of

  ask        a notification offers to renew it (the default)
  automatic  Rolecall renews it in time. Where that needs an MFA code, a notification asks first
  never      it ends: nothing renews it before, not even for a program
  default    what the file that defines the role says

A role of yours gets it as renew in roles.toml, another one in marks.toml.";

const HISTORY: &str = "\
Shows which programs asked for roles, newest first: the program and its parents, the request, how often it was repeated,
and the answer. Rolecall keeps the history for 90 days. It never contains secrets. The program name is what the operating
system reports, and any program of yours can pose as another.

Whether a program gets a role at once, after you allow it, or never, is set on the role's page in the window, or in
settings.toml below [ask.roles]:

  prod-admin = \"once\"   asks once per process tree; also: \"allow\", \"ask\", \"never\"";

const ANSWER: &str = "\
Asks you at this terminal about programs that want a role with the policy \"ask\" or \"once\", until you press Ctrl-C. It is
for machines without a desktop. A program with its own terminal asks you there. For a program without a terminal, such
as the credential_process of a service, Rolecall denies the request at once unless this command is running.

Rolecall cannot verify which program asks or who answers: any program of yours can pose as another, or type here. The
question shows what happens. It does not stop malware.";

const ENV: &str = "\
Prints the export block of a session, and assumes the role if it has none. The block also unsets variables that
conflict:

  eval \"$(rolecall env ROLE)\"            bash, zsh
  rolecall env ROLE | source             fish
  rolecall env ROLE | Out-String | iex   PowerShell
  eval `rolecall env ROLE`               csh, tcsh
  eval (rolecall env ROLE | slurp)       Elvish
  import subprocess                      xonsh, whose own $(...) can lose output
  execx(subprocess.check_output([\"rolecall\", \"env\", \"ROLE\"], text=True))

The block unsets variables that would replace the session, such as AWS_PROFILE or AWS_BEARER_TOKEN_BEDROCK, and
endpoints on this machine unless the session is for a custom endpoint. In fish, it erases them in every scope, including
universal. It sets AWS_ACCOUNT_ID to the role's account. A region that you set yourself stays if the role has none.
exec does the same. docs/environment.md lists all variables and the reasons.

SHELL is bash, zsh, sh, ksh, fish, powershell, cmd, nushell, elvish, xonsh, csh, tcsh, dotenv, docker, json or ini.";

const CONSOLE: &str = "\
Opens the AWS console in a browser with a session of a role, and assumes the role if it has none:

  rolecall console ROLE --service s3

With --url, it opens any address of the console, such as a colleague sends. Without ROLE, the account in the address says
which role. If several roles fit, or the address has no account, it asks.

The console session ends with the role's session. --duration, or [console] duration in settings.toml, makes it longer, up
to 12 hours, if an access key requested the session itself. AWS does not allow it for a session that another role or a
shared MFA session requested.

BROWSER is a program, and a profile or container in it: \"firefox\", \"chromium profile=Work\", \"firefox profile=work\",
\"firefox container={role}\". A role's field browser, or [console] browser in settings.toml, sets it for good.

The browser signs in by a page on this machine that works once, for 30 seconds, and only for programs of yours. --print
prints the URL that signs in instead. Who has it is signed in as the role: AWS accepts it for 15 minutes.
docs/console.md has more.";

const EXEC: &str = "\
Runs a command with a session in its environment and nowhere else, and assumes the role if it has no session:

  rolecall exec ROLE aws s3 ls

Without a command it starts the shell in $SHELL. In bash, zsh, fish and Nushell, the prompt shows the role and the time
left before your own prompt, and your start-up files do not replace the session. ROLECALL_ROLE and ROLECALL_EXPIRATION
describe the session.
It exits with the code of the command, with 126 if the command cannot be started, and with 127 if it is not found.

With --server, the environment holds no credentials. It holds the address of an endpoint on 127.0.0.1 and a token, with
which AWS SDKs get credentials. Rolecall renews the session meanwhile, so a command can run for days. For a role that
needs an MFA code, it asks 20 minutes ahead. The endpoint ends with the command, and serves only programs of this user.";

const ENDPOINT: &str = "\
Serves a session on 127.0.0.1, as the agent of an ECS container does, until Ctrl-C or until the process PID ends. It
prints the address, and the path of a file with the token, as lines of an environment file:

  export $(rolecall endpoint ROLE --while $$)          for this shell, as long as it runs

For a container, which needs the token's file and the machine's network:

  rolecall endpoint ROLE --while $$ > endpoint.env
  . ./endpoint.env
  docker run --network host --env-file endpoint.env \\
    --volume \"$AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE\":\"$AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE\":ro IMAGE

Every user and program that can read the file can use the session.";

const CREDENTIALS: &str = "\
Prints credentials for AWS SDKs as one line of JSON, and renews the session when it is due. In ~/.aws/config:

  [profile ROLE]
  credential_process = /usr/bin/rolecall credentials ROLE

--key is for a profile whose access key was moved to the keychain.

It answers within 20 seconds. On failure it prints only one line, to standard error.";

const CONNECT: &str = "\
connect adds a profile with the role's name to ~/.aws/config, or to the AWS_CONFIG_FILE that Rolecall started with. The
profile's credential_process asks Rolecall, so aws --profile ROLE and every SDK get credentials that renew themselves:

  [profile ROLE]
  # managed-by rolecall
  credential_process = /usr/bin/rolecall credentials ROLE

disconnect removes such profiles. Both show the change and ask before they write. Profiles that you wrote yourself, and
all other lines, stay as they are.";

const CATALOGUE: &str = "\
Lists the roles in ~/.aws/config and ~/.aws/credentials, or in the files that AWS_CONFIG_FILE and
AWS_SHARED_CREDENTIALS_FILE name, as AWS's SDKs read them. It shows why a role cannot be assumed, plaintext keys, and
errors in the files. It runs no programs that the files name, and needs no running application.";

const ROLES: &str = "\
export prints your roles, or those of one group, as a file that others can import. The file holds no secrets, but it
has external IDs unless you leave them out.

import adds the roles in such a file, or on standard input if FILE is -. It skips roles that you have. KEY replaces a
source that you do not have, and a name already in use gets the suffix \"(imported)\".";

const IMPORT: &str = "\
Imports from PROGRAM: leapp, aws-vault or granted. Access keys come from the keychain, and AWS verifies each before it is
stored. Roles come from Leapp; roles that are profiles in ~/.aws/config are listed without an import. It reports what was
imported, what you had, and what was not imported and why. It never changes the other program's data.";

const SHELL_INIT: &str = "\
Prints a script for bash, zsh, fish, pwsh or nu: a function, and completions of commands, flags and roles:

  assume ROLE       puts the role's session into this shell, and assumes the role if it has none
  assume --refresh  renews this shell's session, or takes the one that was renewed elsewhere
  assume --end      removes the session from this shell
  assume            lets you pick a role with a few letters if fzf is installed, and in Nushell; otherwise lists the roles

The tab key completes a role's name. If no role begins with the typed letters, it completes roles that contain them in
their order.

  eval \"$(rolecall shell-init bash)\"                          ~/.bashrc; ~/.zshrc with zsh
  rolecall shell-init fish | source                            ~/.config/fish/config.fish
  rolecall shell-init pwsh | Out-String | Invoke-Expression    $PROFILE
  rolecall shell-init nu | save -f ~/.config/nushell/autoload/rolecall.nu

An alias or function of the same name, such as Granted's, is replaced, which the shell says once. --name gives the
function another name. --completions is for bash, zsh and fish.";

const KEYS: &str = "\
The secret of an access key is in the OS keychain and nowhere else. AWS verifies a key before `keys add` stores it. The
key comes from the terminal, from two lines (ID, then secret) on standard input, from a profile in ~/.aws/credentials, or
from the IAM console's CSV file; never from the command line itself.

`keys import` moves a plaintext key from a profile in AWS's files to the keychain. AWS verifies the key, and Rolecall
reads it back from the keychain before it removes it from the file. The profile keeps working: its credential_process
gives AWS's tools a session of the key (GetSessionToken) that renews itself. Such a session cannot call IAM, or STS's
GetSessionToken and GetFederationToken. `keys undo-import` restores the old lines. A copy of the file, with a placeholder
for the secret, is in Rolecall's state folder.

`keys rotate` replaces a key by a new one of the same user, in an order that locks nobody out: it creates the new key,
stores it beside the old one, verifies it with AWS, makes Rolecall use it, and then deactivates the old one. Roles and
sessions keep working meanwhile. Delete the old key later with --delete-old, when nothing misses it; until then, --undo
brings it back. If it was interrupted, --resume continues. It shows first which keys the user has, their age and last
use, and which profiles have the old key in plaintext. Where IAM wants MFA, it asks for a code. The new secret goes into
the keychain and nowhere else.

`keys add-totp` stores the seed of the user's MFA device SERIAL (its ARN): base32 or an otpauth link, from the terminal
or standard input. AWS must accept a code first. Rolecall then generates the device's codes, and asks you only when AWS
rejects one. Both factors are then on this computer: access to your keychain gives both. `keys list` shows which keys
have a seed. Nothing shows the seed again.

One MFA code can serve several roles for hours ([mfa] session in settings.toml). After `keys forget-code`, the next role
needs a new code. Existing sessions stay, and AWS accepts the old MFA session until it expires.";

const AGENT: &str = "\
Runs Rolecall without a display, for example on a server or in WSL. It runs in the foreground, logs to standard error,
and serves the same commands as the tray application.

On a machine without a display, other commands start it in the background if it does not run. It then ends after 30 idle
minutes. [agent] start = \"always\" or \"never\" in settings.toml changes that.

Keys are in the OS keychain. On a machine without one, --sealed-file keeps them in ~/.local/share/rolecall/keys.sealed,
with a passphrase that the agent reads from the terminal or from file descriptor N. The agent uses an existing file
without the flag.";

const UNLOCK: &str = "\
Opens the sealed key file until Rolecall quits. It asks for the passphrase on the terminal, or reads it from a file
descriptor: rolecall unlock --passphrase-fd 3 3< FILE. Other commands ask for the passphrase when they need the file;
`credentials` never asks. After three wrong passphrases, each further attempt has to wait.";
