"""LIDC-IDRI: reading the annotation database, clustering annotations into nodules, masks and projections of them."""
