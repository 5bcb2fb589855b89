"""Who may ask what: the rules of the configuration file, and the one guard that every request passes."""

from bot.access.groups import Groups, SlackGroups
from bot.access.guard import Guard, RefusedError, open_to_all

__all__ = ["Groups", "Guard", "RefusedError", "SlackGroups", "open_to_all"]
