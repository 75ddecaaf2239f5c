"""What speaks to models: one module per wire protocol, and nothing of Django.

Every protocol offers one coroutine, `ask(client, call)`, that takes a `Call` and gives an `Outcome`;
the client comes from `transport.client()`. Its wire writes a request without sending it
(`WIRES[name].write(call)`) and decides a stored response again (`WIRES[name].classify(...)`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx

from workers.providers import anthropic_messages, azure, gemini, openai_chat, openai_responses
from workers.providers.results import Call, Outcome
from workers.providers.rules import Rule
from workers.providers.wire import Wire

Ask = Callable[[httpx.AsyncClient, Call], Awaitable[Outcome]]

_MODULES = (openai_chat, openai_responses, anthropic_messages, gemini, azure)

PROTOCOLS: dict[str, Ask] = {module.WIRE.name: module.ask for module in _MODULES}
WIRES: dict[str, Wire] = {module.WIRE.name: module.WIRE for module in _MODULES}
# Every rule of every protocol by its id; one id means the same everywhere.
RULES: dict[str, Rule] = {rule.id: rule for wire in WIRES.values() for rule in wire.rules}


def why(rule_id: str) -> str:
    """What a rule says, as a sentence; empty for an id that no rule has (any more)."""
    rule = RULES.get(rule_id)
    return rule.about if rule is not None else ""
