"""Worlds that between them make vpclink call everything that its policy allows, and what was called in them.

`python -m tests.aws.policy_worlds` does the same with every world of the scenario library, and prints what it found.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import boto3

from bot.aws import insights
from bot.aws.alarms import AlarmReader
from bot.aws.collectors import COLLECTORS
from bot.aws.connection import Connection, action_of
from bot.aws.limits import Limiter
from bot.aws.reader import AwsReader
from bot.demo.aws.faults import FAULTS
from bot.demo.aws.faults.targets import target_outside_without_route
from bot.demo.aws.handle import Topology
from bot.demo.aws.parts.alarms import make_alarm
from bot.demo.aws.server import LocalAws
from bot.demo.aws.world import World
from bot.diagnosis import engine
from bot.diagnosis.changes import resources_to_look_up
from bot.diagnosis.evidence import Evidence, Outcome
from bot.diagnosis.model import Gap, Request
from bot.diagnosis.policy import policy
from bot.diagnosis.sources import Source
from tests.scenarios.record import NOW, recipes
from tests.scenarios.topologies import TOPOLOGIES

ACCOUNT, REGION = "111122223333", "eu-west-1"
Change = Callable[[Topology], None]


def prefix_list_in_a_group(topology: Topology) -> None:
    """The targets' security group admits a managed prefix list."""
    group = topology.region.get("security-group", GroupId=topology.target_group_id)
    group["IpPermissions"][0]["PrefixListIds"] = [{"PrefixListId": "pl-0a1b2c3d"}]
    entries = [{"Cidr": "10.20.0.0/16"}]
    topology.region.add("prefix-list", {"PrefixListId": "pl-0a1b2c3d", "PrefixListName": "load", "Entries": entries})


def target_behind_a_peering(topology: Topology) -> None:
    """A target stands in a peered VPC."""
    target_outside_without_route(topology)
    peering = {"VpcPeeringConnectionId": "pcx-0a1b2c3d", "Status": {"Code": "active", "Message": "Active"}}
    topology.region.add("peering-connection", peering)
    route = {"DestinationCidrBlock": "10.199.0.0/16", "VpcPeeringConnectionId": "pcx-0a1b2c3d", "State": "active"}
    for table in topology.region.all("route-table"):
        table["Routes"].append(route)


def certificate_in_iam(topology: Topology) -> None:
    """The listener serves a certificate that was uploaded to IAM."""
    arn = f"arn:aws:iam::{ACCOUNT}:server-certificate/old"
    topology.listener["Certificates"] = [{"CertificateArn": arn}]
    metadata = {"ServerCertificateName": "old", "ServerCertificateId": "ASCA1", "Path": "/", "Arn": arn}
    body = "-----BEGIN CERTIFICATE-----"
    certificate = {"ServerCertificateMetadata": metadata, "CertificateBody": body}
    topology.region.account_wide.add("server-certificate", certificate)


def client_certificate(topology: Topology) -> None:
    """The stage sends a client certificate to the backend."""
    topology.stage_resource["clientCertificateId"] = "a1b2c3"
    certificate = {"clientCertificateId": "a1b2c3", "expirationDate": NOW, "createdDate": NOW}
    topology.region.add("client-certificate", certificate)


RARE: dict[str, tuple[str, Change]] = {
    "prefix list": ("v1-instance", prefix_list_in_a_group),
    "peering": ("v1-ip", target_behind_a_peering),
    "certificate in IAM": ("v1-tls", certificate_in_iam),
    "client certificate": ("v1-instance", client_certificate),
}
BROKEN = {
    "self-signed-although-skipped": "v1-tls",
    "log-group-infrequent-access": "rest-v2-alb",
    "log-delivered-to-other-group": "rest-v2-alb",
    "idle-connection-reset": "v1-instance",
    "link-error-now-and-then": "v1-instance",
    "link-failed": "v1-instance",
}
"""Faults, and the topology that each stands in, that together with the rare worlds reach every read of a diagnosis."""


def worlds() -> dict[str, tuple[str, Change]]:
    """Topology and change of every world here, by name."""
    broken = {name: (topology, FAULTS[name].apply) for name, topology in BROKEN.items()}
    return {**broken, **RARE, "Cloud Map": ("http-v2-cloud-map", lambda _: None)}


@dataclass
class Calls:
    """What was called: IAM actions, operations as the SDK names them, and API Gateway's paths."""

    actions: set[str] = field(default_factory=set)
    operations: set[tuple[str, str]] = field(default_factory=set)
    paths: set[str] = field(default_factory=set)
    by_source: dict[Source[Any], set[str]] = field(default_factory=dict)
    """The actions that were called while a source was read."""


class Recording:
    """A session whose every call is noted before it is made (botocore's event `before-call`)."""

    def __init__(self) -> None:
        self.calls = Calls()
        self._reading = threading.local()
        session = boto3.Session()
        session.events.register("before-call", self._note)
        self.session = session
        self.connection = Connection(session, REGION, Limiter({}))

    def reader(self) -> engine.Reader:
        return _Noting(AwsReader(self.connection, COLLECTORS), self)

    def _note(self, *, model: Any, params: Mapping[str, Any], **_: Any) -> None:
        service = model.service_model.service_name
        action = action_of(
            service, _method(self.connection.client(service), model.name), self.connection.client(service)
        )
        self.calls.operations.add((service, model.name))
        if service.startswith("apigateway"):
            action = f"apigateway:{params['method']}"
            self.calls.paths.add(params["url_path"].removeprefix("/v2"))
        self.calls.actions.add(action)
        source = getattr(self._reading, "source", None)
        if source is not None:
            self.calls.by_source.setdefault(source, set()).add(action)

    def during(self, source: Source[Any], read: Callable[[], Mapping[str, Outcome]]) -> Mapping[str, Outcome]:
        self._reading.source = source
        try:
            return read()
        finally:
            self._reading.source = None


@dataclass
class _Noting:
    """A reader that says which source it reads while it does."""

    reader: AwsReader
    recording: Recording

    def batches(self, source: Source[Any], keys: Sequence[str]) -> Sequence[Sequence[str]]:
        return self.reader.batches(source, keys)

    def read(self, source: Source[Any], keys: Sequence[str], request: Request, at: Any) -> Mapping[str, Outcome]:
        return self.recording.during(source, lambda: self.reader.read(source, keys, request, at))

    def timing(self) -> Any:
        return self.reader.timing()


def _method(client: Any, operation: str) -> str:
    return next(name for name, each in client.meta.method_to_api_mapping.items() if each == operation)


def diagnose(aws: LocalAws, recording: Recording, topology: str, change: Change) -> Evidence:
    """Build the world, let the policy be enforced in it, and read everything, who changed what included."""
    aws.world = World(account=ACCOUNT, region_name=REGION, now=NOW)
    aws.world.policies[""] = [policy()]
    change(TOPOLOGIES[topology](aws.world, "orders"))
    request = Request(api="orders", stage="prod", region=REGION)
    reader = recording.reader()
    evidence = engine.collect(request, reader, engine.Clock(lambda: NOW, time.monotonic))
    return engine.with_changes(evidence, resources_to_look_up(engine.report(evidence)), reader)


def look_up_an_alarm(aws: LocalAws, recording: Recording) -> Any:
    """What is read of an alarm that says no more than its name, and of an API whose stage it does not say."""
    aws.world = World(account=ACCOUNT, region_name=REGION, now=NOW)
    aws.world.policies[""] = [policy()]
    make_alarm(TOPOLOGIES["v1-instance"](aws.world, "orders"))
    reader = AlarmReader(recording.session)
    alarm, apis = reader.alarms(REGION, ["orders-prod-5xx"]), reader.apis(REGION, "orders")
    if isinstance(apis, Gap):
        return alarm, apis, apis
    stages = reader.stages(REGION, apis[0])
    return alarm, stages, reader.failing(REGION, [(apis[0], "prod")])


def stop_a_slow_query(aws: LocalAws, recording: Recording, monkeypatch: Any) -> Evidence:
    """A query over a log group that does not end in time."""
    monkeypatch.setattr(insights, "PATIENCE", 0.0)
    return diagnose(aws, recording, *worlds()["log-group-infrequent-access"])


def main() -> None:
    """Read every world of the scenario library with the policy enforced."""
    with LocalAws(World(account=ACCOUNT, region_name=REGION, now=NOW)) as aws:
        os.environ |= {"AWS_ENDPOINT_URL": aws.endpoint_url, "AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "x"}
        recording = Recording()
        every = list(recipes())
        refused = {
            (recipe.name, gap.action)
            for recipe in every
            for gap in engine.report(diagnose(aws, recording, recipe.topology, recipe.change)).gaps
            if gap.reason.value == "access-denied"
        }
    print(f"{len(every)} worlds, {len(recording.calls.actions)} actions, refused: {sorted(refused) or 'none'}")


if __name__ == "__main__":
    main()
