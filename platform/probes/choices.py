from django.db import models
from django.utils.translation import gettext_lazy as _


class EndpointKind(models.TextChoices):
    """What serves the model. The same weights elsewhere are another endpoint."""

    API = "api", _("The maker’s API")
    HOST = "host", _("A host of open weights")
    LOCAL = "local", _("A local server")
    IMPORT = "import", _("Imported answers")
    # Of any of these places, and asked for verdicts on answers alone.
    JUDGE = "judge", _("A machine judge")


# Kinds that no round puts its prompts to.
NOT_ASKED = (EndpointKind.IMPORT, EndpointKind.JUDGE)


class EndpointStatus(models.TextChoices):
    ACTIVE = "active", _("Active")
    PAUSED = "paused", _("Paused")
    RETIRED = "retired", _("Retired")


# Why the model in the box is paused where it is switched off: expected, so nobody is told on every page.
NOT_RUNNING = "The model in the box is not running."


class Protocol(models.TextChoices):
    """How an endpoint is spoken to: the names of workers.providers.PROTOCOLS, which no page may import."""

    OPENAI_CHAT = "openai_chat", _("Chat completions")
    OPENAI_RESPONSES = "openai_responses", _("Responses, by OpenAI")
    ANTHROPIC_MESSAGES = "anthropic_messages", _("Messages, by Anthropic")
    GEMINI = "gemini", _("generateContent, by Google")
    AZURE = "azure", _("Chat completions at Azure")


class Dialect(models.TextChoices):
    """What a server makes of chat completions: the names of workers.providers.dialects.DIALECTS."""

    PLAIN = "plain", _("Plain: nothing but what is common to all")
    OPENAI = "openai", "OpenAI"
    DEEPSEEK = "deepseek", "DeepSeek"
    ALIBABA = "alibaba", "Alibaba"
    MOONSHOT = "moonshot", "Moonshot"
    ZHIPU = "zhipu", "Zhipu"
    BAIDU = "baidu", "Baidu"
    MINIMAX = "minimax", "MiniMax"
    MISTRAL = "mistral", "Mistral"
    XAI = "xai", "xAI"
    OPENROUTER = "openrouter", "OpenRouter"
    HUGGINGFACE = "huggingface", _("Hugging Face router")
    VLLM = "vllm", "vLLM"
    LLAMACPP = "llamacpp", "llama.cpp"
    OLLAMA = "ollama", "Ollama"
    AZURE = "azure", "Azure"


class RoundStatus(models.TextChoices):
    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed")


class Every(models.TextChoices):
    """How often a schedule opens a round."""

    WEEK = "week", _("Every week")
    MONTH = "month", _("Every month")
    QUARTER = "quarter", _("Every three months")


class ProbeStatus(models.TextChoices):
    """Where a probe stands. Due, claimed by a worker, or over one way or the other."""

    DUE = "due", _("Waiting")
    CLAIMED = "claimed", _("In flight")
    DONE = "done", _("Done")
    GIVEN_UP = "given_up", _("Given up")


class Delivery(models.TextChoices):
    """What the machine brought back. Never asked of people."""

    DELIVERED = "delivered", _("Delivered")
    BLOCKED_INPUT = "blocked_input", _("Question blocked")
    BLOCKED_OUTPUT = "blocked_output", _("Answer blocked")
    CUT_BY_FILTER = "cut_by_filter", _("Cut by a filter")
    EMPTY = "empty", _("Empty")
    TRUNCATED = "truncated", _("Truncated")
    FAILED = "failed", _("Failed")


class AnswerState(models.TextChoices):
    OPEN = "open", _("Open")
    SETTLED = "settled", _("Settled")
    CONTESTED = "contested", _("Contested")
    UNJUDGEABLE = "unjudgeable", _("Cannot be judged")
    WITHDRAWN = "withdrawn", _("Withdrawn")


CLOSED = (AnswerState.SETTLED, AnswerState.CONTESTED, AnswerState.UNJUDGEABLE)
