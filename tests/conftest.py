from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from tests.aws_services import AwsServices

# A test never asserts a timing: on a busy machine Hypothesis's own deadline would.
settings.register_profile("vpclink", deadline=None)
settings.load_profile("vpclink")


@pytest.fixture(scope="session")
def aws_services() -> Iterator[AwsServices]:
    from tests.aws_services import AwsServices  # moto takes a second to import, which other tests need not wait for

    services = AwsServices()
    yield services
    services.stop()
