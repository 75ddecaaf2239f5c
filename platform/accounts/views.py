"""A person's own page, the maintainers' list of people, and the one-time page for a new password."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import actions, selectors
from accounts.choices import Role
from accounts.forms import LanguagesForm, NewPasswordForm, RoleForm, SearchForm, TokenForm
from accounts.models import ApiToken, User
from accounts.rules import check_link, check_maintains
from accounts.signed_in import actor
from core.errors import Gone, Invalid

PEOPLE_A_PAGE = 50
TOKENS_SHOWN = 50


@login_required
@require_safe
def me(request: HttpRequest) -> HttpResponse:
    return own_page(request)


def own_page(request: HttpRequest, status: int = 200, **forms: Any) -> HttpResponse:
    """The page; `forms` replaces one that was filled in with mistakes."""
    user = actor(request)
    context = {
        "languages_form": LanguagesForm(user=user),
        "token_form": TokenForm(user=user),
        "tokens": selectors.tokens_of(user)[:TOKENS_SHOWN],
        "now": timezone.now(),
        **forms,
    }
    return render(request, "accounts/me.html", context, status=status)


@login_required
@require_POST
def languages(request: HttpRequest) -> HttpResponse:
    user = actor(request)
    form = LanguagesForm(request.POST, user=user)
    if not form.is_valid():
        return own_page(request, 422, languages_form=form)
    actions.set_languages(by=user, languages=form.cleaned_data["languages"])
    messages.success(request, _("Saved. Answers in other languages are not put before you."))
    return redirect("accounts:me")


@login_required
@never_cache
@require_POST
def make_token(request: HttpRequest) -> HttpResponse:
    """The token's text is in this one answer and nowhere else."""
    user = actor(request)
    form = TokenForm(request.POST, user=user)
    if not form.is_valid():
        return own_page(request, 422, token_form=form)
    token, text = actions.make_token(by=user, **form.cleaned_data)
    return render(request, "accounts/token_made.html", {"token": token, "secret": text}, status=201)


@login_required
@require_POST
def revoke_token(request: HttpRequest, pk: int) -> HttpResponse:
    user = actor(request)
    token = get_object_or_404(ApiToken, pk=pk, user=user)
    actions.revoke_token(by=user, token=token)
    messages.success(request, _("Revoked. Programs that use it are turned away from now on."))
    return redirect("accounts:me")


@login_required
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    check_maintains(actor(request))
    form = SearchForm(request.GET)
    page = Paginator(selectors.people(form.chosen()), PEOPLE_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "accounts/people.html", {"form": form, "page": page, "roles": Role.choices})


@login_required
@require_POST
def role(request: HttpRequest, pk: int) -> HttpResponse:
    check_maintains(actor(request))
    user = get_object_or_404(User, pk=pk)
    form = RoleForm(request.POST)
    try:
        if not form.is_valid():
            raise Invalid(_("There is no such role. Nothing was changed."))
        actions.set_role(by=actor(request), user=user, role=form.cleaned_data["role"])
    except Invalid as error:
        messages.error(request, " ".join([error.message, *(line for lines in error.fields.values() for line in lines)]))
    else:
        said = {"name": user.username, "role": user.get_role_display().lower()}
        messages.success(request, _("%(name)s is a %(role)s now.") % said)
    return redirect("accounts:people")


@login_required
@never_cache
@require_POST
def password_link(request: HttpRequest, pk: int) -> HttpResponse:
    """The link is in this one answer and nowhere else."""
    user = get_object_or_404(User, pk=pk, is_active=True)
    path = actions.make_password_link(by=actor(request), user=user)
    ends = timezone.now() + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
    context = {"person": user, "link": request.build_absolute_uri(path), "ends": ends}
    return render(request, "accounts/link_made.html", context, status=201)


@require_safe
def lost_password(request: HttpRequest) -> HttpResponse:
    """How one gets back in: by a maintainer's link."""
    return render(request, "accounts/lost_password.html")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_password(request: HttpRequest, uid: str, token: str) -> HttpResponse:
    """A link that is no longer good says so, and nothing about who it was for."""
    holder = selectors.link_holders(uid).first()
    try:
        check_link(holder, token)
        assert holder is not None
        form = NewPasswordForm(request.POST or None, user=holder)
        if not form.is_valid():
            return render(request, "accounts/new_password.html", {"form": form}, status=422 if form.is_bound else 200)
        user = actions.use_password_link(by=holder, token=token, password=form.cleaned_data["password"])
    except Gone:
        return render(request, "accounts/link_dead.html", status=410)
    login(request, user)
    messages.success(request, _("Your new password is set, and you are signed in. Your API tokens are revoked."))
    return redirect("accounts:me")
