# Read by the zsh that rolecall exec starts, as .zshenv: the user's own comes first, and .zshrc follows below.
_rolecall_dir=$ZDOTDIR
if [[ -n ${ROLECALL_ZDOTDIR+set} ]]; then export ZDOTDIR=$ROLECALL_ZDOTDIR; else unset ZDOTDIR; fi
_rolecall_program=$ROLECALL_PROGRAM
unset ROLECALL_ZDOTDIR ROLECALL_PROGRAM
if [[ -r ${ZDOTDIR:-$HOME}/.zshenv ]]; then . ${ZDOTDIR:-$HOME}/.zshenv; fi
if [[ -o interactive ]]; then
  # Where the user's own start-up files are; absent if it is the home folder.
  if [[ -n ${ZDOTDIR+set} ]]; then _rolecall_own_dir=$ZDOTDIR; else unset _rolecall_own_dir; fi
  ZDOTDIR=$_rolecall_dir
fi
