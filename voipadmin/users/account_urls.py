"""Addresses of log-in, password, second factor and sessions: those of allauth that a closed panel needs."""

from allauth.account import views
from allauth.account.decorators import reauthentication_required
from django.urls import include, path

# For who logs in with a passkey and has no password: an open session alone sets none.
password_set = reauthentication_required(app="allauth.mfa")(views.password_set)

urlpatterns = [
    path("login/", views.login, name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path("password/change/", views.password_change, name="account_change_password"),
    path("password/set/", password_set, name="account_set_password"),
    path("2fa/", include("allauth.mfa.urls")),
    path("sessions/", include("allauth.usersessions.urls")),
]
