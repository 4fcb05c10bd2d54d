"""Every English text of the site that is not a record's, in one place: templates take their values by name."""
