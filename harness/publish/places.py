"""Where things stand in a leaderboard folder."""

ENTRY = "entry.json"
CURVES = "curves.json"
"""Beside `ENTRY`: what a page draws of the entry's runs. Entries that were published before there was one have none."""
RESULTS = "results"
"""``results/<benchmark>/<submission>-<digits>/``, one folder an entry, which holds one folder a run."""
LEDGER = "ledger.jsonl"
"""The published ledger: one line an entry, each with the digest of the line before."""
AGAIN = "again"
"""``again/<benchmark>/<entry>/<digits>/``: what another party's runs of a published entry came to."""
RERUN = "again.json"
DOCUMENTS = {ENTRY: "entry", RERUN: "entry", CURVES: "curves"}
"""What a line of the published ledger calls the digest of each document. A line need not have ``curves``."""
