set -g __rolecall_program $ROLECALL_PROGRAM
set -e ROLECALL_PROGRAM
if functions -q fish_prompt
    functions -c fish_prompt __rolecall_own_prompt
else
    function __rolecall_own_prompt
        echo '> '
    end
end
function __rolecall_status
    return $argv[1]
end
function fish_prompt
    set -l code $status
    set -l shown (command $__rolecall_program @FLAGS@status --format '({role} {left}) ' 2>/dev/null)
    test -n "$shown"; or set shown "($ROLECALL_ROLE expired) "
    printf '%s' $shown
    __rolecall_status $code
    __rolecall_own_prompt
end
