from django.urls import path, re_path

from api.agreement import Agreements, Sweeps
from api.answers import Answers, AnswerView
from api.assignments import Assignments, Labelling, Passing, Renewing, Undo, UndoOne
from api.crowd import CrowdView
from api.docs import docs
from api.imports import Completion, Import, Imports
from api.index import Index, Nothing, OpenApi
from api.judges import Judges
from api.llms import Model, Models
from api.near import Near
from api.prompts import Approval, Prompts, PromptView, Refusal
from api.rates import Comparisons, Rates
from api.releases import File, Latest, LatestFile, Publication, Releases, ReleaseView
from api.topics import Topics

app_name = "api"

urlpatterns = [
    path("", Index.as_view(), name="index"),
    path("docs/", docs, name="docs"),
    path("openapi.json", OpenApi.as_view(), name="openapi"),
    path("topics/", Topics.as_view(), name="topics"),
    path("prompts/", Prompts.as_view(), name="prompts"),
    path("prompts/<int:pk>/", PromptView.as_view(), name="prompt"),
    path("prompts/<int:pk>/approve", Approval.as_view(), name="approve"),
    path("prompts/<int:pk>/reject", Refusal.as_view(), name="reject"),
    path("near/", Near.as_view(), name="near"),
    path("models/", Models.as_view(), name="models"),
    path("models/<name:slug>/", Model.as_view(), name="model"),
    path("answers/", Answers.as_view(), name="answers"),
    path("answers/<uuid:public_id>/", AnswerView.as_view(), name="answer"),
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
    # Last: whatever else is asked under this root is answered as a problem, not as a page.
    re_path(r"^.*$", Nothing.as_view(), name="nothing"),
]
