"""Submission, benchmark, ruleset: read strictly, explained well, digested."""
