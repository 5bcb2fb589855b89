"""What an alarm in a channel leads to: a diagnosis in its thread, a line in another alarm's thread, or silence."""
