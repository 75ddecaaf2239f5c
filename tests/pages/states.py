"""Pages that an address alone does not show: in the middle of something, at its end, sent with mistakes, or refused."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.test import RequestFactory
from django.urls import reverse
from django.utils import translation
from playwright.sync_api import Route

from annotations.models import Fit
from annotations.practice.play import RIGHT
from core.views import server_error
from tests.annotations import play
from tests.pages.visit import Visit
from tests.pages.world import World

DECK, PRACTICE = "/label/", "/label/practice/"
# Each of these of the deck is told in several ways; the longest is looked at.
LINES = ("pause", "fetching", "trouble", "marking", "jump")
SHOW = """ids => ids.forEach((id) => {
    const line = document.getElementById(id), words = Object.values(line.dataset);
    const text = document.getElementById(id + "-text") ?? (line.childElementCount ? null : line);
    if (text) text.textContent = words.sort((one, other) => other.length - one.length)[0];
    line.hidden = false;
})"""
REFUSED = """() => {
    const item = document.getElementById("refused-item").content.firstElementChild.cloneNode(true);
    item.querySelector(".refused__what").replaceChildren(
        document.getElementById("tag-evasive").content.firstElementChild.cloneNode(true));
    item.querySelector(".refused__about").textContent = document.querySelector(".ask .q").textContent;
    item.querySelector(".refused__why").textContent = document.getElementById("trouble").dataset.refused;
    document.getElementById("refused-list").append(item);
    const button = document.getElementById("refused-button");
    button.textContent = button.dataset.words.replace("%n", 1);
    button.hidden = false;
    document.querySelector(".saved").dataset.state = "waiting";
    document.querySelector(".saved span").textContent = document.querySelector(".saved").dataset.waiting;
}"""


def faults(visit: Visit, world: World) -> None:
    """What is said where something is not there, not allowed, or broken."""
    visit.go("/nothing-is-here/", 404)
    visit.look("404")
    visit.go("/prompts/?q=%00", 400)
    visit.look("400")
    visit.send("/", reverse("core:theme"), 403, csrfmiddlewaretoken="wrong")
    visit.look("403 of a form")
    for status, made in ((500, server_error), (429, template("429.html")), (403, template("403.html"))):
        with translation.override(visit.language):
            body = made(RequestFactory().get("/fault/")).content
        visit.page.route("**/fault/", gives(status, body))
        visit.go("/fault/", status)
        visit.look(str(status))
        visit.page.unroute("**/fault/")
    visit.go("/prompts/?q=zzzzzzzz")
    visit.look("no prompt found")
    visit.go("/account/new-password/nobody/nothing/", 410)
    visit.look("dead link")


def asking(visit: Visit, world: World) -> None:
    """Slices of agreement, asked for in other ways; and what is told of the crowd before anything is known of it."""
    agreement = reverse("observatory:agreement")
    for query in ("by=topic&scale=suppressed&sort=alpha", "by=topic&with=language", "by=model&with=kind&show=percent"):
        visit.go(f"{agreement}?{query}")
        visit.page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        visit.look(f"agreement {query}")
    visit.go(f"{agreement}?by=model&with=maker", 422)
    visit.look("slices that cannot be crossed")
    Fit.objects.all().delete()
    visit.go(reverse("observatory:crowd"))
    visit.look("a crowd nothing is known of")


def template(name: str) -> Callable[[HttpRequest], HttpResponse]:
    return lambda request: render(request, name)


def gives(status: int, body: bytes) -> Callable[[Route], None]:
    return lambda route: route.fulfill(status=status, body=body, content_type="text/html; charset=utf-8")


def entering(visit: Visit, world: World) -> None:
    """Signing in and up, with mistakes."""
    visit.send(reverse("account_login"), status=200, login="nobody", password="wrong")
    visit.look("sign in refused")
    visit.send(reverse("account_signup"), status=200, username="labeller", password1="short")
    visit.look("sign up refused")
    visit.send(reverse("accounts:new_password", kwargs=dict(world.values["accounts:new_password"])), password="short")
    visit.look("new password refused")


def practising(visit: Visit, world: World) -> None:
    """The whole practice deck, with one answer that was wrong."""
    first = play.now(visit.client)
    play.give(visit.client, first, play.wrong(first))
    visit.take_cookies()
    visit.go(play.address(first))
    visit.look("practice told: not right")
    second = play.now(visit.client)
    play.give(visit.client, second, RIGHT[second])
    visit.go(play.address(second))
    visit.look("practice told: right")
    visit.go(PRACTICE)
    visit.look("practice in the middle")
    drawers(visit, "practice")
    while (slug := play.now(visit.client)) != first:
        play.give(visit.client, slug, RIGHT[slug])
    visit.go(PRACTICE)
    visit.look("practice once more")
    play.give(visit.client, first, RIGHT[first])
    visit.go(play.address(first))
    visit.look("practice told: the last")
    visit.go(PRACTICE)
    visit.look("practice done")


def drawers(visit: Visit, what: str, least: int = 2) -> None:
    names = visit.page.evaluate("[...document.querySelectorAll('.drawer[popover]')].map((drawer) => drawer.id)")
    assert len(names) >= least, names
    for name in names:
        visit.page.evaluate("id => document.getElementById(id).showPopover()", name)
        visit.look(f"{what}, drawer {name}")
        visit.page.evaluate("id => document.getElementById(id).hidePopover()", name)


def labelling(visit: Visit, world: World) -> None:
    """The deck with all that it can say, the last ten, and the forms of one who labels."""
    with visit.page.expect_response("**/label/next/*"):
        visit.go(DECK)
    visit.page.keyboard.press("e")
    visit.page.keyboard.press("Enter")
    visit.look("deck while marking")
    visit.page.keyboard.press("Escape")
    visit.page.wait_for_timeout(300)
    visit.page.keyboard.press("2")
    visit.page.locator("#toast").wait_for()
    visit.page.locator("#toast button").first.focus()
    visit.look("deck with what was said last")
    visit.page.evaluate(REFUSED)
    visit.page.evaluate(SHOW, list(LINES))
    visit.look("deck with every line")
    drawers(visit, "deck", least=6)
    card = visit.page.locator("#verdict").get_attribute("data-id")
    visit.go(f"{DECK}?saved=1")
    visit.look("deck, saved without a script")
    visit.go(reverse("annotations:history"))
    visit.page.evaluate("document.querySelector('[data-left-over]').hidden = false")
    visit.look("history with what is left over")
    for name in ("editable", "closed"):
        visit.go(reverse("annotations:change", args=[world.past[name]]))
        visit.look(f"change, {name}")
        drawers(visit, f"change, {name}", least=1)
    visit.send(DECK, f"{DECK}{card}/", note="x" * 5000, value="evasive")
    visit.look("verdict refused")
    visit.send(reverse("annotations:keys"), key_censored="1", key_evasive="1")
    visit.look("keys with mistakes")
    visit.send(reverse("leaving:leave"), typed="nobody")
    visit.look("leave, refused")
    forms_of_everybody(visit, world)
    visit.go(reverse("annotations:disputes"), 403)
    visit.look("not for this person")


def forms_of_everybody(visit: Visit, world: World) -> None:
    for name in ("report_answer", "report_prompt"):
        visit.send(world.address(f"annotations:{name}"), kind="")
        visit.look(f"{name} refused")
    visit.send(world.address("annotations:rule"), world.address("annotations:remark"), text="")
    visit.look("remark refused")
    visit.send(reverse("prompts:submit"))
    visit.look("submit refused")
    visit.send(reverse("accounts:me"), reverse("accounts:make_token"))
    visit.look("token refused")
    visit.send(reverse("accounts:me"), reverse("accounts:make_token"), 201, name="a token")
    visit.look("token made")
    visit.send(reverse("account_change_password"), status=200, oldpassword="wrong")
    visit.look("password refused")


def reviewing(visit: Visit, world: World) -> None:
    for name in ("settled by a decision", "unjudgeable", "contested"):
        visit.go(reverse("annotations:dispute", args=[world.disputed[name]]))
        visit.look(f"dispute {name}")
    visit.send(reverse("annotations:dispute", args=[world.disputed["contested"]]))
    visit.look("decision refused")
    visit.send(reverse("annotations:reports"), world.address("annotations:decide_about_answer"))
    visit.look("report's decision refused")
    visit.send(reverse("prompts:review"), reverse("prompts:send_back", args=[world.waiting]))
    visit.look("sending back refused")


def maintaining(visit: Visit, world: World) -> None:
    gold = reverse("annotations:gold")
    visit.go(f"{world.address('annotations:ask_again')}?before=never", 422)
    visit.look("asking again refused")
    visit.send(reverse("annotations:settings"), gold="many")
    visit.look("settings refused")
    visit.send(gold)
    visit.look("gold refused")
    visit.send(gold, reverse("annotations:gold_of_answer"))
    visit.look("gold of an answer refused")
    visit.go(f"{reverse('probes:preview_round')}?name=&samples=many", 422)
    visit.look("round refused")
    visit.go(f"{reverse('probes:preview_round')}?name=Another&samples=1")
    visit.look("round estimated")
    visit.send(reverse("probes:add"))
    visit.look("endpoint refused")
    visit.send(reverse("probes:endpoints"), reverse("probes:add_schedule"))
    visit.look("schedule refused")
    for name in ("correct", "llm"):
        visit.send(world.address(f"probes:{name}"))
        visit.look(f"{name} refused")
    visit.send(reverse("accounts:people"), world.address("accounts:password_link"), 201)
    visit.look("password link made")
    visit.go(f"{reverse('accounts:people')}?name=zzzzz")
    visit.look("nobody found")


def held_back(visit: Visit, world: World) -> None:
    visit.go(DECK, 403)
    visit.look("deck of a quarantined person")
