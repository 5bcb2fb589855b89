"""The shapes in which an alarm arrives, one file each. `parse` returns what it says; None if it is another shape."""
