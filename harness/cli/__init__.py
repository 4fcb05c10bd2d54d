"""The `harness` command: one module a verb. Parse, call, print; no logic lives here."""
