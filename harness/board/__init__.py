"""The leaderboard page: one HTML file that needs no network, made from the standings alone."""
