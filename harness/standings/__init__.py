"""From many records to one JSON document: what was run, what may stand beside what, and what was set aside and why."""
