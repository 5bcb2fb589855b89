"""A span for each job, for whoever runs vpclink under OpenTelemetry; nothing where its API is not installed.

Spans for the calls to AWS and Slack are made by OpenTelemetry's own instrumentation (docs/operations.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

try:
    from opentelemetry import context, propagate, trace
except ModuleNotFoundError:  # the extra `otel` is not installed
    trace = None

_FLUSH_MILLISECONDS = 1000


@contextmanager
def job_span(kind: str, reference: str) -> Iterator[None]:
    """What is done in the block belongs to one job."""
    if trace is None:
        yield
        return
    attributes = {"vpclink.reference": reference}
    with trace.get_tracer("vpclink").start_as_current_span(f"job {kind}", attributes=attributes):
        yield


def trace_headers() -> dict[str, str]:
    """What another process needs in order to go on with the present span (https://www.w3.org/TR/trace-context/)."""
    headers: dict[str, str] = {}
    if trace is not None:
        propagate.inject(headers)
    return headers


def flush() -> None:
    """Send the spans that wait to be sent: the process leaves without asking anybody else."""
    provider = None if trace is None else trace.get_tracer_provider()
    if provider is not None and hasattr(provider, "force_flush"):
        provider.force_flush(_FLUSH_MILLISECONDS)


@contextmanager
def continued(headers: dict[str, str]) -> Iterator[None]:
    """What is done in the block belongs to the span of another process."""
    if trace is None:
        yield
        return
    token = context.attach(propagate.extract(headers))
    try:
        yield
    finally:
        context.detach(token)
