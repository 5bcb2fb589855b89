"""The stations of a path. Each one knows the evidence and the station before it, and finds the next.

Properties return None (or nothing) where AWS says that there is nothing, and raise `MissingEvidence` where that could
not be read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from bot.diagnosis import resources as r
from bot.diagnosis import sources as s
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.gateway_accounts import API_GATEWAY_ACCOUNTS
from bot.diagnosis.integration import Endpoint, Expanded, expand, parse_endpoint
from bot.diagnosis.listener_rules import reachable_rules
from bot.diagnosis.naming import first_few

_SHOWN_ROUTES = 3


@dataclass(frozen=True)
class Path:
    """One way through a VPC link, and the routes that take it. Index 0 is the failing request's own way."""

    evidence: Evidence = field(repr=False, compare=False)
    index: int
    api: r.Api
    stage: r.Stage
    routes: tuple[r.Route, ...]
    variables: dict[str, str] = field(compare=False)
    canary: bool

    @property
    def integration(self) -> r.Integration:
        """The integration of the first route; the others reach the same endpoint."""
        integration = self.routes[0].integration
        if integration is None:
            raise ValueError("a path is made only of routes that have an integration")
        return integration

    @property
    def resource(self) -> str:
        """How a finding names this integration, the same in every language."""
        return ", ".join(route_name(route) for route in self.routes[:_SHOWN_ROUTES]) + (
            f" +{len(self.routes) - _SHOWN_ROUTES} more" if len(self.routes) > _SHOWN_ROUTES else ""
        )

    @property
    def name(self) -> str:
        """How a sentence names this integration."""
        return first_few((route_name(route) for route in self.routes), _SHOWN_ROUTES)

    @property
    def connection(self) -> Expanded:
        """The VPC link id, stage variables put in."""
        return expand(self.integration.connection_id, self.variables)

    @property
    def uri(self) -> Expanded:
        """The URI, stage variables put in."""
        return expand(self.integration.uri, self.variables)

    @property
    def target(self) -> Expanded:
        """The `integrationTarget`, stage variables put in."""
        return expand(self.integration.target, self.variables)

    @property
    def endpoint(self) -> Endpoint:
        """Scheme, host and port. An HTTP API's come from its TLS setting; its port is the listener's."""
        if self.api.protocol == "HTTP":
            scheme = "https" if self.integration.tls_configured else "http"
            return Endpoint(scheme, self.integration.server_name_to_verify, None)
        return parse_endpoint(self.uri.text)

    @property
    def host_header(self) -> str | None:
        """The Host that the backend sees, or None where it is not known."""
        if self.api.protocol == "HTTP" or "integration.request.header.Host" in self.integration.request_parameters:
            return None
        return self.endpoint.host or None

    @property
    def link(self) -> LinkHop:
        """The VPC link."""
        return LinkHop(self.evidence, self, self.connection.text)


def route_name(route: r.Route) -> str:
    """Return `METHOD /path` as people write it."""
    return f"{route.method} {route.path}".strip()


@dataclass(frozen=True)
class LinkHop:
    """The VPC link of a path, of either generation."""

    evidence: Evidence = field(repr=False, compare=False)
    path: Path
    id: str

    @property
    def expects_v2(self) -> bool:
        """Whether the integration is written for a link of the second generation."""
        return self.path.api.protocol == "HTTP" or bool(self.path.integration.target)

    @property
    def v1(self) -> r.VpcLinkV1 | None:
        """The link of the first generation with this id."""
        return self.evidence.get(s.VPC_LINK_V1, self.id) if self.id else None

    @property
    def v2(self) -> r.VpcLinkV2 | None:
        """The link of the second generation with this id."""
        return self.evidence.get(s.VPC_LINK_V2, self.id) if self.id else None

    @property
    def link(self) -> r.VpcLinkV1 | r.VpcLinkV2 | None:
        """The link, whichever generation has this id; the one that fits the integration first."""
        if self.expects_v2:
            return self.v2 or self.v1
        return self.v1 or self.v2

    @property
    def balancer_arn(self) -> str:
        """The load balancer that the path reaches through this link; empty where it names none."""
        if self.path.api.protocol == "HTTP":
            return balancer_of_listener(self.path.uri.text)
        if self.path.integration.target:
            return self.path.target.text
        link = self.link
        return link.target_arns[0] if isinstance(link, r.VpcLinkV1) and link.target_arns else ""

    @property
    def front_listener(self) -> r.Listener | None:
        """The listener that an HTTP API's integration names."""
        arn = self.path.uri.text
        return self.evidence.get(s.LISTENER, arn) if ":listener/" in arn else None

    @property
    def cloud_map_arn(self) -> str:
        """The Cloud Map service that an HTTP API's integration names; empty where it names none."""
        return self.path.uri.text if ":servicediscovery:" in self.path.uri.text else ""

    @property
    def cloud_map(self) -> tuple[r.CloudMapInstance, ...] | None:
        """The instances of that service; None where it does not exist."""
        return self.evidence.get(s.CLOUD_MAP, self.cloud_map_arn)

    @property
    def interfaces(self) -> tuple[r.NetworkInterface, ...]:
        """API Gateway's interfaces in the subnets of a link of the second generation that carry its groups."""
        link = self.link
        if not isinstance(link, r.VpcLinkV2):
            return ()
        found = self.evidence.get(s.LINK_INTERFACES, interfaces_key(link)) or ()
        wanted = set(link.security_group_ids)
        return tuple(x for x in found if not wanted or wanted & set(x.group_ids))

    @property
    def services(self) -> tuple[ServiceHop, ...]:
        """The endpoint service in front of the load balancer (first generation only)."""
        arn = self.balancer_arn
        return (ServiceHop(self.evidence, self, arn),) if arn and isinstance(self.link, r.VpcLinkV1) else ()

    @property
    def balancers(self) -> tuple[BalancerHop, ...]:
        """The load balancer that the link leads to."""
        arn = self.balancer_arn
        if not arn:
            return ()
        return (BalancerHop(self.evidence, self, arn, self.path.endpoint.port, self.path.endpoint.scheme, None),)


@dataclass(frozen=True)
class ServiceHop:
    """The endpoint service through which API Gateway reaches a network load balancer."""

    evidence: Evidence = field(repr=False, compare=False)
    link: LinkHop
    balancer_arn: str

    @property
    def path(self) -> Path:
        """The path that this hop belongs to."""
        return self.link.path

    @property
    def service(self) -> r.EndpointService | None:
        """The service, matched by its load balancer; the one that is available where there are several."""
        services = self.evidence.get(s.ENDPOINT_SERVICES, self.balancer_arn) or ()
        return min(services, key=lambda x: x.service_state.lower() != "available", default=None)

    @property
    def connections(self) -> tuple[r.EndpointConnection, ...]:
        """Every consumer's connection to the service."""
        service = self.service
        return (self.evidence.get(s.ENDPOINT_CONNECTIONS, service.service_id) or ()) if service else ()

    @property
    def own_connections(self) -> tuple[r.EndpointConnection, ...]:
        """The connections that API Gateway owns, newest first; every one where its account is not known."""
        owner = API_GATEWAY_ACCOUNTS.get(self.evidence.request.region)
        connections = self.connections
        owned = [c for c in connections if owner is None or c.vpc_endpoint_owner in {owner, ""}]
        return tuple(sorted(owned, key=lambda c: str(c.creation_timestamp or ""), reverse=True))


@dataclass(frozen=True)
class BalancerHop:
    """A load balancer on the path, and the port on which the path meets it."""

    evidence: Evidence = field(repr=False, compare=False)
    link: LinkHop
    arn: str
    uri_port: int | None
    scheme: str
    """What API Gateway speaks when it arrives here: `http` or `https`."""
    front: TargetGroupHop | None
    """The network load balancer's target group that leads here, for a load balancer behind another."""

    @property
    def path(self) -> Path:
        """The path that this hop belongs to."""
        return self.link.path

    @property
    def port(self) -> int | None:
        """The port on which the path meets it: the URI's, or that of the listener that an HTTP API names."""
        if self.front is None and self.path.api.protocol == "HTTP":
            listener = self.link.front_listener
            return listener.port if listener else None
        return self.uri_port

    @property
    def balancer(self) -> r.LoadBalancer | None:
        """The load balancer, or None where it does not exist."""
        return self.evidence.get(s.LOAD_BALANCER, self.arn)

    @property
    def through_private_link(self) -> bool:
        """Whether traffic arrives from PrivateLink, as it does at the first hop of a link of the first generation."""
        return self.front is None and isinstance(self.link.link, r.VpcLinkV1)

    @property
    def listeners(self) -> tuple[r.Listener, ...]:
        """Every listener of the load balancer."""
        return self.evidence.get(s.LISTENERS, self.arn) or ()

    @property
    def listener_hops(self) -> tuple[ListenerHop, ...]:
        """The listener on the port of the path."""
        if self.front is None and self.path.api.protocol == "HTTP":
            front = self.link.front_listener
            return (ListenerHop(self.evidence, self, front),) if front else ()
        if self.balancer is None:
            return ()
        return tuple(ListenerHop(self.evidence, self, x) for x in self.listeners if x.port == self.port)

    @property
    def interfaces(self) -> tuple[r.NetworkInterface, ...]:
        """The load balancer's own network interfaces, one or more a zone."""
        return self.evidence.get(s.BALANCER_INTERFACES, self.arn) or ()

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every private IPv4 address of the load balancer's nodes."""
        return tuple(dict.fromkeys(a for interface in self.interfaces for a in interface.addresses))

    @property
    def subnet_ids(self) -> tuple[str, ...]:
        """The subnets in which the load balancer stands."""
        balancer = self.balancer
        zones = balancer.availability_zones if balancer else ()
        return tuple(dict.fromkeys(z.subnet_id for z in zones if z.subnet_id))

    @property
    def security_groups(self) -> tuple[r.SecurityGroup, ...]:
        """The load balancer's security groups that exist."""
        balancer = self.balancer
        return found_groups(self.evidence, balancer.security_groups if balancer else ())


@dataclass(frozen=True)
class ListenerHop:
    """A listener on the path."""

    evidence: Evidence = field(repr=False, compare=False)
    balancer: BalancerHop
    listener: r.Listener

    @property
    def path(self) -> Path:
        """The path that this hop belongs to."""
        return self.balancer.path

    @property
    def rules(self) -> tuple[r.Rule, ...]:
        """The rules of an application load balancer's listener."""
        return self.evidence.get(s.RULES, self.listener.listener_arn) or ()

    @property
    def actions(self) -> tuple[r.Action, ...]:
        """What the listener can do with a request of this path: of the rules that it can meet, else by default."""
        balancer = self.balancer.balancer
        if balancer is None or balancer.type != "application" or not self.rules:
            return self.listener.default_actions
        actions: dict[str, r.Action] = {}
        for route_path in self.backend_paths:
            for rule, _ in reachable_rules(self.rules, self.path.host_header, route_path):
                actions.update({f"{rule.rule_arn}#{i}": action for i, action in enumerate(rule.actions)})
        return tuple(actions.values()) or self.listener.default_actions

    @property
    def backend_paths(self) -> tuple[str | None, ...]:
        """The paths that the backend sees. Links of the second generation put the stage's name in front."""
        if self.path.api.protocol == "HTTP":
            overridden = "overwrite:path" in self.path.integration.request_parameters
            prefix = "" if self.path.stage.name == "$default" else f"/{self.path.stage.name}"
            return tuple(None if overridden or x.path == "$default" else prefix + x.path for x in self.path.routes)
        prefix = f"/{self.path.stage.name}" if self.path.integration.target else ""
        uris = [expand(x.integration.uri, self.path.variables).text for x in self.path.routes if x.integration]
        return tuple(dict.fromkeys(prefix + (parse_endpoint(uri).path or "/") for uri in uris))

    @property
    def target_groups(self) -> tuple[TargetGroupHop, ...]:
        """The target groups with a weight above zero."""
        arns = dict.fromkeys(arn for action in self.actions for arn, weight in action.groups.items() if weight > 0)
        return tuple(TargetGroupHop(self.evidence, self, arn) for arn in arns)


@dataclass(frozen=True)
class TargetGroupHop:
    """A target group on the path."""

    evidence: Evidence = field(repr=False, compare=False)
    listener: ListenerHop
    arn: str

    @property
    def path(self) -> Path:
        """The path that this hop belongs to."""
        return self.listener.path

    @property
    def balancer(self) -> BalancerHop:
        """The load balancer that sends to this group."""
        return self.listener.balancer

    @property
    def group(self) -> r.TargetGroup | None:
        """The target group, or None where it does not exist."""
        return self.evidence.get(s.TARGET_GROUP, self.arn)

    @property
    def health(self) -> tuple[r.TargetHealthDescription, ...]:
        """Every registered target with its health."""
        return self.evidence.get(s.TARGET_HEALTH, self.arn) or ()

    @property
    def targets(self) -> tuple[TargetHop, ...]:
        """The targets that are instances or addresses."""
        group = self.group
        if group is None or group.target_type not in {"instance", "ip"}:
            return ()
        return tuple(TargetHop(self.evidence, self, x) for x in self.health)

    @property
    def balancers_behind(self) -> tuple[BalancerHop, ...]:
        """The application load balancers registered in this group."""
        group = self.group
        if group is None or group.target_type != "alb" or self.balancer.front is not None:
            return ()
        scheme = self.balancer.scheme
        if self.listener.listener.protocol == "TLS":
            scheme = "https" if group.protocol == "TLS" else "http"
        return tuple(
            BalancerHop(self.evidence, self.balancer.link, x.target.id, x.target.port or group.port, scheme, self)
            for x in self.health
        )


@dataclass(frozen=True)
class TargetHop:
    """A registered instance or address."""

    evidence: Evidence = field(repr=False, compare=False)
    group: TargetGroupHop
    description: r.TargetHealthDescription

    @property
    def path(self) -> Path:
        """The path that this hop belongs to."""
        return self.group.path

    @property
    def id(self) -> str:
        """The instance id or the address."""
        return self.description.target.id

    @property
    def port(self) -> int | None:
        """The port that receives traffic."""
        group = self.group.group
        return self.description.target.port or (group.port if group else None)

    @property
    def health_port(self) -> int | None:
        """The port that health checks go to."""
        group = self.group.group
        configured = (group.health_check_port if group else "") or "traffic-port"
        return int(configured) if configured.isdigit() else self.port

    @property
    def instance(self) -> r.Instance | None:
        """The instance, for a target registered by instance id."""
        return self.evidence.get(s.INSTANCE, self.id) if self.id.startswith("i-") else None

    @cached_property
    def interface(self) -> r.NetworkInterface | None:
        """The network interface that receives the traffic; None where no interface of the VPC holds the address."""
        if self.id.startswith("i-"):
            instance = self.instance
            return instance.primary_interface if instance else None
        group = self.group.group
        return self.evidence.get(s.INTERFACE_BY_ADDRESS, f"{group.vpc_id if group else ''}/{self.id}")

    @property
    def address(self) -> str:
        """The address that receives the traffic; empty where it is not known."""
        if not self.id.startswith("i-"):
            return self.id
        interface = self.interface
        return interface.private_ip_address if interface else ""

    @property
    def security_groups(self) -> tuple[r.SecurityGroup, ...]:
        """The security groups on the target's interface that exist."""
        interface = self.interface
        return found_groups(self.evidence, interface.group_ids if interface else ())


def balancer_of_listener(arn: str) -> str:
    """Return the ARN of a listener's load balancer, which is part of its own; empty for anything else."""
    head, found, tail = arn.partition(":listener/")
    return f"{head}:loadbalancer/{tail.rpartition('/')[0]}" if found else ""


def interfaces_key(link: r.VpcLinkV2) -> str:
    """Return the key under which the interfaces of a link are read."""
    return ",".join(sorted(link.subnet_ids))


def found_groups(evidence: Evidence, ids: tuple[str, ...]) -> tuple[r.SecurityGroup, ...]:
    """Return the security groups with these ids that exist, in order."""
    groups = (evidence.get(s.SECURITY_GROUP, i) for i in ids)
    return tuple(g for g in groups if g is not None)
