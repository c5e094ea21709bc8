"""Addresses of accounts; below `accounts/` are the pages to log in."""

from django.urls import path

from billing.accounts import statement_views as statements
from billing.accounts import views
from voipadmin.core.pages import entity_urls

ONE = "money/accounts/<uuid:pk>"

urlpatterns = [
    path(f"{ONE}/ledger/", views.LedgerView.as_view(), name="account_ledger"),
    path(f"{ONE}/top-up/", views.TopUpView.as_view(), name="account_topup"),
    path(f"{ONE}/payment/", views.PaymentView.as_view(), name="account_payment"),
    path(f"{ONE}/adjust/", views.AdjustView.as_view(), name="account_adjust"),
    path(f"{ONE}/ledger/<uuid:entry>/reverse/", views.ReverseView.as_view(), name="account_reverse"),
    path(f"{ONE}/statement/", statements.StatementView.as_view(), name="account_statement"),
    path(f"{ONE}/statement.csv", statements.StatementCsvView.as_view(), name="account_statement_csv"),
    path(f"{ONE}/lift-stop/", views.LiftStopView.as_view(), name="account_lift"),
    *entity_urls("money/accounts", views.ACCOUNTS),
]
