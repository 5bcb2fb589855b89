"""The durable queue: a request to do work is kept until it is done, across restarts and crashes."""
