"""Reads the code of a fix back, as Terraform's and CloudFormation's users would: it parses, and its names exist."""

import hcl2
import yaml

TERRAFORM = {
    "aws_acm_certificate": {"certificate_body", "certificate_chain", "domain_name", "private_key", "validation_method"},
    "aws_api_gateway_account": {"cloudwatch_role_arn"},
    "aws_api_gateway_client_certificate": set(),
    "aws_api_gateway_deployment": {"lifecycle", "rest_api_id", "triggers"},
    "aws_api_gateway_integration": {
        "connection_id",
        "connection_type",
        "http_method",
        "integration_http_method",
        "integration_target",
        "resource_id",
        "rest_api_id",
        "timeout_milliseconds",
        "tls_config",
        "type",
        "uri",
    },
    "aws_api_gateway_integration_response": {
        "http_method",
        "resource_id",
        "rest_api_id",
        "selection_pattern",
        "status_code",
    },
    "aws_api_gateway_method": {"authorization", "http_method", "resource_id", "rest_api_id"},
    "aws_api_gateway_method_response": {"http_method", "resource_id", "rest_api_id", "status_code"},
    "aws_api_gateway_method_settings": {"method_path", "rest_api_id", "settings", "stage_name"},
    "aws_api_gateway_resource": {"parent_id", "path_part", "rest_api_id"},
    "aws_api_gateway_stage": {
        "access_log_settings",
        "canary_settings",
        "client_certificate_id",
        "deployment_id",
        "rest_api_id",
        "stage_name",
        "variables",
    },
    "aws_api_gateway_vpc_link": {"name", "target_arns"},
    "aws_apigatewayv2_deployment": {"api_id", "lifecycle", "triggers"},
    "aws_apigatewayv2_integration": {
        "api_id",
        "connection_id",
        "integration_uri",
        "timeout_milliseconds",
        "tls_config",
    },
    "aws_apigatewayv2_route": {"api_id", "route_key", "target"},
    "aws_apigatewayv2_stage": {
        "access_log_settings",
        "api_id",
        "auto_deploy",
        "default_route_settings",
        "deployment_id",
        "name",
        "route_settings",
        "stage_variables",
    },
    "aws_apigatewayv2_vpc_link": {"name", "security_group_ids", "subnet_ids"},
    "aws_cloudwatch_event_api_destination": {"connection_arn", "http_method", "invocation_endpoint", "name"},
    "aws_cloudwatch_event_connection": {"auth_parameters", "authorization_type", "name"},
    "aws_cloudwatch_event_rule": {"name", "schedule_expression"},
    "aws_cloudwatch_event_target": {"arn", "role_arn", "rule"},
    "aws_cloudwatch_log_group": {"name", "retention_in_days"},
    "aws_ec2_instance_state": {"instance_id", "state"},
    "aws_iam_role": {"assume_role_policy", "name"},
    "aws_iam_role_policy_attachment": {"policy_arn", "role"},
    "aws_lb": {
        "enable_cross_zone_load_balancing",
        "enforce_security_group_inbound_rules_on_private_link_traffic",
        "internal",
        "ip_address_type",
        "load_balancer_type",
        "name",
        "secondary_ips_auto_assigned_per_subnet",
        "subnets",
    },
    "aws_lb_listener": {
        "alpn_policy",
        "certificate_arn",
        "default_action",
        "load_balancer_arn",
        "mutual_authentication",
        "port",
        "protocol",
        "ssl_policy",
        "tcp_idle_timeout_seconds",
    },
    "aws_lb_listener_certificate": {"certificate_arn", "listener_arn"},
    "aws_lb_listener_rule": {"action", "condition", "listener_arn", "priority"},
    "aws_lb_target_group": {
        "health_check",
        "load_balancing_cross_zone_enabled",
        "name",
        "port",
        "preserve_client_ip",
        "protocol",
        "protocol_version",
        "proxy_protocol_v2",
        "target_type",
        "vpc_id",
    },
    "aws_lb_target_group_attachment": {"port", "target_group_arn", "target_id"},
    "aws_network_acl_rule": {
        "cidr_block",
        "egress",
        "from_port",
        "ipv6_cidr_block",
        "network_acl_id",
        "protocol",
        "rule_action",
        "rule_number",
        "to_port",
    },
    "aws_route": {
        "destination_cidr_block",
        "destination_ipv6_cidr_block",
        "route_table_id",
        "vpc_peering_connection_id",
    },
    "aws_servicequotas_service_quota": {"quota_code", "service_code", "value"},
    "aws_vpc_endpoint_connection_accepter": {"vpc_endpoint_id", "vpc_endpoint_service_id"},
    "aws_vpc_peering_connection": {"auto_accept", "peer_vpc_id", "vpc_id"},
    "aws_vpc_peering_connection_accepter": {"auto_accept", "vpc_peering_connection_id"},
    "aws_vpc_security_group_egress_rule": {
        "cidr_ipv4",
        "cidr_ipv6",
        "from_port",
        "ip_protocol",
        "referenced_security_group_id",
        "security_group_id",
        "to_port",
    },
    "aws_vpc_security_group_ingress_rule": {
        "cidr_ipv4",
        "cidr_ipv6",
        "from_port",
        "ip_protocol",
        "referenced_security_group_id",
        "security_group_id",
        "to_port",
    },
}
"""Types of the provider hashicorp/aws that our fixes use, and the arguments that they use of them."""

CLOUDFORMATION = {
    "AWS::ApiGateway::Account": {"CloudWatchRoleArn"},
    "AWS::ApiGateway::ClientCertificate": set(),
    "AWS::ApiGateway::Deployment": {"RestApiId"},
    "AWS::ApiGateway::Method": {
        "AuthorizationType",
        "HttpMethod",
        "Integration",
        "MethodResponses",
        "ResourceId",
        "RestApiId",
    },
    "AWS::ApiGateway::Resource": {"ParentId", "PathPart", "RestApiId"},
    "AWS::ApiGateway::RestApi": {"Body"},
    "AWS::ApiGateway::Stage": {
        "AccessLogSetting",
        "CanarySetting",
        "ClientCertificateId",
        "DeploymentId",
        "MethodSettings",
        "RestApiId",
        "StageName",
        "Variables",
    },
    "AWS::ApiGateway::VpcLink": {"Name", "TargetArns"},
    "AWS::ApiGatewayV2::Deployment": {"ApiId", "StageName"},
    "AWS::ApiGatewayV2::Integration": {"ApiId", "ConnectionId", "IntegrationUri", "TimeoutInMillis", "TlsConfig"},
    "AWS::ApiGatewayV2::Route": {"ApiId", "RouteKey", "Target"},
    "AWS::ApiGatewayV2::Stage": {
        "AccessLogSettings",
        "ApiId",
        "AutoDeploy",
        "DefaultRouteSettings",
        "DeploymentId",
        "RouteSettings",
        "StageName",
        "StageVariables",
    },
    "AWS::ApiGatewayV2::VpcLink": {"Name", "SecurityGroupIds", "SubnetIds"},
    "AWS::CertificateManager::Certificate": {"DomainName", "ValidationMethod"},
    "AWS::EC2::NetworkAclEntry": {
        "CidrBlock",
        "Egress",
        "Ipv6CidrBlock",
        "NetworkAclId",
        "PortRange",
        "Protocol",
        "RuleAction",
        "RuleNumber",
    },
    "AWS::EC2::Route": {"DestinationCidrBlock", "DestinationIpv6CidrBlock", "RouteTableId", "VpcPeeringConnectionId"},
    "AWS::EC2::SecurityGroupEgress": {
        "CidrIp",
        "CidrIpv6",
        "DestinationSecurityGroupId",
        "FromPort",
        "GroupId",
        "IpProtocol",
        "ToPort",
    },
    "AWS::EC2::SecurityGroupIngress": {
        "CidrIp",
        "CidrIpv6",
        "FromPort",
        "GroupId",
        "IpProtocol",
        "SourceSecurityGroupId",
        "ToPort",
    },
    "AWS::EC2::VPCPeeringConnection": {"PeerVpcId", "VpcId"},
    "AWS::ElasticLoadBalancingV2::Listener": {
        "AlpnPolicy",
        "Certificates",
        "DefaultActions",
        "ListenerAttributes",
        "LoadBalancerArn",
        "MutualAuthentication",
        "Port",
        "Protocol",
        "SslPolicy",
    },
    "AWS::ElasticLoadBalancingV2::ListenerCertificate": {"Certificates", "ListenerArn"},
    "AWS::ElasticLoadBalancingV2::ListenerRule": {"Actions", "Conditions", "ListenerArn", "Priority"},
    "AWS::ElasticLoadBalancingV2::LoadBalancer": {
        "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic",
        "IpAddressType",
        "LoadBalancerAttributes",
        "Name",
        "Scheme",
        "Subnets",
        "Type",
    },
    "AWS::ElasticLoadBalancingV2::TargetGroup": {
        "HealthCheckPort",
        "HealthCheckProtocol",
        "Name",
        "Port",
        "Protocol",
        "ProtocolVersion",
        "TargetGroupAttributes",
        "TargetType",
        "Targets",
        "VpcId",
    },
    "AWS::Events::ApiDestination": {"ConnectionArn", "HttpMethod", "InvocationEndpoint"},
    "AWS::Events::Connection": {"AuthParameters", "AuthorizationType"},
    "AWS::Events::Rule": {"ScheduleExpression", "Targets"},
    "AWS::IAM::Role": {"AssumeRolePolicyDocument", "ManagedPolicyArns", "RoleName"},
    "AWS::Logs::LogGroup": {"LogGroupName", "RetentionInDays"},
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
