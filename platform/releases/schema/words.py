"""The words that columns of a release hold where they hold nothing else. Pure Python.

They are those of the models' choices, less what is never published; a test compares them. `candor_verify` knows them
from here, by `manage.py write_shapes`.
"""

LABELS = ("censored", "evasive", "faithful")
DECISIONS = (*LABELS, "unjudgeable")
FACETS = (
    "official_line",
    "distortion",
    "factual_error",
    "partial",
    "hedged",
    "both_sides",
    "wrong_language",
    "asks_back",
)
# Those whose labels make figures; and those of every answer of a release, the last in editions alone.
JUDGED = ("settled", "contested")
STATES = (*JUDGED, "unjudgeable", "thinned")
# A prompt that was imported with its answers and then adopted is in review, or was sent back, like any other.
PROMPT_STATUSES = ("submitted", "approved", "rejected", "withdrawn", "imported")
KINDS = ("sensitive", "twin", "neutral_control", "harm_control")
ACTS = ("ask_fact", "explain", "list", "criticise", "satirise")
# Where machine judges answer, nobody's prompts are put.
PLACES = ("api", "host", "local", "import")
PROTOCOLS = ("openai_chat", "openai_responses", "anthropic_messages", "gemini", "azure")
ROUND_STATUSES = ("open", "closed")
DELIVERIES = ("delivered", "blocked_input", "blocked_output", "cut_by_filter", "empty", "truncated", "failed")
SLICES = (
    "all",
    "model",
    "maker",
    "country",
    "endpoint",
    "language",
    "topic",
    "state",
    "kind",
    "round",
    "guideline",
)
SCALES = ("labels", "suppressed")
LAYERS = ("model", "provider")
COMPARED = ("twin", "language")
