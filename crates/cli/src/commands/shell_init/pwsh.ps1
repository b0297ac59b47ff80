# @ASSUME@ ROLE puts a role's session into this shell; --refresh renews it, and --end removes it; @ASSUME@ alone lets you
# pick a role.
# An alias comes before a function of the same name.
if (Test-Path Alias:@ASSUME@) { Remove-Item Alias:@ASSUME@ -Force }
function @ASSUME@ {
    param([string]$Role)
    if ($Role -eq '--end') {
        rolecall env --unset --shell powershell | Out-String | Invoke-Expression
        return
    }
    if ($Role -eq '--refresh') {
        $Role = $Env:ROLECALL_ROLE
        if (-not $Role) { Write-Error "This shell has no session. Use: @ASSUME@ ROLE"; return }
        # Renewed elsewhere, it is only taken.
        if ((rolecall status --format '{phase}') -ne 'renewed') {
            rolecall assume $Role
            if ($LASTEXITCODE -ne 0) { return }
        }
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

# The lines that begin with the word, or all lines if none does, best match first.
function Select-RolecallLine([string]$Word, [string[]]$Known) {
    $Word = $Word.Trim("'", '"')
    $found = @($Known | Where-Object { $_.StartsWith($Word) })
    if (-not $found) { $found = $Known }
    $found | ForEach-Object {
        if ($_ -match '^[\w.-]+$') { $_ } else { "'" + $_.Replace("'", "''") + "'" }
    }
}

Register-ArgumentCompleter -CommandName @ASSUME@ -ParameterName Role -ScriptBlock {
    param($command, $parameter, $word)
    $bare = $word.Trim("'", '"')
    $search = if ($bare) { '--search', $bare } else { @() }
    Select-RolecallLine $word @(rolecall list --names @search 2>$null)
}
Register-ArgumentCompleter -Native -CommandName rolecall -ScriptBlock {
    param($word, $line)
    $words = @($line.CommandElements | Select-Object -Skip 1 | ForEach-Object { $_.ToString() })
    # Older versions do not pass an empty argument. Rolecall ignores the quotes.
    if (-not $word) { $words += '""' }
    Select-RolecallLine $word @(rolecall @COMPLETE@ '--' @words 2>$null)
}
