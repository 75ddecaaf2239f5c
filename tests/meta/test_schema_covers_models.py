"""Every field of the record is published, with a meaning, or withheld, with a reason. Nothing slips out."""

import pytest
from django.apps import apps

from releases.schema import TABLES, WITHHELD

APPS = ("prompts", "probes", "annotations", "releases")
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


def test_every_reason_is_given():
    assert all(reason.strip() for reasons in WITHHELD.values() for reason in reasons.values())
