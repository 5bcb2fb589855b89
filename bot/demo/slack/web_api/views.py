"""views.*: https://docs.slack.dev/reference/methods?family=views."""

from __future__ import annotations

from bot.demo.slack.interactions import modals
from bot.demo.slack.json_types import Json
from bot.demo.slack.objects import view_object
from bot.demo.slack.problems import SlackError
from bot.demo.slack.services import Services
from bot.demo.slack.state.views import View
from bot.demo.slack.web_api.method import Arguments, Method, Methods
from bot.demo.slack.workspace import SlackApp


def _definition(services: Services, arguments: Arguments, kind: str) -> Json:
    arguments.required("view")
    definition = modals.read_view(services.state, arguments["view"])
    if definition["type"] != kind:
        raise SlackError.invalid("invalid_arguments", [f"must be a {kind} view [json-pointer:/view/type]"])
    return definition


def _answer(services: Services, view: View) -> Json:
    return {"view": view_object(services.state, view, modals.values_of(services.state, view))}


def _open(services: Services, app: SlackApp, arguments: Arguments) -> Json:
    definition = _definition(services, arguments, "modal")
    trigger = services.state.tickets.exchange(arguments.required("trigger_id"), app.app_id)
    view = modals.new_view(services.state, app, trigger.user, definition)
    services.state.views.set_stack(trigger.user, [view])
    services.state.changes.notify()
    return _answer(services, view)


def _push(services: Services, app: SlackApp, arguments: Arguments) -> Json:
    definition = _definition(services, arguments, "modal")
    trigger = services.state.tickets.exchange(arguments.required("trigger_id"), app.app_id)
    return _answer(services, modals.push(services.state, app, trigger.user, definition))


def _update(services: Services, app: SlackApp, arguments: Arguments) -> Json:
    views = services.state.views
    if arguments.text("view_id"):
        view = views.get(arguments.text("view_id"))
    else:
        view = views.by_external_id(app.app_id, arguments.required("external_id"))
    if view is None or view.app_id != app.app_id:
        raise SlackError("not_found")
    _check_hash(view, arguments)
    definition = _definition(services, arguments, view.type)
    return _answer(services, modals.redefine(services.state, view, definition))


def _publish(services: Services, app: SlackApp, arguments: Arguments) -> Json:
    if not app.home_tab_enabled:
        raise SlackError("not_enabled")
    user = arguments.required("user_id")
    if services.state.workspace.find_user(user) is None:
        raise SlackError("invalid_arguments", response_metadata={"messages": ["[ERROR] user_id: no such user"]})
    definition = _definition(services, arguments, "home")
    before = services.state.views.home(app.app_id, user)
    if before:
        _check_hash(before, arguments)
        return _answer(services, modals.redefine(services.state, before, definition))
    view = modals.new_view(services.state, app, user, definition)
    services.state.views.put(view)
    services.state.changes.notify()
    return _answer(services, view)


def _check_hash(view: View, arguments: Arguments) -> None:
    """An app that names the state it saw does not overwrite a newer one."""
    if arguments.text("hash") not in ("", view.hash):
        raise SlackError("hash_conflict")


METHODS: Methods = {
    "views.open": Method(_open, tier=4),
    "views.push": Method(_push, tier=4),
    "views.update": Method(_update, tier=4),
    "views.publish": Method(_publish, tier=4),
}
