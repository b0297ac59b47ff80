# The .zshrc of the zsh that rolecall exec starts: the user's own file, then the session, and a prompt with the role and the
# time left.
if [[ -n ${_rolecall_own_dir+set} ]]; then export ZDOTDIR=$_rolecall_own_dir; else unset ZDOTDIR; fi
# The system's file may have set the history file to this folder.
if [[ ${HISTFILE-} == $_rolecall_dir/* ]]; then HISTFILE=${ZDOTDIR:-$HOME}/${HISTFILE:t}; fi
if [[ -r ${ZDOTDIR:-$HOME}/.zshrc ]]; then . ${ZDOTDIR:-$HOME}/.zshrc; fi
_rolecall_again
_rolecall_shown= _rolecall_noted=
_rolecall_prompt() {
  local code=$? substituted=
  if [[ -o prompt_subst ]]; then substituted=1; fi
  emulate -L zsh
  _rolecall_left=
  if [[ -n ${ROLECALL_ROLE-} ]]; then
    _rolecall_left=$($_rolecall_program @FLAGS@status --format '({role} {left}) ' 2>/dev/null)
    _rolecall_left=${_rolecall_left:-"($ROLECALL_ROLE expired) "}
    if [[ $_rolecall_left == *' replaced) ' && -z ${_rolecall_noted-} ]]; then
      _rolecall_noted=1
      print -r -- "$($_rolecall_program @FLAGS@status --format '@REPLACED@' 2>/dev/null)" >&2
    fi
  fi
  _rolecall_left=${_rolecall_left//\%/%%}
  PROMPT=${PROMPT#"$_rolecall_shown"}
  # A variable holds the text if zsh would run a role's name.
  if [[ -n $substituted ]]; then _rolecall_shown='${_rolecall_left}'; else _rolecall_shown=$_rolecall_left; fi
  PROMPT=$_rolecall_shown$PROMPT
  return $code
}
# Last, because the user's own hooks may build a new prompt each time.
typeset -ga precmd_functions
precmd_functions+=(_rolecall_prompt)
