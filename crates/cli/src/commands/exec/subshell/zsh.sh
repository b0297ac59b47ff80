# The .zshenv of the zsh that rolecall exec starts: the user's own file. Rolecall's .zshrc follows.
_rolecall_dir=$ZDOTDIR
if [[ -n ${ROLECALL_ZDOTDIR+set} ]]; then export ZDOTDIR=$ROLECALL_ZDOTDIR; else unset ZDOTDIR; fi
_rolecall_program=$ROLECALL_PROGRAM
unset ROLECALL_ZDOTDIR ROLECALL_PROGRAM
if [[ -r ${ZDOTDIR:-$HOME}/.zshenv ]]; then . ${ZDOTDIR:-$HOME}/.zshenv; fi
if [[ -o interactive ]]; then
  # The folder of the user's own start-up files; absent if it is the home folder.
  if [[ -n ${ZDOTDIR+set} ]]; then _rolecall_own_dir=$ZDOTDIR; else unset _rolecall_own_dir; fi
  ZDOTDIR=$_rolecall_dir
fi
