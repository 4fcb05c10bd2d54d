"""The site: which files it has, and writing those that are not there yet or have changed."""
