"""Network interfaces and instances."""

from __future__ import annotations

from pydantic import Field

from bot.diagnosis.resources.shape import AwsShape


class GroupIdentifier(AwsShape):
    """A security group by id."""

    group_id: str = ""
    group_name: str = ""


class PrivateIpAddress(AwsShape):
    """A private address of a network interface."""

    private_ip_address: str = ""
    primary: bool = False


class Ipv6Address(AwsShape):
    """An IPv6 address of a network interface."""

    ipv6_address: str = Field(default="", alias="Ipv6Address")


class NetworkInterface(AwsShape):
    """A network interface: the addresses it answers on, and the security groups it carries."""

    network_interface_id: str
    description: str = ""
    interface_type: str = ""
    status: str = ""
    subnet_id: str = ""
    vpc_id: str = ""
    availability_zone: str = ""
    private_ip_address: str = ""
    private_ip_addresses: tuple[PrivateIpAddress, ...] = ()
    ipv6_addresses: tuple[Ipv6Address, ...] = ()
    groups: tuple[GroupIdentifier, ...] = ()

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every private IPv4 address, the first one first."""
        every = [self.private_ip_address, *(a.private_ip_address for a in self.private_ip_addresses)]
        return tuple(dict.fromkeys(a for a in every if a))

    @property
    def group_ids(self) -> tuple[str, ...]:
        """Ids of the security groups on this interface."""
        return tuple(g.group_id for g in self.groups if g.group_id)


class InstanceState(AwsShape):
    """Whether an instance runs."""

    name: str = ""


class InterfaceAttachment(AwsShape):
    """Which interface of an instance this is; the primary one has index 0."""

    device_index: int = 0


class InstanceInterface(NetworkInterface):
    """A network interface as DescribeInstances shows it."""

    attachment: InterfaceAttachment = InterfaceAttachment()


class Instance(AwsShape):
    """An EC2 instance."""

    instance_id: str
    state: InstanceState = InstanceState()
    vpc_id: str = ""
    subnet_id: str = ""
    private_ip_address: str = ""
    ipv6_address: str = Field(default="", alias="Ipv6Address")
    network_interfaces: tuple[InstanceInterface, ...] = ()
    security_groups: tuple[GroupIdentifier, ...] = ()

    @property
    def primary_interface(self) -> InstanceInterface | None:
        """The interface with device index 0, which receives a target group's traffic."""
        return min(self.network_interfaces, key=lambda i: i.attachment.device_index, default=None)
