//! `help` and `--version`.

use snapbox::str;

use super::Case;

#[test]
fn help() {
    Case::new(&["help"])
        .prints(str![[r#"
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
  env ROLE              Prints an export block, for: eval "$(rolecall env ROLE)"
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

Exit codes: 0 done, 1 not done, 2 not understood; of exec, the command's.

"#]]);
}

#[test]
fn help_on_a_command() {
    Case::new(&["assume", "--help"])
        .prints(str![[r#"
Usage: rolecall assume ROLE [--json] [--read-only | --view-only] [--region-lock REGION] [--reason TEXT]

Assumes a role, or renews its session, and prints who you are then. For a role that needs a code it asks on the
terminal, and Rolecall's window can be answered as well; env and exec do the same. An empty line cancels.

assume, env, exec, credentials and end can be about a session with less than the role's permissions. It has a name of
its own, such as "ROLE · read-only", and is never handed out in place of the role's full session:

  --read-only            Reading only: limited by AWS's policy ReadOnlyAccess
  --view-only            Listing only: limited by AWS's policy ViewOnlyAccess
  --region-lock REGION   Only this region, and what AWS has no regions for

  --reason TEXT          Why, for a role that wants a reason; it counts for 12 hours where nobody can be asked

"#]]);
}

#[test]
fn version() {
    Case::new(&["--version"]).prints(str![[r#"
rolecall 0.1.0

"#]]);
}
