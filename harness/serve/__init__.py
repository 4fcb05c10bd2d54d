"""The leaderboard over HTTP, for whoever sits at this machine, with a page about the runs that go on."""
