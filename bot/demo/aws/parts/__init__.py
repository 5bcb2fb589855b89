"""Builders of single parts of a path: network, servers, load balancers, links, APIs, certificates."""
