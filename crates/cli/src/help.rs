//! What `rolecall help` says.

/// What a bare `rolecall` says.
pub(crate) const SHORT: &str = "What shall Rolecall do? See: rolecall help";

/// What is said on each command or group of commands; the first words name it, the others mean the same text.
pub(crate) const TOPICS: [(&[&str], &str); 19] = [
    (&["list"], LIST),
    (&["status"], STATUS),
    (&["assume"], ASSUME),
    (&["explain"], EXPLAIN),
    (&["end"], END),
    (&["history"], HISTORY),
    (&["answer"], ANSWER),
    (&["env"], ENV),
    (&["exec"], EXEC),
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
];

/// Returns the help on a command, or on all of them.
pub(crate) fn text(topic: Option<&str>) -> &'static str {
    // All that is said of the keys is one text, and so are the commands on files of roles.
    let first = topic.and_then(|topic| topic.split(' ').next());
    let said = |names: &[&str]| first.is_some_and(|first| names.contains(&first));
    let found = TOPICS.iter().find(|(names, _)| said(names));
    found.map_or(ALL, |(_, text)| text)
}

/// What is said of all commands together.
pub(crate) const ALL: &str = "\
AWS role sessions from the desktop tray. The Rolecall application must be running,
or an agent without a display, which starts by itself where there is none.

Usage: rolecall [--practice] COMMAND

  list                  Lists the roles
  status                Shows the sessions and how long they last
  assume ROLE           Assumes a role, or renews its session
  explain ROLE          Says why AWS refused a role, and what to send to whom
  end ROLE              Ends a session on this machine
  history [ROLE]        Shows who asked for which role, and what came of it
  answer                Answers programs that ask for a role, on a machine without a desktop
  env ROLE              Prints an export block, for: eval \"$(rolecall env ROLE)\"
  exec ROLE [COMMAND]   Runs a command, or a shell, with a session in its environment
  endpoint ROLE         Serves a session to a container
  credentials ROLE      Prints credentials for a profile's credential_process
  connect ROLE...       Lets the AWS CLI and every SDK use a role, by a profile in ~/.aws/config
  disconnect ROLE...    Takes such profiles out again
  catalogue             Lists the roles in AWS's own files; needs no running application
  import PROGRAM        Takes in what Leapp, aws-vault or Granted keep
  roles export          Prints the roles as a file for others, without secrets
  roles import FILE     Takes in the roles of such a file
  shell-init SHELL      Prints a function assume, and completions, for a shell's start
  keys list             Lists the access keys
  keys add NAME         Verifies an access key and puts it into the keychain
  keys import           Moves keys in plaintext from AWS's files to the keychain
  keys undo-import PROFILE
                        Puts such a key back
  keys rename OLD NEW   Renames an access key
  keys remove NAME      Removes an access key from the keychain
  keys add-totp NAME SERIAL
                        Keeps an authenticator's seed beside a key, and takes codes from it
  keys remove-totp NAME Forgets such a seed
  keys forget-code NAME Lets a code that was given with a key count no longer
  agent                 Runs Rolecall without a display, as on a server
  unlock                Opens the sealed file of keys, for machines without a keychain
  help [COMMAND]        Shows this, or more about a command

  --practice            Talks to the practice account's instance
  --json                Prints JSON (list, status, assume, explain, history, catalogue, keys list, agent --status)
  --version             Prints the version

Exit codes: 0 done, 1 not done, 2 not understood; of exec, the command's.";

const LIST: &str = "\
Usage: rolecall list [--search TEXT] [--json | --names]

Lists the roles: name, account, source, and how long a session lasts if there is one; with --names their names alone.

--search finds roles as the window does, best first: by letters of the name in their order, by the account's name or
number, by the group, or by a part of the ARN. Each word of TEXT has to be found.";

const STATUS: &str = "\
Usage: rolecall status [--json | --format TEXT]

Shows the sessions, how long they last and as whom, and what is wrong at present.

--format is for prompts. It fills in {role}, {left}, {account}, {phase} and {count} (of usable sessions) for the role
that ROLECALL_ROLE names, else for the session that ends first, and prints nothing if there is none. Where
ROLECALL_EXPIRATION says when the shell's own credentials end, {left} is the time to that:

  rolecall status --format '{role} {left}'

In ~/.config/starship.toml:

  [custom.rolecall]
  command = \"rolecall status --format '{role} {left}'\"
  when = true

In ~/.p10k.zsh, with rolecall among POWERLEVEL9K_RIGHT_PROMPT_ELEMENTS:

  function prompt_rolecall() {
    local shown=$(rolecall status --format '{role} {left}' 2>/dev/null)
    if [[ -n $shown ]]; then p10k segment -f yellow -t ${shown//\\%/%%}; fi
  }";

const ASSUME: &str = "\
Usage: rolecall assume ROLE [--json] [--read-only | --view-only] [--region-lock REGION] [--reason TEXT]

Assumes a role, or renews its session, and prints who you are then. For a role that needs a code it asks on the
terminal, and Rolecall's window can be answered as well; env and exec do the same. An empty line cancels.

assume, env, exec, credentials and end can be about a session with less than the role's permissions. It has a name of
its own, such as \"ROLE · read-only\", and is never handed out in place of the role's full session:

  --read-only            Reading only: limited by AWS's policy ReadOnlyAccess
  --view-only            Listing only: limited by AWS's policy ViewOnlyAccess
  --region-lock REGION   Only this region, and what AWS has no regions for

  --reason TEXT          Why, for a role that wants a reason; it counts for 12 hours where nobody can be asked";

const EXPLAIN: &str = "\
Usage: rolecall explain ROLE [--deeper] [--json]

Says why AWS refused the role when it was last assumed: every cause that fits AWS's words and the request, the surest
first, with what to check, who can change it and the policy statement to send. AWS's own words and the request id
come last.

With --deeper it asks AWS further, with the credentials at hand and changing nothing: iam:GetRole for the role's trust
policy, iam:SimulatePrincipalPolicy for your own permissions, sts:DecodeAuthorizationMessage, sts:GetAccessKeyInfo. A
call that is denied says which permission it needs.";

const END: &str = "\
Usage: rolecall end ROLE
       rolecall end --key KEY

Ends a session on this machine and forgets its credentials. Copies of them stay valid until they expire. With --key it
is the session of an access key itself, as is ROLE where only a key of that name has one.";

const HISTORY: &str = "\
Usage: rolecall history [ROLE] [--since SPAN] [--limit N] [--json]

Shows who asked for which role, newest first: the program and those that started it, what it asked for, how often in a
row, and the answer. The last 50 lines are shown, those of ROLE alone if it is given; --since 2d shows those of the
last two days. Lines are kept for 90 days, and never hold a secret. Which program asks is what the system tells of it:
any program of yours can pretend to be another.

Whether a program gets a role at once, after you allowed it, or never, is set on the role's page in the window, or in
settings.toml below [ask.roles]:

  prod-admin = \"once\"   asks once per process tree; also: \"allow\", \"ask\", \"never\"";

const ANSWER: &str = "\
Usage: rolecall answer

Puts the questions of programs that ask for a role to you, at this terminal, until Ctrl-C: for machines without a desktop,
and roles whose policy is \"ask\" or \"once\". A program that has a terminal of its own is asked about there; one that has
none, such as a credential_process of a service, is denied at once unless this runs.

Rolecall cannot prove who asks, nor who answers: any program of yours can pose as another, or type as you do. It shows
what happens and stops what you do not expect; it does not stop malware.";

const ENV: &str = "\
Usage: rolecall env ROLE [--shell SHELL]
       rolecall env --unset [--shell SHELL]

Prints the export block of a session, assuming the role if need be, which also unsets what conflicts with it:

  eval \"$(rolecall env ROLE)\"            bash, zsh
  rolecall env ROLE | source             fish
  rolecall env ROLE | Out-String | iex   PowerShell
  eval `rolecall env ROLE`               csh, tcsh
  eval (rolecall env ROLE | slurp)       Elvish
  import subprocess                      xonsh, whose own $(...) can lose output
  execx(subprocess.check_output([\"rolecall\", \"env\", \"ROLE\"], text=True))

With --unset it prints the block that takes a session out of the environment again. In fish, AWS_PROFILE and others
that conflict are erased in every scope, also where they are universal. An AWS_ENDPOINT_URL on this machine, as a session
of a custom endpoint leaves it, is unset unless the session is for one; exec does the same.

SHELL is bash, zsh, sh, ksh, fish, powershell, cmd, nushell, elvish, xonsh, csh, tcsh, dotenv, docker, json or ini.
Without it, the shell is the one that $SHELL names, else bash.";

const EXEC: &str = "\
Usage: rolecall exec [--server] ROLE [--] [COMMAND [ARGUMENT...]]

Runs a command with a session in its environment and nowhere else, assuming the role if need be:

  rolecall exec ROLE aws s3 ls

Without a command it starts the shell that $SHELL names. In bash, zsh and fish the prompt shows the role and the time
left, before the user's own prompt. ROLECALL_ROLE and ROLECALL_EXPIRATION say which session it is.
The exit code is the command's; 126 if it cannot be started, 127 if it is not found.

With --server the environment holds no credentials, but the address of an endpoint on 127.0.0.1 that AWS SDKs ask for
them, and a token for it. The session is renewed behind the command's back, so one that runs for days never meets an
expiry; a role that needs a code raises its prompt 20 minutes ahead. The endpoint ends with the command. It serves
programs of this user only.";

const ENDPOINT: &str = "\
Usage: rolecall endpoint ROLE [--while PID]

Serves a session on 127.0.0.1 in the way of an ECS container, until Ctrl-C, or until the process PID ends. It prints
where, as lines of an environment file, and the path of a file that holds the token:

  export $(rolecall endpoint ROLE --while $$)          for this shell, as long as it runs

For a container, which gets the token's file and shares the machine's network:

  rolecall endpoint ROLE --while $$ > endpoint.env
  . ./endpoint.env
  docker run --network host --env-file endpoint.env \\
    --volume \"$AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE\":\"$AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE\":ro IMAGE

Whoever can read the file can use the session, also as another user of this machine.";

const CREDENTIALS: &str = "\
Usage: rolecall credentials ROLE
       rolecall credentials --key KEY

Prints credentials as one line of JSON for AWS SDKs, renewing the session when it is due. In ~/.aws/config:

  [profile ROLE]
  credential_process = /usr/bin/rolecall credentials ROLE

With --key it is a session of an access key itself, for a profile whose key was moved to the keychain.

It answers within 20 seconds. On failure it prints nothing but one line on standard error.";

const CONNECT: &str = "\
Usage: rolecall connect ROLE... | --all [--profile-prefix PREFIX] [--dry-run | --yes]
       rolecall disconnect ROLE... | --all [--dry-run | --yes]

Writes a profile of the role's name into ~/.aws/config (or the file that AWS_CONFIG_FILE named when Rolecall started),
whose credential_process asks Rolecall. Then aws --profile ROLE, and every SDK, gets credentials that renew themselves:

  [profile ROLE]
  # managed-by rolecall
  credential_process = /usr/bin/rolecall credentials ROLE

What would change is shown first; --dry-run shows it and ends, --yes writes without asking. A profile that somebody
else wrote is never touched, and every other byte of the file stays. disconnect takes the profiles out again.";

const CATALOGUE: &str = "\
Usage: rolecall catalogue [--config FILE] [--credentials FILE] [--json]

Lists the roles in ~/.aws/config and ~/.aws/credentials, or in the files that AWS_CONFIG_FILE and
AWS_SHARED_CREDENTIALS_FILE name, read as AWS's SDKs read them: those that cannot be assumed with the reason, keys in
plaintext, and what is wrong with the files. It runs nothing that they name, and needs no running application.";

const ROLES: &str = "\
Usage: rolecall roles export [--group GROUP] [--without-external-ids]
       rolecall roles import FILE [--source KEY] [--dry-run] [--json]

export prints your roles, or those of one group, as a file that others can take in; it holds no secret, but external IDs
unless they are left out. import adds the roles of such a file (- for standard input) to yours: a source that is not here
becomes KEY, what is here already stays, and a name that is taken gets \"(imported)\" behind it.";

const IMPORT: &str = "\
Usage: rolecall import leapp|aws-vault|granted [--dry-run] [--file FILE] [--json]

Takes in what another program keeps on this machine: access keys from the keychain, each verified with AWS before it is
kept, and Leapp's roles. Roles that are profiles of ~/.aws/config are listed without an import. It reports what came
over, what was here, and what stays and why. Nothing of the other program is changed.

--dry-run only tells what would come. --file names Leapp's workspace, if it is not ~/.Leapp/Leapp-lock.json.";

const SHELL_INIT: &str = "\
Usage: rolecall shell-init bash|zsh|fish|pwsh|nu [--completions]

Prints a function for the shell, and completions of commands and roles:

  assume ROLE    puts the role's session into this shell, assuming the role if need be
  assume --end   takes it out again
  assume         offers the roles: a few letters pick one where fzf is installed, and in Nushell; else lists them

The tab key completes commands and roles. Where no role begins with what is typed, it takes those that have its letters
in that order. With --completions it prints these alone, for bash, zsh and fish, as a package installs them.

  eval \"$(rolecall shell-init bash)\"                          ~/.bashrc; ~/.zshrc with zsh
  rolecall shell-init fish | source                            ~/.config/fish/config.fish
  rolecall shell-init pwsh | Out-String | Invoke-Expression    $PROFILE
  rolecall shell-init nu | save -f ~/.config/nushell/autoload/rolecall.nu";

const AGENT: &str = "\
Usage: rolecall agent [--idle DURATION] [--sealed-file] [--passphrase-fd N]
       rolecall agent --status [--json]
       rolecall agent --stop

Runs Rolecall without a display, as on a server or in WSL: in the foreground, and what happens goes to standard error.
It serves the same commands as the tray application. With --idle it ends after this long without a session and
without a question.

Where there is no display, other commands start it in the background when they find none, to end after 30 idle minutes.
In settings.toml, [agent] start = \"always\" or \"never\" changes that.

Keys are in the OS keychain. On a machine without one, --sealed-file keeps them in ~/.local/share/rolecall/keys.sealed
under a passphrase: the agent asks for it on the terminal, or reads it from the file descriptor that --passphrase-fd
names. Once that file is there, the agent uses it without being told.

--status tells which program answers the command line. --stop ends an agent; its sessions are kept for the next start.";

const UNLOCK: &str = "\
Usage: rolecall unlock [--passphrase-fd N]

Opens the sealed file of keys until Rolecall ends. It asks for the passphrase on the terminal, or reads it from the file
descriptor N: rolecall unlock --passphrase-fd 3 3< FILE. Other commands ask for it on the terminal when they meet the
file sealed; `credentials` never does. After three wrong ones each further one has to wait.";

const KEYS: &str = "\
Usage: rolecall keys list [--json]
       rolecall keys add NAME [--from-profile PROFILE | --from-csv FILE]
       rolecall keys import --profile PROFILE [--name NAME] | --all [--dry-run | --yes]
       rolecall keys undo-import PROFILE [--dry-run | --yes]
       rolecall keys rename OLD NEW
       rolecall keys remove NAME
       rolecall keys add-totp NAME SERIAL
       rolecall keys remove-totp NAME
       rolecall keys forget-code NAME

An access key's secret is kept in the OS keychain and nowhere else. `keys add` verifies the key with AWS first.
It takes the key from the terminal, from two lines (id, then secret) on standard input, from a profile of
~/.aws/credentials, or from the CSV of the IAM console; never from the command line itself.

`keys import` moves the key that a profile of AWS's files holds in plaintext: it is verified, put into the keychain and
read back, and only then taken out of the file. The profile goes on working: a credential_process gives AWS's tools a
session of the key (GetSessionToken) that renews itself. Such a session cannot call IAM, nor GetSessionToken and
GetFederationToken of STS; everything else is as before. `keys undo-import` gives the old lines back. A copy of the file
as it was is kept in Rolecall's state folder, with a placeholder for the secret.

`keys add-totp` keeps the seed of the user's MFA device SERIAL (its ARN), from the terminal or standard input: base32, or
an otpauth link. AWS must take a code of it first. Codes for the device then come from the seed, and you are asked only
when AWS refuses one. The second factor is then on this machine beside the first: whoever gets at your keychain has
both. `keys list` tells which keys have a seed, and nothing shows the seed again.

A code that is shared by roles counts for hours ([mfa] session in settings.toml). `keys forget-code` ends that: the next
role asks for a code. Sessions that live go on, and AWS goes on accepting the token until it expires.";
