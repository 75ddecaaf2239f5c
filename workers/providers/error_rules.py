"""The rules for errors: what happened on the way, blocks told as an error, money, keys, and what may heal.

They are one list for every wire protocol, because routers hand on each other's errors. Sources: the
vendors' own SDKs and API references, and recorded responses. Where only reports by others exist,
a rule matches loosely on the text. `input_flagged` is set by the reader for providers that flag
outside of `error` (Baidu, OpenRouter); MiniMax's codes carry the name of the object they stand in.
"""

from __future__ import annotations

from workers.providers.rules import Rule, pattern, words

_SERVER_TROUBLE = frozenset(range(500, 600))

_BLOCK_CODES = words(
    "content_policy_violation",
    "invalid_prompt",
    "content_filter",
    "ResponsibleAIPolicyViolation",
    "DataInspectionFailed",
    "data_inspection_failed",
    "1301",  # Zhipu
    "base_resp:1026",  # MiniMax, input
)

WAY: tuple[Rule, ...] = (
    Rule("net_call_invalid", "The call could not be written as a request.", "failed", pauses=True, net="call_invalid"),
    Rule(
        "net_address_refused",
        "The address is not one a call may go to.",
        "failed",
        pauses=True,
        net="address_refused",
    ),
    Rule("net_certificate", "The server's certificate does not hold.", "failed", pauses=True, net="certificate"),
    Rule(
        "net_not_connected", "No connection came about; nothing was sent.", "failed", retry="retry", net="not_connected"
    ),
    Rule("net_timed_out", "Connected, but no complete answer in time.", "failed", retry="retry", net="timed_out"),
    Rule(
        "net_connection_lost",
        "The connection broke after the request went out.",
        "failed",
        retry="retry",
        net="connection_lost",
    ),
    Rule("net_not_http", "What came back is not HTTP.", "failed", net="not_http", quarantined=True),
    Rule("net_too_big", "The response is larger than we take.", "failed", net="too_big"),
    Rule(
        "net_encoding",
        "The response is packed in a way we did not ask for.",
        "failed",
        net="encoding",
        quarantined=True,
    ),
    Rule("net_unexpected", "An error nobody foresaw on the way.", "failed", net="unexpected", quarantined=True),
)

BLOCKS: tuple[Rule, ...] = (
    Rule(
        "block_output_named",
        "The provider withheld the answer.",
        "blocked_output",
        note="Alibaba, also after partial text and through routers; MiniMax; Anthropic through a router.",
        with_text="cut_by_filter",
        is_error=True,
        codes=words("base_resp:1027"),
        says=pattern(r"\boutput data may contain inappropriate", r"\boutput blocked by content filter"),
    ),
    Rule(
        "block_error_code",
        "The provider blocked the question.",
        "blocked_input",
        note="An error with a content code: OpenAI, Azure, Alibaba, Moonshot, Zhipu, MiniMax.",
        with_text="cut_by_filter",
        with_reasoning="blocked_output",
        is_error=True,
        codes=_BLOCK_CODES,
    ),
    Rule(
        "block_error_text",
        "The provider blocked the question, as its words say.",
        "blocked_input",
        note="DeepSeek, Alibaba, Moonshot, xAI, Azure, OpenRouter.",
        with_text="cut_by_filter",
        with_reasoning="blocked_output",
        is_error=True,
        says=pattern(
            r"content exists risk",
            r"\bconsidered high risk\b",
            r"\binput data may contain inappropriate",
            r"content violates usage guidelines",
            r"safety_check_type_",
            r"content management policy",
            r"\byour input was flagged\b",
        ),
    ),
    Rule(
        "block_guardrail",
        "A guardrail of the provider blocked the question.",
        "blocked_input",
        note="Mistral. OpenRouter speaks of guardrails under other statuses and means settings.",
        is_error=True,
        status=frozenset({403}),
        says=pattern(r"\bguardrail"),
    ),
    Rule(
        "block_input_flagged",
        "The provider flagged the question.",
        "blocked_input",
        note="OpenRouter's moderation; Baidu's flag, need_clear_history and ban_round.",
        input_flagged=True,
    ),
)

STANDING: tuple[Rule, ...] = (
    Rule("money_402", "Payment required.", "failed", pauses=True, is_error=True, status=frozenset({402})),
    Rule(
        "money_spent",
        "Out of credit or quota, under whatever status; waiting does not mend it.",
        "failed",
        pauses=True,
        is_error=True,
        codes=words(
            "insufficient_quota",
            "billing_hard_limit_reached",
            "billing_not_active",
            "exceeded_current_quota_error",  # Moonshot
            "insufficient_balance",
            "Arrearage",  # Alibaba
            "1113",  # Zhipu
            "base_resp:1008",  # MiniMax
            "billing_error",  # Anthropic
        ),
        says=pattern(
            r"insufficient (account )?balance",
            r"insufficient (credits?|quota|funds)",
            r"exceeded your monthly included credits",
            r"account is in arrears|overdue.payment",
            r"credit balance is too low|reached your specified api usage limits",  # Anthropic
        ),
    ),
    Rule(
        "model_unknown",
        "The endpoint does not know this model.",
        "failed",
        pauses=True,
        is_error=True,
        status=frozenset({None, 200, 400, 403, 404, 422}),
        codes=words("model_not_found", "invalid_model", "model_not_exist", "DeploymentNotFound"),
        says=pattern(
            r"\binvalid model\b",
            r"\bmodel\b.{0,120}\b(does not exist|not found|not exist)\b",
            r"\bno (endpoints found for|such model)\b",
            r"\bunknown model\b",
            r"\bmodels/\S+ is not (found|supported)",  # Gemini
            r"(^|\n)model: \S+(\n|$)",  # Anthropic
        ),
    ),
    Rule("key_refused", "The key is missing or wrong.", "failed", pauses=True, is_error=True, status=frozenset({401})),
    Rule(
        "key_refused_text",
        "The key is missing or wrong, under another status.",
        "failed",
        pauses=True,
        is_error=True,
        codes=words(
            "invalid_api_key",
            "authentication_error",
            "incorrect_api_key",
            "invalid_authentication_error",
            "base_resp:1004",
        ),
        says=pattern(r"\b(invalid|incorrect) api key", r"\bapi key not valid"),
    ),
    Rule(
        "region_refused",
        "The provider serves nobody where the call comes from.",
        "failed",
        pauses=True,
        is_error=True,
        codes=words("unsupported_country_region_territory"),
        says=pattern(r"user location is not supported"),
    ),
    Rule(
        "forbidden",
        "The provider does not serve this key, or not from here.",
        "failed",
        pauses=True,
        is_error=True,
        quarantined=True,
        note="Some use 403 for a block too, so a person has to look which one it is.",
        status=frozenset({403, 451}),
    ),
    Rule(
        "nothing_there",
        "Nothing answers under this address.",
        "failed",
        pauses=True,
        is_error=True,
        status=frozenset({404, 405, 410}),
    ),
    Rule(
        "moved",
        "The address redirects; redirects are not followed.",
        "failed",
        pauses=True,
        is_error=True,
        status=frozenset(range(300, 400)),
    ),
)

PASSING: tuple[Rule, ...] = (
    Rule(
        "busy",
        "Too many requests, or the provider asks to come again.",
        "failed",
        retry="retry",
        is_error=True,
        status=frozenset({408, 409, 425, 429}),
    ),
    Rule(
        "busy_code",
        "Too many requests, said in a 200 or under another status.",
        "failed",
        retry="retry",
        is_error=True,
        codes=words("rate_limit_exceeded", "rate_limit_error", "too_many_requests", "base_resp:1002"),
    ),
    Rule(
        "server_trouble",
        "The server failed, and said nothing about the content.",
        "failed",
        retry="retry",
        is_error=True,
        status=_SERVER_TROUBLE,
    ),
    Rule(
        "server_trouble_code",
        "The server failed, said in a 200 or in mid-stream.",
        "failed",
        retry="retry",
        is_error=True,
        status=frozenset({None, 200}),
        codes=words(
            *("overloaded_error", "api_error", "timeout_error"),  # Anthropic
            *("server_error", "internal_error", "internal_server_error", "service_unavailable"),
        ),
    ),
    Rule(
        "too_long",
        "The prompt is longer than the model takes.",
        "failed",
        is_error=True,
        codes=words("context_length_exceeded", "string_above_max_length", "request_too_large"),
        says=pattern(r"maximum context length", r"exceeds? the (available |model's )?context", r"prompt is too long"),
    ),
    Rule("too_large", "The request is larger than the server takes.", "failed", is_error=True, status=frozenset({413})),
    Rule(
        "parameter_refused",
        "The endpoint does not take one of the parameters.",
        "failed",
        pauses=True,
        is_error=True,
        codes=words("unsupported_parameter", "unsupported_value", "unknown_parameter", "invalid_value"),
        says=pattern(
            r"unsupported (parameter|value)",
            r"extra inputs are not permitted",
            r"unrecognized (request )?argument",
            r"must be set to false for non-streaming",  # Alibaba's enable_thinking
            r"\bnot supported (for|by|with) this model",
        ),
    ),
    Rule("error_unknown", "An error no rule knows.", "failed", is_error=True, quarantined=True),
)
