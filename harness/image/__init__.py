"""Images: what stands in a run's container, how it is built, and the identity that says what is in it."""
