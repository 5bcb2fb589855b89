"""BE-02: the targets do not run, or nothing listens on their port."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.diagnosis.check import Check
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.failures import LOST_CONNECTION, signatures_maybe_on
from bot.diagnosis.hops import TargetGroupHop, TargetHop
from bot.diagnosis.model import Finding, Fix, Hop
from bot.diagnosis.path import Reached, Walk
from bot.diagnosis.plan import MAX_TARGETS
from bot.diagnosis.probe_targets import probe_target
from bot.diagnosis.probed import CANNOT_SEE, SILENT, Probed, cite_tcp, places, probed_group
from bot.diagnosis.request_log import BACKEND_ANSWERED
from bot.diagnosis.resources import InstanceState
from bot.diagnosis.sources import EXECUTION_LOG, INSTANCE, TARGET_GROUP, TARGET_HEALTH

_DOWN = frozenset({"stopped", "stopping", "shutting-down", "terminated", "gone"})
_UP, _STARTING = "running", "pending"
_GETS_TRAFFIC = frozenset({"healthy", "unavailable"})
_SHOWN = 3


class TargetNotRunning(Check[TargetGroupHop]):
    """The targets do not run, or nothing listens on their port.

    Why: behind a stopped instance nobody answers, and where no process listens on the target port the host answers
    with TCP RST. Either way the request ends in HTTP 500.
    How we decide: instances that do not run fail where the target group has no healthy target; beside healthy ones
    they get no traffic and warn. AWS has no call that shows whether a process listens. A healthy check of the traffic
    port shows it; where targets are unhealthy, or requests lose their connection, a probe tells: a target that refuses
    the connection fails where no other one is healthy, else warns; one that takes it listens; one that stays silent
    can be behind a rule that lets only others pass, and stays unknown.
    How to fix: start the instances, start the service on 0.0.0.0 and the target port (not on 127.0.0.1), or register
    the port on which it listens.
    References: AWS: api-gateway-500-error-vpc; target-group-health-checks (network); EC2 API reference InstanceState.
    """

    code = "BE-02"
    title = "Targets run and listen on their port"
    hop = Hop.TARGET
    needs = (INSTANCE, TARGET_GROUP, TARGET_HEALTH, EXECUTION_LOG)
    signatures = LOST_CONNECTION | {"E9", BACKEND_ANSWERED}
    explains = ("TG-01", "LB-05", "BE-01", "BE-03", "TMO-01")
    since = "0.1"

    def subjects(self, walk: Walk) -> Reached[TargetGroupHop]:
        """Every target group; those whose targets are instances or addresses are judged."""
        return walk.target_groups

    def judge(self, subject: TargetGroupHop, walk: Walk) -> Iterator[Finding]:
        """Judge the instances' states, then whether anything points to a closed port."""
        targets = subject.targets[:MAX_TARGETS]
        if not targets:
            summary = f"{_group(subject)} has no instance or address registered."
            yield self.not_applicable(subject.arn, summary, subject=subject)
            return
        states = {target.id: _state(target) for target in targets if target.id.startswith("i-")}
        down = [t for t in targets if states.get(t.id) in _DOWN]
        strange = [t for t in targets if states.get(t.id, _UP) not in {*_DOWN, _UP, _STARTING}]
        starting = [t for t in targets if states.get(t.id) == _STARTING]
        if down:
            yield self._down(subject, down, states)
        if starting:
            summary = f"{_names(starting)} of {_group(subject)} just started."
            citations = [self.cite(INSTANCE, t.id, "State.Name", _STARTING) for t in starting[:_SHOWN]]
            yield self.warned(starting[0].id, summary, citations, _wait(starting), subject=subject)
        if strange:
            said = ", ".join(sorted({states[t.id] or "none" for t in strange}))
            summary = f"{_names(strange)} of {_group(subject)}: a state that we do not know ({said})."
            yield self.undecided(strange[0].id, summary, subject=subject)
        refusing = [x for x in probed_group(subject).every if x.probe.tcp == "refused"]
        if refusing and not down:
            yield self._refusing(subject, refusing)
        elif not (down or starting or strange):
            yield self._listening(subject, targets, states, walk)

    def _down(self, subject: TargetGroupHop, down: Sequence[TargetHop], states: dict[str, str]) -> Finding:
        citations = [self.cite(INSTANCE, t.id, "State.Name", states[t.id]) for t in down[:5]]
        healthy = sum(x.target_health.state == "healthy" for x in subject.health)
        shown = ", ".join(f"{t.id} ({states[t.id]})" for t in down[:_SHOWN])
        more = f" +{len(down) - _SHOWN} more" if len(down) > _SHOWN else ""
        summary = f"{shown}{more} of {_group(subject)} {'does' if len(down) == 1 else 'do'} not run"
        fix = _start(subject, down, states)
        if healthy:
            summary += f"; {healthy} of {len(subject.health)} targets are healthy and serve."
            return self.warned(down[0].id, summary, citations, fix, subject=subject)
        return self.failed(down[0].id, f"{summary}, and no other target is healthy.", citations, fix, subject=subject)

    def _refusing(self, subject: TargetGroupHop, refusing: Sequence[Probed]) -> Finding:
        """Targets that refused a probe's connection: their host answers, and no process listens there."""
        port, refuse = refusing[0].target.port, "it refuses" if len(refusing) == 1 else "they refuse"
        summary = f"Nothing listens on {places(refusing)} of {_group(subject)}: {refuse} the connection"
        closed = {x.target for x in refusing}
        healthy = sum(
            t.description.target_health.state == "healthy" and probe_target(subject, t) not in closed
            for t in subject.targets
        )
        cited, fix, resource = cite_tcp(refusing), _listen(subject, port), subject.arn
        if healthy:
            summary += f"; {healthy} of {len(subject.health)} targets are healthy and serve."
            return self.warned(resource, summary, cited, fix, subject=subject)
        return self.failed(resource, f"{summary}, and no other target is healthy.", cited, fix, subject=subject)

    def _listening(
        self, subject: TargetGroupHop, targets: Sequence[TargetHop], states: dict[str, str], walk: Walk
    ) -> Finding:
        """Say whether anything points to a closed port. What a health check of the same port reached, listens."""
        unhealthy = [t for t in targets if t.description.target_health.state.startswith("unhealthy")]
        doubtful = [t for t in targets if t.description.target_health.state in _GETS_TRAFFIC and not _answers(t)]
        failing = bool(doubtful) and bool(signatures_maybe_on(walk, subject.path) & LOST_CONNECTION)
        if not unhealthy and not failing:
            run = f"{len(states)} of {len(states)} instances of {_group(subject)} run" if states else ""
            said = run or f"Nothing points to a closed port on the targets of {_group(subject)}"
            return self.passed(subject.arn, f"{said}.", subject=subject)
        asked = unhealthy or doubtful
        seen = probed_group(subject)
        taking = [x for x in seen.every if x.probe.tcp == "ok"]
        if taking and len(taking) == len(seen.every):
            summary = f"Targets of {_group(subject)} listen: {places(taking)} took the connection. Probed"
            summary += f" {seen.of_how_many} from {taking[0].probe.seen_from}. {CANNOT_SEE}"
            return self.passed(subject.arn, summary, subject=subject)
        if silent := [x for x in seen.every if x.probe.tcp in SILENT]:
            summary = (
                f"{places(silent)} of {_group(subject)} gave {silent[0].probe.seen_from} no answer: a security group, "
                "a network ACL or a route stops the probe there. Whether anything listens stays unknown."
            )
            return self.undecided(subject.arn, summary, subject=subject)
        ports = ", ".join(dict.fromkeys(str(t.port) for t in asked))
        summary = (
            f"AWS does not show whether anything listens on port {ports} of {_names(asked)}. Probe now: refused means "
            "that nothing listens, a timeout means a security group, a network ACL or a route."
        )
        return self.undecided(subject.arn, summary, subject=subject)

    def repair(self, finding: Finding, walk: Walk) -> Evidence | None:
        """Every instance of the target group that exists runs."""
        evidence = walk.evidence
        for hop in walk.target_groups.items:
            if finding.resource in {t.id for t in hop.targets}:
                for target in hop.targets[:MAX_TARGETS]:
                    instance = target.instance
                    if instance:
                        running = instance.model_copy(update={"state": InstanceState(name=_UP)})
                        evidence = evidence.with_value(INSTANCE, target.id, running)
        return evidence if evidence.reads != walk.evidence.reads else None


def _state(target: TargetHop) -> str:
    instance = target.instance
    return instance.state.name.lower() if instance else "gone"


def _answers(target: TargetHop) -> bool:
    """Whether a health check of the traffic port finds the target healthy."""
    return target.description.target_health.state == "healthy" and target.health_port == target.port


def _group(hop: TargetGroupHop) -> str:
    return hop.group.target_group_name if hop.group else hop.arn


def _names(targets: Sequence[TargetHop]) -> str:
    ids = list(dict.fromkeys(t.id for t in targets))
    more = f" +{len(ids) - _SHOWN} more" if len(ids) > _SHOWN else ""
    return ", ".join(ids[:_SHOWN]) + more


def _listen(hop: TargetGroupHop, port: int) -> Fix:
    return Fix(
        summary=f"Start the service on 0.0.0.0:{port}, or register the port on which it listens.",
        cli=(
            f"ss -ltnp 'sport = :{port}'   # on the target: what listens there, and on which address",
            f"aws elbv2 register-targets --target-group-arn {hop.arn} --targets Id=TARGET,Port=PORT",
            f"aws elbv2 deregister-targets --target-group-arn {hop.arn} --targets Id=TARGET,Port={port}",
        ),
        console="EC2 › Target groups › Targets › Register targets.",
        steps=(
            "See on the target whether the service runs, and on which port and address it listens.",
            f"Let it listen on 0.0.0.0:{port}, not only on 127.0.0.1.",
            "Or register the targets with the port on which it listens, and deregister the old ones.",
        ),
    )


def _wait(targets: Sequence[TargetHop]) -> Fix:
    ids = " ".join(t.id for t in targets[:20])
    return Fix(
        summary="Wait until the instances run and their health checks pass, then run this again.",
        cli=(f"aws ec2 describe-instance-status --include-all-instances --instance-ids {ids}",),
        console="EC2 › Instances › Instance state, Status check.",
    )


def _start(hop: TargetGroupHop, down: Sequence[TargetHop], states: dict[str, str]) -> Fix:
    can = [t.id for t in down if states[t.id] in {"stopped", "stopping"}]
    lost = [t for t in down if t.id not in can]
    cli: list[str] = [f"aws ec2 start-instances --instance-ids {' '.join(can[:20])}"] if can else []
    if lost:
        gone = " ".join(f"Id={t.id},Port={t.port}" for t in lost[:20])
        new = f"Id=NEW_INSTANCE,Port={lost[0].port}"
        cli += [
            f"aws elbv2 register-targets --target-group-arn {hop.arn} --targets {new}",
            f"aws elbv2 deregister-targets --target-group-arn {hop.arn} --targets {gone}",
        ]
    return Fix(
        summary="Start the instances, and see that the service starts with them." if can else "Replace the instances.",
        cli=tuple(cli),
        cloudformation="AWS::EC2::Instance, or DesiredCapacity of the AWS::AutoScaling::AutoScalingGroup.",
        terraform='resource "aws_ec2_instance_state" { state = "running" }',
        console="EC2 › Instances › Instance state › Start instance.",
        steps=(
            *(("Start the instances.",) if can else ()),
            *(("Register new instances for those that are gone, and deregister the old ones.",) if lost else ()),
            f"See that the service listens on 0.0.0.0:{down[0].port}, not only on 127.0.0.1.",
        ),
    )
