"""Infrastructure code, read back by the parsers that Terraform's and CloudFormation's users have."""

import hcl2
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.diagnosis.snippets import (
    Reference,
    change_cloudformation,
    change_terraform,
    new_cloudformation,
    new_terraform,
)


def test_a_terraform_resource_is_laid_out_as_its_formatter_does():
    rule = {"type": "ingress", "from_port": 8080, "cidr_blocks": ["10.0.1.0/24", "10.0.2.0/24"]}
    assert new_terraform("aws_security_group_rule", "orders app", rule) == (
        'resource "aws_security_group_rule" "orders_app" {\n'
        '  type        = "ingress"\n'
        "  from_port   = 8080\n"
        '  cidr_blocks = ["10.0.1.0/24", "10.0.2.0/24"]\n'
        "}"
    )


def test_mappings_become_blocks_and_references_have_no_quotes():
    code = new_terraform(
        "aws_lb_listener_rule",
        "1st",
        {
            "listener_arn": Reference("aws_lb_listener.orders.arn"),
            "condition": [{"path_pattern": {"values": ["/a"]}}, {"host_header": {"values": ["b"]}}],
        },
    )
    assert "  listener_arn = aws_lb_listener.orders.arn\n" in code
    assert code.count("condition {") == 2
    assert '"_1st"' in code
    hcl2.loads(code + "\n")


def test_what_changes_says_that_the_rest_stays():
    assert change_terraform("aws_lb", "x", {"internal": True}).startswith("# In your own resource")
    assert change_cloudformation("AWS::EC2::Route", "x", {"A": 1}).startswith("# In your own resource")


def test_a_cloudformation_resource():
    code = new_cloudformation(
        "AWS::EC2::NetworkAclEntry",
        "allow-8080",
        {"Egress": False, "PortRange": {"From": 1, "To": 2}, "Tags": [{"Key": "a", "Value": "b"}], "State": "off"},
    )
    assert yaml.safe_load(code) == {
        "Allow8080": {
            "Type": "AWS::EC2::NetworkAclEntry",
            "Properties": {
                "Egress": False,
                "PortRange": {"From": 1, "To": 2},
                "Tags": [{"Key": "a", "Value": "b"}],
                "State": "off",
            },
        }
    }


@pytest.mark.parametrize("text", ["off", "12", "a: b", "${x}", '"', "\\", "%{if}", "- a", "null", "1e3", "#", "*a", ""])
def test_text_that_means_something_stays_text(text):
    assert yaml.safe_load(new_cloudformation("AWS::X::Y", "x", {"A": text}))["X"]["Properties"]["A"] == text
    code = new_terraform("aws_x", "x", {"a": text})
    hcl2.loads(code + "\n")
    assert "${" not in code.replace("$${", "")


@given(st.text(max_size=40))
def test_any_text_is_code_that_can_be_read(text):
    assert yaml.safe_load(new_cloudformation("AWS::X::Y", text, {"A": text, "B": [text]}))
    assert new_terraform("aws_x", text, {"a": text}).count("\n") == 2
