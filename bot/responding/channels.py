"""What people have chosen for alarms: on or off in a channel, and alarms that are snoozed. Kept in the store's values.

Everything that shows or lists these choices asks here; nobody else knows how they are kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.language import marked
from bot.store.interface import Values

_SETTING: Final = "alarm-channel"
_SNOOZE: Final = "alarm-snooze"
_SHOWN: Final = "alarm-shown"
_SHOWN_SECONDS: Final = 30 * 24 * 3600.0

PRESETS: Final = {
    "1h": marked("1 hour"),
    "4h": marked("4 hours"),
    "tomorrow": marked("until tomorrow, 08:00 UTC"),
    "1w": marked("1 week"),
}
"""For how long an alarm may be snoozed."""
_SPANS: Final = {"1h": timedelta(hours=1), "4h": timedelta(hours=4), "1w": timedelta(weeks=1)}
_MORNING: Final = 8


@dataclass(frozen=True)
class ChannelSetting:
    """Whether alarms are answered in a channel, who chose it (a Slack user id) and when (ISO 8601, UTC)."""

    channel: str
    on: bool
    by: str
    at: str

    @property
    def moment(self) -> datetime:
        """When it was chosen."""
        return datetime.fromisoformat(self.at)


@dataclass(frozen=True)
class Snooze:
    """An alarm that is left alone in a channel. `identity` is `AlarmAsk.identity`; times are ISO 8601, UTC."""

    channel: str
    identity: str
    name: str
    region: str
    by: str
    until: str

    @property
    def ends(self) -> datetime:
        """When alarms are answered again."""
        return datetime.fromisoformat(self.until)


@dataclass(frozen=True)
class Shown:
    """An alarm that was answered: what its line in the thread says, so that it can be shown anew when it is pressed."""

    channel: str
    identity: str
    name: str
    region: str
    since: str
    notes: tuple[str, ...] = ()


class AlarmChannels:
    """Reads and writes the choices. `now` names a time zone."""

    def __init__(self, values: Values, now: Callable[[], datetime]) -> None:
        self._values = values
        self._now = now

    async def setting(self, channel: str) -> ChannelSetting | None:
        """What was chosen for a channel; None where nobody has chosen: then alarms are answered."""
        entry = await self._values.get(_SETTING, channel)
        return ChannelSetting(**entry.value) if entry else None

    async def is_on(self, channel: str) -> bool:
        """Whether alarms are answered in a channel."""
        chosen = await self.setting(channel)
        return chosen is None or chosen.on

    async def switch(self, channel: str, user: str, *, on: bool) -> ChannelSetting:
        """Answer alarms in a channel, or leave them alone."""
        chosen = ChannelSetting(channel, on, user, self._now().astimezone(UTC).isoformat(timespec="seconds"))
        await self._values.put(_SETTING, channel, asdict(chosen))
        return chosen

    async def settings(self) -> tuple[ChannelSetting, ...]:
        """Every choice, by channel."""
        return tuple(ChannelSetting(**entry.value) for entry in await self._values.scan(_SETTING))

    async def snooze(self, shown: Shown, preset: str, user: str) -> Snooze:
        """Leave an alarm alone for as long as the preset says; LookupError for an unknown one."""
        now = self._now().astimezone(UTC)
        until = (now + _SPANS[preset]) if preset in _SPANS else _tomorrow(now, preset)
        ends = until.isoformat(timespec="seconds")
        chosen = Snooze(shown.channel, shown.identity, shown.name, shown.region, user, ends)
        seconds = (until - now).total_seconds()
        await self._values.put(_SNOOZE, _key(shown.channel, shown.identity), asdict(chosen), ttl=seconds)
        return chosen

    async def wake(self, channel: str, identity: str) -> bool:
        """Answer an alarm again; False where it was not snoozed."""
        return await self._values.delete(_SNOOZE, _key(channel, identity))

    async def snoozed(self, channel: str, identity: str) -> Snooze | None:
        """The snooze of an alarm, as long as it lasts."""
        entry = await self._values.get(_SNOOZE, _key(channel, identity))
        return Snooze(**entry.value) if entry else None

    async def snoozes(self, channel: str = "") -> tuple[Snooze, ...]:
        """Every snooze that lasts, in one channel or in all, the one that ends first at the beginning."""
        entries = await self._values.scan(_SNOOZE, f"{channel}/" if channel else "")
        return tuple(sorted((Snooze(**entry.value) for entry in entries), key=lambda snooze: snooze.until))

    async def show(self, shown: Shown) -> None:
        """Remember what an alarm's line says."""
        value = {**asdict(shown), "notes": list(shown.notes)}
        await self._values.put(_SHOWN, _key(shown.channel, shown.identity), value, ttl=_SHOWN_SECONDS)

    async def shown(self, channel: str, identity: str) -> Shown | None:
        """What an alarm's line says, where it is still kept."""
        entry = await self._values.get(_SHOWN, _key(channel, identity))
        return Shown(**{**entry.value, "notes": tuple(entry.value["notes"])}) if entry else None


def _key(channel: str, identity: str) -> str:
    return f"{channel}/{identity}"


def _tomorrow(now: datetime, preset: str) -> datetime:
    if preset != "tomorrow":
        raise LookupError(f"expected one of {', '.join(PRESETS)}, got {preset!r:.40}")
    return (now + timedelta(days=1)).replace(hour=_MORNING, minute=0, second=0, microsecond=0)
