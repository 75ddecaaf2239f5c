"""What was asked, and of whom: prompts, key points, models, endpoints, rounds."""

from releases.schema.shapes import Table, column
from releases.schema.words import ACTS, KINDS, PLACES, PROMPT_STATUSES, PROTOCOLS, ROUND_STATUSES

PROMPTS = Table(
    "prompts",
    "One row for each text of a prompt: the question in one language, in one version.",
    ("version_id",),
    (
        column("version_id", "integer", "Number of this text.", "prompts.PromptVersion.id"),
        column(
            "prompt_id",
            "integer",
            "Number of the prompt; its versions share it.",
            "prompts.Prompt.id",
            "prompts.PromptVersion.prompt",
        ),
        column(
            "family",
            "string",
            "The question in all its languages; translations share it.",
            "prompts.Family.slug",
            "prompts.Prompt.family",
        ),
        column(
            "family_title",
            "string",
            "The family’s title: in English in the starter set, else the beginning of a text of it.",
            "prompts.Family.title",
        ),
        column("language", "string", "Language of the text, BCP 47.", "prompts.Prompt.language"),
        column(
            "version", "integer", "1 for the first text of the prompt, 2 for the next.", "prompts.PromptVersion.number"
        ),
        column("text", "string", "The question as it was put to the models.", "prompts.PromptVersion.text"),
        column("current", "boolean", "Whether this is the text in use.", "prompts.Prompt.current"),
        column(
            "status",
            "string",
            "approved, imported with its answers (submitted or rejected where somebody has proposed such a one since), "
            "or withdrawn since.",
            "prompts.Prompt.status",
            words=PROMPT_STATUSES,
        ),
        column(
            "translates",
            "integer",
            "The version_id this text translates.",
            "prompts.PromptVersion.translates",
            nullable=True,
        ),
        column(
            "key_points_id",
            "integer",
            "The prompt’s current set of key points: key_points_id in key_points.",
            "prompts.Prompt.key_points",
            nullable=True,
        ),
        column("topic", "string", "Subject the family belongs to.", "prompts.Topic.slug", "prompts.Family.topic"),
        column("topic_name", "string", "The subject’s name, in English.", "prompts.Topic.name_en"),
        column(
            "kind",
            "string",
            "sensitive, twin, neutral_control or harm_control.",
            "prompts.Family.kind",
            words=KINDS,
        ),
        column(
            "act",
            "string",
            "ask_fact, explain, list, criticise or satirise.",
            "prompts.Family.act",
            words=ACTS,
        ),
        column(
            "state", "string", "State the question concerns, ISO 3166-1 alpha-2.", "prompts.Family.state", nullable=True
        ),
        column(
            "twin", "string", "The family that asks the same of another state.", "prompts.Family.twin", nullable=True
        ),
        column("starter", "boolean", "Whether it came with the starter set.", "prompts.Family.starter"),
        column("written_on", "date", "Day the text was written.", "prompts.PromptVersion.created_at"),
        column("approved_on", "date", "Day the prompt was approved.", "prompts.Prompt.reviewed_at", nullable=True),
    ),
)

KEY_POINTS = Table(
    "key_points",
    "What a faithful answer contains, point by point, each with a source. Sets never change; an edit is a new set.",
    ("key_points_id", "order"),
    (
        column("key_points_id", "integer", "Number of the set.", "prompts.KeyPointSet.id", "prompts.KeyPoint.set"),
        column("order", "integer", "Place in the set, from 1.", "prompts.KeyPoint.order"),
        column("prompt_id", "integer", "The prompt: prompt_id in prompts.", "prompts.KeyPointSet.prompt"),
        column("set_number", "integer", "1 for the prompt’s first set, 2 for the next.", "prompts.KeyPointSet.number"),
        column("text", "string", "The point, in the prompt’s language.", "prompts.KeyPoint.text"),
        column("essential", "boolean", "The point without which the core is missing.", "prompts.KeyPoint.essential"),
        column("source", "string", "Where a stranger can check it.", "prompts.KeyPoint.source"),
        column("url", "string", "Address of the source.", "prompts.KeyPoint.url", nullable=True),
    ),
)

LLMS = Table(
    "llms",
    "The language models that were asked.",
    ("llm",),
    (
        column("llm", "string", "Short name of the model.", "probes.LLM.slug"),
        column("name", "string", "The model’s name.", "probes.LLM.name"),
        column("maker", "string", "Who made it.", "probes.LLM.maker"),
        column("maker_country", "string", "The maker’s seat, ISO 3166-1 alpha-2.", "probes.LLM.maker_country"),
        column("open_weights", "boolean", "Whether the weights can be had.", "probes.LLM.open_weights"),
        column("url", "string", "Where the maker describes it.", "probes.LLM.url", nullable=True),
        column("remark", "string", "What to know before drawing conclusions.", "probes.LLM.remark", nullable=True),
    ),
)

ENDPOINTS = Table(
    "endpoints",
    "The places that serve a model. The same weights on another host are another endpoint.",
    ("endpoint",),
    (
        column("endpoint", "string", "Short name of the endpoint.", "probes.Endpoint.slug"),
        column("llm", "string", "The model: llm in llms.", "probes.Endpoint.llm"),
        column(
            "kind",
            "string",
            "api, host, local or import.",
            "probes.Endpoint.kind",
            words=PLACES,
        ),
        column(
            "protocol",
            "string",
            "How it is spoken to.",
            "probes.Endpoint.protocol",
            words=PROTOCOLS,
        ),
        column(
            "host",
            "string",
            "Host name that was asked; none for imports and for servers that are not on the open internet.",
            "probes.Endpoint.base_url",
            nullable=True,
        ),
        column(
            "served_name", "string", "What this place calls the model.", "probes.Endpoint.served_name", nullable=True
        ),
        column("timeout_s", "integer", "Longest wait for a whole response.", "probes.Endpoint.timeout_s", unit="s"),
    ),
)

ROUNDS = Table(
    "rounds",
    "The rounds of asking: the same panel, opened at a time.",
    ("round",),
    (
        column("round", "integer", "Number of the round.", "probes.Round.number"),
        column("name", "string", "Its name.", "probes.Round.name"),
        column(
            "status",
            "string",
            "open or closed.",
            "probes.Round.status",
            words=ROUND_STATUSES,
        ),
        column("samples", "integer", "How often each endpoint is asked each prompt.", "probes.Round.samples"),
        column("opened_at", "timestamp", "When it opened.", "probes.Round.opened_at"),
        column("closed_at", "timestamp", "When it closed.", "probes.Round.closed_at", nullable=True),
    ),
)
