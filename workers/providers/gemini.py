"""Google's generateContent: candidates with parts, a finish reason, and a block of the prompt told apart.

A blocked prompt has `promptFeedback.blockReason` and no candidates. Finish reasons that are not
about opinions (copyright, language, other) are no blocks. Sources: Google's API reference and SDK.
"""

from __future__ import annotations

import functools
from typing import Any
from urllib.parse import quote

from workers.providers import exchange
from workers.providers.counts import numbers
from workers.providers.end_rules import Ends, rules_for
from workers.providers.error_reading import read_error
from workers.providers.openai_chat import joined
from workers.providers.reading import Reading, Texts, short, table, tables, word
from workers.providers.results import Call
from workers.providers.rules import Rule, words
from workers.providers.sse import opened
from workers.providers.wire import Wire, Written, address

_BLOCKED = "blockreason:"

GEMINI_RULES = rules_for(
    Ends(
        stop=words("STOP"),
        length=words("MAX_TOKENS"),
        filtered=words("SAFETY", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "MODEL_ARMOR"),
        trouble=words("MALFORMED_RESPONSE"),
        not_a_block=words("RECITATION", "LANGUAGE", "OTHER"),
        tools=words("MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS"),
    ),
    blocks=(
        Rule(
            "block_prompt_reason",
            "The provider blocked the question and says why.",
            "blocked_input",
            note="Gemini's promptFeedback; a reason that is not listed here is an unknown error.",
            with_text="cut_by_filter",
            is_error=True,
            codes=words(
                *(
                    _BLOCKED + reason
                    for reason in ("SAFETY", "OTHER", "BLOCKLIST", "PROHIBITED_CONTENT", "JAILBREAK", "MODEL_ARMOR")
                )
            ),
        ),
    ),
)

_OWN_FIELDS = frozenset({"contents", "systemInstruction", "generationConfig"})
# Parameters that stand in `generationConfig`, under the names other providers have for them.
_CONFIG = {
    "max_tokens": "maxOutputTokens",
    "max_completion_tokens": "maxOutputTokens",
    "temperature": "temperature",
    "top_p": "topP",
    "top_k": "topK",
    "seed": "seed",
    "stop": "stopSequences",
    "presence_penalty": "presencePenalty",
    "frequency_penalty": "frequencyPenalty",
    "logprobs": "responseLogprobs",
    "top_logprobs": "logprobs",
}


def write(call: Call) -> Written:
    """The whole request but for the key. Raises ValueError for a model's name that would lead elsewhere."""
    config: dict[str, Any] = {}
    body: dict[str, Any] = {}
    if call.reasoning is not None:
        config["thinkingConfig"] = {"includeThoughts": call.reasoning}
    config = joined(config, table(call.params.get("generationConfig")))
    for name, value in call.params.items():
        if name in _CONFIG:
            config[_CONFIG[name]] = value
        elif name not in _OWN_FIELDS:
            body[name] = value
    if config:
        body["generationConfig"] = config
    if call.system is not None:
        body["systemInstruction"] = {"parts": [{"text": call.system}]}
    model = call.model.removeprefix("models/")
    if not model or ".." in model:
        raise ValueError("The model's name cannot stand in an address.")
    verb = "streamGenerateContent" if call.stream else "generateContent"
    url = address(call.base_url, call.allow_private, f"/models/{quote(model, safe='')}:{verb}", alone="/v1beta")
    return Written(
        url.copy_merge_params({"alt": "sse"}) if call.stream else url,
        {"contents": [{"role": "user", "parts": [{"text": call.prompt}]}], **body},
        stream=call.stream,
    )


def read_body(body: bytes) -> Reading:
    """Read one response body, whole or streamed. Raises BodyTooBig and nothing else."""
    reading, events = opened(body, lists=True)
    texts = Texts()
    for event in events:
        _read_part(event.data, event.name, texts, reading, event.end)
    texts.into(reading)
    return reading


def _read_part(value: dict[str, Any], name: str, texts: Texts, reading: Reading, end: int) -> None:
    read_error(value, reading, named=name == "error")
    _read_delay(value, reading)
    reading.take_served(value.get("modelVersion"))
    reading.usage = numbers(value.get("usageMetadata")) or reading.usage
    feedback = table(value.get("promptFeedback"))
    if feedback.get("blockReason"):
        reading.is_error = True
        reading.note_code(_BLOCKED + short(feedback["blockReason"]))
        _note(short(feedback["blockReason"]), feedback, "blockReasonMessage", reading)
    candidates = tables(value.get("candidates"))
    for candidate in candidates[:1]:
        reading.has_message = reading.has_message or "content" in candidate or "finishReason" in candidate
        for part in tables(table(candidate.get("content")).get("parts")):
            texts.add(reading, "reasoning" if part.get("thought") is True else "content", part.get("text"), end)
        reading.take_end(candidate.get("finishReason"), end)
        if any(rating.get("blocked") for rating in tables(candidate.get("safetyRatings"))):
            reading.output_flagged = True
        if candidate.get("finishReason") not in (None, "STOP"):
            _note("", candidate, "finishMessage", reading)


def _note(reason: str, place: dict[str, Any], field: str, reading: Reading) -> None:
    """Keep what is said about a block or an end: the reason, the sentence, and the categories it was blocked for."""
    said = [reason, short(place.get(field))]
    said += [short(rating.get("category")) for rating in tables(place.get("safetyRatings")) if rating.get("blocked")]
    for each in said:
        if each:
            reading.note_message(each)


def _read_delay(value: dict[str, Any], reading: Reading) -> None:
    """When to come again: Google writes it into the error, as "34.07s"."""
    for detail in tables(table(value.get("error")).get("details")):
        delay = word(detail.get("retryDelay"))
        seconds = delay.removesuffix("s")
        if delay != seconds and seconds.replace(".", "", 1).isascii() and seconds.replace(".", "", 1).isdigit():
            reading.retry_after_s = min(float(seconds), 86_400.0)


WIRE = Wire("gemini", GEMINI_RULES, write, read_body, key=("x-goog-api-key", ""))
ask = functools.partial(exchange.ask, WIRE)
classify = WIRE.classify
