"""What differs between the providers that speak chat completions: one table, and no code of their own.

Sources: the providers' API references and SDKs. A dialect is found by the host of an endpoint's
address or named by the call, as for servers of one's own, which may stand anywhere.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

_THINKING = {"thinking": {"type": "enabled"}}
_NOT_THINKING = {"thinking": {"type": "disabled"}}
_TEMPLATE_THINKS = {"chat_template_kwargs": {"enable_thinking": True, "thinking": True}}
_TEMPLATE_THINKS_NOT = {"chat_template_kwargs": {"enable_thinking": False, "thinking": False}}


@dataclass(frozen=True, slots=True)
class Dialect:
    """One provider's way of speaking chat completions.

    `hosts` are the names it is found by. `alone` is put before the path where the address has none.
    `renames` are parameters it has another name for. `stream_usage` is whether it takes, and needs,
    `stream_options.include_usage`. `reasoning_field` is where a message has its trace, empty for
    a provider that shows none. `think` and `think_not` are what asks for a trace and for none; a
    parameter of the same name outranks them. `fixed` outranks everything. `upstream` is where a
    router reads which provider it has to use: in the body, or behind the model's name. `served_by`
    is the header that names the one it did use, where the body does not.
    """

    name: str
    hosts: tuple[str, ...] = ()
    path: str = "/chat/completions"
    alone: str = ""
    renames: Mapping[str, str] = field(default_factory=dict)
    stream_usage: bool = False
    reasoning_field: str = "reasoning_content"
    think: Mapping[str, Any] = field(default_factory=dict)
    think_not: Mapping[str, Any] = field(default_factory=dict)
    fixed: Mapping[str, Any] = field(default_factory=dict)
    upstream: Literal["", "body", "model"] = ""
    served_by: str = ""


_TABLE = (
    # Anybody who says no more than that it is compatible: nothing is sent that was not asked for.
    Dialect("plain"),
    Dialect(
        "openai",
        hosts=("api.openai.com",),
        alone="/v1",
        renames={"max_tokens": "max_completion_tokens"},
        stream_usage=True,
        reasoning_field="",
    ),
    Dialect("deepseek", hosts=("api.deepseek.com",), stream_usage=True, think=_THINKING, think_not=_NOT_THINKING),
    Dialect(
        "alibaba",
        hosts=("dashscope.aliyuncs.com", "dashscope-intl.aliyuncs.com", "dashscope-us.aliyuncs.com"),
        alone="/compatible-mode/v1",
        stream_usage=True,
        think={"enable_thinking": True},
        think_not={"enable_thinking": False},
    ),
    # Counts tokens in the last choice without being asked.
    Dialect(
        "moonshot",
        hosts=("api.moonshot.cn", "api.moonshot.ai"),
        alone="/v1",
        think=_THINKING,
        think_not=_NOT_THINKING,
    ),
    # Counts tokens in the last event, and does not know stream_options.
    Dialect(
        "zhipu",
        hosts=("open.bigmodel.cn", "api.z.ai"),
        alone="/api/paas/v4",
        renames={"max_completion_tokens": "max_tokens"},
        think=_THINKING,
        think_not=_NOT_THINKING,
    ),
    Dialect(
        "baidu",
        hosts=("qianfan.baidubce.com",),
        alone="/v2",
        stream_usage=True,
        think={"enable_thinking": True},
        think_not={"enable_thinking": False},
    ),
    # Without reasoning_split the trace stands inline, in <think>.
    Dialect(
        "minimax",
        hosts=("api.minimax.io", "api.minimaxi.com", "api.minimax.chat"),
        alone="/v1",
        renames={"max_tokens": "max_completion_tokens"},
        reasoning_field="reasoning_details",
        think={"reasoning_split": True},
        think_not={"thinking": {"type": "disabled"}},
    ),
    # The trace stands in parts of the content. safe_prompt would put a prompt of its own before ours.
    Dialect(
        "mistral",
        hosts=("api.mistral.ai",),
        alone="/v1",
        renames={"seed": "random_seed", "max_completion_tokens": "max_tokens"},
        reasoning_field="content",
        think={"prompt_mode": "reasoning"},
        fixed={"safe_prompt": False},
    ),
    # Reasons or not by the model's name; only some models show it.
    Dialect("xai", hosts=("api.x.ai",), alone="/v1", stream_usage=True),
    # Always counts. Without allow_fallbacks=false somebody else may answer under the model's name.
    Dialect(
        "openrouter",
        hosts=("openrouter.ai",),
        alone="/api/v1",
        reasoning_field="reasoning",
        think={"reasoning": {"enabled": True}},
        think_not={"reasoning": {"enabled": False}},
        fixed={"provider": {"allow_fallbacks": False}},
        upstream="body",
    ),
    Dialect(
        "huggingface",
        hosts=("router.huggingface.co",),
        alone="/v1",
        stream_usage=True,
        reasoning_field="reasoning",
        upstream="model",
        served_by="x-inference-provider",
    ),
    Dialect(
        "vllm",
        alone="/v1",
        stream_usage=True,
        reasoning_field="reasoning",
        think=_TEMPLATE_THINKS,
        think_not=_TEMPLATE_THINKS_NOT,
    ),
    Dialect(
        "llamacpp",
        alone="/v1",
        stream_usage=True,
        think={**_TEMPLATE_THINKS, "reasoning_format": "auto"},
        think_not=_TEMPLATE_THINKS_NOT,
    ),
    Dialect(
        "ollama",
        alone="/v1",
        stream_usage=True,
        reasoning_field="reasoning",
        think={"reasoning_effort": "medium"},
        think_not={"reasoning_effort": "none"},
    ),
    # A deployment stands in the path, see `azure`; older API versions know only max_tokens.
    Dialect(
        "azure",
        hosts=("openai.azure.com", "services.ai.azure.com", "cognitiveservices.azure.com"),
        stream_usage=True,
        reasoning_field="",
    ),
)

DIALECTS: dict[str, Dialect] = {dialect.name: dialect for dialect in _TABLE}
SERVED_BY_HEADERS: tuple[str, ...] = tuple(dialect.served_by for dialect in _TABLE if dialect.served_by)


@functools.lru_cache(maxsize=256)
def dialect_of(name: str, base_url: str) -> Dialect:
    """The dialect of that name, or with no name the one of the address's host.

    Raises ValueError for a name that is in no table.
    """
    if name:
        if name not in DIALECTS:
            raise ValueError(f"{name} is not a dialect; known are {', '.join(DIALECTS)}.")
        return DIALECTS[name]
    try:
        host = urlsplit(base_url.strip()).hostname or ""
    except ValueError:
        # The guard of addresses has a better word for it.
        host = ""
    return next(
        (one for one in _TABLE if any(host == known or host.endswith("." + known) for known in one.hosts)),
        DIALECTS["plain"],
    )
