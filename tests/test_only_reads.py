"""No line of the source can call an AWS operation that changes anything, but for those that are listed here."""

from __future__ import annotations

import ast
import functools
from pathlib import Path

import botocore.session
import pytest
from botocore import xform_name
from policy_sentry.querying.actions import get_action_data

from bot.aws.connection import Calls, Connection, NotARead, is_read

ROOT = Path(__file__).parents[1]
SERVICES = {
    "acm": "acm",
    "apigateway": "apigateway",
    "apigatewayv2": "apigateway",
    "cloudtrail": "cloudtrail",
    "cloudwatch": "cloudwatch",
    "ec2": "ec2",
    "elbv2": "elasticloadbalancing",
    "health": "health",
    "iam": "iam",
    "logs": "logs",
    "service-quotas": "servicequotas",
    "servicediscovery": "servicediscovery",
    "sts": "sts",
}
"""The services that are read, and the prefix of their IAM actions."""
WRITES = {"bot/aws/accounts.py": {"assume_role"}, "bot/aws/probe_function.py": {"invoke"}}
"""What is called and is no read, by file: it changes nothing but who asks, or asks a function that only probes."""
OWN_STORAGE = (
    "bot/jobs/sqs",
    "bot/store/dynamodb",
    "bot/store/aws_calls",
    "bot/aws/alarm_queue",
    "bot/intake/",
    "bot/lambdas",
)
"""Where vpclink works on queues and tables of its own; everywhere else an AWS client is made in bot/aws alone."""
OWN_CALLS = {
    "sqs": {
        "change_message_visibility",
        "delete_message",
        "delete_message_batch",
        "get_queue_attributes",
        "receive_message",
        "send_message",
    },
    "dynamodb": {
        "batch_get_item",
        "batch_write_item",
        "delete_item",
        "get_item",
        "put_item",
        "query",
        "update_item",
    },
}
"""What may be called there: messages of a queue and items of a table; never a queue, a table, or anything else."""
MAKES_CLIENTS = {
    "bot/aws/accounts.py",
    "bot/aws/connection.py",
    "bot/aws/probe_function.py",
    "bot/aws/secrets.py",
}
SESSION = botocore.session.Session()


@functools.cache
def sources() -> list[tuple[str, ast.Module]]:
    """Every module by its path, without the demo."""
    paths = sorted([*(ROOT / "bot").rglob("*.py"), *(ROOT / "handlers").rglob("*.py")])
    named = [(path.relative_to(ROOT).as_posix(), path) for path in paths]
    return [
        (name, ast.parse(path.read_text(encoding="utf-8"))) for name, path in named if not name.startswith("bot/demo/")
    ]


def reading() -> list[tuple[str, ast.Module]]:
    """Those without what works on queues and tables of its own."""
    return [(name, tree) for name, tree in sources() if not name.startswith(OWN_STORAGE)]


@pytest.fixture(scope="module")
def operations() -> dict[str, set[tuple[str, str]]]:
    """Every operation of those services by its name in Python: what it is called in AWS."""
    found: dict[str, set[tuple[str, str]]] = {}
    for service in SERVICES:
        for name in SESSION.get_service_model(service).operation_names:
            found.setdefault(xform_name(name), set()).add((service, name))
    return found


def reads(service: str, operation: str) -> bool:
    """Whether AWS's table says that this operation reads. API Gateway's actions are HTTP verbs."""
    if service.startswith("apigateway"):
        return str(SESSION.get_service_model(service).operation_model(operation).http["method"]) == "GET"
    return access_levels(service, operation) <= {"Read", "List"}


def access_levels(service: str, operation: str) -> set[str]:
    """What kinds of access the table knows for an operation; none where the operation is newer than the table."""
    rows = get_action_data(SERVICES[service], operation)
    return {row["access_level"] for row in rows[SERVICES[service]]} if rows else set()


def named_operations(tree: ast.Module, operations: dict[str, set[tuple[str, str]]]) -> set[str]:
    """Every operation that a module names: as a text, or as a method that it calls."""
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    methods = {
        node.func.attr for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    return (texts | methods) & set(operations)


def test_every_operation_that_bot_aws_names_is_a_read(operations):
    found: dict[str, set[str]] = {}
    for name, tree in reading():
        if name.startswith("bot/aws/"):
            found[name] = named_operations(tree, operations)
    wrong = {
        (name, operation)
        for name, some in found.items()
        for operation in some - WRITES.get(name, set())
        if not any(is_read(service, operation) and reads(service, each) for service, each in operations[operation])
    }
    assert wrong == set()
    assert len(set().union(*found.values())) > 40, "the operations were found at all"


def test_its_own_queue_and_table_are_worked_on_by_listed_operations_alone():
    offered = {xform_name(name) for service in OWN_CALLS for name in SESSION.get_service_model(service).operation_names}
    named = {
        operation
        for name, tree in sources()
        if name.startswith(OWN_STORAGE)
        for operation in named_operations(tree, {each: set() for each in offered})
    }
    assert named == set().union(*OWN_CALLS.values())


def test_the_exceptions_are_used():
    called = {
        (name, operation)
        for name, tree in reading()
        for operation in named_operations(tree, {each: set() for some in WRITES.values() for each in some})
    }
    assert called == {(name, operation) for name, some in WRITES.items() for operation in some}


def test_a_write_would_be_noticed(operations):
    tree = ast.parse("context.calls.call('ec2', 'terminate_instances')\nclient.modify_vpc_link()\niam.create_role()")
    assert named_operations(tree, operations) == {"terminate_instances", "create_role"}
    assert not reads("ec2", "TerminateInstances")
    assert not reads("apigateway", "DeleteRestApi")
    assert reads("ec2", "DescribeSubnets")


def test_clients_are_made_and_called_in_one_place():
    makers, callers = set(), set()
    for name, tree in reading():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in {"client", "resource", "create_client"}:
                owner = ast.unparse(node.value)
                makers |= {name} if owner in {"boto3", "self._session", "self._own", "session"} else set()
            if isinstance(node, ast.Attribute) and node.attr in {"get_paginator", "get_waiter", "_make_api_call"}:
                callers.add(name)
            if (
                isinstance(node, ast.Call)
                and ast.unparse(node.func) == "getattr"
                and "client" in ast.unparse(node.args[0])
            ):
                callers.add(name)
    assert makers == MAKES_CLIENTS
    assert callers == {"bot/aws/connection.py"}


def test_boto3_is_imported_where_it_may_be():
    importing = {
        name
        for name, tree in reading()
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        and any(part in {"boto3", "botocore"} for part in ast.unparse(node).replace(".", " ").split())
    }
    outside = {name for name in importing if not name.startswith("bot/aws/")}
    assert outside <= {"bot/cli.py"}


@pytest.mark.parametrize("operation", ["delete_rest_api", "update_stage", "create_vpc_link", "put_rule", "invoke"])
def test_what_is_no_read_is_refused_before_it_is_called(operation):
    calls = Calls(Connection(None, "eu-west-1"))
    with pytest.raises(NotARead):
        calls.call("apigateway", operation)
    with pytest.raises(NotARead):
        next(calls.pages("apigateway", operation))


def test_the_law_lets_no_write_through(operations):
    """Not even by its name: whatever of these services may be called at all, reads."""
    let_through = {
        (service, name)
        for operation, some in operations.items()
        for service, name in some
        if is_read(service, operation) and not reads(service, name)
    }
    assert let_through == set()
