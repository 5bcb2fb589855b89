"""The only place that speaks to AWS: one collector per service. Collectors read and never judge."""
