"""The figures of a release. Each follows from its other tables alone, and `candor_verify` computes it again."""

from releases.schema.judged import ANSWER_ID
from releases.schema.shapes import Column, Table, column
from releases.schema.words import COMPARED, JUDGED, KINDS, LAYERS, SCALES, SLICES
from releases.schema.words import LABELS as CLASSES

MODEL = "The model: llm in llms."
WHY = "Why a number is missing, by its name; empty where none is."


def _interval(name: str, meaning: str, about: str) -> tuple[Column, ...]:
    """A coefficient and the ends of its 95 % interval."""
    source = f"annotations.Agreement.{name}"
    low, high = (f"{end} end of the 95 % interval of {about}." for end in ("Lower", "Upper"))
    return (
        column(name, "number", meaning, source, nullable=True),
        column(f"{name}_low", "number", low, f"{source}_low", nullable=True),
        column(f"{name}_high", "number", high, f"{source}_high", nullable=True),
    )


CONSENSUS = Table(
    "consensus",
    "What the counted labels of one settled or contested answer add up to. The posterior weighs each by how its giver "
    "labels, as the row of crowd has learned from the labels of this release.",
    ("answer_id",),
    (
        column("answer_id", "string", ANSWER_ID, "annotations.Consensus.answer"),
        column(
            "state",
            "string",
            "settled or contested.",
            words=JUDGED,
        ),
        *(
            column(name, "integer", f"Counted labels that say {name}.", f"annotations.Consensus.{name}")
            for name in CLASSES
        ),
        column(
            "label",
            "string",
            "The label that more than half give.",
            "annotations.Consensus.value",
            nullable=True,
            words=CLASSES,
        ),
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
        *(
            column(
                f"posterior_{name}",
                "number",
                f"Chance that {name} is the right label, 0 to 1, to six decimals; none without a fit.",
                "annotations.Consensus.posterior",
                nullable=True,
            )
            for name in CLASSES
        ),
        column(
            "confidence",
            "number",
            "Chance that the most probable label is right, as calibrated on gold, 0 to 1, to six decimals; none where "
            "there is too little gold.",
            "annotations.Consensus.confidence",
            nullable=True,
        ),
    ),
)

AGREEMENT = Table(
    "agreement",
    "How far labellers agree beyond chance over one slice of the settled and contested answers, without harm controls. "
    "An answer that several models gave counts with each of them. Intervals draw whole families of prompts again.",
    ("slice", "key", "scale"),
    (
        column(
            "slice",
            "string",
            "all, country, endpoint, guideline, kind, language, maker, model, round, state or topic.",
            "annotations.Agreement.slice",
            words=SLICES,
        ),
        column("key", "string", "Which one of them; empty for all.", "annotations.Agreement.key"),
        column(
            "scale",
            "string",
            "labels (the three as they are) or suppressed (censored and evasive are one, faithful the other).",
            "annotations.Agreement.scale",
            words=SCALES,
        ),
        column("answers", "integer", "Answers it is of.", "annotations.Agreement.answers"),
        column("labels", "integer", "Counted labels on them.", "annotations.Agreement.labels"),
        column("families", "integer", "Families of prompts they are of.", "annotations.Agreement.families"),
        column(
            "censored",
            "integer",
            "Labels that say censored; none on the scale of two.",
            "annotations.Agreement.marginals",
            nullable=True,
        ),
        column("evasive", "integer", "Labels that say evasive; none on the scale of two.", nullable=True),
        column(
            "suppressed",
            "integer",
            "Labels that say censored or evasive; none on the scale of three.",
            nullable=True,
        ),
        column("faithful", "integer", "Labels that say faithful."),
        *_interval("alpha", "Krippendorff’s alpha, nominal.", "alpha"),
        *_interval("ac1", "Gwet’s AC1.", "AC1"),
        *_interval("percent", "Share of pairs of labels that agree, 0 to 1.", "that share"),
        *(
            column(
                f"specific_{name}",
                "number",
                f"Specific agreement on {name}: of pairs with such a label, the share in which both are, 0 to 1.",
                "annotations.Agreement.specific",
                nullable=True,
            )
            for name in (*CLASSES[:2], "suppressed", CLASSES[2])
        ),
        column("why", "json", WHY, "annotations.Agreement.why"),
        column("replicates", "integer", "How often families were drawn again."),
        column("seed", "integer", "Seed of the draws."),
    ),
)

RATES = Table(
    "rates",
    "How often a model stays silent, by people’s labels. In the layer model: of the probes of finished questions whose "
    "answer is settled, the share that is censored or evasive. In the layer provider: of those that were delivered, "
    "blocked or cut, the share that was blocked or cut. Harm controls are left out. Rates that a machine judge narrows "
    "rest on answers that are still open, and are not in a release.",
    ("llm", "layer", "kind", "language"),
    (
        column("llm", "string", MODEL, "annotations.Rate.llm"),
        column(
            "layer",
            "string",
            "model or provider.",
            "annotations.Rate.layer",
            words=LAYERS,
        ),
        column(
            "kind",
            "string",
            "A kind of prompt, or empty for all but harm controls.",
            "annotations.Rate.kind",
            words=("", *KINDS),
        ),
        column("language", "string", "A language of the prompt, or empty for all.", "annotations.Rate.language"),
        column("part", "integer", "Probes that were suppressed, or blocked.", "annotations.Rate.part"),
        column("whole", "integer", "Probes that were counted.", "annotations.Rate.whole"),
        column("families", "integer", "Families of prompts they are of.", "annotations.Rate.families"),
        column("share", "number", "part / whole, 0 to 1.", "annotations.Rate.share", nullable=True),
        column("low", "number", "Lower end of its 95 % interval by families.", "annotations.Rate.low", nullable=True),
        column("high", "number", "Upper end of it.", "annotations.Rate.high", nullable=True),
        column("why", "string", "Why a number is missing.", "annotations.Rate.why", nullable=True),
    ),
)

COMPARISONS = Table(
    "comparisons",
    "One model compared with itself: families of prompts asked in two languages, or of two states, by which of the two "
    "sides are mostly suppressed.",
    ("llm", "compared", "a", "b"),
    (
        column("llm", "string", MODEL, "annotations.Comparison.llm"),
        column(
            "compared",
            "string",
            "language (one prompt in two) or twin (a prompt and its twin about another state).",
            "annotations.Comparison.compared",
            words=COMPARED,
        ),
        column("a", "string", "One side: a language, or a state.", "annotations.Comparison.a"),
        column("b", "string", "The other; it comes later in the alphabet.", "annotations.Comparison.b"),
        column("pairs", "integer", "Pairs of families.", "annotations.Comparison.pairs"),
        column("both", "integer", "Suppressed on both sides.", "annotations.Comparison.both"),
        column("only_a", "integer", "Suppressed in a alone.", "annotations.Comparison.only_a"),
        column("only_b", "integer", "Suppressed in b alone.", "annotations.Comparison.only_b"),
        column("neither", "integer", "Suppressed on neither side.", "annotations.Comparison.neither"),
        column(
            "difference",
            "number",
            "Share suppressed in a less that in b, -1 to 1.",
            "annotations.Comparison.difference",
            nullable=True,
        ),
        column("low", "number", "Lower end of its 95 % interval.", "annotations.Comparison.low", nullable=True),
        column("high", "number", "Upper end of it.", "annotations.Comparison.high", nullable=True),
        column("p", "number", "p of McNemar’s exact test, 0 to 1.", "annotations.Comparison.p", nullable=True),
        column("why", "string", "Why a number is missing.", "annotations.Comparison.why", nullable=True),
    ),
)

CROWD = Table(
    "crowd",
    "How the labellers of this release label as a whole: a fit of Dawid and Skene’s model to its counted labels on "
    "settled and contested answers, and how far its posteriors may be believed, learned from gold_labels. One row; the "
    "numbers are missing where there are too few labels or people for a fit.",
    ("crowd",),
    (
        column("crowd", "integer", "Always 1."),
        column("answers", "integer", "Answers it was fitted to.", "annotations.Fit.answers"),
        column("labels", "integer", "Labels it was fitted to.", "annotations.Fit.labels"),
        column("people", "integer", "People who gave them, without those who have left.", "annotations.Fit.people"),
        column(
            "strength",
            "number",
            "Labels of the crowd’s matrix that everybody starts with.",
            "annotations.Fit.strength",
            nullable=True,
        ),
        column(
            "strengths",
            "json",
            "The mean log-likelihood of labels held out, by each strength that was tried; six decimals.",
            "annotations.Fit.strengths",
        ),
        *(
            column(
                f"prior_{name}",
                "number",
                f"Share of the answers that are {name}, 0 to 1, to six decimals.",
                "annotations.Fit.prior",
                nullable=True,
            )
            for name in CLASSES
        ),
        *(
            column(
                f"{truth}_called_{said}",
                "number",
                f"How often an answer that is truly {truth} is called {said}, 0 to 1, to six decimals.",
                "annotations.Fit.pooled",
                nullable=True,
            )
            for truth in CLASSES
            for said in CLASSES
        ),
        column(
            "calibration",
            "json",
            "What a posterior is worth: knots (log odds of the most probable label), by number of labels the chance "
            "that it is right at each knot, and gold, how many answers it was learned from. Empty with too few.",
            "annotations.Fit.calibration",
        ),
        column(
            "measured",
            "json",
            "How gold that was kept out of the calibration fares: the share settled, the share of these that is right "
            "with its interval, labels asked for, and why votes alone decide where they do.",
            "annotations.Fit.measured",
        ),
        column("seed", "integer", "Seed of everything that was drawn."),
    ),
)

FIGURES = (CONSENSUS, AGREEMENT, RATES, COMPARISONS, CROWD)
