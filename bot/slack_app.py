"""The Bolt app: who the bot is in its workspace, and every listener."""

from __future__ import annotations

import logging

import aiohttp
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

import handlers
from bot.report.slack_client import handlers_client
from bot.settings import Settings, SettingsError


async def identify(client: AsyncWebClient, token: str) -> AuthorizeResult:
    """Who the bot is. SettingsError where Slack does not take the token."""
    try:
        reply = await client.auth_test()
    except SlackApiError as error:
        code = error.response.get("error")
        raise SettingsError(
            [f"SLACK_BOT_TOKEN: Slack does not take it ({code}); expected a valid bot token"]
        ) from error
    except aiohttp.ClientError as error:
        where = client.base_url
        raise SettingsError(
            [f"SLACK_API_URL: {where} cannot be reached ({error}); expected Slack's Web API"]
        ) from error
    return AuthorizeResult.from_auth_test_response(auth_test_response=reply, bot_token=token)


def bolt_app(
    settings: Settings, edge: handlers.Edge, identity: AuthorizeResult, session: aiohttp.ClientSession
) -> AsyncApp:
    """The Bolt app with every listener: the same one for HTTP, Socket Mode and `async_dispatch`."""

    async def authorize(**_: object) -> AuthorizeResult:
        return identity

    app = AsyncApp(
        logger=_quiet_while_built(),
        name="vpclink",
        client=handlers_client(settings.slack_api_url, session),
        signing_secret=settings.slack_signing_secret.get_secret_value(),
        # Socket Mode's requests come over a connection that we opened ourselves; without a secret, none other is taken.
        authorize=authorize,
        process_before_response=True,
    )
    app.logger.setLevel(logging.NOTSET)
    handlers.register(app, edge)
    return app


def _quiet_while_built() -> logging.Logger:
    """Bolt warns of a SLACK_BOT_TOKEN in the environment that it does not use: ours is in `authorize`."""
    logger = logging.getLogger("slack_bolt.vpclink")
    logger.setLevel(logging.ERROR)
    return logger
