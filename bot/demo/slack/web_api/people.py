"""users.*, bots.*, team.*, usergroups.*: https://docs.slack.dev/reference/methods."""

from __future__ import annotations

from bot.demo.slack.json_types import Json
from bot.demo.slack.objects import avatar_url, bot_user_object, user_object
from bot.demo.slack.problems import SlackError
from bot.demo.slack.services import Services
from bot.demo.slack.web_api.method import Arguments, Method, Methods, page_of
from bot.demo.slack.workspace import SlackApp


def _info(services: Services, app: SlackApp, arguments: Arguments) -> Json:
    del app  # any app may ask
    asked, workspace = arguments.required("user"), services.state.workspace
    bot = next((one for one in workspace.apps if one.bot_user_id == asked), None)
    if bot:
        return {"user": bot_user_object(services.state, bot)}
    user = next((one for one in workspace.users if one.id == asked), None)
    if user is None:
        raise SlackError("user_not_found")
    return {"user": user_object(services.state, user, with_locale=arguments.flag("include_locale"))}


def _list(services: Services, app: SlackApp, arguments: Arguments) -> Json:
    del app  # any app may ask
    state, with_locale = services.state, arguments.flag("include_locale")
    everybody = [user_object(state, user, with_locale=with_locale) for user in state.workspace.users]
    everybody += [bot_user_object(state, bot) for bot in state.workspace.apps]
    page, cursor = page_of(everybody, arguments)
    return {"members": page, "cache_ts": int(state.clock.now()), "response_metadata": {"next_cursor": cursor}}


def _bot_info(services: Services, app: SlackApp, arguments: Arguments) -> Json:
    asked = arguments.text("bot") or app.bot_id
    bot = next((one for one in services.state.workspace.apps if one.bot_id == asked), None)
    if bot is None:
        raise SlackError("bot_not_found")
    icons = {"image_48": avatar_url(services.state, bot.bot_user_id)}
    return {
        "bot": {
            "id": bot.bot_id,
            "deleted": False,
            "name": bot.name,
            "updated": 0,
            "app_id": bot.app_id,
            "user_id": bot.bot_user_id,
            "icons": icons,
        }
    }


def _team_info(services: Services, app: SlackApp, arguments: Arguments) -> Json:
    del app, arguments  # there is one team
    workspace = services.state.workspace
    return {
        "team": {
            "id": workspace.team_id,
            "name": workspace.name,
            "domain": workspace.domain,
            "url": f"{services.state.base_url}/",
            "email_domain": "example.com",
            "icon": {},
        }
    }


def _group_users(services: Services, app: SlackApp, arguments: Arguments) -> Json:
    del app  # any app may ask
    asked = arguments.required("usergroup")
    group = next((one for one in services.state.workspace.user_groups if one.id == asked), None)
    if group is None:
        raise SlackError("no_such_subteam")
    return {"users": list(group.users)}


METHODS: Methods = {
    "users.info": Method(_info, ("users:read",), tier=4),
    "users.list": Method(_list, ("users:read",), tier=2),
    "bots.info": Method(_bot_info, ("users:read",)),
    "team.info": Method(_team_info, ("team:read",)),
    "usergroups.users.list": Method(_group_users, ("usergroups:read",), tier=2),
}
