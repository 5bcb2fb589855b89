"""Wrappings around another payload, one file each. `unwrap` returns what is inside; None if it is another wrapping."""
