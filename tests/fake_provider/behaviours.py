"""What the fake provider can be told to do, and the responses it then makes.

A behaviour is a list of words with commas between them, each with an optional argument after a
colon, as the model's name or in double brackets anywhere in the prompt (which then counts instead):

    answer,delay:200          a normal answer after 200 milliseconds
    status:429,after:2,times:1    one 429 with "Retry-After: 2" for this prompt, from then on answers
    [[empty]]                 in a prompt: an empty answer, whatever the model
    answer,limit:60,window:60 the 61st request of this model within any 60 seconds gets a 429 with Retry-After
    answer,input:900,output:70    an answer whose usage says so, whatever its text

Any other model name answers normally. `times:N` limits a misbehaviour to the first N requests of a
prompt; `delay:MS` goes with everything, `gap:MS` is the time between the pieces of a stream. Answers
depend on model, prompt and how often it was asked only, and are different for different prompts.
"""

import hashlib
import json
import math
import re
from dataclasses import dataclass, field

from tests.fake_provider.judges import reply_to

_IN_PROMPT = re.compile(r"\[\[([a-z0-9_:,.-]+)\]\]")
_MODIFIERS = ("delay", "times", "after", "gap", "limit", "window", "input", "output")


@dataclass(frozen=True)
class Asked:
    """One request: its model and prompt, and the how-manieth it is for this pair (from 1)."""

    model: str
    prompt: str
    number: int
    key: str = ""
    # What the usage has to say; None is what the texts give, counted in words.
    input_tokens: int | None = None
    output_tokens: int | None = None


@dataclass(frozen=True)
class Reply:
    """One response, in one piece or, as a stream, in several.

    `how` is "send", "close" (nothing comes), "cut" (half of it comes), "hang", "drip" (a byte at a
    time) or "linger" (all of it comes, and the connection stays open).
    """

    status: int = 200
    body: bytes = b""
    pieces: tuple = ()
    headers: dict = field(default_factory=dict)
    how: str = "send"


@dataclass(frozen=True)
class Behaviour:
    """A behaviour as it was asked for: its name, its argument, and the modifiers beside it."""

    name: str = "answer"
    argument: str = ""
    delay_s: float = 0.0
    times: int | None = None
    after: str = ""
    gap_s: float = 0.0
    limit: int | None = None
    window_s: float = 60.0
    input_tokens: int | None = None
    output_tokens: int | None = None


def parse(model, prompt):
    """The behaviour a request asks for by its prompt or its model's name."""
    marked = _IN_PROMPT.search(prompt)
    words = dict(word.partition(":")[::2] for word in (marked.group(1) if marked else model).split(","))
    named = next((word for word in words if word not in _MODIFIERS), "answer")
    return Behaviour(
        name=named if named in REPLIES else "answer",
        argument=words.get(named, ""),
        delay_s=float(words.get("delay") or 0) / 1000,
        times=_number(words, "times"),
        after=words.get("after", ""),
        gap_s=float(words.get("gap") or 0) / 1000,
        limit=_number(words, "limit"),
        window_s=float(words.get("window") or 60),
        input_tokens=_number(words, "input"),
        output_tokens=_number(words, "output"),
    )


def _number(words, name):
    return int(words[name]) if words.get(name) else None


def too_many(wait_s):
    """The response to a request beyond the limit; Retry-After has whole seconds, rounded up."""
    said = {"error": {"message": "Rate limit reached for requests.", "code": "rate_limit_exceeded"}}
    return _json(said, 429, **{"Retry-After": str(max(1, math.ceil(wait_s)))})


def reply(behaviour, asked):
    """The response to one request."""
    if behaviour.times is not None and asked.number > behaviour.times:
        return answer(asked)
    return REPLIES[behaviour.name](behaviour, asked)


def text_for(asked):
    """The answer to a prompt: the same for the same model, prompt and number, and no two alike."""
    mark = hashlib.sha256(f"{asked.model}\0{asked.prompt}\0{asked.number}".encode("utf-8", "surrogatepass")).hexdigest()
    return f"Answer {mark[:16]}, number {asked.number}: the question has {len(asked.prompt)} characters."


def completion(asked, message=None, finish="stop", **extra):
    """A whole chat completion as a dictionary."""
    message = {"role": "assistant", "content": text_for(asked)} if message is None else message
    told = len(asked.prompt.split()) if asked.input_tokens is None else asked.input_tokens
    said = len(str(message.get("content") or "").split()) if asked.output_tokens is None else asked.output_tokens
    return {
        "id": f"fake-{asked.number}",
        "object": "chat.completion",
        "model": asked.model,
        "system_fingerprint": "fp_fake",
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": {"prompt_tokens": told, "completion_tokens": said, "total_tokens": told + said},
        **extra,
    }


def answer(asked):
    return _json(completion(asked))


def _json(value, status=200, **headers):
    return Reply(status=status, body=json.dumps(value).encode(), headers=headers)


def _message(finish="stop", **message):
    return lambda behaviour, asked: _json(completion(asked, {"role": "assistant", **message}, finish))


def _body(body):
    return lambda behaviour, asked: Reply(body=body)


def _status(behaviour, asked):
    status = int(behaviour.argument)
    headers = {"Retry-After": behaviour.after} if behaviour.after else {}
    return _json({"error": {"message": f"Fake status {status}", "code": status}}, status, **headers)


def _error(status, **error):
    return lambda behaviour, asked: _json({"error": error}, status)


def _cut_by_filter(behaviour, asked):
    return _json(completion(asked, {"role": "assistant", "content": text_for(asked)[:20]}, "content_filter"))


def _choice_error(behaviour, asked):
    said = "Output data may contain inappropriate content."
    raw = {"code": "data_inspection_failed", "message": said}
    whole = completion(asked, {"role": "assistant", "content": text_for(asked)[:20]}, None, provider="Upstream")
    whole["choices"][0]["error"] = {"message": said, "code": 502, "metadata": {"raw": raw}}
    return _json(whole)


def _finish(behaviour, asked):
    return _json(completion(asked, finish=behaviour.argument))


def _reasoning(behaviour, asked):
    return _json(completion(asked, {"content": text_for(asked), "reasoning_content": "Let me think."}))


def _inline(opening, closing):
    return lambda behaviour, asked: _json(
        completion(asked, {"content": f"{opening}Let me think.{closing}\n\n{text_for(asked)}"})
    )


def _raw_content(escapes):
    """A content with escapes that json.dumps would not write."""

    def make(behaviour, asked):
        body = json.dumps(completion(asked)).replace("number", escapes, 1)
        return Reply(body=body.encode())

    return make


def _judge(behaviour, asked):
    said = reply_to(asked.prompt, behaviour.argument)
    return _json(completion(asked, {"role": "assistant", "content": said}))


def _parts(behaviour, asked):
    text = text_for(asked)
    content = [
        {"type": "thinking", "thinking": [{"type": "text", "text": "Let me think."}]},
        {"type": "text", "text": text[:10]},
        {"type": "text", "text": text[10:]},
    ]
    return _json(completion(asked, {"content": content}))


def _empty_reasoning(behaviour, asked):
    whole = completion(asked, {"content": "", "reasoning_content": "Let me think. " * 40})
    whole["usage"]["completion_tokens"] = 160
    return _json(whole)


def _huge(behaviour, asked):
    return _json(completion(asked, {"content": "x" * (int(behaviour.argument or 9) * 2**20)}))


def _echo_key(behaviour, asked):
    return _json({"error": {"message": f"Something is wrong with {asked.key}", "code": "odd"}}, 400)


REPLIES = {
    "answer": lambda behaviour, asked: answer(asked),
    "refusal": _message(content=None, refusal="I can't help with that."),
    "content_filter": _message("content_filter", content=""),
    "cut_by_filter": _cut_by_filter,
    "choice_error": _choice_error,
    "blocked_input": _error(
        400, code="data_inspection_failed", message="Input data may contain inappropriate content."
    ),
    "money": _error(429, code="insufficient_quota", message="You have no credit left."),
    "unknown_error": _error(400, code="never_seen", message="Nobody has seen this."),
    "status": _status,
    "finish": _finish,
    "unfinished": _message(None, content="It began when"),
    "linger": lambda behaviour, asked: Reply(body=answer(asked).body, how="linger"),
    "length": _message("length", content="It began when"),
    "empty": _message(content=""),
    "empty_reasoning": _empty_reasoning,
    "reasoning": _reasoning,
    "judge": _judge,
    "think": _inline("<think>", "</think>"),
    "kimi_think": _inline("◁think▷", "◁/think▷"),
    "think_unclosed": _message(content="<think>Let me think, and think, and think, and think."),
    "parts": _parts,
    "nul": _raw_content(r"nu\u0000mber"),
    "surrogate": _raw_content(r"nu\ud800mber"),
    "invalid_utf8": lambda behaviour, asked: Reply(
        body=json.dumps(completion(asked)).encode().replace(b"number", b"nu\xffmber", 1)
    ),
    "invalid_json": _body(b'{"choices": [{"message": {"content": "It began'),
    "html": _body(b"<!doctype html><title>Hello</title>"),
    "list": _body(b"[1, 2, 3]"),
    "null": _body(b"null"),
    "number": _body(b"42"),
    "nothing": _body(b""),
    "empty_object": _body(b"{}"),
    "no_choices": _body(b'{"choices": []}'),
    "odd_choices": _body(b'{"choices": [7, null], "usage": "none", "model": 3}'),
    "huge": _huge,
    "echo_key": _echo_key,
    "redirect": lambda behaviour, asked: Reply(status=302, headers={"Location": "http://127.0.0.1:9/v1"}),
    "close": lambda behaviour, asked: Reply(how="close"),
    "cut": lambda behaviour, asked: Reply(body=answer(asked).body, how="cut"),
    "drip": lambda behaviour, asked: Reply(body=answer(asked).body, how="drip"),
    "hang": lambda behaviour, asked: Reply(how="hang"),
}
