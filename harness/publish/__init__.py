"""From finished runs to a published entry: all attempts or none, verified, compact, chained."""
