"""How a request through a topology can end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Samples = Mapping[str, float]
_INTERNAL = "configuration error: There was an internal error while executing your request"


@dataclass(frozen=True)
class Outcome:
    """How a request ends.

    failure: what follows "Execution failed due to ", if it does. backend_status: the HTTP status that came back over
    the link, None when no answer came. by_balancer: that status is an ALB's own, not the backend's. sent: the request
    left API Gateway. milliseconds: integration latency. samples: AWS/NetworkELB metrics that such a request causes.
    """

    status: int = 200
    failure: str | None = None
    backend_status: int | None = 200
    by_balancer: bool = False
    sent: bool = True
    milliseconds: int = 23
    samples: tuple[tuple[str, float], ...] = ()

    @property
    def response_type(self) -> str:
        """The gateway response that a failure turns into (AWS: supported-gateway-response-types)."""
        if self.status != 504:
            return "DEFAULT_5XX"
        return "INTEGRATION_TIMEOUT" if "timeout" in (self.failure or "").lower() else "INTEGRATION_FAILURE"


HEALTHY = Outcome()


def failing(
    failure: str,
    *,
    status: int = 500,
    milliseconds: int = 10_003,
    sent: bool = True,
    samples: Samples | None = None,
) -> Outcome:
    """A request that dies in API Gateway or on its way to the backend."""
    return Outcome(
        status=status,
        failure=failure,
        backend_status=None,
        sent=sent,
        milliseconds=milliseconds,
        samples=tuple((samples or {}).items()),
    )


def internal_error(samples: Samples | None = None) -> Outcome:
    """The failure of a request that could not reach the backend through the link."""
    return failing(_INTERNAL, samples=samples)
