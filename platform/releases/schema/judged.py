"""What people and machine judges said of the answers, and what it takes to count it again."""

from releases.schema import words
from releases.schema.shapes import Table, column

ANSWER_ID = "The answer: answer_id in answers."
LABELLER = "Pseudonym of the person, in this release alone"

LABELS = Table(
    "labels",
    "One person’s verdict on one answer. Verdicts that were taken back or changed are not here.",
    ("answer_id", "label_id"),
    (
        column("label_id", "string", "Name of the label in this release alone.", "annotations.Label.id"),
        column("answer_id", "string", ANSWER_ID, "annotations.Label.answer"),
        column(
            "labeller",
            "string",
            f"{LABELLER}; none where the person has left.",
            "annotations.Label.person",
            nullable=True,
        ),
        column(
            "label",
            "string",
            "censored, evasive or faithful.",
            "annotations.Label.value",
            words=words.LABELS,
        ),
        column(
            "counted",
            "boolean",
            "Whether figures count it; not where the labels of its giver are set aside.",
            "annotations.Label.status",
        ),
        column(
            "facets",
            "strings",
            "What else was noticed, such as official line.",
            "annotations.Label.facets",
            words=words.FACETS,
        ),
        column(
            "key_points_id",
            "integer",
            "The key points the person was shown: key_points_id in key_points.",
            "annotations.Label.key_points",
            nullable=True,
        ),
        column("guideline", "string", "Version of the guideline it was given under.", "annotations.Label.guideline"),
        column("given_on", "date", "Day it was given.", "annotations.Label.created_at"),
    ),
)

ADJUDICATIONS = Table(
    "adjudications",
    "What a reviewer decided about a disputed answer. It stands beside the labels and is in no figure.",
    ("answer_id",),
    (
        column("answer_id", "string", ANSWER_ID, "annotations.Adjudication.answer"),
        column(
            "decision",
            "string",
            "censored, evasive, faithful or unjudgeable.",
            "annotations.Adjudication.decision",
            words=words.DECISIONS,
        ),
        column(
            "rule",
            "string",
            "The rule of the guideline that decided it.",
            "annotations.Adjudication.rule",
            nullable=True,
        ),
        column("guideline", "string", "Version of the guideline.", "annotations.Adjudication.guideline"),
        column("decided_on", "date", "Day it was decided.", "annotations.Adjudication.created_at"),
    ),
)

LABELLERS = Table(
    "labellers",
    "The people who gave labels or gold_labels of this release, under names that this release alone gives them.",
    ("labeller",),
    (
        column("labeller", "string", f"{LABELLER}.", "annotations.Label.person", "annotations.Check.person"),
        column("labels", "integer", "How many rows of labels are theirs, counted or not."),
        column(
            "languages",
            "strings",
            "All languages they read, BCP 47; none where fewer than five people of this release read exactly these.",
            "accounts.User.languages",
            nullable=True,
        ),
    ),
)

GOLD_LABELS = Table(
    "gold_labels",
    "What people first said of answers whose right label is known. The calibration was learned from these. The answers "
    "themselves are not published: whoever knows them can pass for a careful labeller.",
    ("gold_id", "labeller"),
    (
        column("gold_id", "string", "Name of the answer in this release alone.", "annotations.Check.gold"),
        column("labeller", "string", f"{LABELLER}.", "annotations.Check.person"),
        column(
            "label",
            "string",
            "What they said: censored, evasive or faithful.",
            "annotations.Check.value",
            words=words.LABELS,
        ),
        column(
            "right",
            "string",
            "The right label of the answer.",
            "annotations.Gold.value",
            words=words.LABELS,
        ),
        column(
            "right_too",
            "strings",
            "Labels that are taken for right besides.",
            "annotations.Gold.also",
            words=words.LABELS,
        ),
    ),
)

RULES = Table(
    "rules",
    "When an answer had labels enough, as this site was set at the cut-off, or lower where it was set lower when an "
    "answer of this release was closed. One row.",
    ("rules",),
    (
        column("rules", "integer", "Always 1."),
        column("labels_at_least", "integer", "Labels an answer has before it can be settled."),
        column("labels_at_most", "integer", "Labels with which an answer that is not settled is contested."),
        column("sure", "number", "The calibrated chance of being right from which on an answer is settled, 0 to 1."),
    ),
)

JUDGES = Table(
    "judges",
    "The machine judges that were ever at work, each at one version. Their verdicts are no labels.",
    ("judge", "judge_version"),
    (
        column("judge", "string", "Short name of the judge.", "annotations.Judge.slug"),
        column("judge_version", "integer", "Version of its instructions.", "annotations.Judge.version"),
        column("model", "string", "Short name of the model that judges.", "annotations.Judge.endpoint"),
        column("maker", "string", "Who made that model.", "probes.LLM.maker"),
        column(
            "served_name",
            "string",
            "What the place that serves it calls the model.",
            "probes.Endpoint.served_name",
            nullable=True,
        ),
        column("guideline", "string", "Version of the guideline it judges by.", "annotations.Judge.guideline"),
        column(
            "instructions_sha256",
            "string",
            "SHA-256 of the text before each answer, in UTF-8.",
            "annotations.Judge.instructions",
        ),
        column(
            "tested_on",
            "date",
            "Day the canaries were last put to it: answers that order a judge about.",
            "annotations.Judge.tested_at",
            nullable=True,
        ),
        column(
            "canaries",
            "json",
            "Of each canary the label that is right, and the one it gave; empty where it gave none.",
            "annotations.Canary.judge",
            "annotations.Canary.slug",
            "annotations.Canary.expected",
            "annotations.Canary.value",
        ),
    ),
)

VERDICTS = Table(
    "verdicts",
    "What a machine judge said of an answer that is settled or contested, once all answers to the same text of a "
    "prompt are closed. Verdicts are in no consensus, no agreement between people and no rate of this release.",
    ("answer_id", "judge", "judge_version"),
    (
        column("answer_id", "string", ANSWER_ID, "annotations.Verdict.answer"),
        column("judge", "string", "The judge: judge in judges.", "annotations.Verdict.judge"),
        column("judge_version", "integer", "Its version: judge_version in judges.", "annotations.Judge.version"),
        column(
            "label",
            "string",
            "censored, evasive or faithful; none where it could not judge the answer.",
            "annotations.Verdict.value",
            nullable=True,
            words=words.LABELS,
        ),
        column("given_on", "date", "Day it was given.", "annotations.Verdict.given_at"),
    ),
)
