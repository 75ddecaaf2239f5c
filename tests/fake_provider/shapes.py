"""A chat completion in the shape of the other protocols, whole and as the events of a stream.

Behaviours are written as chat completions; what they mean is the same everywhere, so each is put
into the words of the protocol it was asked in. Anything else, such as bytes that are no JSON, goes as it is.
"""

import json

# finish_reason of a chat completion in the words of each protocol; what is not here goes as it is.
_ENDS = {
    "messages": {"stop": "end_turn", "length": "max_tokens", "content_filter": "refusal"},
    "gemini": {"stop": "STOP", "length": "MAX_TOKENS", "content_filter": "SAFETY"},
}
_INCOMPLETE = {"length": "max_output_tokens", "content_filter": "content_filter"}


def whole(protocol, completion):
    """The body of a whole response."""
    return _WHOLE[protocol](*_parts(completion)) if protocol in _WHOLE else completion


def events(protocol, completion, size=8):
    """The events of a stream as bytes, with the text in pieces of `size` characters."""
    return _EVENTS[protocol](*_parts(completion), size)


def error(protocol, status, said):
    """An error in the shape of the protocol."""
    if protocol == "messages":
        return {"type": "error", "error": {"type": said.get("code") or "api_error", "message": said.get("message", "")}}
    if protocol == "gemini":
        code = str(said.get("code", "UNKNOWN")).upper()
        return {"error": {"code": status, "message": said.get("message", ""), "status": code}}
    return {"error": said}


def _parts(completion):
    choice = completion["choices"][0]
    message = choice.get("message", {})
    return completion, choice, message, message.get("reasoning_content") or "", message.get("content") or ""


def _pieces(text, size):
    return [text[start : start + size] for start in range(0, len(text), size)]


def _event(data, name=None):
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(data)}\n\n".encode()


def _chat_events(completion, choice, message, reasoning, text, size):
    base = {"id": completion["id"], "object": "chat.completion.chunk", "model": completion["model"]}
    base["system_fingerprint"] = completion.get("system_fingerprint")

    def chunk(delta, finish=None, **more):
        return _event({**base, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}], **more})

    made = [chunk({"role": "assistant", "content": ""})]
    made += [chunk({"reasoning_content": piece}) for piece in _pieces(reasoning, size)]
    if isinstance(text, str):
        made += [chunk({"content": piece}) for piece in _pieces(text, size)]
    else:
        made += [chunk({"content": [part]}) for part in text]
    made += [chunk({"refusal": piece}) for piece in _pieces(message.get("refusal") or "", size)]
    if "error" in choice:
        return [*made, chunk({"content": ""}, "error", error=choice["error"], provider=completion.get("provider"))]
    if choice["finish_reason"] is not None:
        made.append(chunk({}, choice["finish_reason"]))
    made.append(_event({**base, "choices": [], "usage": completion.get("usage")}))
    return [*made, b"data: [DONE]\n\n"]


def _text_of(text):
    return text if isinstance(text, str) else "".join(part["text"] for part in text if part["type"] == "text")


def _responses(completion, choice, message, reasoning, text):
    finish = choice["finish_reason"]
    status = "completed" if finish == "stop" else "incomplete" if finish in _INCOMPLETE else finish
    output = []
    if reasoning:
        output.append({"type": "reasoning", "summary": [{"type": "summary_text", "text": reasoning}]})
    content = [{"type": "output_text", "text": _text_of(text)}] if text else []
    if message.get("refusal"):
        content = [{"type": "refusal", "refusal": message["refusal"]}]
    output.append({"type": "message", "role": "assistant", "content": content})
    usage = completion["usage"]
    made = {
        "id": "resp_fake",
        "object": "response",
        "model": completion["model"],
        "status": status,
        "incomplete_details": {"reason": _INCOMPLETE[finish]} if finish in _INCOMPLETE else None,
        "error": None,
        "output": output,
        "usage": {"input_tokens": usage["prompt_tokens"], "output_tokens": usage["completion_tokens"]},
    }
    if "error" in choice:
        made |= {"status": "failed", "error": choice["error"]["metadata"]["raw"]}
    return made


def _response_events(completion, choice, message, reasoning, text, size):
    final = _responses(completion, choice, message, reasoning, text)
    begun = {"type": "response.created", "response": {"model": completion["model"], "status": "in_progress"}}
    made = [begun]
    made += [{"type": "response.reasoning_summary_text.delta", "delta": piece} for piece in _pieces(reasoning, size)]
    made += [{"type": "response.output_text.delta", "delta": piece} for piece in _pieces(_text_of(text), size)]
    refusal = message.get("refusal") or ""
    made += [{"type": "response.refusal.delta", "delta": piece} for piece in _pieces(refusal, size)]
    if final["status"] is not None:
        known = final["status"] if final["status"] in ("completed", "incomplete", "failed") else "completed"
        made.append({"type": f"response.{known}", "response": final})
    return [_event(one, one["type"]) for one in made]


def _messages(completion, choice, message, reasoning, text):
    content = [{"type": "thinking", "thinking": reasoning}] if reasoning else []
    content += [{"type": "text", "text": _text_of(text)}] if text else []
    usage = completion["usage"]
    made = {
        "type": "message",
        "role": "assistant",
        "model": completion["model"],
        "content": content,
        "stop_reason": _ENDS["messages"].get(choice["finish_reason"], choice["finish_reason"]),
        "usage": {"input_tokens": usage["prompt_tokens"], "output_tokens": usage["completion_tokens"]},
    }
    if made["stop_reason"] == "refusal":
        made["stop_details"] = {"type": "refusal", "category": "policy"}
    return error("messages", 400, choice["error"]["metadata"]["raw"]) if "error" in choice else made


def _message_events(completion, choice, message, reasoning, text, size):
    final = _messages(completion, choice, message, reasoning, text)
    usage = completion["usage"]
    start = {"model": completion["model"], "content": [], "stop_reason": None}
    made = [{"type": "message_start", "message": {**start, "usage": {"input_tokens": usage["prompt_tokens"]}}}]
    made.append({"type": "ping"})
    for index, (kind, field, words) in enumerate(
        (("thinking", "thinking", reasoning), ("text", "text", _text_of(text)))
    ):
        if words:
            made.append({"type": "content_block_start", "index": index, "content_block": {"type": kind, field: ""}})
            made += [
                {"type": "content_block_delta", "index": index, "delta": {"type": f"{kind}_delta", field: piece}}
                for piece in _pieces(words, size)
            ]
            made.append({"type": "content_block_stop", "index": index})
    if "error" in choice:
        return [_event(one, one["type"]) for one in [*made, final]]
    if final["stop_reason"] is not None:
        delta = {"stop_reason": final["stop_reason"], "stop_details": final.get("stop_details")}
        count = {"output_tokens": usage["completion_tokens"]}
        made.append({"type": "message_delta", "delta": delta, "usage": count})
    made.append({"type": "message_stop"})
    return [_event(one, one["type"]) for one in made]


def _gemini(completion, choice, message, reasoning, text):
    parts = [{"text": reasoning, "thought": True}] if reasoning else []
    parts += [{"text": _text_of(text)}] if text else []
    finish = _ENDS["gemini"].get(choice["finish_reason"], choice["finish_reason"])
    usage = completion["usage"]
    made = {
        "candidates": [{"content": {"role": "model", "parts": parts}, "finishReason": finish, "index": 0}],
        "usageMetadata": {
            "promptTokenCount": usage["prompt_tokens"],
            "candidatesTokenCount": usage["completion_tokens"],
        },
        "modelVersion": completion["model"],
    }
    if "error" in choice:
        made["error"] = {"code": 502, **choice["error"]["metadata"]["raw"]}
    return made


def _gemini_events(completion, choice, message, reasoning, text, size):
    final = _gemini(completion, choice, message, reasoning, "")
    made = []
    for words, mark in ((reasoning, {"thought": True}), (_text_of(text), {})):
        for piece in _pieces(words, size):
            made.append({"candidates": [{"content": {"parts": [{"text": piece, **mark}]}, "index": 0}]})
    final["candidates"][0]["content"]["parts"] = [{"text": ""}]
    return [_event(one) for one in [*made, final]]


_WHOLE = {"responses": _responses, "messages": _messages, "gemini": _gemini}
_EVENTS = {
    "chat": _chat_events,
    "responses": _response_events,
    "messages": _message_events,
    "gemini": _gemini_events,
}
