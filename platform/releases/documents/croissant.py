"""croissant.json: the release in the vocabulary of MLCommons' Croissant 1.0, with its part on responsible AI.

Addresses of files are paths within the release, so a copy of the folder describes itself wherever it lies.
https://docs.mlcommons.org/croissant/docs/croissant-spec.html and croissant-rai-spec.html
"""

from typing import Any

from releases.described import PARQUET, dataset
from releases.documents.datasheet.limits import BIASES, LIMITS, PERSONAL, UPKEEP, USES
from releases.documents.edition import Edition
from releases.documents.machine import as_json
from releases.documents.markdown import listed, number, plural
from releases.documents.words import LABELS, MEANINGS, agreement, left_out
from releases.files.sealed import Written
from releases.schema import TABLES, Column, Table
from releases.schema.references import REFERENCES

CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
TYPES = {
    "string": "sc:Text",
    "integer": "sc:Integer",
    "number": "sc:Float",
    "boolean": "sc:Boolean",
    "date": "sc:Date",
    "timestamp": "sc:DateTime",
    "strings": "sc:Text",
    "json": "sc:Text",
}
# In which words Croissant has the formats. Its own program knows Parquet by the name it had before it was registered.
FORMATS: dict[str, str | list[str]] = {
    "data": [PARQUET, "application/x-parquet"],
    "csv": "text/csv",
    "ndjson": "application/zstd",
}


def croissant(edition: Edition) -> bytes:
    """croissant.json of one edition."""
    return as_json(
        {
            "@context": CONTEXT,
            "@type": "sc:Dataset",
            "conformsTo": ["http://mlcommons.org/croissant/1.0", "http://mlcommons.org/croissant/RAI/1.0"],
            **dataset(edition.label, edition.cutoff, edition.home),
            # Croissant wants this, and when a release is published is not known while it is written: it is not before
            # the cut-off. The release's page has the day.
            "datePublished": edition.day.isoformat(),
            "citeAs": edition.cite,
            "inLanguage": sorted(edition.statistics.of("prompts", "language")),
            "isLiveDataset": False,
            **responsible(edition),
            "distribution": [entry for table in TABLES for entry in distribution(table, edition)],
            "recordSet": [record_set(table) for table in TABLES if edition.of_table(table.name, "data")],
        }
    )


def distribution(table: Table, edition: Edition) -> list[dict[str, Any]]:
    """A set of a table's Parquet files, which records are read from, and each file with its sum."""
    parts = edition.of_table(table.name, "data")
    if not parts:
        return []
    every = {
        "@type": "cr:FileSet",
        "@id": f"parquet/{table.name}",
        "name": f"parquet/{table.name}",
        "description": f"The table {table.name} as Parquet.",
        "encodingFormat": FORMATS["data"],
        "includes": f"data/{table.name}/*.parquet",
    }
    files = [file for folder in FORMATS for file in edition.of_table(table.name, folder)]
    return [every, *(file_object(file) for file in files)]


def file_object(file: Written) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": file.path,
        "name": file.path,
        "contentUrl": file.path,
        "contentSize": f"{file.bytes} B",
        "encodingFormat": FORMATS[file.path.partition("/")[0]],
        "sha256": file.sha256,
    }


def record_set(table: Table) -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": table.name,
        "name": table.name,
        "description": table.meaning,
        "key": [{"@id": f"{table.name}/{name}"} for name in table.key],
        "field": [field(table, column) for column in table.columns],
    }


def field(table: Table, column: Column) -> dict[str, Any]:
    said: dict[str, Any] = {
        "@type": "cr:Field",
        "@id": f"{table.name}/{column.name}",
        "name": f"{table.name}/{column.name}",
        "description": meaning(table, column),
        "dataType": TYPES[column.type],
        "source": {"fileSet": {"@id": f"parquet/{table.name}"}, "extract": {"column": column.name}},
    }
    if column.type == "strings":
        said["repeated"] = True
    return said


def meaning(table: Table, column: Column) -> str:
    """What a column means, and which rows of which table it names.

    In words: Croissant has `references` for it, but its own program then joins the tables whenever it reads one, and
    gives no rows at all when it reads one a second time. schema.json and datapackage.json say the same to programs.
    """
    leads = [
        f"{to.target}/{to.target_columns[0]}" for to in REFERENCES.get(table.name, ()) if to.columns == (column.name,)
    ]
    return " ".join([column.meaning, *(f"Leads to {one}." for one in leads)])


def responsible(edition: Edition) -> dict[str, Any]:
    """The part on responsible AI, in the words of the datasheet."""
    counted = edition.statistics
    return {
        "rai:dataCollection": (
            "Questions are submitted by contributors and approved by reviewers, then put to language models over their "
            "public interfaces; each distinct text that comes back is labelled by several people who do not know which "
            "model wrote it."
        ),
        "rai:dataCollectionType": ["Software Collection", "Manual Human Curation"],
        "rai:dataCollectionMissingData": f"Left out at the cut-off: {left_out(edition)}.",
        "rai:dataCollectionTimeFrame": time_frame(edition),
        "rai:dataAnnotationProtocol": " ".join(f"{name}: {MEANINGS[name]}" for name in LABELS),
        "rai:dataAnnotationPlatform": ["Candor"],
        "rai:dataAnnotationAnalysis": [agreement(counted)],
        "rai:annotationsPerItem": (
            f"{plural(edition.rows('labels'), 'label')} on {plural(edition.rows('answers'), 'answer')}; answers by "
            f"number of counted labels: {listed(dict(sorted(counted.of('answers', 'labels').items()))) or 'none'}."
        ),
        "rai:annotatorDemographics": [
            f"{number(counted.people)} people, of whom nothing is known but the languages they say they read."
        ],
        "rai:dataUseCases": list(USES),
        "rai:dataLimitations": list(LIMITS),
        "rai:dataBiases": list(BIASES),
        "rai:personalSensitiveInformation": list(PERSONAL),
        "rai:dataReleaseMaintenancePlan": " ".join(UPKEEP),
        "rai:dataSocialImpact": (
            "It lets anyone check claims about what models are silent on. It can be misread as a ranking of "
            "countries or makers, which it is not: see the limitations."
        ),
    }


def time_frame(edition: Edition) -> list[str]:
    found = edition.statistics.span("probes", "finished_at")
    return [f"{at:%Y-%m-%d}" for at in found] if found else []
