"""The paper's claims: declared tests over finished runs, each with effects, intervals and a verdict."""
