"""Pretrained weights: which file belongs to which model, fetching it once, and finding it again unharmed."""
