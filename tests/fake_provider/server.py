"""The fake provider's web application, which counts what it is asked.

Beside the protocols it has addresses of its own: GET /_count (with ?pairs=no for the totals alone), GET /_arrivals
(with ?model=…), POST /_hole?on=1 or 0, POST /_reset.
"""

import asyncio
import dataclasses
import functools
import json

from aiohttp import web

from tests.fake_provider import shapes
from tests.fake_provider.behaviours import Asked, parse, reply, too_many
from tests.fake_provider.records import Arrivals, Counts, Hole

COUNTS = web.AppKey("counts", Counts)
ARRIVALS = web.AppKey("arrivals", Arrivals)
HOLE = web.AppKey("hole", Hole)


def make_app():
    app = web.Application(client_max_size=16 * 2**20)
    app[COUNTS], app[ARRIVALS], app[HOLE] = Counts(), Arrivals(), Hole()
    for path, protocol in (
        ("/v1/chat/completions", "chat"),
        ("/openai/deployments/{model}/chat/completions", "chat"),
        ("/v1/responses", "responses"),
        ("/v1/messages", "messages"),
        ("/v1beta/models/{model}:{verb}", "gemini"),
    ):
        app.router.add_post(path, functools.partial(_complete, protocol))
    app.router.add_get("/v1/models", _models)
    app.router.add_get("/_count", _count)
    app.router.add_get("/_arrivals", _arrivals)
    app.router.add_post("/_hole", _hole)
    app.router.add_post("/_reset", _reset)
    return app


def _question(protocol, request, body):
    """The model, the prompt, and whether a stream is wanted."""
    if protocol == "gemini":
        verb = request.match_info["verb"]
        return request.match_info["model"], body["contents"][-1]["parts"][0]["text"], verb == "streamGenerateContent"
    told = body["input"] if protocol == "responses" else body["messages"]
    return request.match_info.get("model") or body["model"], told[-1]["content"], body.get("stream", False)


def _key(request):
    bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
    others = (request.headers.get(name) for name in ("api-key", "x-api-key", "x-goog-api-key"))
    return bearer or next((key for key in others if key), "")


def _spoken(protocol, made, stream):
    """A reply as the protocol words it, where there is anything in it to word."""
    try:
        said = json.loads(made.body)
    except ValueError:
        return made
    if not isinstance(said, dict):
        return made
    if "error" in said and "choices" not in said:
        body = shapes.error(protocol, made.status, said["error"])
        return dataclasses.replace(made, body=json.dumps(body).encode())
    if not (said.get("choices") and isinstance(said["choices"][0], dict)):
        return made
    if stream:
        return dataclasses.replace(made, pieces=tuple(shapes.events(protocol, said)))
    return dataclasses.replace(made, body=json.dumps(shapes.whole(protocol, said)).encode())


async def _complete(protocol, request):
    counts, hole = request.app[COUNTS], request.app[HOLE]
    model, prompt, stream = _question(protocol, request, await request.json())
    arrival = request.app[ARRIVALS].note(model)
    number = counts.begin(model, prompt)
    finished = False
    try:
        await hole.pull()
        behaviour = parse(model, prompt)
        made = _refused(request, behaviour, arrival)
        if made is None:
            if behaviour.delay_s:
                await asyncio.sleep(behaviour.delay_s)
                await hole.pull()
            tokens = (behaviour.input_tokens, behaviour.output_tokens)
            made = reply(behaviour, Asked(model, prompt, number, _key(request), *tokens))
        # What a raw behaviour has spoilt stays spoilt: only whole answers are put into other words.
        made = made if protocol == "chat" and not stream else _spoken(protocol, made, stream)
        response = await (_stream if made.pieces else _send)(request, made, behaviour.gap_s)
        finished = made.how not in ("close", "cut")
        return response
    finally:
        counts.end(model, prompt, finished)


def _refused(request, behaviour, arrival):
    """The response where a request is beyond its model's limit; it comes at once."""
    if behaviour.limit is None:
        return None
    wait_s = request.app[ARRIVALS].decide(arrival, behaviour.limit, behaviour.window_s)
    if wait_s is None:
        return None
    made = too_many(wait_s)
    arrival["retry_after"] = float(made.headers["Retry-After"])
    return made


async def _send(request, made, gap_s):
    if made.how == "hang":
        await asyncio.sleep(3600)
    if made.how == "close":
        request.transport.close()
        return web.Response()
    if made.how in ("send", "linger"):
        return web.Response(status=made.status, body=made.body, content_type="application/json", headers=made.headers)
    response = web.StreamResponse(headers={"Content-Length": str(len(made.body)), "Content-Type": "application/json"})
    await response.prepare(request)
    if made.how == "drip":
        for byte in made.body:
            await response.write(bytes([byte]))
            await asyncio.sleep(0.05)
        return response
    await response.write(made.body[: len(made.body) // 2])
    await asyncio.sleep(0.01)
    request.transport.close()
    return response


async def _stream(request, made, gap_s):
    response = web.StreamResponse(status=made.status, headers={"Content-Type": "text/event-stream", **made.headers})
    await response.prepare(request)
    pieces = made.pieces
    if made.how == "drip":
        pieces = [bytes([byte]) for piece in pieces for byte in piece]
    if made.how == "cut":
        pieces = pieces[: len(pieces) // 2]
    for piece in pieces:
        await response.write(piece)
        await asyncio.sleep(0.05 if made.how == "drip" else gap_s)
    if made.how == "linger":
        await asyncio.sleep(3600)
    if made.how == "cut":
        await asyncio.sleep(0.01)
        request.transport.close()
    return response


async def _models(request):
    return web.json_response({"object": "list", "data": [{"id": "answer", "object": "model"}]})


async def _count(request):
    counts = request.app[COUNTS]
    return web.json_response(counts.totals() if request.query.get("pairs") == "no" else counts.as_dict())


async def _arrivals(request):
    return web.json_response(request.app[ARRIVALS].of(request.query.get("model")))


async def _hole(request):
    hole = request.app[HOLE]
    hole.on = request.query.get("on") == "1"
    return web.json_response({"on": hole.on, "swallowed": hole.swallowed})


async def _reset(request):
    request.app[COUNTS].clear()
    request.app[ARRIVALS].clear()
    return web.json_response({})


async def start(port=0):
    """Start on loopback; gives the runner, to be cleaned up, and the port."""
    runner = web.AppRunner(make_app(), access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    # Room for many connections at once: with aiohttp's 128, some would wait a second for their second try.
    site = web.TCPSite(runner, "127.0.0.1", port, backlog=4096)
    await site.start()
    return runner, site._server.sockets[0].getsockname()[1]
