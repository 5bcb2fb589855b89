"""Reads the code of a fix back, as Terraform's and CloudFormation's users would: it parses, and its names exist."""

import hcl2
import yaml

_TERRAFORM_RULE = {
    *("security_group_id", "ip_protocol", "from_port", "to_port"),
    *("cidr_ipv4", "cidr_ipv6", "referenced_security_group_id"),
}
_METHOD = {"rest_api_id", "resource_id", "http_method"}
TERRAFORM = {
    "aws_api_gateway_account": {"cloudwatch_role_arn"},
    "aws_api_gateway_deployment": {"rest_api_id", "triggers", "lifecycle"},
    "aws_api_gateway_integration": {
        *("rest_api_id", "resource_id", "http_method", "type", "integration_http_method", "uri"),
        *("connection_type", "connection_id", "integration_target", "timeout_milliseconds"),
    },
    "aws_api_gateway_integration_response": _METHOD | {"status_code", "selection_pattern"},
    "aws_api_gateway_method": _METHOD | {"authorization"},
    "aws_api_gateway_method_response": _METHOD | {"status_code"},
    "aws_api_gateway_method_settings": {"rest_api_id", "stage_name", "method_path", "settings"},
    "aws_api_gateway_resource": {"rest_api_id", "parent_id", "path_part"},
    "aws_api_gateway_stage": {
        *("rest_api_id", "stage_name", "deployment_id", "variables", "canary_settings", "access_log_settings"),
    },
    "aws_api_gateway_vpc_link": {"name", "target_arns"},
    "aws_apigatewayv2_deployment": {"api_id", "triggers", "lifecycle"},
    "aws_apigatewayv2_integration": {"api_id", "connection_id", "timeout_milliseconds", "tls_config"},
    "aws_apigatewayv2_route": {"api_id", "route_key", "target"},
    "aws_apigatewayv2_stage": {
        *("api_id", "name", "auto_deploy", "deployment_id", "stage_variables", "access_log_settings"),
        *("default_route_settings", "route_settings"),
    },
    "aws_apigatewayv2_vpc_link": {"name", "security_group_ids", "subnet_ids"},
    "aws_cloudwatch_event_api_destination": {"name", "connection_arn", "http_method", "invocation_endpoint"},
    "aws_cloudwatch_event_connection": {"name", "authorization_type", "auth_parameters"},
    "aws_cloudwatch_event_rule": {"name", "schedule_expression"},
    "aws_cloudwatch_event_target": {"arn", "role_arn", "rule"},
    "aws_cloudwatch_log_group": {"name", "retention_in_days"},
    "aws_iam_role": {"name", "assume_role_policy"},
    "aws_iam_role_policy_attachment": {"role", "policy_arn"},
    "aws_lb": {
        "name",
        "internal",
        "load_balancer_type",
        "subnets",
        "ip_address_type",
        "enable_cross_zone_load_balancing",
        "enforce_security_group_inbound_rules_on_private_link_traffic",
    },
    "aws_lb_listener": {"port", "protocol", "certificate_arn"},
    "aws_lb_target_group": {"load_balancing_cross_zone_enabled"},
    "aws_servicequotas_service_quota": {"quota_code", "service_code", "value"},
    "aws_vpc_endpoint_connection_accepter": {"vpc_endpoint_id", "vpc_endpoint_service_id"},
    "aws_vpc_security_group_egress_rule": _TERRAFORM_RULE,
    "aws_vpc_security_group_ingress_rule": _TERRAFORM_RULE,
}
"""Types of the provider hashicorp/aws that our fixes use, and the arguments that they use of them."""

_RULE = {"GroupId", "IpProtocol", "FromPort", "ToPort", "CidrIp", "CidrIpv6"}
_LOAD_BALANCING = "AWS::ElasticLoadBalancingV2"
CLOUDFORMATION = {
    "AWS::ApiGateway::Account": {"CloudWatchRoleArn"},
    "AWS::ApiGateway::Deployment": {"RestApiId"},
    "AWS::ApiGateway::Method": {
        *("RestApiId", "ResourceId", "HttpMethod", "AuthorizationType", "Integration", "MethodResponses"),
    },
    "AWS::ApiGateway::Resource": {"RestApiId", "ParentId", "PathPart"},
    "AWS::ApiGateway::Stage": {
        *("RestApiId", "StageName", "DeploymentId", "Variables", "CanarySetting", "MethodSettings"),
        "AccessLogSetting",
    },
    "AWS::ApiGateway::VpcLink": {"Name", "TargetArns"},
    "AWS::ApiGatewayV2::Deployment": {"ApiId", "StageName"},
    "AWS::ApiGatewayV2::Integration": {"ApiId", "ConnectionId", "TimeoutInMillis", "TlsConfig"},
    "AWS::ApiGatewayV2::Route": {"ApiId", "RouteKey", "Target"},
    "AWS::ApiGatewayV2::Stage": {
        *("ApiId", "StageName", "AutoDeploy", "DeploymentId", "StageVariables", "AccessLogSettings"),
        *("DefaultRouteSettings", "RouteSettings"),
    },
    "AWS::ApiGatewayV2::VpcLink": {"Name", "SecurityGroupIds", "SubnetIds"},
    "AWS::EC2::SecurityGroupEgress": _RULE | {"DestinationSecurityGroupId"},
    "AWS::EC2::SecurityGroupIngress": _RULE | {"SourceSecurityGroupId"},
    "AWS::Events::ApiDestination": {"ConnectionArn", "HttpMethod", "InvocationEndpoint"},
    "AWS::Events::Connection": {"AuthorizationType", "AuthParameters"},
    "AWS::Events::Rule": {"ScheduleExpression", "Targets"},
    "AWS::IAM::Role": {"RoleName", "AssumeRolePolicyDocument", "ManagedPolicyArns"},
    "AWS::Logs::LogGroup": {"LogGroupName", "RetentionInDays"},
    f"{_LOAD_BALANCING}::Listener": {"Port", "Protocol", "Certificates"},
    f"{_LOAD_BALANCING}::LoadBalancer": {
        "Name",
        "Type",
        "Scheme",
        "Subnets",
        "IpAddressType",
        "LoadBalancerAttributes",
        "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic",
    },
    f"{_LOAD_BALANCING}::TargetGroup": {"TargetGroupAttributes"},
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
