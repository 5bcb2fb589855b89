"""A topology: one API and the complete path behind it. The handle that faults and traffic work on."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.demo.aws.parts.network import Network
from bot.demo.aws.world import Region, Resource, World


@dataclass(frozen=True)
class Topology:
    """The ids of one path. All of them exist when the topology is built; a fault may take some away.

    ``target_group_arn`` is the group that the link's load balancer forwards to, ``backend_group_arn`` the one that
    holds the servers; they differ only where an application load balancer stands behind a network load balancer.
    Empty texts mean that this kind of path has no such part.
    """

    world: World = field(repr=False, compare=False)
    region: Region = field(repr=False, compare=False)
    name: str
    generation: str
    api_id: str
    stage: str
    link_id: str
    host: str
    scheme: str
    listener_port: int
    target_port: int
    load_balancer_arn: str
    listener_arn: str
    target_group_arn: str
    backend_group_arn: str
    balancer_group_id: str
    target_group_id: str
    network: Network
    resource_id: str = ""
    resource_path: str = "/{proxy+}"
    verb: str = "ANY"
    service_id: str = ""
    endpoint_id: str = ""
    link_group_id: str = ""
    inner_balancer_arn: str = ""
    inner_listener_arn: str = ""
    inner_group_id: str = ""
    certificate_arn: str = ""
    log_group: str = ""
    variable: str = ""
    cloud_map_service_id: str = ""
    integration_id: str = ""

    @property
    def is_rest(self) -> bool:
        """Whether the API is a REST API; otherwise it is an HTTP API."""
        return self.generation.startswith("rest")

    @property
    def api(self) -> Resource:
        """The API resource."""
        if self.is_rest:
            return self.region.get("rest-api", id=self.api_id)
        return self.region.get("http-api", ApiId=self.api_id)

    @property
    def stage_resource(self) -> Resource:
        """The stage resource."""
        if self.is_rest:
            return self.region.get("stage", restApiId=self.api_id, stageName=self.stage)
        return self.region.get("http-api-stage", ApiId=self.api_id, StageName=self.stage)

    @property
    def integration(self) -> Resource:
        """The integration of the draft (not of the deployment), REST or HTTP."""
        if self.is_rest:
            resource = self.region.get("api-resource", restApiId=self.api_id, id=self.resource_id)
            integration: Resource = resource["resourceMethods"][self.verb]["methodIntegration"]
            return integration
        return self.region.get("http-api-integration", ApiId=self.api_id, IntegrationId=self.integration_id)

    @property
    def link(self) -> Resource:
        """The VPC link, of either generation."""
        if self.service_id:
            return self.region.get("vpc-link", id=self.link_id)
        return self.region.get("http-api-link", VpcLinkId=self.link_id)

    @property
    def balancer(self) -> Resource:
        """The load balancer that the link leads to."""
        return self.region.get("load-balancer", LoadBalancerArn=self.load_balancer_arn)

    @property
    def listener(self) -> Resource:
        """The listener on the integration's port."""
        return self.region.get("listener", ListenerArn=self.listener_arn)

    @property
    def group(self) -> Resource:
        """The target group that the listener forwards to."""
        return self.region.get("target-group", TargetGroupArn=self.target_group_arn)

    @property
    def backend_group(self) -> Resource:
        """The target group that holds the servers."""
        return self.region.get("target-group", TargetGroupArn=self.backend_group_arn)

    @property
    def endpoint_url(self) -> str:
        """The URL that API Gateway writes after "Sending request to"; behind a link v2 it starts with the stage."""
        default = {"http": 80, "https": 443}[self.scheme]
        port = "" if self.listener_port == default else f":{self.listener_port}"
        prefix = "" if self.service_id else f"/{self.stage}"
        return f"{self.scheme}://{self.host}{port}{prefix}/items"

    @property
    def metric_key(self) -> tuple[str, str]:
        """Name and value of the dimension that names the API: REST APIs by name, HTTP APIs by id."""
        return ("ApiName", str(self.api["name"])) if self.is_rest else ("ApiId", self.api_id)

    @property
    def metric_names(self) -> dict[str, str]:
        """How this kind of API spells its metrics (AWS: api-gateway-metrics-and-dimensions, http-api-metrics)."""
        return (
            {"count": "Count", "5xx": "5XXError", "4xx": "4XXError"}
            if self.is_rest
            else {"count": "Count", "5xx": "5xx", "4xx": "4xx"}
        )
