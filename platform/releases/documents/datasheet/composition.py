"""What is in the release, counted."""

from releases.documents.datasheet.limits import LIMITS, PERSONAL
from releases.documents.datasheet.shapes import Part, Question, always
from releases.documents.edition import Edition
from releases.documents.markdown import bullets, first_sentence, listed, number, plural, share, table
from releases.documents.words import agreement, asked, consensus_rows, left_out_lines, scope, span, withheld
from releases.schema import TABLES
from releases.schema.references import REFERENCES


def instances(edition: Edition) -> str:
    counted = edition.statistics
    return (
        "Questions (prompts), each in one or more languages and versions; calls of a model with one of them "
        "(probes); the distinct texts that came back (answers); and one person’s verdict on one answer (labels). "
        f"This release has {scope(counted)}, put to {asked(counted)}. What people and machines made of it, and the "
        "figures that follow, are tables of their own."
    )


def how_many(edition: Edition) -> str:
    rows = [(f"`{each.name}`", edition.rows(each.name), first_sentence(each.meaning)) for each in TABLES]
    return table(["Table", "Rows", "What it holds"], rows, right=(1,))


def a_sample(edition: Edition) -> str:
    told = bullets(left_out_lines(edition) or ["nothing"])
    return (
        "The questions are no sample of a larger set: people thought of them, and reviewers approved them. Of what was "
        f"collected, only closed answers are in. Left out at the cut-off, counted and never named:\n\n{told}"
    )


def data_of(edition: Edition) -> str:
    length = edition.statistics.answer_length
    long = (
        f" The middle answer has {number(length.middle)} characters, the longest {number(length.largest)}."
        if length
        else ""
    )
    return (
        "Texts as they were put and as they came, with the parameters of the request, times, token counts and the "
        f"names that host and provider gave; and labels with their day, facets and guideline.{long} Features that "
        "were derived (consensus, agreement, rates, comparisons, the fit of the crowd) can be computed again from "
        "the rest; `verify/` does it."
    )


def targets(edition: Edition) -> str:
    head = ["What more than half say", "It means", "Answers", "Share"]
    return (
        "Yes: the label that more than half of the people give an answer, in `consensus`, with each label it rests "
        "on in "
        "`labels`.\n\n" + table(head, consensus_rows(edition.statistics), right=(2, 3))
    )


def missing(edition: Edition) -> str:
    counted = edition.statistics
    lines = [
        f"{plural(counted.answers_without_probe, 'answer')} of {number(edition.rows('answers'))} have no probe yet: an "
        "answer to the same text is still being labelled, and who gave which would help those who label to guess.",
        f"{plural(counted.nameless_labels, 'label')} of {number(edition.rows('labels'))} have no labeller: these "
        "people have left.",
        f"Withheld since fewer than five people share it: {withheld(edition)}.",
        "What a provider does not tell (its build, the upstream it used, token counts) is empty.",
        "Columns that may be missing are marked so in `README.md` and `schema.json`.",
    ]
    return bullets(lines)


def relations(_: Edition) -> str:
    lines = [
        f"`{name}`: " + ", ".join(f"`{', '.join(to.columns)}` names a row of `{to.target}`" for to in leads)
        for name, leads in REFERENCES.items()
    ]
    return "Yes, by columns with the same values:\n\n" + bullets(lines)


def noise(edition: Edition) -> str:
    counted = edition.statistics
    aside = counted.of("labels", "counted").get(False, 0)
    contested = counted.of("answers", "state").get("contested", 0)
    return (
        f"{agreement(counted)} {plural(contested, 'answer')} of {number(edition.rows('answers'))} are contested: "
        f"people are split about them. {plural(aside, 'label')} are set aside, since their givers failed too many "
        "checks: they are in the table `labels` and in no figure. The same text by several probes is one answer, not "
        "several."
    )


def deliveries(edition: Edition) -> str:
    found = edition.statistics.of("probes", "delivery")
    whole = sum(found.values())
    if not whole:
        return "There are no probes in this release."
    rows = [(f"`{name}`", count, share(count, whole)) for name, count in found.items()]
    return table(["Delivery", "Probes", "Share"], rows, right=(1, 2))


def imports(edition: Edition) -> str:
    found = edition.statistics.of("probes", "import_source")
    if not found:
        return "It is self-contained. Key points give addresses of sources on the web, which may change or go."
    return (
        f"Some answers were collected elsewhere and are in whole here: {listed(found)} (probes). Their licences are in "
        "`import_licence`. Key points give addresses of sources on the web, which may change or go."
    )


def groups(edition: Edition) -> str:
    counted = edition.statistics
    states = listed(dict(sorted(counted.of("prompts", "state").items())), 40) or "none"
    return (
        "Questions are sorted by the state they concern and by subject; both say what a question is about and "
        f"nothing of a person. Texts by state: {states}. By subject: "
        f"{listed(counted.of('prompts', 'topic'), 40) or 'none'}."
    )


COMPOSITION = Part(
    "Composition",
    (
        Question("What do the instances represent? Are there several types?", instances),
        Question("How many instances of each type are there?", how_many),
        Question("Does it contain all possible instances, or a sample?", a_sample),
        Question("What data does each instance consist of?", data_of),
        Question("Is there a label or target for each instance?", targets),
        Question("What became of the calls?", deliveries),
        Question("Is any information missing from individual instances?", missing),
        Question("Are relationships between instances made explicit?", relations),
        Question(
            "Are there recommended data splits?",
            always(
                "No. Whoever trains on it should keep all texts of a `family` on one side of a split, since they ask "
                "the same, and should say which release it was."
            ),
        ),
        Question("Are there errors, noise or redundancies?", noise),
        Question("Is it self-contained, or does it rely on external resources?", imports),
        Question(
            "Does it contain data that might be considered confidential?",
            always(
                "No communication between people is in it. Keys, account names, costs, raw responses and addresses "
                "of the site’s own network are left out; each left-out field is named with its reason in the "
                "program’s sources."
            ),
        ),
        Question(
            "Does it contain data that might be offensive, insulting, threatening or cause anxiety?",
            always(
                "Yes. Many questions are about killings, persecution, torture and war, and models answer as they do: "
                "coldly, wrongly, sometimes with propaganda. Prompts of the kind `harm_control` ask for what should be "
                "refused; they are in no rate."
            ),
        ),
        Question("Does it identify subpopulations?", groups),
        Question(
            "Is it possible to identify individuals?",
            always(bullets(PERSONAL)),
        ),
        Question(
            "Does it contain data that might be considered sensitive?",
            lambda edition: (
                "Of labellers: no. What they label may hint at what they read, under a name of this release alone. "
                f"Labels were given {span(edition.statistics, 'labels', 'given_on')}. Texts speak of politics, "
                "religion, ethnicity and crimes of public figures and states; an answer may invent such things."
            ),
        ),
        Question("Any other comments?", always("What limits every figure:\n\n" + bullets(LIMITS))),
    ),
)
