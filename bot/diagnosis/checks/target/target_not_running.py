"""BE-02: the targets do not run, or nothing listens on their port."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.diagnosis.check import Check
from bot.diagnosis.checks.target_group.group_code import targets_as_code
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
from bot.diagnosis.snippets import new_terraform
from bot.diagnosis.sources import EXECUTION_LOG, INSTANCE, TARGET_GROUP, TARGET_HEALTH
from bot.language import _, plural

_DOWN = frozenset({"stopped", "stopping", "shutting-down", "terminated", "gone"})
_UP, _STARTING = "running", "pending"
_GETS_TRAFFIC = frozenset({"healthy", "unavailable"})
_SHOWN = 3
_MOST_STARTED = 5


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
            summary = _("{group} has no instance or address registered.", group=_group(subject))
            yield self.not_applicable(subject.arn, summary, subject=subject)
            return
        states = {target.id: _state(target) for target in targets if target.id.startswith("i-")}
        down = [t for t in targets if states.get(t.id) in _DOWN]
        strange = [t for t in targets if states.get(t.id, _UP) not in {*_DOWN, _UP, _STARTING}]
        starting = [t for t in targets if states.get(t.id) == _STARTING]
        if down:
            yield self._down(subject, down, states)
        if starting:
            summary = _("{names} of {group} just started.", names=_names(starting), group=_group(subject))
            citations = [self.cite(INSTANCE, t.id, "State.Name", _STARTING) for t in starting[:_SHOWN]]
            yield self.warned(starting[0].id, summary, citations, _wait(starting), subject=subject)
        if strange:
            said = ", ".join(sorted({states[t.id] or "none" for t in strange}))
            summary = _(
                "{names} of {group}: a state that we do not know ({said}).",
                names=_names(strange),
                group=_group(subject),
                said=said,
            )
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
        more, fix = len(down) - _SHOWN, _start(subject, down, states)
        if more > 0:
            shown = plural("{names} +{count} more", "{names} +{count} more", more, names=shown)
        values = {"targets": shown, "group": _group(subject), "healthy": healthy, "all": len(subject.health)}
        if healthy:
            summary = plural(
                "{targets} of {group} does not run; {healthy} of {all} targets are healthy and serve.",
                "{targets} of {group} do not run; {healthy} of {all} targets are healthy and serve.",
                len(down),
                **values,
            )
            return self.warned(down[0].id, summary, citations, fix, subject=subject)
        summary = plural(
            "{targets} of {group} does not run, and no other target is healthy.",
            "{targets} of {group} do not run, and no other target is healthy.",
            len(down),
            **values,
        )
        return self.failed(down[0].id, summary, citations, fix, subject=subject)

    def _refusing(self, subject: TargetGroupHop, refusing: Sequence[Probed]) -> Finding:
        """Targets that refused a probe's connection: their host answers, and no process listens there."""
        port = refusing[0].target.port
        closed = {x.target for x in refusing}
        healthy = sum(
            t.description.target_health.state == "healthy" and probe_target(subject, t) not in closed
            for t in subject.targets
        )
        cited, fix, resource = cite_tcp(refusing), _listen(subject, port), subject.arn
        values = {"places": places(refusing), "group": _group(subject), "healthy": healthy, "all": len(subject.health)}
        if healthy:
            summary = plural(
                "Nothing listens on {places} of {group}: it refuses the connection; {healthy} of {all} targets are "
                "healthy and serve.",
                "Nothing listens on {places} of {group}: they refuse the connection; {healthy} of {all} targets are "
                "healthy and serve.",
                len(refusing),
                **values,
            )
            return self.warned(resource, summary, cited, fix, subject=subject)
        summary = plural(
            "Nothing listens on {places} of {group}: it refuses the connection, and no other target is healthy.",
            "Nothing listens on {places} of {group}: they refuse the connection, and no other target is healthy.",
            len(refusing),
            **values,
        )
        return self.failed(resource, summary, cited, fix, subject=subject)

    def _listening(
        self, subject: TargetGroupHop, targets: Sequence[TargetHop], states: dict[str, str], walk: Walk
    ) -> Finding:
        """Say whether anything points to a closed port. What a health check of the same port reached, listens."""
        unhealthy = [t for t in targets if t.description.target_health.state.startswith("unhealthy")]
        doubtful = [t for t in targets if t.description.target_health.state in _GETS_TRAFFIC and not _answers(t)]
        failing = bool(doubtful) and bool(signatures_maybe_on(walk, subject.path) & LOST_CONNECTION)
        if not unhealthy and not failing:
            summary = _("Nothing points to a closed port on the targets of {group}.", group=_group(subject))
            if states:
                summary = _("{count} of {count} instances of {group} run.", count=len(states), group=_group(subject))
            return self.passed(subject.arn, summary, subject=subject)
        asked = unhealthy or doubtful
        seen = probed_group(subject)
        taking = [x for x in seen.every if x.probe.tcp == "ok"]
        if taking and len(taking) == len(seen.every):
            listen = _(
                "Targets of {group} listen: {places} took the connection.", group=_group(subject), places=places(taking)
            )
            shown = plural(
                "Probed {number} of {known} target from {place}.",
                "Probed {number} of {known} targets from {place}.",
                seen.known,
                number=len(seen.every),
                known=seen.known,
                place=taking[0].probe.seen_from,
            )
            summary = f"{listen} {shown} {_(CANNOT_SEE)}"
            return self.passed(subject.arn, summary, subject=subject)
        if silent := [x for x in seen.every if x.probe.tcp in SILENT]:
            summary = _(
                "{places} of {group} gave {seen_from} no answer: a security group, a network ACL or a "
                "route stops the probe there. Whether anything listens stays unknown.",
                places=places(silent),
                group=_group(subject),
                seen_from=silent[0].probe.seen_from,
            )
            return self.undecided(subject.arn, summary, subject=subject)
        ports = ", ".join(dict.fromkeys(str(t.port) for t in asked))
        summary = _(
            "AWS does not show whether anything listens on port {ports} of {names}. Probe now: "
            "refused means that nothing listens, a timeout means a security group, a network ACL or "
            "a route.",
            ports=ports,
            names=_names(asked),
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
    shown, more = ", ".join(ids[:_SHOWN]), len(ids) - _SHOWN
    return plural("{names} +{count} more", "{names} +{count} more", more, names=shown) if more > 0 else shown


def _listen(hop: TargetGroupHop, port: int) -> Fix:
    return Fix(
        summary=_("Start the service on 0.0.0.0:{port}, or register the port on which it listens.", port=port),
        cli=(
            f"ss -ltnp 'sport = :{port}'   # on the target: what listens there, and on which address",
            f"aws elbv2 register-targets --target-group-arn {hop.arn} --targets Id=TARGET,Port=PORT",
            f"aws elbv2 deregister-targets --target-group-arn {hop.arn} --targets Id=TARGET,Port={port}",
        ),
        console=_("EC2 › Target groups › Targets › Register targets."),
        steps=(
            _("See on the target whether the service runs, and on which port and address it listens."),
            _("Let it listen on 0.0.0.0:{port}, not only on 127.0.0.1.", port=port),
            _("Or register the targets with the port on which it listens, and deregister the old ones."),
        ),
    )


def _wait(targets: Sequence[TargetHop]) -> Fix:
    ids = " ".join(t.id for t in targets[:20])
    return Fix(
        summary=_("Wait until the instances run and their health checks pass, then run this again."),
        cli=(f"aws ec2 describe-instance-status --include-all-instances --instance-ids {ids}",),
        console=_("EC2 › Instances › Instance state, Status check."),
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
    started = [
        new_terraform("aws_ec2_instance_state", name, {"instance_id": name, "state": _UP})
        for name in can[:_MOST_STARTED]
    ]
    cloudformation, registered = (
        targets_as_code(hop.arn, [("NEW_INSTANCE", lost[0].port or "PORT")]) if lost else ("", "")
    )
    return Fix(
        summary=_("Start the instances, and see that the service starts with them.")
        if can
        else _("Replace the instances."),
        cli=tuple(cli),
        cloudformation=cloudformation,
        terraform="\n\n".join((*started, *([registered] if registered else []))),
        console=_("EC2 › Instances › Instance state › Start instance."),
        steps=(
            *((_("Start the instances."),) if can else ()),
            *((_("Register new instances for those that are gone, and deregister the old ones."),) if lost else ()),
            _("See that the service listens on 0.0.0.0:{port}, not only on 127.0.0.1.", port=down[0].port),
        ),
    )
