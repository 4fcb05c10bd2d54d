"""Scores from predictions, on the host: AUC with an interval that respects patients, loss, the quality gate."""
