"""AWS Identity and Access Management (iam 2010-05-08). IAM is global: it answers the same in every region."""

from __future__ import annotations

import json
from urllib.parse import quote

from bot.demo.aws.errors import AwsError
from bot.demo.aws.services.common import Answer, Call, operation, page, without_none
from bot.demo.aws.world import Resource


def _role(call: Call) -> Resource:
    name = call["RoleName"]
    found = call.region.find("role", RoleName=name)
    if found is None:
        raise AwsError("NoSuchEntity", f"The role with name {name} cannot be found.", 404)
    return found


@operation("iam", "GetRole")
def get_role(call: Call) -> Answer:
    """One role; its trust policy is URL-encoded JSON, as IAM sends it."""
    role = _role(call)
    return {"Role": {**role, "AssumeRolePolicyDocument": quote(json.dumps(role["AssumeRolePolicyDocument"]))}}


@operation("iam", "ListAttachedRolePolicies")
def list_attached_role_policies(call: Call) -> Answer:
    """The managed policies of a role, by page."""
    bad = AwsError("ValidationError", "Invalid Marker.")
    found, marker = page(_role(call)["AttachedPolicies"], call.get("Marker"), int(call.get("MaxItems", 100)), bad)
    return without_none(AttachedPolicies=found, IsTruncated=marker is not None, Marker=marker)


@operation("iam", "GetServerCertificate")
def get_server_certificate(call: Call) -> Answer:
    """A certificate that was uploaded to IAM."""
    name = call["ServerCertificateName"]
    for found in call.region.all("server-certificate"):
        if found["ServerCertificateMetadata"]["ServerCertificateName"] == name:
            return {"ServerCertificate": found}
    raise AwsError("NoSuchEntity", f"The Server Certificate with name {name} cannot be found.", 404)
