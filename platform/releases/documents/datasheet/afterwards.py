"""What the dataset is for, how it is given out, and who looks after it."""

from releases.documents.datasheet.limits import BIASES, NOT_FOR, UPKEEP, USES
from releases.documents.datasheet.shapes import Part, Question, always
from releases.documents.edition import Edition
from releases.documents.markdown import bullets, number
from releases.documents.words import left_out


def erratum(edition: Edition) -> str:
    if not edition.withdrawn:
        return "`withdrawn.json` lists what was taken out of this release since it was published: nothing so far."
    told = bullets(
        f"Edition {tombstone.edition}, {tombstone.made_on}: {tombstone.said} "
        f"Rows: {', '.join(f'{number(count)} of {name}' for name, count in sorted(tombstone.rows.items())) or 'none'}."
        for tombstone in edition.withdrawn
    )
    return f"Something was taken out of this release since it was published (`withdrawn.json`):\n\n{told}"


def reached(edition: Edition) -> str:
    home = edition.home
    where = f", {home.site}" if home.site else ""
    lines = [f"The maintainers of the site that made it{where}."]
    if home.contact:
        lines.append(f"To write to them: {home.contact}.")
    elif not home.site:
        lines.append("How to reach them is not recorded in these files.")
    if home.code:
        lines.append(f"The program is at {home.code}.")
    return " ".join(lines)


USE = Part(
    "Uses",
    (
        Question(
            "Has the dataset been used already?",
            always("The site’s own pages show its agreement, rates and comparisons. Other uses are not tracked."),
        ),
        Question("What tasks could it be used for?", always(bullets(USES))),
        Question(
            "Is there anything about its composition or collection that might impact future uses?",
            always(bullets(BIASES)),
        ),
        Question("Are there tasks for which it should not be used?", always(bullets(NOT_FOR))),
    ),
)

DISTRIBUTION = Part(
    "Distribution",
    (
        Question(
            "Is it distributed to third parties, how, and when?",
            lambda edition: (
                "To anybody, without an account: as files under numbered releases with their SHA-256, and through an "
                f"open API. This is release {edition.label}, with everything closed before "
                f"{edition.when}."
            ),
        ),
        Question(
            "Under which licence or terms?",
            lambda edition: (
                "CC BY 4.0; prompts, key points and labels CC0 1.0; answers collected elsewhere as `import_licence` "
                f"says. To name it: {edition.cite}"
            ),
        ),
        Question(
            "Have third parties imposed restrictions?",
            lambda edition: (
                "Providers’ terms differ in what they say of publishing output; whoever runs a site answers for that. "
                "Imports that may not be published are not in. Left out in all: " + left_out(edition) + "."
            ),
        ),
        Question("Do export controls or other regulations apply?", always("We know of none for this dataset.")),
    ),
)

MAINTENANCE = Part(
    "Maintenance",
    (
        Question(
            "Who supports, hosts and maintains it, and how can they be reached?",
            reached,
        ),
        Question("Is there an erratum?", erratum),
        Question("Will it be updated?", always(bullets(UPKEEP))),
        Question(
            "Are there limits on how long data about people is kept?",
            always(
                "The files stay; withdrawals are taken out of them. The site keeps a private list of which label and "
                "which person is which row of each release, so that a withdrawal finds its rows. It goes with the "
                "label and with the account. Until then the site, and nobody else, could join one release’s names to "
                "another’s."
            ),
        ),
        Question(
            "Will older versions be supported?",
            always(
                "They stay at their addresses as long as the site does, with their sums, so that copies can be "
                "checked without it; where the site has a key, it signs them. `CHANGELOG.md` and `delta/` tell what "
                "changed."
            ),
        ),
        Question(
            "Can others extend or contribute to it?",
            always(
                "Yes: by submitting questions, labelling, importing answers, or running another site with the same "
                "program. Each question is read by somebody else, each answer labelled by several."
            ),
        ),
    ),
)
