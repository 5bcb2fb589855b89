from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.aws_services import AwsServices


@pytest.fixture(scope="session")
def aws_services() -> Iterator[AwsServices]:
    from tests.aws_services import AwsServices  # moto takes a second to import, which other tests need not wait for

    services = AwsServices()
    yield services
    services.stop()
