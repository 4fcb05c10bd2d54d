"""LeanMed: a benchmark in a box for medical imaging."""

__version__ = "0.1.0"
