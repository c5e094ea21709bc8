"""Addresses of decks."""

from django.urls import path

from billing.decks import pages
from voipadmin.core.pages import entity_urls

ONE = "decks/<uuid:pk>"

urlpatterns = [
    path("decks/upload/", pages.UploadView.as_view(), name="deck_upload"),
    path(f"{ONE}/progress/", pages.DeckProgressView.as_view(), name="deck_progress"),
    path(f"{ONE}/answer/", pages.AnswerView.as_view(), name="deck_answer"),
    path(f"{ONE}/columns/", pages.ColumnsView.as_view(), name="deck_columns"),
    path(f"{ONE}/rows/", pages.RowsView.as_view(), name="deck_rows"),
    path(f"{ONE}/read/", pages.ReadAgainView.as_view(), name="deck_read"),
    path(f"{ONE}/activate/", pages.ActivateView.as_view(), name="deck_activate"),
    path(f"{ONE}/undo/", pages.UndoView.as_view(), name="deck_undo"),
    *entity_urls("decks", pages.DECKS),
]
