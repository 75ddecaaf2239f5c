"""What people made of it: labels and consensus."""

from releases.schema.shapes import Table, column

ANSWER_ID = "The answer: answer_id in answers."

LABELS = Table(
    "labels",
    "One person’s verdict on one answer. Labels that were taken back are not here.",
    ("answer_id", "label_id"),
    (
        column("label_id", "string", "Name of the label in this release alone.", "annotations.Label.id"),
        column("answer_id", "string", ANSWER_ID, "annotations.Label.answer"),
        column(
            "labeller",
            "string",
            "Pseudonym of the person, in this release alone; none where the person has left.",
            "annotations.Label.person",
            nullable=True,
        ),
        column("label", "string", "censored, evasive or faithful.", "annotations.Label.value"),
        column("facets", "strings", "What else was noticed, such as official line.", "annotations.Label.facets"),
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

CONSENSUS = Table(
    "consensus",
    "What the labels of one settled or contested answer add up to, counted from the labels of this release.",
    ("answer_id",),
    (
        column("answer_id", "string", ANSWER_ID, "annotations.Consensus.answer"),
        column("censored", "integer", "Labels that say censored.", "annotations.Consensus.censored"),
        column("evasive", "integer", "Labels that say evasive.", "annotations.Consensus.evasive"),
        column("faithful", "integer", "Labels that say faithful.", "annotations.Consensus.faithful"),
        column("label", "string", "The label that more than half give.", "annotations.Consensus.value", nullable=True),
        column(
            "share", "number", "Share of the most frequent label, 0 to 1.", "annotations.Consensus.share", nullable=True
        ),
        column(
            "dispersion",
            "number",
            "Chance that two labels drawn with replacement differ: 0 where all agree.",
            "annotations.Consensus.dispersion",
            nullable=True,
        ),
    ),
)
