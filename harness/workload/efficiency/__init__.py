"""What is done to save time, memory or energy: one module a strategy, one word of the submission for each.

`strategy.Strategy` is what a strategy may take a hand in, `registry` the way from the submission's words to strategies,
`combined.Efficiency` all of a submission's strategies at work together.
"""
