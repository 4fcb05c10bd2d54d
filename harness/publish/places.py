"""Where things stand in a leaderboard folder."""

ENTRY = "entry.json"
RESULTS = "results"
"""``results/<benchmark>/<submission>-<digits>/``, one folder an entry, which holds one folder a run."""
LEDGER = "ledger.jsonl"
"""The published ledger: one line an entry, each with the digest of the line before."""
