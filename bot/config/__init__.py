"""The configuration file: named accounts, defaults of channels, who may ask. Pure data; no AWS, no Slack."""

from bot.config.accounts import Accounts, UnknownAccountError
from bot.config.load import load
from bot.config.model import Access, Account, Channel, Config, Rule

__all__ = ["Access", "Account", "Accounts", "Channel", "Config", "Rule", "UnknownAccountError", "load"]
