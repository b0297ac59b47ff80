# For the Nushell that rolecall exec starts, after the user's files: the session, and a prompt with the role and the
# time left.
def --env "rolecall-exec start" [] {
  let program = $env.ROLECALL_PROGRAM
  # The user's files may have set variables that replace the session.
  let copies = ($env | columns | where { |it| $it starts-with "ROLECALL_SET_" })
  let set = ($copies | reduce --fold {} { |it, set|
    $set | insert ($it | str replace "ROLECALL_SET_" "") ($env | get $it)
  })
  load-env $set
  hide-env --ignore-errors ROLECALL_PROGRAM ...$copies
  let left_over = (do { ^$program @LEFT_OVER@ -- ...($set | columns) } | complete | get stdout | lines)
  hide-env --ignore-errors ...$left_over
  let own = $env.PROMPT_COMMAND?
  $env.PROMPT_COMMAND = { ||
    # First, because it may show the exit code of the last command.
    let own = (if ($own | describe) == "closure" { do $own } else { $own | default "" })
    let role = $env.ROLECALL_ROLE?
    if ($role | is-empty) { return $own }
    let shown = (do { ^$program @FLAGS@status --format '({role} {left}) ' } | complete | get stdout | lines | str join)
    let shown = (if ($shown | is-empty) { $"\(($role) expired\) " } else { $shown })
    # A prompt cannot remember what it has said, so the words stay while it is so.
    let note = (if ($shown | str ends-with " replaced) ") {
      do { ^$program @FLAGS@status --format '@REPLACED@' } | complete | get stdout | lines | str join
    })
    let note = (if ($note | is-empty) { "" } else { $"($note)\n" })
    $"($note)($shown)($own)"
  }
}
rolecall-exec start
hide "rolecall-exec start"
