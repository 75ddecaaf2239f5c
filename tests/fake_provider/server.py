"""The fake provider's web application, which counts what it is asked."""

import asyncio

from aiohttp import web

from tests.fake_provider.behaviours import Asked, parse, reply


class Counts:
    """How often each pair of model and prompt was asked, and how many requests were open at once."""

    def __init__(self):
        self.clear()

    def clear(self):
        self.asked = {}
        self.finished = {}
        self.in_flight = 0
        self.most_in_flight = 0

    def begin(self, model, prompt):
        """Count a request; gives its number for this pair, from 1."""
        pair = (model, prompt)
        self.asked[pair] = self.asked.get(pair, 0) + 1
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        return self.asked[pair]

    def end(self, model, prompt, finished):
        self.in_flight = max(0, self.in_flight - 1)
        if finished:
            self.finished[model, prompt] = self.finished.get((model, prompt), 0) + 1

    def as_dict(self):
        return {
            "total": sum(self.asked.values()),
            "finished": sum(self.finished.values()),
            "in_flight": self.in_flight,
            "most_in_flight": self.most_in_flight,
            "asked": [
                {"model": model, "prompt": prompt, "asked": number, "finished": self.finished.get((model, prompt), 0)}
                for (model, prompt), number in self.asked.items()
            ],
        }


COUNTS = web.AppKey("counts", Counts)


def make_app():
    app = web.Application(client_max_size=16 * 2**20)
    app[COUNTS] = Counts()
    app.router.add_post("/v1/chat/completions", _complete)
    app.router.add_get("/v1/models", _models)
    app.router.add_get("/_count", _count)
    app.router.add_post("/_reset", _reset)
    return app


async def _complete(request):
    counts = request.app[COUNTS]
    body = await request.json()
    model = body["model"]
    prompt = body["messages"][-1]["content"]
    number = counts.begin(model, prompt)
    finished = False
    try:
        behaviour = parse(model, prompt)
        if behaviour.delay_s:
            await asyncio.sleep(behaviour.delay_s)
        key = request.headers.get("Authorization", "").removeprefix("Bearer ")
        made = reply(behaviour, Asked(model, prompt, number, key))
        response = await _send(request, made)
        finished = made.how not in ("close", "cut")
        return response
    finally:
        counts.end(model, prompt, finished)


async def _send(request, made):
    if made.how == "hang":
        await asyncio.sleep(3600)
    if made.how == "close":
        request.transport.close()
        return web.Response()
    if made.how == "send":
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


async def _models(request):
    return web.json_response({"object": "list", "data": [{"id": "answer", "object": "model"}]})


async def _count(request):
    return web.json_response(request.app[COUNTS].as_dict())


async def _reset(request):
    request.app[COUNTS].clear()
    return web.json_response({})


async def start(port=0):
    """Start on loopback; gives the runner, to be cleaned up, and the port."""
    runner = web.AppRunner(make_app(), access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    # Room for many connections at once: with aiohttp's 128, some would wait a second for their second try.
    site = web.TCPSite(runner, "127.0.0.1", port, backlog=4096)
    await site.start()
    return runner, site._server.sockets[0].getsockname()[1]
