from django.contrib.sitemaps import views as sitemaps
from django.urls import path

from observatory.sitemaps import SITEMAPS
from observatory.views import corrections, finding, pages, replies

app_name = "observatory"

urlpatterns = [
    path("", pages.home, name="home"),
    path("agreement/", pages.agreement, name="agreement"),
    path("agreement/crowd/", pages.crowd, name="crowd"),
    path("models/", pages.models, name="models"),
    # Not <slug:>: a model's slug may hold dots, as in qwen2.5.
    path("models/<name:slug>/", pages.model, name="model"),
    path("models/<name:slug>/reply/", replies.write, name="write_reply"),
    path("replies/", replies.replies, name="replies"),
    path("replies/waiting/", replies.desk, name="replies_desk"),
    path("replies/waiting/reject/", replies.reject_together, name="reject_replies"),
    path("replies/<uuid:public_id>/", replies.reply, name="reply"),
    path("replies/<uuid:public_id>/decide/", replies.decide, name="decide_reply"),
    path("corrections/", corrections.corrections, name="corrections"),
    path("corrections/add/", corrections.add, name="add_correction"),
    path("corrections/feed/", corrections.CorrectionsFeed(), name="corrections_feed"),
    path("answers/<uuid:public_id>/", pages.answer, name="answer"),
    path("robots.txt", finding.robots, name="robots"),
    path(".well-known/security.txt", finding.security, name="security"),
    path(
        "sitemap.xml",
        sitemaps.index,
        {"sitemaps": SITEMAPS, "sitemap_url_name": "observatory:sitemap"},
        name="sitemaps",
    ),
    path("sitemap-<name:section>.xml", sitemaps.sitemap, {"sitemaps": SITEMAPS}, name="sitemap"),
    path("about/", pages.about, name="about"),
    path("method/", pages.method, name="method"),
]
