complete --keep-order --exclusive --command platform --arguments "(COMPLETE=fish platform -- (commandline --current-process --tokenize --cut-at-cursor) (commandline --current-token))"
