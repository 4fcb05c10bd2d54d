"""What runs are doing just now, read from their folders while they are written. It looks, and touches nothing."""
