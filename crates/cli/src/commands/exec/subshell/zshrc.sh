# Read by the zsh that rolecall exec starts, as .zshrc: the user's own, then a prompt with the role and the time left.
if [[ -n ${_rolecall_own_dir+set} ]]; then export ZDOTDIR=$_rolecall_own_dir; else unset ZDOTDIR; fi
# The system's file may have put the history beside this one.
if [[ ${HISTFILE-} == $_rolecall_dir/* ]]; then HISTFILE=${ZDOTDIR:-$HOME}/${HISTFILE:t}; fi
if [[ -r ${ZDOTDIR:-$HOME}/.zshrc ]]; then . ${ZDOTDIR:-$HOME}/.zshrc; fi
_rolecall_shown=
_rolecall_prompt() {
  local code=$? substituted=
  if [[ -o prompt_subst ]]; then substituted=1; fi
  emulate -L zsh
  _rolecall_left=$($_rolecall_program @FLAGS@status --format '({role} {left}) ' 2>/dev/null)
  _rolecall_left=${_rolecall_left:-"(${ROLECALL_ROLE-} over) "}
  _rolecall_left=${_rolecall_left//\%/%%}
  PROMPT=${PROMPT#"$_rolecall_shown"}
  # Where zsh would run what a role is called, the text stands in a variable.
  if [[ -n $substituted ]]; then _rolecall_shown='${_rolecall_left}'; else _rolecall_shown=$_rolecall_left; fi
  PROMPT=$_rolecall_shown$PROMPT
  return $code
}
# Last, since a prompt of the user's own may be made anew each time.
typeset -ga precmd_functions
precmd_functions+=(_rolecall_prompt)
