from django.urls import path, re_path

from api.agreement import Agreements, Sweeps
from api.answers import Answers, AnswerView
from api.assignments import Assignments, Labelling, Passing, Renewing, Undo, UndoOne
from api.changes import Changes
from api.consensus import ConsensusList
from api.corrections import Corrections, CorrectionView
from api.crowd import CrowdView
from api.docs import docs, try_it
from api.endpoints import Endpoints, EndpointView
from api.files import Files
from api.imports import Completion, Import, Imports
from api.index import Index, Nothing, OpenApi
from api.judges import Judges
from api.labels import Labels
from api.llms import Model, Models
from api.near import Near
from api.probes import Probes
from api.prompts import Approval, Prompts, PromptView, Refusal
from api.rates import Comparisons, Rates
from api.releases import File, Latest, LatestFile, Publication, Releases, ReleaseView
from api.replies import Replies, ReplyView
from api.rounds import Rounds, RoundView
from api.topics import Topics
from api.webhooks import Disabling, Enabling, Resending, Rotation, Testing, Webhooks, WebhookView

app_name = "api"

urlpatterns = [
    path("", Index.as_view(), name="index"),
    path("docs/", docs, name="docs"),
    path("docs/try/<name:anchor>/", try_it, name="try"),
    path("openapi.json", OpenApi.as_view(), name="openapi"),
    path("topics/", Topics.as_view(), name="topics"),
    path("prompts/", Prompts.as_view(), name="prompts"),
    path("prompts/<int:pk>/", PromptView.as_view(), name="prompt"),
    path("prompts/<int:pk>/approve", Approval.as_view(), name="approve"),
    path("prompts/<int:pk>/reject", Refusal.as_view(), name="reject"),
    path("near/", Near.as_view(), name="near"),
    path("models/", Models.as_view(), name="models"),
    path("models/<name:slug>/", Model.as_view(), name="model"),
    path("endpoints/", Endpoints.as_view(), name="endpoints"),
    path("endpoints/<name:slug>/", EndpointView.as_view(), name="endpoint"),
    path("rounds/", Rounds.as_view(), name="rounds"),
    path("rounds/<int:number>/", RoundView.as_view(), name="round"),
    path("probes/", Probes.as_view(), name="probes"),
    path("answers/", Answers.as_view(), name="answers"),
    path("answers/<uuid:public_id>/", AnswerView.as_view(), name="answer"),
    path("labels/", Labels.as_view(), name="labels"),
    path("consensus/", ConsensusList.as_view(), name="consensus"),
    path("assignments/", Assignments.as_view(), name="assignments"),
    path("assignments/undo", Undo.as_view(), name="undo"),
    path("assignments/renew", Renewing.as_view(), name="renew"),
    path("assignments/<uuid:pk>/label", Labelling.as_view(), name="label"),
    path("assignments/<uuid:pk>/pass", Passing.as_view(), name="pass"),
    path("assignments/<uuid:pk>/undo", UndoOne.as_view(), name="undo_one"),
    path("imports/", Imports.as_view(), name="imports"),
    path("imports/<name:sha256>/", Import.as_view(), name="import"),
    path("imports/<name:sha256>/complete", Completion.as_view(), name="complete-import"),
    path("agreement/", Agreements.as_view(), name="agreement"),
    path("agreement/sweeps/", Sweeps.as_view(), name="sweeps"),
    path("crowd/", CrowdView.as_view(), name="crowd"),
    path("rates/", Rates.as_view(), name="rates"),
    path("comparisons/", Comparisons.as_view(), name="comparisons"),
    path("judges/", Judges.as_view(), name="judges"),
    path("releases/", Releases.as_view(), name="releases"),
    path("releases/latest/", Latest.as_view(), name="latest"),
    path("releases/latest/files/<path:path>", LatestFile.as_view(), name="latest-file"),
    path("releases/<name:version>/", ReleaseView.as_view(), name="release"),
    path("releases/<name:version>/publish", Publication.as_view(), name="publish"),
    path("releases/<name:version>/files/<path:path>", File.as_view(), name="release-file"),
    path("changes/", Changes.as_view(), name="changes"),
    path("files/", Files.as_view(), name="files"),
    path("replies/", Replies.as_view(), name="replies"),
    path("replies/<uuid:public_id>/", ReplyView.as_view(), name="reply"),
    path("corrections/", Corrections.as_view(), name="corrections"),
    path("corrections/<int:pk>/", CorrectionView.as_view(), name="correction"),
    path("webhooks/", Webhooks.as_view(), name="webhooks"),
    path("webhooks/<uuid:public_id>/", WebhookView.as_view(), name="webhook"),
    path("webhooks/<uuid:public_id>/test", Testing.as_view(), name="test_webhook"),
    path("webhooks/<uuid:public_id>/rotate", Rotation.as_view(), name="rotate_webhook"),
    path("webhooks/<uuid:public_id>/deliveries/<uuid:delivery>/resend", Resending.as_view(), name="resend_delivery"),
    path("webhooks/<uuid:public_id>/disable", Disabling.as_view(), name="disable_webhook"),
    path("webhooks/<uuid:public_id>/enable", Enabling.as_view(), name="enable_webhook"),
    # Last: whatever else is asked under this root is answered as a problem, not as a page.
    # A path may hold an end of line, which a plain dot is not.
    re_path(r"^[\s\S]*$", Nothing.as_view(), name="nothing"),
]
