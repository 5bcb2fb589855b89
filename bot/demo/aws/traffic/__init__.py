"""Requests through a topology: the execution-log lines and the metric samples that AWS would leave behind."""

from bot.demo.aws.traffic.outcome import HEALTHY, Outcome, failing, internal_error
from bot.demo.aws.traffic.record import advance, behave, record, silence

__all__ = ["HEALTHY", "Outcome", "advance", "behave", "failing", "internal_error", "record", "silence"]
