"""What came back: probes and answers."""

from releases.schema.shapes import Table, column
from releases.schema.words import DELIVERIES, STATES

VERSION_ID = "The text that was asked: version_id in prompts."

PROBES = Table(
    "probes",
    "One prompt put to one endpoint once: what was sent, and what the machine brought back. While any answer to a text "
    "of a prompt is open, all probes of that text are left out and counted in the manifest: those that are there would "
    "tell whose answer is missing.",
    ("probe_id",),
    (
        column("probe_id", "integer", "Number of the probe in this release alone, from 1."),
        column("version_id", "integer", VERSION_ID, "probes.Probe.version"),
        column("endpoint", "string", "Who was asked: endpoint in endpoints.", "probes.Probe.endpoint"),
        column(
            "round", "integer", "The round: round in rounds; none for imports.", "probes.Probe.round", nullable=True
        ),
        column("sample", "integer", "1 for the first time of asking, 2 for the next.", "probes.Probe.sample"),
        column(
            "delivery",
            "string",
            "delivered, blocked_input, blocked_output, cut_by_filter, empty, truncated or failed.",
            "probes.Probe.delivery",
            words=DELIVERIES,
        ),
        column(
            "answer_id",
            "string",
            "What it brought: answer_id in answers. Several probes may bring the same text.",
            "probes.Probe.answer",
            nullable=True,
        ),
        column("rule", "string", "The rule that decided the delivery.", "probes.Probe.rule", nullable=True),
        column(
            "quarantined", "boolean", "No rule knew this response; a person has to look.", "probes.Probe.quarantined"
        ),
        column(
            "partial_text",
            "string",
            "Text that came without a delivery, such as the half before a filter.",
            "probes.Probe.partial_text",
            nullable=True,
        ),
        column(
            "reasoning",
            "string",
            "The model’s reasoning, where it is shown. Never labelled.",
            "probes.Probe.reasoning",
            nullable=True,
        ),
        column(
            "finish_reason",
            "string",
            "Why the text ends, in the provider’s word.",
            "probes.Probe.finish_reason",
            nullable=True,
        ),
        column("http_status", "integer", "HTTP status of the response.", "probes.Probe.http_status", nullable=True),
        column(
            "latency_ms",
            "integer",
            "From sending to the end of the response.",
            "probes.Probe.latency_ms",
            nullable=True,
            unit="ms",
        ),
        column("attempts", "integer", "How often it was tried.", "probes.Probe.attempt"),
        column(
            "request",
            "json",
            "The body of the request, with every parameter; enough to repeat it by hand.",
            "probes.Probe.request",
        ),
        column("usage", "json", "Tokens, as the provider counted them.", "probes.Probe.usage"),
        column(
            "pieces",
            "json",
            "When the characters of a streamed text came: [milliseconds since the request, how many], in order.",
            "probes.Probe.pieces",
        ),
        column("served_by", "string", "The upstream a router says it used.", "probes.Probe.served_by", nullable=True),
        column(
            "served_model",
            "string",
            "The model’s name as the provider gave it back.",
            "probes.Probe.served_model",
            nullable=True,
        ),
        column("fingerprint", "string", "The provider’s mark of its build.", "probes.Probe.fingerprint", nullable=True),
        column("asked_at", "timestamp", "When it was asked.", "probes.Probe.asked_at", nullable=True),
        column("finished_at", "timestamp", "When it was over.", "probes.Probe.finished_at"),
        column(
            "import_source",
            "string",
            "Where an imported answer comes from.",
            "probes.Probe.batch",
            "probes.ImportBatch.source",
            nullable=True,
        ),
        column("import_licence", "string", "Licence of the import.", "probes.ImportBatch.licence", nullable=True),
        column("import_remark", "string", "What to know about the import.", "probes.ImportBatch.remark", nullable=True),
    ),
)

ANSWERS = Table(
    "answers",
    "The distinct texts that were delivered and that people have finished labelling. A text names no model: probes do.",
    ("answer_id",),
    (
        column("answer_id", "string", "The answer’s UUID.", "probes.Answer.public_id"),
        column("version_id", "integer", VERSION_ID, "probes.Answer.version"),
        column("language", "string", "Language of the prompt, BCP 47.", "probes.Answer.language"),
        column("text", "string", "The whole text.", "probes.Answer.text"),
        column(
            "escaped",
            "boolean",
            "NUL characters or lone surrogates came and are written out as escapes.",
            "probes.Answer.escaped",
        ),
        column("sha256", "string", "SHA-256 of the text in UTF-8.", "probes.Answer.sha256"),
        column(
            "state",
            "string",
            "settled: one label leads. contested: none leads clearly. unjudgeable: three people could not judge it. "
            "thinned (editions alone): labels of it were erased, and those left do not decide it.",
            "probes.Answer.state",
            words=STATES,
        ),
        column("labels", "integer", "Labels that count: its rows of labels with counted.", "annotations.Label.answer"),
        column(
            "cannot_judge",
            "integer",
            "People who could not judge it; three close it as unjudgeable.",
            "annotations.CannotJudge.answer",
        ),
        column(
            "closed_on",
            "date",
            "Day it was closed: some minutes or more after the last verdict on it.",
            "probes.Answer.closed_at",
        ),
    ),
)
