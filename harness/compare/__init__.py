"""Two submissions side by side: quality over common runs, and ratios of what they cost."""
