"""README.md: the card of the dataset. What it is, what it says, what to know before one draws a conclusion, how to read
it, and every column. Its head is what Hugging Face reads: `datasets.load_dataset(folder, "answers")` goes by it.
"""

from releases.documents.edition import Edition
from releases.documents.markdown import bullets, document, first_sentence, listed, number, plural, table
from releases.documents.words import agreement, asked, consensus_rows, left_out, scope, span
from releases.schema import TABLES, Table
from releases.schema.references import REFERENCES

TO_KNOW = (
    "**A label says what an answer does, not why.** Who trained, filtered or instructed a model, and what for, is "
    "not in these files.",
    "**A finding is only a finding against its control.** Compare a `sensitive` prompt with its `twin`, which asks the "
    "same of another state, and a model with itself in another language: that is the table `comparisons`.",
    "**Look at the interval, not at the number.** Every figure has one. It draws whole families of prompts again, "
    "since answers to one question resemble each other.",
    "**A model is not its host.** `delivery` is what the machine found and never a person’s view. Rates of the layer "
    "`model` take delivered texts; those of the layer `provider` also take what was blocked or cut on the way. Failed, "
    "truncated and empty probes stand apart.",
    "**Rates weigh by probe.** Several probes may have brought the same text, which is one answer and is labelled "
    "once.",
    "**Some answers have no probe yet.** Which model gave an answer is told when every answer to that text of the "
    "prompt is closed, so that people who still label cannot look it up.",
    "**The questions are no sample of anything.** They were chosen because somebody would rather not have them "
    "answered. A rate says how a model does on these questions, and not how often it stays silent at large.",
    "**Judges are not people.** `verdicts` are by machines; no consensus and no agreement between people counts them.",
    "**Names are new in each release, rows are not.** `labeller` and `label_id` are others in every release, and days, "
    "not hours, say when people labelled. But a release holds what the one before it held. Whoever compares the rows "
    "of two can see which pseudonyms are one person’s, the more surely the more that person labelled.",
)

READ_IT = """\
```python
import pandas as pd

answers = pd.read_parquet("data/answers")
consensus = pd.read_parquet("data/consensus")
probes = pd.read_parquet("data/probes")
told = probes.merge(consensus, on="answer_id").merge(answers, on=["answer_id", "version_id"])
print(told.groupby("endpoint").label.value_counts())
```

```python
import polars as pl

pl.scan_parquet("data/answers/*.parquet").filter(pl.col("language") == "fr").select("answer_id", "text").collect()
```

```sql
-- DuckDB
SELECT llm, layer, share, low, high FROM 'data/rates/*.parquet' WHERE kind = 'sensitive' AND language = '';
```

```python
from datasets import load_dataset

answers = load_dataset(".", "answers", split="train")
```

In R, with the package arrow: `arrow::read_parquet("data/answers/part-0000.parquet")`. In a spreadsheet: open a file of
`csv` as UTF-8. In CSV a text that a spreadsheet would take for a formula, or that begins with an apostrophe, has one
apostrophe in front: take it off to have the text back."""


def card(edition: Edition) -> bytes:
    """README.md of one edition."""
    return document(
        front_matter(edition),
        f"# Candor {edition.label}",
        "What language models say, dodge and refuse to say: questions, the answers many models gave, and what people "
        "made of each answer. They never knew which model wrote it.",
        taken_out(edition),
        "## In short",
        in_short(edition),
        says(edition),
        "## Before you draw a conclusion",
        bullets(TO_KNOW),
        "`DATASHEET.md` tells how all this came about, and what it is fit for.",
        "## Files",
        tables(edition),
        files(edition),
        "## Read it",
        READ_IT,
        "## Check it",
        check_it(edition),
        *where_from(edition),
        "## Columns",
        *(columns(each) for each in TABLES),
        "## Licence and citation",
        "The dataset is under CC BY 4.0; prompts, key points and labels are under CC0 1.0; answers collected elsewhere "
        "carry their own licence (see `LICENSE`). Name it so:",
        f"> {edition.cite}",
    )


CHECK_IT = """\
    sha256sum -c SHA256SUMS
    PYTHONPATH=verify python -B -m candor_verify .

The first says whether these are the files that were published. The second needs numpy and pyarrow; it checks the sums,
the columns and the keys between tables, and computes every consensus, agreement and rate again from the labels: it ends
with 0 where all is equal, with 1 where something differs, which it names by file, row and column, and with 2 where it
cannot read. It names what it cannot check, too.{previous} Where there is a `manifest.json.sig`, `--key
../release-key.pub` checks it with the site’s public key. `-B` keeps Python from writing compiled files here, which are
no files of a release.

Whoever would forge a release would forge the program in it too. Take the same program from the source code of the site,
and the key from a place you trust: `python -B -m candor_verify FOLDER --key release-key.pub`."""


def check_it(edition: Edition) -> str:
    with_before = " `--previous FOLDER` checks `delta/` with the release before it." if edition.previous else ""
    return CHECK_IT.format(previous=with_before)


def front_matter(edition: Edition) -> str:
    """The head in YAML. Languages as ISO 639, which is what is searched for."""
    languages = sorted({name.partition("-")[0] for name in edition.statistics.of("prompts", "language")})
    lines = [
        "pretty_name: Candor",
        "license: cc-by-4.0",
        *block("language", languages),
        "annotations_creators:\n- crowdsourced",
        "language_creators:\n- crowdsourced\n- machine-generated",
        "multilinguality:\n- multilingual" if len(languages) > 1 else "multilinguality:\n- monolingual",
        f"size_categories:\n- {size(edition.rows('answers'))}",
        "source_datasets:\n- original",
        "task_categories:\n- text-classification",
        "tags:\n- censorship\n- refusals\n- evaluation\n- crowdsourcing\n- inter-annotator-agreement",
        "configs:",
        *(config(each) for each in TABLES if edition.rows(each.name)),
    ]
    return "---\n" + "\n".join(lines) + "\n---"


def block(name: str, values: list[str]) -> list[str]:
    """A list of YAML. `no` is Norwegian here and false to YAML, so each stands in quotes."""
    return [f"{name}:", *(f'- "{value}"' for value in values)] if values else []


def config(of: Table) -> str:
    """A table that is empty has none: the library `datasets` can make nothing of it."""
    first = "\n  default: true" if of.name == "answers" else ""
    return f"- config_name: {of.name}{first}\n  data_files: data/{of.name}/*.parquet"


def size(rows: int) -> str:
    """The bucket of a number of rows, in the words of the Hub."""
    bounds = [("n<1K", 10**3), ("1K<n<10K", 10**4), ("10K<n<100K", 10**5), ("100K<n<1M", 10**6), ("1M<n<10M", 10**7)]
    return next((name for name, bound in bounds if rows < bound), "10M<n<100M")


def taken_out(edition: Edition) -> str:
    if not edition.withdrawn:
        return ""
    return (
        f"> **Edition {edition.number}.** Something was taken out of this release after it was published; nothing was "
        "put in. `withdrawn.json` says what kind of thing went, and how many rows."
    )


def in_short(edition: Edition) -> str:
    counted = edition.statistics
    rows: list[tuple[str, str]] = [
        ("Cut-off", f"{edition.when}; everything closed before it is in"),
        ("Asked", f"{scope(counted)}; {plural(edition.rows('prompts'), 'text')} in all"),
        ("Languages", listed(counted.of("prompts", "language"))),
        ("Of whom", asked(counted)),
        ("How often", f"{plural(edition.rows('probes'), 'probe')}, {span(counted, 'probes', 'finished_at')}"),
        ("What came", f"{plural(edition.rows('answers'), 'distinct answer')} that people have finished labelling"),
        ("What people said", f"{plural(edition.rows('labels'), 'label')} by {people(edition)}"),
        ("Left out", left_out(edition)),
    ]
    return table(["", ""], rows)


def people(edition: Edition) -> str:
    counted = edition.statistics
    nameless = counted.nameless_labels
    left = f", {number(nameless)} of them by people who have left" if nameless else ""
    return plural(counted.people, "person", "people") + left


def says(edition: Edition) -> str:
    """What people call the answers, over all models and questions."""
    if not edition.rows("consensus"):
        return agreement(edition.statistics)
    head = ["What more than half say", "It means", "Answers", "Share"]
    told = table(head, consensus_rows(edition.statistics), right=(2, 3))
    mixed = (
        "Over all models and questions together this says little: which questions were asked decides it. Rates of each "
        "model are in `rates`."
    )
    return f"{told}\n\n{mixed} {agreement(edition.statistics)}"


def tables(edition: Edition) -> str:
    rows = [(f"`{each.name}`", edition.rows(each.name), first_sentence(each.meaning)) for each in TABLES]
    return table(["Table", "Rows", "What it holds"], rows, right=(1,))


def files(edition: Edition) -> str:
    before = (
        f"- `delta/`: what was added, changed and removed since {edition.previous.label}, a file a table.\n"
        if edition.previous
        else ""
    )
    return (
        "- `data/<table>/*.parquet`: sorted by key, with an index of pages, so that a program reads what it needs.\n"
        "- `ndjson/<table>.ndjson.zst`: one JSON object a line, packed with Zstandard.\n"
        "- `csv/<table>.csv`: UTF-8, for spreadsheets.\n"
        f"{before}"
        "- `schema.json` (JSON Schema), `croissant.json` and `datapackage.json` tell programs of the columns.\n"
        "- `manifest.json` names every file with its sum, and what was left out.\n"
        "- `verify/` checks all that, and computes the figures again.\n"
        "- `DATASHEET.md`, `CHANGELOG.md`, `withdrawn.json`, `LICENSE`, `CITATION.cff`.\n\n"
        "The three formats hold the same values."
    )


def where_from(edition: Edition) -> list[str]:
    """The way back for whoever finds a copy; nothing where the site does not say."""
    home = edition.home
    told = {
        "The page of this release": home.page,
        "What was found wrong since, in this release or another": home.corrections,
        "To write to who runs the site": home.contact,
        "The program that made it": home.code,
    }
    lines = [f"{what}: <{address}>" for what, address in told.items() if address]
    return ["## Where it comes from", bullets(lines)] if lines else []


def columns(of: Table) -> str:
    key = " and ".join(f"`{name}`" for name in of.key)
    rows = [
        (
            f"`{column.name}`",
            column.type + (", may be missing" if column.nullable else ""),
            column.meaning + (f" Unit: {column.unit}." if column.unit else ""),
        )
        for column in of.columns
    ]
    leads = [
        f"`{', '.join(to.columns)}` → `{to.target}` (`{', '.join(to.target_columns)}`)"
        for to in REFERENCES.get(of.name, ())
    ]
    found = f"\n\nLeads to: {'; '.join(leads)}." if leads else ""
    head = f"### {of.name}\n\n{of.meaning} Unique and sorted by {key}.\n\n"
    return head + table(["Column", "Type", "Meaning"], rows) + found
