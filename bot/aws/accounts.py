"""Sessions of the configured accounts: a role is assumed, for reading alone, and credentials are renewed in time.

AssumeRole is the one call of this program that is no read; it changes nothing but who asks. AWS: API_AssumeRole.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import threading
from collections.abc import Callable
from typing import Any, Final

import boto3
import botocore.session
from botocore.credentials import CredentialProvider, CredentialResolver, RefreshableCredentials
from botocore.exceptions import BotoCoreError, ClientError
from botocore.loaders import Loader

from bot.aws.collectors import COLLECTORS
from bot.aws.connection import CONFIG, Calls, Connection
from bot.aws.errors import Failure, failure
from bot.aws.reader import AwsReader
from bot.config.accounts import Accounts, UnknownAccountError
from bot.config.model import Account
from bot.diagnosis.model import GapReason, Request
from bot.diagnosis.policy import session_policy
from bot.language import _
from bot.log_lines import current_reference, event
from bot.reading import CannotReadError

log = logging.getLogger(__name__)

DURATION_SECONDS: Final = 900
"""The shortest that AWS gives: what is stolen is soon worth nothing."""
_RENEW_SECONDS: Final = 180
_MUST_RENEW_SECONDS: Final = 60
"""Before the end. botocore's own 15 and 10 minutes would renew a session of 15 minutes at every call."""
_ACTION: Final = "sts:AssumeRole"


class AccountSessions:
    """One boto3 session per account, and one connection per account and region; shared by every run."""

    def __init__(self, accounts: Accounts, own: boto3.Session | None = None) -> None:
        self.accounts = accounts
        self._own = own or boto3.Session()
        self._loader = Loader()
        """The service models, read once: a session with a loader of its own takes a quarter of a second more."""
        self._lock = threading.Lock()
        self._sessions: dict[str, boto3.Session] = {}
        self._connections: dict[tuple[boto3.Session, str], Connection] = {}
        self._own_id: str | None = None
        self._process = secrets.token_hex(4)

    def reader(self, request: Request) -> AwsReader:
        """The reader of a request. CannotReadError where its account is not configured or cannot be entered."""
        return AwsReader(self.connection(request.account, request.region), COLLECTORS)

    def connection(self, account_id: str | None, region: str) -> Connection:
        """The clients of an account (its id; None: the one that is meant by default) in a region. CannotReadError."""
        session = self.session(account_id, region)
        with self._lock:
            if (session, region) not in self._connections:
                self._connections[session, region] = Connection(session, region)
                self._connections[session, region].warm()
            return self._connections[session, region]

    def session(self, account_id: str | None, region: str) -> boto3.Session:
        """The session of an account, for calls in a region. CannotReadError where it cannot be entered."""
        account = self._account(account_id, region)
        if account is not None and account.role_arn:
            return self._assumed(account, account.role_arn, region)
        meant = account.id if account else account_id
        if meant is not None:
            self._require_own(meant, region)
        return self._own

    def _account(self, account_id: str | None, region: str) -> Account | None:
        try:
            self.accounts.settled(account_id, region)
            found = self.accounts.meant(account_id)
        except UnknownAccountError as error:
            raise CannotReadError(str(error)) from error
        return found[1] if found else None

    def _require_own(self, account_id: str, region: str) -> None:
        """Nobody is answered from another account than they asked about."""
        if self._own_id is None:
            try:
                caller = Calls(Connection(self._own, region)).call("sts", "get_caller_identity")
            except Failure as error:
                raise CannotReadError(
                    _("I cannot tell which account my credentials belong to: {error}.", error=error)
                ) from error
            self._own_id = str(caller["Account"])
        if account_id != self._own_id:
            raise CannotReadError(
                _(
                    "The account {account} has no role in my configuration, and my credentials belong to {own}. Leave "
                    "--account out, or configure a role_arn for it.",
                    account=account_id,
                    own=self._own_id,
                )
            )

    def _assumed(self, account: Account, role: str, region: str) -> boto3.Session:
        """The session of an account's role, made at its first use. CannotReadError where AWS refuses it."""
        with self._lock:
            if account.id in self._sessions:
                return self._sessions[account.id]
        enter = self._entering(account, role, region)
        try:
            first = enter()
        except Failure as error:
            raise CannotReadError(refusal(account, role, error)) from error
        credentials = RefreshableCredentials.create_from_metadata(
            first,
            refresh_using=enter,
            method="assume-role",
            advisory_timeout=_RENEW_SECONDS,
            mandatory_timeout=_MUST_RENEW_SECONDS,
        )
        core = botocore.session.Session()
        core.register_component("data_loader", self._loader)
        core.register_component("credential_provider", CredentialResolver([_Given(credentials)]))
        with self._lock:
            return self._sessions.setdefault(account.id, boto3.Session(botocore_session=core))

    def _entering(self, account: Account, role: str, region: str) -> Callable[[], dict[str, Any]]:
        """What asks STS for credentials of the role; Failure where it does not give them."""
        # The regional endpoint: its tokens are valid everywhere, and another region's trouble is not ours.
        sts = self._own.client("sts", region_name=region, config=CONFIG)
        parameters: dict[str, Any] = {
            "RoleArn": role,
            "DurationSeconds": DURATION_SECONDS,
            "Policy": json.dumps(session_policy(account.partition), separators=(",", ":")),
        }
        if account.external_id is not None:
            parameters["ExternalId"] = account.external_id.get_secret_value()

        def enter() -> dict[str, Any]:
            name = session_name(current_reference() or self._process)
            try:
                given = sts.assume_role(RoleSessionName=name, **parameters)["Credentials"]
            except (ClientError, BotoCoreError) as error:
                raise failure(_ACTION, error) from error
            event(log, "role assumed", account=account.id, role=role, session=name)
            return {
                "access_key": given["AccessKeyId"],
                "secret_key": given["SecretAccessKey"],
                "token": given["SessionToken"],
                "expiry_time": given["Expiration"].isoformat(),
                "account_id": account.id,
            }

        return enter


class _Given(CredentialProvider):
    """Provides the credentials that it was given, to one session."""

    METHOD = "assume-role"

    def __init__(self, credentials: RefreshableCredentials) -> None:
        super().__init__()
        self._credentials = credentials

    def load(self) -> RefreshableCredentials:
        """The credentials."""
        return self._credentials


def session_name(reference: str) -> str:
    """The name under which CloudTrail shows a session: the reference that stands in our log and in Slack."""
    return f"vpclink-{re.sub(r'[^A-Za-z0-9_=,.@-]', '-', reference)[:48]}"


def refusal(account: Account, role: str, error: Failure) -> str:
    """Why an account cannot be entered, and what to look at."""
    if error.reason is not GapReason.ACCESS_DENIED:
        return _("I cannot enter the account {account}: {error}.", account=account.id, error=error)
    if account.external_id:
        return _(
            "I cannot enter the account {account}: AWS refuses {action} on {role}. Check that the role exists, that "
            "its trust policy names my own role, that its sts:ExternalId is the one that I was given, and that my own "
            "role may assume it.",
            account=account.id,
            action=_ACTION,
            role=role,
        )
    return _(
        "I cannot enter the account {account}: AWS refuses {action} on {role}. Check that the role exists, that its "
        "trust policy names my own role, that its sts:ExternalId is none: I was given none, and that my own role may "
        "assume it.",
        account=account.id,
        action=_ACTION,
        role=role,
    )
