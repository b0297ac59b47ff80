# For the bash that rolecall exec starts: the user's own file, then the session, and a prompt with the role and the time
# left.
if [ -r ~/.bashrc ]; then . ~/.bashrc; fi
_rolecall_program=$ROLECALL_PROGRAM
unset ROLECALL_PROGRAM
# The user's file may have set variables that replace the session.
_rolecall_again() {
  local copy name names=()
  for copy in "${!ROLECALL_SET_@}"; do
    name=${copy#ROLECALL_SET_}
    export "$name=${!copy}"
    unset "$copy"
    names+=("$name")
  done
  while IFS= read -r name; do
    unset "$name"
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
