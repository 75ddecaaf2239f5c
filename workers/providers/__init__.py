"""What speaks to models: one module per wire protocol, and nothing of Django.

Every protocol offers one coroutine, `ask(client, call)`, that takes a `Call` and gives an `Outcome`;
the client comes from `transport.client()`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx

from workers.providers import openai_chat
from workers.providers.results import Call, Outcome

Ask = Callable[[httpx.AsyncClient, Call], Awaitable[Outcome]]

PROTOCOLS: dict[str, Ask] = {"openai_chat": openai_chat.ask}
