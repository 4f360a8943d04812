"""Articles: what patients read and staff write."""

from django.apps import AppConfig


class ArticlesConfig(AppConfig):
    name = "articles"
    verbose_name = "Artikels"

    def ready(self) -> None:
        from django.db.models.signals import pre_save

        from articles.models import Article, Category
        from kinekracht.redirects import keep_old_address

        for model in (Article, Category):
            pre_save.connect(keep_old_address, sender=model)
