"""What a run leaves behind: its folder, its record, and the local ledger."""
