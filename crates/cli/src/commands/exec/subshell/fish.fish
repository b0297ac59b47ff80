set -g __rolecall_program $ROLECALL_PROGRAM
set -e ROLECALL_PROGRAM
# The user's files, and universal variables, may have set variables that replace the session.
function __rolecall_again
    set -l names
    for copy in (set -nx | string match 'ROLECALL_SET_*')
        set -l name (string replace ROLECALL_SET_ '' $copy)
        set -gx $name $$copy
        set -e $copy
        set -a names $name
    end
    # Nothing else keeps fish from giving a universal variable to programs.
    for name in (command $__rolecall_program @LEFT_OVER@ -- $names 2>/dev/null)
        set -qU $name; and echo "Erased the universal variable $name, which would replace the session." >&2
        while set -q $name
            set -e $name
        end
    end
end
__rolecall_again
functions -e __rolecall_again
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
    if test -n "$ROLECALL_ROLE"
        set -l shown (command $__rolecall_program @FLAGS@status --format '({role} {left}) ' 2>/dev/null)
        test -n "$shown"; or set shown "($ROLECALL_ROLE expired) "
        if string match -q '* replaced) ' -- $shown; and not set -q __rolecall_noted
            set -g __rolecall_noted 1
            command $__rolecall_program @FLAGS@status --format '@REPLACED@' 1>&2
        end
        printf '%s' $shown
    end
    __rolecall_status $code
    __rolecall_own_prompt
end
