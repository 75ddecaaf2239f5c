"""Copying a published release to another place. What is begun is written down, so that it can be gone on with."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core import events, locks
from core.errors import Conflict
from releases import places
from releases.choices import Place, PushStatus, ReleaseStatus
from releases.files.layout import lay_out
from releases.home import home_of
from releases.models import Push, Release, ReleaseFile
from releases.places.parcel import Say
from releases.rules.maintainers import check_maintainer
from releases.selectors import published as selectors


def push_release(*, by: User | None, release: Release, place: Place, say: Say = lambda line: None) -> Push:
    """Copies the newest edition of a release. What is there already is not sent again; a whole push does nothing.

    Zenodo takes for the newest what came last: where that is an older release, the newest one is sent after it again.

    Opens transactions of its own and holds none while it talks to the place.

    Raises:
        Forbidden: not a maintainer.
        Conflict: not published, a variable is missing, another push goes on, or the place did not take it. Calling
            again goes on where it was.
    """
    check_maintainer(by)
    if release.status != ReleaseStatus.PUBLISHED:
        raise Conflict(_("Only a published release can be copied to another place."))
    check_variables(place)
    push = push_one(by, release, place, say)
    if (newest := put_behind(push)) is not None:
        say(f"{newest.version} again, so that it is the newest there")
        push_release(by=by, release=newest, place=place, say=say)
    return push


def push_one(by: User | None, release: Release, place: Place, say: Say) -> Push:
    with alone(place):
        push = begin(release, place)
        if push.status == PushStatus.DONE:
            return push
        try:
            # Beside the releases, where there is room for one.
            with TemporaryDirectory(prefix="push-", dir=made(Path(settings.RELEASES_DIR))) as folder:
                laid_out = lay_out(release, Path(folder) / release.version)
                sent = send(push, parcel_of(push, laid_out), Path(folder), say)
        except (places.PlaceError, OSError) as error:
            raise failed(push, error) from error
        return done(push, sent, by)


def check_variables(place: Place) -> None:
    wanted = {
        Place.HUGGING_FACE: ("RELEASES_HF_TOKEN", "HF_REPOSITORY"),
        Place.ZENODO: ("RELEASES_ZENODO_TOKEN",),
    }[place]
    missing = [name for name in wanted if not getattr(settings, name)]
    if missing:
        said = _("%(variables)s has to be set to copy a release to %(place)s.")
        raise Conflict(said % {"variables": ", ".join(missing), "place": place.label})


@contextmanager
def alone(place: Place) -> Iterator[None]:
    """One push to a place at a time, for as long as this process lives.

    The lock belongs to a transaction on a connection of its own. Between statements that has no snapshot and has
    written nothing, so it keeps nobody waiting, however long the sending takes.
    """
    own = connection.copy()
    own.set_autocommit(False)
    try:
        with own.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [locks.PUSHES, list(Place).index(place)])
            (taken,) = cursor.fetchone() or (False,)
        if not taken:
            raise Conflict(_("Another release is just being copied to %(place)s.") % {"place": place.label})
        yield
    finally:
        own.rollback()
        own.close()


@transaction.atomic
def begin(release: Release, place: Place) -> Push:
    push, _made = Push.objects.get_or_create(release=release, edition=selectors.newest_edition(release), place=place)
    changed = Push.objects.filter(pk=push.pk).exclude(status=PushStatus.DONE)
    changed.update(status=PushStatus.SENDING, error="")
    push.refresh_from_db()
    return push


def parcel_of(push: Push, folder: Path) -> places.Parcel:
    release = push.release
    home = home_of(release.version)
    files = ReleaseFile.objects.filter(release=release, withdrawn_at=None).order_by("path")
    live = ReleaseFile.objects.filter(withdrawn_at=None).values("sha256")
    withdrawn = ReleaseFile.objects.exclude(withdrawn_at=None).exclude(sha256__in=live)
    return places.Parcel(
        version=release.version,
        edition=push.edition,
        cutoff=release.cutoff,
        parts=[places.Part(one.path, one.sha256, one.bytes, folder / one.path) for one in files],
        newest=selectors.latest() == release,
        withdrawn=frozenset(withdrawn.values_list("sha256", flat=True)),
        published_on=release.published_at.astimezone(UTC).date() if release.published_at else None,
        page=home.page,
        code=home.code,
    )


def send(push: Push, parcel: places.Parcel, folder: Path, say: Say) -> places.Sent:
    if push.place == Place.HUGGING_FACE:
        from releases.places import hugging_face

        return hugging_face.push(
            parcel,
            address=settings.HF_ENDPOINT,
            token=settings.RELEASES_HF_TOKEN,
            repository=settings.HF_REPOSITORY,
            say=say,
        )
    from releases.places import zenodo

    def begun(draft: str) -> None:
        Push.objects.filter(pk=push.pk).update(draft=draft)

    newest = Push.objects.filter(place=Place.ZENODO, status=PushStatus.DONE).order_by("-done_at", "-pk").first()
    return zenodo.push(
        parcel,
        address=settings.ZENODO_URL,
        token=settings.RELEASES_ZENODO_TOKEN,
        before=zenodo.Before(draft=push.draft, newest=newest.draft if newest else ""),
        folder=folder,
        begun=begun,
        say=say,
    )


def failed(push: Push, error: Exception) -> Conflict:
    """Written on the row, and said to whoever asked for it."""
    line = " ".join(str(error).split())[:500]
    Push.objects.filter(pk=push.pk).update(status=PushStatus.FAILED, error=line)
    return Conflict(line)


@transaction.atomic
def done(push: Push, sent: places.Sent, by: User | None) -> Push:
    Push.objects.filter(pk=push.pk).update(
        status=PushStatus.DONE,
        identifier=sent.identifier,
        concept=sent.concept,
        url=sent.url,
        # What is left for a person to do stays on the row of a push that is done.
        error=sent.left_to_do,
        done_at=timezone.now(),
    )
    newest = selectors.latest()
    if push.place == Place.ZENODO and newest is not None and newest != push.release:
        # It goes as another version, with a draft of its own.
        there = Push.objects.filter(release=newest, place=push.place, status=PushStatus.DONE)
        there.filter(edition=selectors.newest_edition(newest)).update(status=PushStatus.WAITING, draft="")
    events.record(by=by, verb="push", of=push.release, place=push.place, edition=push.edition)
    push.refresh_from_db()
    return push


def put_behind(push: Push) -> Release | None:
    """The newest release, where it waits to be sent again because this push came after it."""
    waiting = Push.objects.filter(place=push.place, status=PushStatus.WAITING).exclude(release=push.release)
    newest = selectors.latest()
    return newest if newest is not None and waiting.filter(release=newest).exists() else None


def made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
