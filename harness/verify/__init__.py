"""Recomputing a record from its raw files."""
