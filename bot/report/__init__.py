"""The report as people see it: templates to Block Kit, one message edited in place, its thread, and plain text."""
