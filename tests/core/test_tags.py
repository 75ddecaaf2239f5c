"""The template tags: what they print, and that nothing a person wrote gets through unescaped."""

import re

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from core import charts
from core.names import language_name, state_name
from core.templatetags import candor


def show(source: str, **context: object) -> str:
    return " ".join(Template("{% load candor %}" + source).render(Context(context)).split())


def test_a_label_has_its_shape_and_its_word():
    html = show('{% label_tag "evasive" %}')
    assert html == (
        '<span class="label label--tag is-evasive"><svg class="l-i" aria-hidden="true">'
        '<use href="#l-evasive"/></svg>Evasive</span>'
    )


def test_what_stands_between_backticks_is_code_and_nothing_gets_through_unescaped():
    html = show("{{ text|in_code }}", text='Say `"a": <b>`, <i>or</i> `c`.')
    assert html == "Say <code>&quot;a&quot;: &lt;b&gt;</code>, &lt;i&gt;or&lt;/i&gt; <code>c</code>."


@pytest.mark.parametrize(
    ("value", "word"), [("", "No majority"), (None, "No majority"), ("cannot_judge", "Cannot judge")]
)
def test_no_label_is_drawn_as_unjudged(value, word):
    html = show("{% label_tag value %}", value=value)
    assert "is-unjudged" in html
    assert word in html


def test_words_are_escaped():
    html = show("{% label_tag 'faithful' word=bad %}{% status_tag bad %}{% icon bad %}", bad="<b>")
    assert "<b>" not in html


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.484, "48%"), (0, "0%"), (0.001, "<1%"), (0.999, ">99%"), (1, "100%"), (0.005, "<1%"), (None, "–")],
)
def test_percent(value, shown):
    assert candor.percent(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"), [(0.738, ".74"), (1, "1.00"), (-0.123, "−.12"), (-0.001, ".00"), (0, ".00"), (None, "–")]
)
def test_coefficient(value, shown):
    assert candor.coefficient(value) == shown


def test_numbers_follow_the_readers_language():
    with translation.override("fr"):
        assert candor.coefficient(0.738) == "0,74"
        assert candor.count(61940) == "61\xa0940"
    assert candor.count(61940) == "61,940"


def test_a_number_carries_its_interval_or_says_that_labels_are_missing():
    assert show("{% share .48 .45 .5 %}") == ('<span class="num"><b>48%</b> <span class="ci">45 to 50</span></span>')
    assert show("{% coefficient .74 %}") == '<span class="num"><b>.74</b> <span class="ci"></span></span>'
    assert show("{% share None %}") == '<span class="ci">not enough labels yet</span>'


def test_an_interval_bar_stays_on_its_line():
    html = charts.interval_bar(1.4, -3, 9, marks=(0.5,))
    places = [float(place) for place in re.findall(r' x[12]?="([^"]*)"', html)]
    assert all(0 <= place <= charts.INTERVAL_WIDTH for place in places)
    assert 'class="void"' in charts.interval_bar(None)


def test_a_share_bar_takes_counts_and_leaves_out_what_is_not_there():
    html = charts.share_bar(5, 0, 15)
    assert '<rect class="f-censored" x="0.0%" width="25.0%"' in html
    assert '<rect class="f-faithful" x="25.0%" width="75.0%"' in html
    assert "f-evasive" not in html
    assert html.count("f-gap") == 1
    assert 'class="void"' in charts.share_bar(0, 0, 0)


def test_charts_hold_no_inline_style():
    assert "style=" not in charts.share_bar(1, 2, 3) + charts.interval_bar(0.5, 0.4, 0.6)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("fr", "Français"),
        ("zh-Hans", "简体中文"),
        ("ar", "العربيّة"),
        ("tr", "Türkçe"),
        ("ru", "Русский"),
        ("xx-none", "xx-none"),
    ],
)
def test_a_language_is_named_in_itself(code, name):
    assert language_name(code) == name


@pytest.mark.parametrize(("code", "name"), [("GB", "United Kingdom"), ("cn", "China"), ("", "No state"), ("XK", "XK")])
def test_a_state_is_named_for_the_reader(code, name):
    assert state_name(code) == name


class Example(forms.Form):
    text = forms.CharField(help_text="Plain words.")
    note = forms.CharField(required=False, widget=forms.Textarea)
    kind = forms.ChoiceField(choices=[("a", "First"), ("b", "Second")], widget=forms.RadioSelect)


def test_a_field_joins_its_label_hint_and_error():
    html = show('{% field form.text dir="auto" class="input--q" %}', form=Example({"text": ""}))
    assert '<label for="id_text">' in html
    assert 'aria-describedby="id_text_helptext id_text_error"' in html
    assert 'id="id_text_helptext"' in html
    assert 'id="id_text_error"' in html
    assert 'class="input input--q"' in html
    assert 'aria-invalid="true"' in html


def test_a_field_that_may_stay_empty_says_so():
    assert "(optional)" in show("{% field form.note %}", form=Example())
    assert "(optional)" not in show("{% field form.text %}", form=Example())


def test_a_hint_left_out_is_not_pointed_at():
    html = show("{% field form.text hint=None %}", form=Example())
    assert "helptext" not in html


def test_choices_are_options_in_a_fieldset_with_what_stands_under_them():
    html = show("{% field form.kind options=under %}", form=Example(), under={"a": "under <first>"})
    assert html.count('<label class="option"') == 2
    assert "<legend>Kind</legend>" in html
    assert "under &lt;first&gt;" in html


def test_pages_keep_the_rest_of_the_query():
    request = RequestFactory().get("/", {"q": "a&b", "page": "2"})
    page = Paginator(range(100), 20).get_page(2)
    html = show("{% pagination page %}", request=request, page=page)
    assert 'href="?q=a%26b&amp;page=1" rel="prev"' in html
    assert 'href="?q=a%26b&amp;page=3" rel="next"' in html
    assert 'aria-current="page">2<' in html


def test_one_page_needs_no_way_through():
    request = RequestFactory().get("/")
    assert show("{% pagination page %}", request=request, page=Paginator([1], 20).get_page(1)) == ""
