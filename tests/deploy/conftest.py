import json
from typing import Any

import pytest

from tests.deploy import tools
from tests.deploy.stack import service_in


@pytest.fixture(scope="session")
def deployable() -> None:
    """Skips, and says why, where the tools of the deployment can really not be had."""
    if problem := tools.missing():
        pytest.skip(f"THE DEPLOYMENT IS NOT TESTED: {problem}")


@pytest.fixture(scope="session")
def template(deployable, tmp_path_factory) -> dict[str, Any]:
    """The CloudFormation template that osls makes of serverless.yml."""
    service = service_in(tmp_path_factory.mktemp("template"), packaged=False)
    service.osls("package")
    path = service.folder / ".serverless/cloudformation-template-update-stack.json"
    return json.loads(path.read_text())


@pytest.fixture(scope="session")
def resources(template) -> dict[str, Any]:
    return template["Resources"]
