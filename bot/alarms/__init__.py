"""Any alarm payload → what it is about. Pure: nothing is read but the payload.

`read_alarm(payload)` takes an object, a list or text of any shape of the tables in `bot.alarms.reader`, and returns
one frozen `Alarm`. It never raises; what is not an alarm is `NOT_AN_ALARM`.
"""

from bot.alarms.model import NOT_AN_ALARM, Alarm
from bot.alarms.reader import read_alarm, read_alarms

__all__ = ["NOT_AN_ALARM", "Alarm", "read_alarm", "read_alarms"]
