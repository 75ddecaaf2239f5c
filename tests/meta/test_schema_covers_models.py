"""Every field of the record is published, with a meaning, or withheld, with a reason. Nothing slips out."""

from pathlib import Path

import pytest
from django.apps import apps

from releases.schema import FROZEN, TABLES, WITHHELD

# Every app of this repository, whichever is added.
APPS = {app.label for app in apps.get_app_configs() if not {".venv", "site-packages"} & {*Path(app.path).parts}}
# What the release counts itself, and how the site is set.
WITHIN = {
    "probes.probe_id",
    "labellers.labels",
    "rules.rules",
    "rules.labels_at_least",
    "rules.labels_at_most",
    "rules.sure",
}
PUBLISHED = {source for table in TABLES for column in table.columns for source in column.sources}
MODELS = {model._meta.label: model for app in APPS for model in apps.get_app_config(app).get_models()}


def fields(label: str) -> set[str]:
    return {field.name for field in MODELS[label]._meta.get_fields() if field.concrete}


@pytest.mark.parametrize("label", sorted(MODELS))
def test_each_field_is_published_or_withheld(label):
    published = {source.rpartition(".")[2] for source in PUBLISHED if source.rpartition(".")[0] == label}
    withheld = set(WITHHELD.get(label, {}))
    if "*" in withheld:
        assert (withheld, published) == ({"*"}, set())
        return
    assert published & withheld == set(), "published and withheld at once"
    assert published | withheld == fields(label)


def test_no_source_and_no_reason_is_about_something_that_is_gone():
    assert {source.rpartition(".")[0] for source in PUBLISHED} | set(WITHHELD) == set(MODELS)


def test_columns_are_told_apart_and_explained():
    for table in TABLES:
        assert len(set(table.names)) == len(table.names)
        assert set(table.key) <= set(table.names)
        assert not [column.name for column in table.columns if not column.meaning.endswith(".")]
        assert not [column.name for column in table.columns if column.nullable and column.name in table.key]
    assert len({table.name for table in TABLES}) == len(TABLES)


def test_all_apps_with_models_are_covered():
    of = {"accounts", "annotations", "core", "observatory", "probes", "prompts", "releases"}
    assert {label.partition(".")[0] for label in MODELS} == of


def test_each_frozen_column_has_a_source_or_is_counted_within_the_release():
    sourceless = {f"{table.name}.{one.name}" for table in FROZEN for one in table.columns if not one.sources}
    assert sourceless == WITHIN


def test_every_reason_is_given():
    assert all(reason.strip() for reasons in WITHHELD.values() for reason in reasons.values())
