"""Writes of the installation's row and its logo."""

import hashlib
import io

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from PIL import Image, UnidentifiedImageError

from voipadmin.core.installation.queries import forget_installation
from voipadmin.core.models import Installation, InstallationLogo
from voipadmin.core.services import all_or_nothing, save_object

LARGEST_LOGO = 256 * 1024
LONGEST_SIDE = 2000
MEDIA_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg"}


def save_installation(*, installation: Installation, logo: bytes | None = None) -> Installation:
    """Save the row and, where `logo` is given, its picture; an empty one takes the logo away."""
    with all_or_nothing(installation):
        if logo is not None:
            installation.logo = _keep_logo(logo) if logo else ""
        save_object(installation)
        transaction.on_commit(forget_installation)
    return installation


def _keep_logo(content: bytes) -> str:
    """Keep a picture and return its key; raise ValidationError for what is no PNG or JPEG of a sensible size."""
    if len(content) > LARGEST_LOGO:
        raise ValidationError({"logo_file": _("The picture is larger than 256 KB.")})
    try:
        with Image.open(io.BytesIO(content), formats=list(MEDIA_TYPES)) as picture:
            media_type, size = MEDIA_TYPES[picture.format or ""], picture.size
            picture.verify()
    except (UnidentifiedImageError, OSError, KeyError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise ValidationError({"logo_file": _("Choose a PNG or JPEG picture.")}) from error
    if max(size) > LONGEST_SIDE:
        raise ValidationError({"logo_file": _("The picture is larger than 2000 × 2000 pixels.")})
    key = hashlib.sha256(content).hexdigest()
    InstallationLogo.objects.get_or_create(sha256=key, defaults={"content": content, "media_type": media_type})
    return key
