"""Quality targets measured from reference runs: gather the runs, summarise them, derive the targets."""
