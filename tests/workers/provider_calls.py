"""How the tests of the wire put their calls, and a whole answer as bytes."""

import asyncio
import json

from workers.providers import PROTOCOLS
from workers.providers.results import Call
from workers.providers.transport import client


def ask_all(*calls, max_in_flight=10):
    """Ask them at once, in one loop and with one client."""

    async def run():
        async with client(max_in_flight) as session:
            return await asyncio.gather(*(PROTOCOLS["openai_chat"](session, call) for call in calls))

    return asyncio.run(run())


def call_to(server, model="answer", prompt="What is a fjord?", **more):
    return Call(server.base_url, model, prompt, **{"allow_private": True, "timeout_s": 5.0, **more})


def raw_reply(body, *headers, length=None):
    head = ["HTTP/1.1 200 OK", f"Content-Length: {len(body) if length is None else length}", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


ANSWER = json.dumps({"choices": [{"message": {"content": "Yes."}, "finish_reason": "stop"}]}).encode()
