"""The table of columns and fields is true of both: of each release's schema and of what the lists show."""

from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from api.beside import BESIDE
from api.streams.columns import columns_of
from api.urls import urlpatterns
from releases.schema import TABLES, table_named

# Tables of which the API has no list: what stands in them is in others, or in no list at all.
WITHOUT_A_LIST = {"key_points", "labellers", "gold_labels", "rules", "judges", "verdicts", "crowd"}


def fields_of(noun: str) -> list[str]:
    views: dict[str, Any] = {str(one.pattern): one.callback for one in urlpatterns}
    return [".".join(way) for way in columns_of(views[f"{noun}/"].view_class.serializer_class)]


def test_every_table_is_beside_a_list_or_said_to_have_none() -> None:
    assert {*BESIDE} | WITHOUT_A_LIST == {table.name for table in TABLES}
    assert not {*BESIDE} & WITHOUT_A_LIST


@pytest.mark.parametrize("name", BESIDE)
def test_each_column_is_a_field_under_its_name_or_the_one_told_or_is_in_files_alone(name: str) -> None:
    beside, columns, fields = BESIDE[name], table_named(name).names, fields_of(BESIDE[name].noun)
    assert {*beside.renamed, *beside.files_alone} <= {*columns}
    assert not {*beside.renamed} & {*beside.files_alone}
    assert {*beside.files_alone} & {*fields} == set()
    there = {column: beside.renamed.get(column, column) for column in columns if column not in beside.files_alone}
    assert [field for field in there.values() if field not in fields] == []
    assert [column for column, field in beside.renamed.items() if column == field] == []


@pytest.mark.parametrize("name", [name for name in BESIDE if name != "adjudications"])
def test_each_field_is_a_column_or_is_in_the_api_alone(name: str) -> None:
    beside, fields = BESIDE[name], fields_of(BESIDE[name].noun)
    reached = {beside.renamed.get(column, column) for column in table_named(name).names}
    left = {field for field in fields if field not in reached}
    alone = {field for field in left if field in beside.api_alone or field.partition(".")[0] in beside.api_alone}
    assert left == alone
    assert {one for one in beside.api_alone if not any(f"{field}.".startswith(f"{one}.") for field in left)} == set()


def test_the_page_has_each_of_them(client: Client, db: None) -> None:
    page = unescape(client.get(reverse("api:docs")).content.decode())
    for name, beside in BESIDE.items():
        for column, field in beside.renamed.items():
            assert f'data-column="{name}.{column}"><code>{column}</code></th><td><code>{field}</code>' in page
    assert "every release and this site give it another" in page
