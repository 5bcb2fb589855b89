"""The demo: a local AWS with faults and a local Slack in the browser, for a first minute without any account."""
