"""Data: providers turn a source into a prepared data set, once, in a content-addressed cache."""
