# Quotes what Nushell would read as several words or as something else.
def "nu-complete rolecall quoted" [] {
  lines | each { |it| if $it =~ '^[\w.:@=/+-]+$' { $it } else { $it | to json } }
}

# The word may have blanks inside quotes. Best match first.
def "nu-complete rolecall roles" [line: string] {
  let word = ($line | str replace -r '^\s*\S+\s*' '' | str replace -ar "[\"'`]" '')
  { options: { completion_algorithm: "fuzzy", sort: false }, completions: (^rolecall list --names --search $word | nu-complete rolecall quoted) }
}

def "nu-complete rolecall" [line: string] {
  let words = ($line | split row -r '\s+' | skip 1)
  { options: { completion_algorithm: "fuzzy", sort: false }, completions: (^rolecall @COMPLETE@ -- ...$words | nu-complete rolecall quoted) }
}

# Calls Rolecall; see: rolecall help
def --wrapped rolecall [...arguments: string@"nu-complete rolecall"] { ^rolecall ...$arguments }

# Puts a role's session into this shell; --refresh renews it, --end removes it; without a role it lets you pick one.
def --env @ASSUME@ [role?: string@"nu-complete rolecall roles", --refresh, --end] {
  if $end {
@UNSET@
    return
  }
  let role = if $refresh { $env.ROLECALL_ROLE? } else { $role }
  if $refresh and $role == null { error make --unspanned { msg: "This shell has no session. Use: @ASSUME@ ROLE" } }
  # Renewed elsewhere, it is only taken.
  if $refresh and (^rolecall status --format '{phase}') != renewed { ^rolecall assume $role }
  if $role == null and not (is-terminal --stdin) {
    ^rolecall list
    return
  }
  let role = if $role != null { $role } else { ^rolecall list --names | lines | input list --fuzzy }
  if $role == null { return }
  let block = (^rolecall env --shell json $role | from json)
  let left_over = (^rolecall @LEFT_OVER@ -- ...($block | columns) | lines)
  hide-env --ignore-errors ...$left_over
  load-env $block
  if AWS_REGION in $block { load-env { ROLECALL_REGION: $block.AWS_REGION } }
  load-env { ROLECALL_ROLE: $role, ROLECALL_EXPIRATION: $block.AWS_CREDENTIAL_EXPIRATION }
}
