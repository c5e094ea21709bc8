"""Addresses of customers and extensions."""

from django.urls import path

from customers.views import CUSTOMERS, EXTENSIONS, RotateSecretView
from voipadmin.core.pages import entity_urls

app_name = "customers"
urlpatterns = [
    *entity_urls("customers", CUSTOMERS),
    *entity_urls("extensions", EXTENSIONS),
    path("extensions/<uuid:pk>/rotate/", RotateSecretView.as_view(), name="extension_rotate"),
]
