//! `help` and `--version`.

use snapbox::str;

use super::Case;

#[test]
fn help() {
    Case::new(&["help"]).prints(str![[r#"
AWS role sessions from the desktop tray. The command line needs the running application,
or an agent on a machine without a display, which it starts.

Usage: rolecall [--practice] COMMAND

  list                      Lists the roles
  status                    Shows sessions, their time left, and current problems
  assume ROLE               Assumes a role or renews its session
  explain ROLE              Explains why AWS refused a role
  doctor [ROLE]             Finds what is wrong on this machine or with a role, and how to fix it
  policy evaluate FILE      Answers cases of policies and requests; needs no running application
  policy explain FILE       Says in sentences what a policy does; needs no running application
  setup                     Writes the policies that let somebody assume a role, or applies them
  end ROLE                  Ends a session on this machine
  renewal ROLE HOW          Sets whether a role's session is renewed by itself
  revoke ROLE               Revokes the sessions of a role at AWS, or takes that back
  history [ROLE]            Shows which programs asked for roles, and the answers
  answer                    Asks you about programs at this terminal, on a machine without a desktop
  env ROLE                  Prints an export block, for: eval "$(rolecall env ROLE)"
  exec ROLE [COMMAND]       Runs a command or a shell with a session in its environment
  console [ROLE]            Opens the AWS console in a browser
  endpoint ROLE             Serves a session to a container
  credentials ROLE          Prints credentials for a profile's credential_process
  connect ROLE...           Adds profiles to ~/.aws/config that get credentials from Rolecall
  disconnect ROLE...        Removes these profiles
  catalogue                 Lists the roles in AWS's own files; needs no running application
  import PROGRAM            Imports access keys and roles from Leapp, aws-vault or Granted
  roles export              Prints the roles as a file to share, without secrets
  roles import FILE         Adds the roles in such a file to yours
  shell-init SHELL          Prints a shell function "assume" and completions
  keys list                 Lists the access keys
  keys add NAME             Verifies an access key and stores it in the keychain
  keys import               Moves plaintext keys from AWS's files to the keychain
  keys undo-import PROFILE  Moves such a key back
  keys rotate NAME          Replaces an access key by a new one; shows first what it does
  keys rename OLD NEW       Renames an access key
  keys remove NAME          Removes an access key from the keychain
  keys add-totp NAME SERIAL Stores the seed of an MFA device, to generate codes from it
  keys remove-totp NAME     Removes such a seed
  keys forget-code NAME     Asks for a new MFA code next time
  agent                     Runs Rolecall without a display
  unlock                    Opens the sealed key file, on a machine without a keychain
  reset                     Takes everything of Rolecall off this machine; shows it first
  help [COMMAND]            Shows this help, or the help of a command

  --practice                Uses the practice account's instance
  -h, --help                Shows help
  -V, --version             Prints the version

Exit codes: 0 success, 1 failure, 2 invalid command line. exec exits with the code of its command.

"#]]);
}

#[test]
fn help_on_a_command() {
    Case::new(&["assume", "--help"])
        .prints(str![[r#"
Usage: rolecall assume ROLE [--read-only | --view-only] [--region-lock REGION] [--reason TEXT] [--yes]
           [--json]

Assumes a role or renews its session, and prints your identity. If a role needs an MFA code, the terminal and
Rolecall's window ask for it, and the first answer counts. An empty line cancels. env and exec do the same.

assume, env, exec, credentials and end accept limits. A limited session has a name of its own, such as
"ROLE · read-only", and never replaces the role's full session. Rolecall reuses a reason for 12 hours when it cannot
ask you.

Before a role that acts on production is assumed, it asks for the name of its account; so do env, exec and console. --yes
leaves that out where [production] allow_yes in settings.toml permits it.

  --read-only               Limits the session to reading, with AWS's policy ReadOnlyAccess
  --view-only               Limits the session to listing, with AWS's policy ViewOnlyAccess
  --region-lock REGION      Limits the session to a region, and to services without regions
  --reason TEXT             Gives the reason that a role requires
  --yes                     Confirms production without asking, where [production] allow_yes permits it
  --json                    Prints JSON

"#]]);
}

#[test]
fn version() {
    Case::new(&["--version"]).prints(str![[r#"
rolecall 0.1.0

"#]]);
}
