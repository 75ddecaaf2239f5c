"""How the tests of the wire put their calls, a whole answer as bytes, and streams cut anywhere."""

import asyncio
import dataclasses
import json

import httpx

from workers.providers import PROTOCOLS
from workers.providers.results import Call
from workers.providers.transport import client


def ask_all(*calls, max_in_flight=10, protocol="openai_chat"):
    """Ask them at once, in one loop and with one client."""

    async def run():
        async with client(max_in_flight) as session:
            return await asyncio.gather(*(PROTOCOLS[protocol](session, call) for call in calls))

    return asyncio.run(run())


def call_to(server, model="answer", prompt="What is a fjord?", **more):
    return Call(server.base_url, model, prompt, **{"allow_private": True, "timeout_s": 5.0, **more})


def raw_reply(body, *headers, length=None):
    head = ["HTTP/1.1 200 OK", f"Content-Length: {len(body) if length is None else length}", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


ANSWER = json.dumps({"choices": [{"message": {"content": "Yes."}, "finish_reason": "stop"}]}).encode()


def sse(*events, done=True):
    """A stream of events: dictionaries, (name, dictionary), or bytes as they are."""
    made = []
    for event in events:
        name, data = event if isinstance(event, tuple) else ("", event)
        head = f"event: {name}\n" if name else ""
        made.append(data if isinstance(data, bytes) else f"{head}data: {json.dumps(data)}\n\n".encode())
    return b"".join(made) + (b"data: [DONE]\n\n" if done else b"")


def delta(content=None, finish=None, choice=None, **top):
    """One event of a streamed chat completion."""
    piece = content if isinstance(content, dict) else {} if content is None else {"content": content}
    return {"choices": [{"index": 0, "delta": piece, "finish_reason": finish, **(choice or {})}], **top}


class Chunks(httpx.AsyncByteStream):
    """A body in the pieces given; an exception among them is raised."""

    def __init__(self, chunks):
        self.chunks = chunks

    async def __aiter__(self):
        for chunk in self.chunks:
            if isinstance(chunk, Exception):
                raise chunk
            yield chunk


def ask_chunked(protocol, chunks, status=200, **call):
    """Ask a server that sends its body in these pieces."""

    def answer(request):
        return httpx.Response(status, stream=Chunks(chunks))

    async def run():
        call_there = Call("http://127.0.0.1:1/v1", "m", "p", allow_private=True, **{"stream": True, **call})
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as session:
            return await PROTOCOLS[protocol](session, call_there)

    return asyncio.run(run())


def timeless(outcome):
    """An outcome without its times, as it has to be however the network cut it."""
    return dataclasses.replace(outcome, latency_ms=0, pieces=(("characters", sum(n for _, n in outcome.pieces)),))
