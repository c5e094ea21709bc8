import base64
import hashlib
import json
import zlib

from django.db import migrations


def keep_texts(apps, schema_editor):
    """Carry what a node runs over to one row for each distinct file, and say what became of every set."""
    generation = apps.get_model("asterisk_sync", "Generation")
    content = apps.get_model("asterisk_sync", "FileContent")
    generation.objects.filter(accepted_at=None).update(status="refused")
    for old in apps.get_model("asterisk_sync", "GenerationContent").objects.select_related("generation"):
        files = json.loads(zlib.decompress(base64.b64decode(old.packed)))
        for text in files.values():
            content.objects.get_or_create(
                node_id=old.generation.node_id,
                sha256=hashlib.sha256(text.encode()).hexdigest(),
                defaults={"packed": base64.b64encode(zlib.compress(text.encode(), 1)).decode()},
            )
        generation.objects.filter(pk=old.generation_id).update(text_kept=True)


class Migration(migrations.Migration):

    dependencies = [
        ("asterisk_sync", "0003_staged_held_and_placed"),
    ]

    operations = [
        migrations.RunPython(keep_texts, migrations.RunPython.noop, elidable=True),
        migrations.RunSQL("UPDATE asterisk_sync_node SET chosen_id = restoring_id", migrations.RunSQL.noop, elidable=True),
        # The table stays for processes of the release before, as the column `restoring_id` does.
        migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel(name="GenerationContent")]),
    ]
