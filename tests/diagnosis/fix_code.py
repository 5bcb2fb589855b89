"""Reads the code of a fix back, as Terraform's and CloudFormation's users would: it parses, and its names exist."""

import hcl2
import yaml

_TERRAFORM_RULE = {
    *("security_group_id", "ip_protocol", "from_port", "to_port"),
    *("cidr_ipv4", "cidr_ipv6", "referenced_security_group_id"),
}
TERRAFORM = {
    "aws_acm_certificate": {
        *("domain_name", "validation_method"),
        *("certificate_body", "private_key", "certificate_chain"),
    },
    "aws_api_gateway_client_certificate": set(),
    "aws_api_gateway_integration": {"connection_id", "integration_target", "tls_config", "uri"},
    "aws_api_gateway_stage": {"variables", "canary_settings", "client_certificate_id"},
    "aws_api_gateway_vpc_link": {"name", "target_arns"},
    "aws_apigatewayv2_integration": {"connection_id", "integration_uri", "tls_config"},
    "aws_apigatewayv2_stage": {"stage_variables"},
    "aws_apigatewayv2_vpc_link": {"name", "security_group_ids", "subnet_ids"},
    "aws_cloudwatch_event_api_destination": {"name", "connection_arn", "http_method", "invocation_endpoint"},
    "aws_cloudwatch_event_connection": {"name", "authorization_type", "auth_parameters"},
    "aws_cloudwatch_event_rule": {"name", "schedule_expression"},
    "aws_cloudwatch_event_target": {"arn", "role_arn", "rule"},
    "aws_ec2_instance_state": {"instance_id", "state"},
    "aws_lb": {
        "name",
        "internal",
        "load_balancer_type",
        "subnets",
        "ip_address_type",
        "enable_cross_zone_load_balancing",
        "enforce_security_group_inbound_rules_on_private_link_traffic",
        "secondary_ips_auto_assigned_per_subnet",
    },
    "aws_lb_listener": {
        *("load_balancer_arn", "port", "protocol", "default_action", "certificate_arn", "ssl_policy", "alpn_policy"),
        *("mutual_authentication", "tcp_idle_timeout_seconds"),
    },
    "aws_lb_listener_certificate": {"listener_arn", "certificate_arn"},
    "aws_lb_listener_rule": {"listener_arn", "priority", "condition", "action"},
    "aws_lb_target_group": {
        *("load_balancing_cross_zone_enabled", "preserve_client_ip", "proxy_protocol_v2", "health_check"),
        *("name", "port", "protocol", "protocol_version", "target_type", "vpc_id"),
    },
    "aws_lb_target_group_attachment": {"target_group_arn", "target_id", "port"},
    "aws_network_acl_rule": {
        *("network_acl_id", "rule_number", "egress", "protocol", "rule_action", "from_port", "to_port"),
        *("cidr_block", "ipv6_cidr_block"),
    },
    "aws_route": {
        *("route_table_id", "vpc_peering_connection_id"),
        *("destination_cidr_block", "destination_ipv6_cidr_block"),
    },
    "aws_servicequotas_service_quota": {"quota_code", "service_code", "value"},
    "aws_vpc_endpoint_connection_accepter": {"vpc_endpoint_id", "vpc_endpoint_service_id"},
    "aws_vpc_peering_connection": {"vpc_id", "peer_vpc_id", "auto_accept"},
    "aws_vpc_peering_connection_accepter": {"vpc_peering_connection_id", "auto_accept"},
    "aws_vpc_security_group_egress_rule": _TERRAFORM_RULE,
    "aws_vpc_security_group_ingress_rule": _TERRAFORM_RULE,
}
"""Types of the provider hashicorp/aws that our fixes use, and the arguments that they use of them."""

_RULE = {"GroupId", "IpProtocol", "FromPort", "ToPort", "CidrIp", "CidrIpv6"}
_LOAD_BALANCING = "AWS::ElasticLoadBalancingV2"
CLOUDFORMATION = {
    "AWS::ApiGateway::ClientCertificate": set(),
    "AWS::ApiGateway::Method": {"Integration"},
    "AWS::ApiGateway::RestApi": {"Body"},
    "AWS::ApiGateway::Stage": {"Variables", "CanarySetting", "ClientCertificateId"},
    "AWS::ApiGateway::VpcLink": {"Name", "TargetArns"},
    "AWS::ApiGatewayV2::Integration": {"ConnectionId", "IntegrationUri", "TlsConfig"},
    "AWS::ApiGatewayV2::Stage": {"StageVariables"},
    "AWS::ApiGatewayV2::VpcLink": {"Name", "SecurityGroupIds", "SubnetIds"},
    "AWS::CertificateManager::Certificate": {"DomainName", "ValidationMethod"},
    "AWS::EC2::NetworkAclEntry": {
        *("NetworkAclId", "RuleNumber", "Egress", "Protocol", "RuleAction", "PortRange"),
        *("CidrBlock", "Ipv6CidrBlock"),
    },
    "AWS::EC2::Route": {
        *("RouteTableId", "VpcPeeringConnectionId"),
        *("DestinationCidrBlock", "DestinationIpv6CidrBlock"),
    },
    "AWS::EC2::SecurityGroupEgress": _RULE | {"DestinationSecurityGroupId"},
    "AWS::EC2::SecurityGroupIngress": _RULE | {"SourceSecurityGroupId"},
    "AWS::EC2::VPCPeeringConnection": {"VpcId", "PeerVpcId"},
    "AWS::Events::ApiDestination": {"ConnectionArn", "HttpMethod", "InvocationEndpoint"},
    "AWS::Events::Connection": {"AuthorizationType", "AuthParameters"},
    "AWS::Events::Rule": {"ScheduleExpression", "Targets"},
    f"{_LOAD_BALANCING}::Listener": {
        *("LoadBalancerArn", "Port", "Protocol", "DefaultActions", "Certificates", "SslPolicy", "AlpnPolicy"),
        *("MutualAuthentication", "ListenerAttributes"),
    },
    f"{_LOAD_BALANCING}::ListenerCertificate": {"ListenerArn", "Certificates"},
    f"{_LOAD_BALANCING}::ListenerRule": {"ListenerArn", "Priority", "Conditions", "Actions"},
    f"{_LOAD_BALANCING}::LoadBalancer": {
        "Name",
        "Type",
        "Scheme",
        "Subnets",
        "IpAddressType",
        "LoadBalancerAttributes",
        "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic",
    },
    f"{_LOAD_BALANCING}::TargetGroup": {
        *("TargetGroupAttributes", "HealthCheckPort", "HealthCheckProtocol", "Targets"),
        *("Name", "Port", "Protocol", "ProtocolVersion", "TargetType", "VpcId"),
    },
}
"""Types of the CloudFormation resource specification that our fixes use, and the properties that they use of them."""


def terraform(text: str) -> dict[str, dict]:
    """Return the resources of Terraform's code by type, and fail where it is none."""
    document = hcl2.loads(f"{text}\n")
    found = {}
    for resource in document.get("resource", ()):
        for kind, named in resource.items():
            kind = kind.strip('"')
            for attributes in named.values():
                known = {name for name in attributes if not name.startswith("__")}
                assert known <= TERRAFORM[kind], (kind, known - TERRAFORM[kind])
                found[kind] = {name: attributes[name] for name in known}
    assert set(document) - {"__comments__"} <= {"resource"}
    return found


def cloudformation(text: str) -> dict[str, dict]:
    """Return the resources of CloudFormation's code by type, and fail where it is none."""
    found = {}
    for name, resource in (yaml.safe_load(text) or {}).items():
        assert name.isalnum(), name
        properties = resource.get("Properties", {})
        known = CLOUDFORMATION[resource["Type"]]
        assert set(properties) <= known, (resource["Type"], set(properties) - known)
        found[resource["Type"]] = properties
    return found
