"""How the data came about, and what was done to it."""

from releases.documents.datasheet.shapes import Part, Question, always
from releases.documents.edition import Edition
from releases.documents.markdown import listed, number, plural
from releases.documents.words import span, withheld


def acquired(edition: Edition) -> str:
    kinds = listed(edition.statistics.of("endpoints", "kind")) or "none"
    return (
        "Answers were observed: each is what an endpoint sent back to a request, whose whole body is in "
        f"`probes.request`. Endpoints by kind: {kinds}. Labels were given by people. Key points were written by "
        "submitters, each with a source, and read by another person before the question was asked."
    )


def mechanisms(edition: Edition) -> str:
    return (
        "A program puts each prompt, word for word and without a system prompt unless the request shows one, to each "
        "endpoint over its public interface, and keeps what comes with its times. Published rules decide the delivery "
        "(`probes.rule`); what no rule knows is failed and quarantined until a person has looked. Labellers see the "
        "question, its key points and one answer at a time, whole, with names masked that would give its author away, "
        f"drawn by lot. {enough(edition)}"
    )


def enough(edition: Edition) -> str:
    """When an answer has labels enough, by the rules of this release."""
    rules = edition.statistics.rules
    if rules is None:
        return "More labels are asked for where the first ones do not lead clearly."
    return (
        f"Each answer gets at least {rules['labels_at_least']} labels, and one more at a time while they do not lead "
        f"clearly; after {rules['labels_at_most']} it is contested. Where there is enough gold to calibrate by, an "
        f"answer is settled when the chance of being right is {rules['sure']:g}; else a lead of votes decides."
    )


def involved(edition: Edition) -> str:
    counted = edition.statistics
    spread = counted.labels_a_person
    most = (
        f" The middle one of them gave {number(spread.middle)} labels, the busiest {number(spread.largest)}."
        if spread
        else ""
    )
    return (
        f"{plural(counted.people, 'person', 'people')} gave the {number(edition.rows('labels'))} labels of this "
        f"release.{most} The program pays nobody and has no way to; whether somebody else does is not recorded. Before "
        "their labels count they pass a practice deck, and later answers with a known label are mixed in unseen. The "
        "labels of whoever fails too many are set aside."
    )


def when(edition: Edition) -> str:
    counted = edition.statistics
    return (
        f"Models were asked {span(counted, 'probes', 'asked_at')}; answers closed "
        f"{span(counted, 'answers', 'closed_on')}; labels were given {span(counted, 'labels', 'given_on')}. What "
        "was imported may have been asked earlier. What the questions are about is often older than the models."
    )


COLLECTION = Part(
    "Collection process",
    (
        Question("How was the data associated with each instance acquired?", acquired),
        Question("What mechanisms or procedures were used to collect the data? How were they validated?", mechanisms),
        Question(
            "If it is a sample, what was the sampling strategy?",
            always(
                "For questions, none. Of the answers, those are in that were closed at the cut-off; what was begun is "
                "finished first, and otherwise the lot decides."
            ),
        ),
        Question("Who was involved in the collection, and how were they compensated?", involved),
        Question("Over what timeframe was the data collected?", when),
        Question(
            "Were any ethical review processes conducted?",
            always(
                "No review by an ethics board is recorded. The rules that protect labellers are public, and tested."
            ),
        ),
        Question(
            "Were the individuals in question notified, and did they consent?",
            always(
                "Labellers and submitters come by themselves. The forms say that prompts, key points and labels are "
                "given under CC0 1.0 and published. Models’ makers and hosts were not asked; each may answer on the "
                "site, where its answer stands beside the findings. These answers are not in the files, and neither "
                "are corrections."
            ),
        ),
        Question(
            "Can consent be revoked?",
            always(
                "Yes. Whoever leaves chooses: their labels stay without any name, or are erased. Either way their "
                "pseudonyms go from every release that is out, which becomes a new edition with a tombstone. An "
                "author may withdraw a prompt. Copies that others hold cannot be called back."
            ),
        ),
        Question(
            "Has the potential impact on data subjects been analysed?",
            always(
                "In what is written down of the design: a labeller could be at risk where it is known what they "
                "judged. So names change with each release and their key is destroyed, days stand for hours, rare "
                "languages are withheld, and free text is not published. No formal assessment was made."
            ),
        ),
    ),
)

PREPARATION = Part(
    "Preprocessing, cleaning, labelling",
    (
        Question(
            "Was any preprocessing, cleaning or labelling done?",
            lambda edition: (
                "Texts are as they came. NUL characters and lone surrogates, which no database keeps, are written "
                "out as escapes and marked (`answers.escaped`; "
                f"{plural(edition.statistics.of('answers', 'escaped').get(True, 0), 'answer')} here). Equal texts to "
                "one prompt are one answer. Moments in which people labelled are cut to days. Emptied since too few "
                f"share it: {withheld(edition)}. In CSV alone, an apostrophe stands before what a spreadsheet would "
                "take for a formula."
            ),
        ),
        Question(
            "Was the raw data saved?",
            always(
                "Yes, at the site: every response to its own calls byte for byte, so that deliveries can be decided "
                "again when a rule is mended. Raw responses are not published: they may hold names of accounts."
            ),
        ),
        Question(
            "Is the software available?",
            lambda edition: (
                "Yes, under the Apache License 2.0: what collects, what labels, what computes, and what wrote these "
                "files"
                + (f" (commit `{edition.commit}`)" if edition.commit else "")
                + ". The part that checks them is in `verify/`."
            ),
        ),
    ),
)
