from django.urls import path

from annotations import views

app_name = "annotations"

urlpatterns = [
    path("<uuid:pk>/", views.judge, name="judge"),
    path("", views.deck, name="deck"),
    path("next/", views.cards, name="cards"),
    path("undo/", views.undo, name="undo"),
    path("renew/", views.renew, name="renew"),
    path("history/", views.history, name="history"),
    path("keys/", views.keys, name="keys"),
    path("me/", views.mine, name="mine"),
    path("me/export/", views.export, name="export"),
    path("me/leave/", views.leave, name="leave"),
    path("practice/", views.practice, name="practice"),
    path("practice/again/", views.practice_again, name="practice_again"),
    path("practice/<slug:slug>/", views.practice_item, name="practice_item"),
    path("guideline/", views.guideline, name="guideline"),
    path("guideline/<slug:slug>/", views.rule, name="rule"),
    path("guideline/<slug:slug>/remarks/", views.remark, name="remark"),
    path("guideline/<slug:slug>/remarks/<int:pk>/", views.remark_status, name="remark_status"),
    path("guideline/<slug:slug>/ask-again/", views.ask_again, name="ask_again"),
    path("disputes/", views.disputes, name="disputes"),
    path("disputes/<uuid:public_id>/", views.dispute, name="dispute"),
    path("disputes/<uuid:public_id>/again/", views.dispute_again, name="dispute_again"),
    path("report/answer/<uuid:public_id>/", views.report_answer, name="report_answer"),
    path("report/prompt/<int:pk>/", views.report_prompt, name="report_prompt"),
    path("reports/", views.reports, name="reports"),
    path("reports/answer/<uuid:public_id>/", views.decide_about_answer, name="decide_about_answer"),
    path("reports/prompt/<int:pk>/", views.decide_about_prompt, name="decide_about_prompt"),
    path("people/", views.people, name="people"),
    path("people/<int:pk>/", views.decide_about_person, name="decide_about_person"),
    path("settings/", views.settings, name="settings"),
    path("gold/", views.gold, name="gold"),
    path("gold/answer/", views.gold_of_answer, name="gold_of_answer"),
    path("gold/<int:pk>/", views.gold_status, name="gold_status"),
    path("<uuid:pk>/report/", views.report_card, name="report_card"),
    path("<uuid:pk>/undo/", views.undo_one, name="undo_one"),
    path("<uuid:pk>/change/", views.change, name="change"),
]
