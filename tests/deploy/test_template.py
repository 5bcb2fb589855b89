"""What serverless.yml becomes: the promises of docs/deployment.md that a template can keep or break."""

import re
import subprocess

from bot.diagnosis.policy import actions
from bot.packaging import ROOT
from tests.deploy.stack import service_in
from tests.deploy.tools import CFN_LINT

READS = re.compile(r"^[a-z0-9-]+:(Get|Describe|List|Filter|Lookup|StartQuery|StopQuery|GET)")


def of_type(resources, kind):
    return {name: one["Properties"] for name, one in resources.items() if one["Type"] == kind}


def statements(resources):
    """Every statement of every role and policy, with the resource that it stands in."""
    for name, role in of_type(resources, "AWS::IAM::Role").items():
        for policy in role["Policies"]:
            yield from ((name, statement) for statement in policy["PolicyDocument"]["Statement"])
    for name, policy in of_type(resources, "AWS::IAM::ManagedPolicy").items():
        yield from ((name, statement) for statement in policy["PolicyDocument"]["Statement"])


def many(value):
    return value if isinstance(value, list) else [value]


def test_a_message_is_hidden_six_times_as_long_as_its_function_may_take(resources):
    queues = of_type(resources, "AWS::SQS::Queue")
    for mapping in of_type(resources, "AWS::Lambda::EventSourceMapping").values():
        queue = queues[mapping["EventSourceArn"]["Fn::GetAtt"][0]]
        function = resources[mapping["FunctionName"]["Fn::GetAtt"][0]]["Properties"]
        assert queue["VisibilityTimeout"] >= 6 * function["Timeout"]
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_every_queue_has_a_dead_letter_queue_that_keeps_messages_longer(resources):
    queues = of_type(resources, "AWS::SQS::Queue")
    dead = {
        queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
        for queue in queues.values()
        if "RedrivePolicy" in queue
    }
    for name, queue in queues.items():
        if name in dead:
            assert queue["MessageRetentionPeriod"] == 14 * 24 * 3600
        else:
            kept = queues[queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]]["MessageRetentionPeriod"]
            assert kept > queue["MessageRetentionPeriod"]
            assert queue["RedrivePolicy"]["maxReceiveCount"] >= 10


def test_what_is_kept_is_encrypted_and_forgotten(resources):
    (table,) = of_type(resources, "AWS::DynamoDB::Table").values()
    assert table["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["SSESpecification"] == {"SSEEnabled": True}
    assert all(queue["SqsManagedSseEnabled"] for queue in of_type(resources, "AWS::SQS::Queue").values())
    assert all(group["RetentionInDays"] == 30 for group in of_type(resources, "AWS::Logs::LogGroup").values())


def test_only_reads_are_allowed_on_everything(resources):
    for where, statement in statements(resources):
        if "*" in many(statement["Resource"]) and statement["Effect"] == "Allow":
            assert where == "WorkerRole"
            assert all(READS.match(action) for action in many(statement["Action"])), statement
        assert not any("*" in action for action in many(statement["Action"])), statement


def test_the_worker_may_read_what_the_checks_need_and_the_others_nothing_of_it(resources):
    allowed = {"FrontRole": set(), "WorkerRole": set(), "AlarmsRole": set()}
    for where, statement in statements(resources):
        if where in allowed:
            allowed[where] |= set(many(statement["Action"]))
    assert set(actions()) <= allowed["WorkerRole"]
    assert not set(actions()) & (allowed["FrontRole"] | allowed["AlarmsRole"])


def test_the_worker_may_assume_one_role_by_name_in_other_accounts(resources):
    (assume,) = [one for where, one in statements(resources) if "sts:AssumeRole" in many(one["Action"])]
    assert assume["Resource"] == {"Fn::Sub": "arn:${AWS::Partition}:iam::*:role/vpclink-readonly"}


def test_who_may_write_into_the_queue_is_named(resources):
    (policy,) = of_type(resources, "AWS::SQS::QueuePolicy").values()
    for statement in policy["PolicyDocument"]["Statement"]:
        assert statement["Action"] == "sqs:SendMessage"
        assert statement["Condition"]["ArnEquals"]["aws:SourceArn"]


def test_functions_run_on_arm_with_python_3_13_unless_told_otherwise():
    text = (ROOT / "serverless.yml").read_text()
    assert "architecture: arm64\n    runtime: python3.13" in text


def test_the_probe_function_is_there_only_where_it_has_subnets(template, resources):
    probes = [name for name in resources if name.startswith("Probe")]
    assert sorted(probes) == ["ProbeLambdaFunction", "ProbeLogGroup", "ProbePolicy", "ProbeRole"]
    assert {resources[name]["Condition"] for name in probes} == {"HasProbe"}
    assert template["Conditions"]["HasProbe"]
    allowed = [one for where, one in statements(resources) if where == "ProbeRole" and one["Effect"] == "Allow"]
    assert not allowed


def test_there_are_no_layers_and_no_secrets_in_the_template(resources):
    functions = of_type(resources, "AWS::Lambda::Function")
    assert not any("Layers" in function for function in functions.values())
    for name in ("FrontLambdaFunction", "WorkerLambdaFunction", "AlarmsLambdaFunction"):
        environment = functions[name]["Environment"]["Variables"]
        assert environment["SLACK_BOT_TOKEN"].startswith("ssm:/vpclink/test/")
        assert environment["SLACK_SIGNING_SECRET"].startswith("ssm:/vpclink/test/")
    assert "Environment" not in functions["ProbeLambdaFunction"]


def test_trouble_of_its_own_raises_alarms(resources):
    watched = {
        (alarm["Namespace"], alarm["MetricName"], *[str(one["Value"]) for one in alarm.get("Dimensions", [])])
        for alarm in of_type(resources, "AWS::CloudWatch::Alarm").values()
    }
    for function in ("FrontLambdaFunction", "WorkerLambdaFunction", "AlarmsLambdaFunction"):
        assert ("AWS/Lambda", "Errors", str({"Ref": function})) in watched
    assert ("vpclink", "JobsGivenUp-test") in watched
    dead = str({"Fn::GetAtt": ["DeadQueue", "QueueName"]})
    assert ("AWS/SQS", "ApproximateNumberOfMessagesVisible", dead) in watched


def test_cloudformation_takes_it_with_everything_switched_on(deployable, tmp_path):
    service = service_in(tmp_path, packaged=False)
    service.osls(
        "package",
        alarmTopic="arn:aws:sns:eu-west-1:111122223333:alarms",
        operationsTopic="arn:aws:sns:eu-west-1:111122223333:operations",
        probeSubnets="subnet-0a1b2c3d4e5f60718,subnet-0b1b2c3d4e5f60718",
        probeSecurityGroups="sg-0a1b2c3d4e5f60718",
    )
    template = tmp_path / ".serverless/cloudformation-template-update-stack.json"
    ours = "W8003"  # conditions over parameters of serverless.yml are decided before CloudFormation sees them
    of_osls = "W3005"  # it names dependencies that CloudFormation sees by itself
    command = [CFN_LINT, "--ignore-checks", ours, of_osls, "--", template]
    found = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
    assert found.returncode == 0, found.stdout
