# For the bash that rolecall exec starts: the user's own file, then the session, and a prompt with the role and the time
# left.
_rolecall_dir=${ZDOTDIR-}
if [ -r ~/.bashrc ]; then . ~/.bashrc; fi
# The user's file may have replaced this shell with zsh, whose files are in this folder.
if [[ ${ZDOTDIR-} == "$_rolecall_dir" ]]; then
  if [[ -n ${ROLECALL_ZDOTDIR+set} ]]; then export ZDOTDIR=$ROLECALL_ZDOTDIR; else unset ZDOTDIR; fi
fi
unset ROLECALL_ZDOTDIR _rolecall_dir
_rolecall_program=$ROLECALL_PROGRAM
unset ROLECALL_PROGRAM
# The user's file may have set variables that replace the session.
_rolecall_again() {
  local copy name names=()
  for copy in "${!ROLECALL_SET_@}"; do
    name=${copy#ROLECALL_SET_}
    export "$name=${!copy}" 2>/dev/null
    unset "$copy"
    names+=("$name")
  done
  while IFS= read -r name; do
    # It may be readonly. The prompt says so.
    unset "$name" 2>/dev/null
  done < <("$_rolecall_program" @LEFT_OVER@ -- "${names[@]}" 2>/dev/null)
}
_rolecall_again
unset -f _rolecall_again
_rolecall_prompt() {
  local code=$?
  _rolecall_shown=
  if [[ -n ${ROLECALL_ROLE-} ]]; then
    _rolecall_shown=$("$_rolecall_program" @FLAGS@status --format '({role} {left}) ' 2>/dev/null)
    _rolecall_shown=${_rolecall_shown:-"($ROLECALL_ROLE expired) "}
    if [[ $_rolecall_shown == *' replaced) ' && -z ${_rolecall_noted-} ]]; then
      _rolecall_noted=1
      echo "$("$_rolecall_program" @FLAGS@status --format '@REPLACED@' 2>/dev/null)" >&2
    fi
  fi
  # A variable holds the text, so that bash does not run a role's name.
  case $PS1 in
    '${_rolecall_shown}'*) ;;
    *) PS1='${_rolecall_shown}'$PS1 ;;
  esac
  return $code
}
# Last, because the user's own hooks may build a new prompt each time.
if [[ $(declare -p PROMPT_COMMAND 2>/dev/null) == 'declare -a'* ]]; then
  PROMPT_COMMAND+=(_rolecall_prompt)
else
  PROMPT_COMMAND="${PROMPT_COMMAND:+$PROMPT_COMMAND
}_rolecall_prompt"
fi
