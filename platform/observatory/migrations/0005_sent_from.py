"""From which network a reply that waits was sent, by a name that only this site can make."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("observatory", "0004_unpublished_go")]

    operations = [
        migrations.AddField(
            model_name="reply",
            name="sent_from",
            field=models.CharField(blank=True, max_length=16),
        ),
    ]
