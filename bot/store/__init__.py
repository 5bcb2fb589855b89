"""What the bot remembers: runs and their reports, small values with an expiry, and messages it has posted."""
