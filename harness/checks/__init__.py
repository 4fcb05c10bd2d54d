"""The numbered validity checks: each id of the ruleset has exactly one pure function here."""
