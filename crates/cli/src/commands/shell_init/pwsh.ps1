# assume ROLE puts a role's session into this shell; assume --end takes it out again; assume alone offers the roles.
function assume {
    param([string]$Role)
    if ($Role -eq '--end') {
        rolecall env --unset --shell powershell | Out-String | Invoke-Expression
        Remove-Item Env:ROLECALL_ROLE -ErrorAction SilentlyContinue
        Remove-Item Env:ROLECALL_EXPIRATION -ErrorAction SilentlyContinue
        return
    }
    if (-not $Role) {
        if (-not (Get-Command fzf -ErrorAction SilentlyContinue)) { rolecall list; return }
        $Role = rolecall list --names | fzf
        if (-not $Role) { return }
    }
    $block = rolecall env --shell powershell $Role | Out-String
    if ($LASTEXITCODE -ne 0) { return }
    Invoke-Expression $block
    $Env:ROLECALL_ROLE = $Role
    $Env:ROLECALL_EXPIRATION = $Env:AWS_CREDENTIAL_EXPIRATION
}

# The roles that begin with what is typed, else those that a search for it finds, the best first.
function Complete-RolecallRole([string]$Word) {
    $Word = $Word.Trim("'", '"')
    $search = if ($Word) { '--search', $Word } else { @() }
    $known = @(rolecall list --names @search 2>$null)
    $found = @($known | Where-Object { $_.StartsWith($Word) })
    if (-not $found) { $found = $known }
    $found | ForEach-Object {
        if ($_ -match '^[\w.-]+$') { $_ } else { "'" + $_.Replace("'", "''") + "'" }
    }
}

Register-ArgumentCompleter -CommandName assume -ParameterName Role -ScriptBlock {
    param($command, $parameter, $word)
    Complete-RolecallRole $word
}
Register-ArgumentCompleter -Native -CommandName rolecall -ScriptBlock {
    param($word, $line)
    $words = @($line.CommandElements | ForEach-Object { $_.ToString() })
    $place = if ($word) { $words.Count - 1 } else { $words.Count }
    if ($place -eq 1) { '@COMMANDS@' -split "`n" | Where-Object { $_.StartsWith($word) }; return }
    if ($words[1] -in '@ROLE_COMMANDS@'.Split(' ')) { Complete-RolecallRole $word }
}
