"""Addresses of statements."""

from django.urls import path

from billing.statements import pages
from voipadmin.core.pages import entity_urls

ONE = "money/statements/<uuid:pk>"

urlpatterns = [
    path("money/accounts/<uuid:pk>/issue/", pages.IssueView.as_view(), name="account_issue"),
    path("money/statements/issue/", pages.IssueAllView.as_view(), name="statement_issue_all"),
    path(f"{ONE}/continue/", pages.GoOnView.as_view(), name="statement_continue"),
    path(f"{ONE}/cancel/", pages.CancelView.as_view(), name="statement_cancel"),
    path(f"{ONE}/mail/", pages.MailView.as_view(), name="statement_mail"),
    path(f"{ONE}/mail/<uuid:letter>/again/", pages.MailAgainView.as_view(), name="statement_mail_again"),
    path(f"{ONE}/document.pdf", pages.DocumentView.as_view(), name="statement_document"),
    *entity_urls("money/statements", pages.STATEMENTS),
]
