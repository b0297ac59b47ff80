# The .zshenv of the zsh that rolecall exec starts: the user's own file. Rolecall's .zshrc follows.
_rolecall_dir=$ZDOTDIR
if [[ -n ${ROLECALL_ZDOTDIR+set} ]]; then export ZDOTDIR=$ROLECALL_ZDOTDIR; else unset ZDOTDIR; fi
_rolecall_program=$ROLECALL_PROGRAM
unset ROLECALL_ZDOTDIR ROLECALL_PROGRAM
if [[ -r ${ZDOTDIR:-$HOME}/.zshenv ]]; then . ${ZDOTDIR:-$HOME}/.zshenv; fi
# The user's files may have set variables that replace the session.
_rolecall_again() {
  emulate -L zsh
  local copy name
  local -a names
  for copy in ${(k)parameters[(I)ROLECALL_SET_*]}; do
    name=${copy#ROLECALL_SET_}
    # A readonly variable is an error, which would end this file. The prompt says what is replaced.
    { export "$name=${(P)copy}" 2>/dev/null } always { TRY_BLOCK_ERROR=0 }
    unset $copy
    names+=($name)
  done
  for name in ${(f)"$($_rolecall_program @LEFT_OVER@ -- $names 2>/dev/null)"}; do
    { unset $name 2>/dev/null } always { TRY_BLOCK_ERROR=0 }
  done
  unfunction _rolecall_again
}
if [[ -o interactive ]]; then
  # The folder of the user's own start-up files; absent if it is the home folder.
  if [[ -n ${ZDOTDIR+set} ]]; then _rolecall_own_dir=$ZDOTDIR; else unset _rolecall_own_dir; fi
  ZDOTDIR=$_rolecall_dir
else
  _rolecall_again
fi
