"""Good responses of every protocol, whole and streamed, spoilt in ways that keep their shape: none is a silent success.

Whether a response may be called delivered is found out here by another way than the adapters': every word for
how an answer ended is gathered from anywhere in it. Where there is none that means a clean end, or one that means
anything else, no adapter may call it delivered.
"""

import copy
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fake_provider import shapes
from tests.fake_provider.behaviours import Asked, completion
from tests.workers.protocol_cases import CASES as OTHER_CASES
from tests.workers.provider_cases import CASES as CHAT_CASES
from tests.workers.stream_cases import STREAM_CASES
from tests.workers.test_providers_fuzz_streams import STOPS, check
from workers.providers import WIRES

END_NAMES = {
    "openai_chat": {"finish_reason", "native_finish_reason"},
    "azure": {"finish_reason", "native_finish_reason"},
    "openai_responses": {"status"},
    "anthropic_messages": {"stop_reason"},
    "gemini": {"finishReason"},
}
SHAPES = {"openai_chat": "chat", "azure": "chat", "openai_responses": "responses", "anthropic_messages": "messages"}
SHAPES["gemini"] = "gemini"
WORDS = [
    *("content_filter", "sensitive", "refusal", "SAFETY", "PROHIBITED_CONTENT", "blacklist", "vanished", "length"),
    *("ALTERNATIVE_STATUS_CONTENT_FILTER", "incomplete", "failed", "cancelled", "in_progress", "max_tokens", "error"),
    *(" stop", "stopped", "", "null", 0, 1, -1, True, False, None, [], {}, ["stop"], {"reason": "stop"}, 1e308),
]


def events_of(body):
    """A stream as [name, object] pairs, without what is no JSON; a whole body as one pair whose name is None."""
    if not body.startswith((b"data:", b"event:", b":")):
        value = json_of(body)
        return [] if value is None else [[None, value]]
    made = []
    for event in body.split(b"\n\n"):
        lines = [line.partition(b":") for line in event.split(b"\n") if line]
        data = json_of(b"".join(value.strip() for name, _, value in lines if name == b"data"))
        named = b"".join(value.strip() for name, _, value in lines if name == b"event")
        if data is not None:
            made.append([named.decode(), data])
    return made


def json_of(text):
    try:
        return json.loads(text)
    except ValueError:
        return None


def body_of(events):
    if len(events) == 1 and events[0][0] is None:
        return json.dumps(events[0][1]).encode()
    made = [(f"event: {name}\n" if name else "") + f"data: {json.dumps(data)}\n\n" for name, data in events]
    return "".join(made).encode()


def places(value, path=()):
    """Every place inside a JSON value, as a path."""
    yield path
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in pairs:
        yield from places(inner, (*path, name))


def ends_in(protocol, value):
    """All that is said anywhere in it on how it ended."""
    if isinstance(value, list):
        return [end for item in value for end in ends_in(protocol, item)]
    if not isinstance(value, dict):
        return []
    found = [value[name] for name in END_NAMES[protocol] if value.get(name) not in (None, "")]
    return found + [end for inner in value.values() for end in ends_in(protocol, inner)]


def says_clean_end(protocol, body):
    events = events_of(body)
    said = [end for _, data in events for end in ends_in(protocol, data)]
    return any(isinstance(end, str) and end.lower() in STOPS[protocol] for end in said)


def hold(protocol, status, body):
    """Whatever came of it, it is a delivery by a known rule, and no success without a known end."""
    outcome = check(protocol, status, body)
    if outcome.delivery == "delivered":
        assert says_clean_end(protocol, body)
        assert status in (None, 200, 201)
    return outcome


def seeds():
    """(protocol, body) of whole responses and streams, as their makers document them and as the fake provider sends."""
    made = [("openai_chat", case[2]) for case in CHAT_CASES + STREAM_CASES]
    made += [("azure", body) for _, body in made]
    made += [(name, case[2]) for name, cases in OTHER_CASES.items() for case in cases]
    asked = Asked("m-1", "What is a fjord?", 1)
    for protocol, shape in SHAPES.items():
        for finish in ("stop", "length", "content_filter"):
            whole = completion(asked, {"content": "Yes, and so on.", "reasoning_content": "Let me think."}, finish)
            made.append((protocol, shapes.whole(shape, whole)))
            made.append((protocol, b"".join(shapes.events(shape, whole))))
    bodies = [(name, body if isinstance(body, bytes) else json.dumps(body).encode()) for name, body in made]
    return [(name, body) for name, body in bodies if events_of(body)]


SEEDS = seeds()
GOOD = [(name, body) for name, body in SEEDS if WIRES[name].classify(200, body, {}).delivery == "delivered"]
odd = st.sampled_from(WORDS) | st.text(max_size=5) | st.integers() | st.floats(allow_nan=False, allow_infinity=False)


def is_streamed(body):
    return events_of(body)[0][0] is not None


@st.composite
def mutated(draw):
    """A seed after one to four changes to its events or inside them."""
    protocol, body = draw(st.sampled_from(SEEDS))
    events = copy.deepcopy(events_of(body))
    for _ in range(draw(st.integers(1, 4))):
        if not events:
            break
        number = draw(st.integers(0, len(events) - 1))
        other = draw(st.integers(0, len(events) - 1))
        change = draw(st.sampled_from(["drop", "double", "swap", *["inside"] * 5]))
        if change == "drop" and len(events) > 1:
            del events[number]
        elif change == "double" and events[number][0] is not None:
            events.insert(other, copy.deepcopy(events[number]))
        elif change == "swap":
            events[number], events[other] = events[other], events[number]
        else:
            events[number][1] = draw(changed(events[number][1]))
    return protocol, body_of(events)


@st.composite
def changed(draw, value):
    """A JSON value with one place in it taken out, doubled, wrapped or made something else."""
    path = draw(st.sampled_from(list(places(value))))
    if not path:
        return draw(odd) if draw(st.integers(0, 9)) == 0 else value
    value = copy.deepcopy(value)
    holder = value
    for name in path[:-1]:
        holder = holder[name]
    inner, last = holder[path[-1]], path[-1]
    change = draw(st.sampled_from(["other", "other", "drop", "double", "list", "table", "text", "name"]))
    if change == "drop":
        del holder[last]
    elif change == "double" and isinstance(holder, list):
        holder.append(copy.deepcopy(inner))
    elif change == "name" and isinstance(holder, dict):
        holder[draw(st.sampled_from(["error", "message", "delta", "code", "status", "finish_reason"]))] = holder.pop(
            last
        )
    elif change in ("list", "table", "text"):
        holder[last] = {"list": [inner], "table": {"value": inner}, "text": str(inner)}[change]
    else:
        holder[last] = draw(odd)
    return value


def test_every_protocol_is_there_whole_and_streamed():
    for some in (SEEDS, GOOD):
        assert {(name, is_streamed(body)) for name, body in some} == {
            (name, how) for name in WIRES for how in (True, False)
        }


@settings(max_examples=1500, deadline=None)
@given(
    mutated(),
    st.sampled_from([200, 200, 200, None, 201, 202, 204, 206, 299, 300, 400, 403, 404, 429, 500, 529, 100, 0]),
)
def test_changed_in_any_place(spoilt, status):
    protocol, body = spoilt
    hold(protocol, status, body)


@settings(max_examples=400, deadline=None)
@given(mutated(), st.integers(0, 2000))
def test_changed_and_cut(spoilt, length):
    protocol, body = spoilt
    hold(protocol, 200, body[:length])


@pytest.mark.parametrize("number", range(len(GOOD)))
def test_cut_at_every_byte(number):
    """A whole body is nothing until its last byte; a stream is nothing until it has said how it ended."""
    protocol, body = GOOD[number]
    answer = WIRES[protocol].classify(200, body, {})
    for length in range(len(body.rstrip())):
        outcome = WIRES[protocol].classify(200, body[:length], {})
        if outcome.delivery == "delivered":
            assert is_streamed(body)
            assert (outcome.text, outcome.finish_reason) == (answer.text, answer.finish_reason)
        else:
            assert outcome.delivery == "failed"


@pytest.mark.parametrize("number", range(len(GOOD)))
def test_every_event_lost_or_late(number):
    """Without the event that says how it ended there is no success, nor where text comes after it."""
    protocol, body = GOOD[number]
    events = events_of(body)
    for place in range(len(events)):
        rest = events[:place] + events[place + 1 :]
        if rest:
            hold(protocol, 200, body_of(rest))
        outcome = hold(protocol, 200, body_of([*rest, events[place]]))
        if outcome.delivery == "delivered" and is_streamed(body):
            # What was late said nothing of the answer, or it is the last of it.
            assert len(outcome.text) == len(WIRES[protocol].classify(200, body, {}).text)


@pytest.mark.parametrize("word", [word for word in WORDS if word not in (None, "")], ids=repr)
@pytest.mark.parametrize("protocol", sorted(WIRES))
def test_every_other_end(protocol, word):
    """In each place where a good response says how it ended, its items and the opening of a stream left out."""
    looked_at = 0
    for _, body in (seed for seed in GOOD if seed[0] == protocol):
        events = events_of(body)
        for number, (_, data) in enumerate(events):
            for path in places(data):
                if not path or path[-1] not in END_NAMES[protocol] or "output" in path:
                    continue
                spoilt = copy.deepcopy(events)
                holder = spoilt[number][1]
                for name in path[:-1]:
                    holder = holder[name]
                if holder[path[-1]] in (None, "", "in_progress"):
                    continue
                holder[path[-1]] = word
                assert check(protocol, 200, body_of(spoilt)).delivery != "delivered"
                looked_at += 1
    assert looked_at > 1


@pytest.mark.parametrize("status", [100, 199, 202, 203, 204, 206, 226, 299, 0, -1, 999])
@pytest.mark.parametrize("protocol", sorted(WIRES))
def test_an_answer_under_an_odd_status(protocol, status):
    for _, body in (seed for seed in GOOD if seed[0] == protocol):
        outcome = hold(protocol, status, body)
        assert (outcome.delivery, outcome.quarantined) == ("failed", True)
