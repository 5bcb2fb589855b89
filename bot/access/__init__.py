"""Who may ask what: the rules of the configuration file, and the one guard that every request passes."""

from bot.access.guard import Guard, RefusedError, open_to_all
from bot.access.groups import Groups, SlackGroups

__all__ = ["Groups", "Guard", "RefusedError", "SlackGroups", "open_to_all"]
