complete -c assume -f -k -a '(command rolecall list --names --search (commandline -ct) 2>/dev/null)'
complete -c rolecall -f
complete -c rolecall -n __fish_use_subcommand -a '@COMMANDS@'
complete -c rolecall -n '__fish_seen_subcommand_from @ROLE_COMMANDS@' -k -a '(command rolecall list --names --search (commandline -ct) 2>/dev/null)'
