"""From a run's raw files to what an entry's page draws: small, and the same to the byte for the same files."""
