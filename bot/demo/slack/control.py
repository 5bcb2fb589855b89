"""The control interface, `/_control/…`: plays the people and the other apps, and shows what came of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.demo.slack import control_requests as ask
from bot.demo.slack.alarm_cards import post_alarm
from bot.demo.slack.content import read_content
from bot.demo.slack.control_views import message_record, state_record
from bot.demo.slack.delivery.envelope import Answer
from bot.demo.slack.faults import Fault
from bot.demo.slack.interactions import actions, commands, common, modals, shortcuts
from bot.demo.slack.json_types import Json
from bot.demo.slack.problems import BadRequestError, SlackError
from bot.demo.slack.rate_limits import RateLimits
from bot.demo.slack.services import Services

Handler = Callable[[web.Request], Awaitable[Json]]


class Control:
    """Serves every path of the interface; answers `{"ok": true, …}`, or 400 and what was wrong."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._state = services.state

    def routes(self) -> list[web.RouteDef]:
        """The paths."""
        post: dict[str, Handler] = {
            "command": self._command,
            "message": self._message,
            "edit": self._edit,
            "interact": self._interact,
            "options": self._options,
            "shortcut": self._shortcut,
            "home": self._home,
            "reaction": self._reaction,
            "membership": self._membership,
            "alarm": self._alarm,
            "faults": self._add_faults,
            "disconnect": self._disconnect,
            "settings": self._settings,
            "reset": self._reset,
        }
        get: dict[str, Handler] = {
            "messages/{channel}": self._messages,
            "log": self._log,
            "state": self._show_state,
            "faults": self._faults,
        }
        return [
            *(web.post(f"/_control/{path}", _answering(handler)) for path, handler in post.items()),
            *(web.get(f"/_control/{path}", _answering(handler)) for path, handler in get.items()),
        ]

    async def _command(self, request: web.Request) -> Json:
        body = await ask.read(request, ask.Command)
        answer = await commands.run_command(
            self._services,
            common.place(self._state, body.channel),
            common.person(self._state, body.user),
            body.command,
            body.text,
            in_thread=body.thread_ts,
        )
        return _outcome(answer)

    async def _message(self, request: web.Request) -> Json:
        body = await ask.read(request, ask.NewMessage)
        content = read_content(self._texts(body), self._state.ids, self._state.file_ready)
        if content.is_empty:
            raise BadRequestError("text: expected text, blocks or attachments")
        if body.app:
            app = common.installed_app(self._state, body.app)
            place = self._services.messaging.writable(app, body.channel)
            message = self._services.messaging.post(place, content, app=app, thread_ts=body.thread_ts)
        else:
            user = common.person(self._state, body.user or "")
            place = common.place(self._state, body.channel)
            if user.id not in place.members:
                raise BadRequestError(f"channel: {user.name} is not in #{place.name}")
            message = self._services.messaging.post(place, content, user=user.id, thread_ts=body.thread_ts)
        return {"ts": message.ts, "message": message_record(self._state, message)}

    async def _edit(self, request: web.Request) -> Json:
        body = await ask.read(request, ask.EditedMessage)
        place = common.place(self._state, body.channel)
        author = (
            common.installed_app(self._state, body.app).bot_user_id
            if body.app
            else common.person(self._state, body.user or "").id
        )
        message = common.seen_message(self._state, place.id, body.messageTs, author)
        if message.author != author:
            raise BadRequestError(f"messageTs: {author} did not write {body.messageTs}")
        content = read_content(self._texts(body), self._state.ids, self._state.file_ready)
        after = self._services.messaging.edit(message, content, editor=author)
        return {"ts": after.ts, "message": message_record(self._state, after)}

    def _texts(self, body: ask.NewMessage) -> Json:
        given = body.model_dump(include={"text", "blocks", "attachments", "metadata"}, exclude_none=True)
        if body.user and given.get("text"):
            given["text"] = commands.escape_names(self._services, given["text"])
        return given

    def _surface(self, body: ask.Interaction) -> actions.Surface:
        user = common.person(self._state, body.user)
        if body.viewId:
            return actions.view_surface(self._services, body.viewId, user)
        place = common.place(self._state, body.channel or "")
        return actions.message_surface(self._services, place.id, body.messageTs or "", user, str(body.action))

    async def _interact(self, request: web.Request) -> Json:
        body = await ask.read(request, ask.Interaction)
        surface = self._surface(body)
        if body.submit:
            return await modals.submit(surface, body.values)
        if body.close:
            modals.close(surface, everything=body.everything)
            return {"outcome": "closed"}
        answer = await actions.act(surface, str(body.action), body.block_id, body.value)
        return _outcome(answer)

    async def _options(self, request: web.Request) -> Json:
        body = await ask.read(request, ask.Interaction)
        offered = await actions.suggest(self._surface(body), str(body.action), body.block_id, body.query)
        return {"options": offered}

    async def _shortcut(self, request: web.Request) -> Json:
        body = await ask.read(request, ask.ShortcutUse)
        user = common.person(self._state, body.user)
        if body.messageTs is None:
            return _outcome(await shortcuts.run_global_shortcut(self._services, user, body.callback_id))
        place = common.place(self._state, body.channel or "")
        message = common.seen_message(self._state, place.id, body.messageTs, user.id)
        return _outcome(await shortcuts.run_message_shortcut(self._services, place, message, user, body.callback_id))

    async def _home(self, request: web.Request) -> Json:
        body = await ask.read(request, ask.HomeVisit)
        app, user = common.installed_app(self._state, body.app), common.person(self._state, body.user)
        if not app.home_tab_enabled:
            raise BadRequestError(f"app: {app.name} has no Home tab")
        self._services.events.home_opened(app, user.id, body.tab)
        return {}

    async def _reaction(self, request: web.Request) -> Json:
        body = await ask.read(request, ask.Reaction)
        user, place = common.person(self._state, body.user), common.place(self._state, body.channel)
        message = common.seen_message(self._state, place.id, body.messageTs, user.id)
        self._services.messaging.react(message, body.name.strip(":"), user.id, add=not body.remove)
        return {}

    async def _membership(self, request: web.Request) -> Json:
        body = await ask.read(request, ask.Membership)
        place, conversations = common.place(self._state, body.channel), self._state.conversations
        if body.action == "archive":
            conversations.archive(place)
            self._state.changes.notify()
            return {}
        app = self._state.workspace.find_app(body.member or "")
        member = app.bot_user_id if app else common.person(self._state, body.member or "").id
        joined = body.action == "join"
        if (conversations.join if joined else conversations.leave)(place, member):
            self._services.events.membership(common.place(self._state, place.id), member, joined=joined)
        self._state.changes.notify()
        return {}

    async def _alarm(self, request: web.Request) -> Json:
        body = await ask.read(request, ask.Alarm)
        known = {alarm.name: alarm for alarm in self._state.workspace.alarms}
        name = body.name or next(iter(known), "")
        if name not in known:
            raise BadRequestError(f"name: expected one of {', '.join(known) or 'none'}; got {name!r}")
        if self._services.on_alarm:
            self._services.on_alarm(name, body.state)
        message = post_alarm(self._state, self._services.messaging, known[name], body.state)
        return {"ts": message.ts, "message": message_record(self._state, message)}

    async def _add_faults(self, request: web.Request) -> Json:
        self._state.faults.add(await ask.read(request, Fault))
        return {"faults": self._state.faults.to_json()}

    async def _faults(self, request: web.Request) -> Json:
        del request  # it asks for nothing in particular
        return {"faults": self._state.faults.to_json()}

    async def _disconnect(self, request: web.Request) -> Json:
        body = await ask.read(request, ask.Disconnect)
        app_id = common.installed_app(self._state, body.app).app_id if body.app else None
        return {"connections": await self._services.delivery.socket.disconnect(body.reason, app_id)}

    async def _settings(self, request: web.Request) -> Json:
        body = await ask.read(request, ask.Settings)
        if body.rate_limits is not None:
            current = self._state.rate_limiter.limits.model_dump()
            self._state.rate_limiter.limits = ask.validated(RateLimits, {**current, **body.rate_limits})
        for reference, url in body.request_urls.items():
            app = common.installed_app(self._state, reference)
            if not await self._services.delivery.http.verify(app, url):
                raise BadRequestError(f"request_urls: {url} did not return the challenge of the url_verification event")
        return {}

    async def _reset(self, request: web.Request) -> Json:
        del request  # it asks for nothing in particular
        self._state.reset()
        return {}

    async def _messages(self, request: web.Request) -> Json:
        place = common.place(self._state, request.match_info["channel"])
        return {"messages": [message_record(self._state, message) for message in self._state.messages.all_in(place.id)]}

    async def _log(self, request: web.Request) -> Json:
        given = request.query.get("after", "0")
        if not given.isdigit():
            raise BadRequestError(f"after: expected the number of a journal entry, got {given!r}")
        after = int(given)
        return {"log": [entry.to_json() for entry in self._state.journal.entries if entry.number > after]}

    async def _show_state(self, request: web.Request) -> Json:
        del request  # it asks for nothing in particular
        return state_record(self._services)


def _outcome(answer: Answer) -> Json:
    return {"acknowledged": answer.is_ok, "outcome": answer.outcome, "response": answer.body}


def _answering(handler: Handler) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def serve(request: web.Request) -> web.Response:
        try:
            return web.json_response({"ok": True, **await handler(request)})
        except BadRequestError as error:
            return web.json_response({"ok": False, "error": str(error)}, status=400)
        except SlackError as error:
            return web.json_response(error.to_json(), status=400)

    return serve
