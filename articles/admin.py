"""Articles, categories and sources, as staff write them."""

from itertools import zip_longest
from typing import Any

from content_editor.admin import ContentEditor, ContentEditorInline
from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminURLFieldWidget
from django.db import models
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path
from django.utils import timezone
from reversion.admin import VersionAdmin
from reversion.models import Version

from articles.blocks import BLOCKS
from articles.history import changes_between
from articles.indexing import index_article
from articles.models import Article, Category, Reference
from articles.views import render_article
from kinekracht.admin_marks import state_mark
from kinekracht.preview_admin import PreviewAdminMixin
from kinekracht.rich_text_admin import PICTURE_OVERRIDES, RichTextAdminMixin


class YesFilter(admin.SimpleListFilter):
    """A filter that is on or off; subclasses say which articles stay."""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("ja", "Ja")]

    def keep(self, articles: Any) -> Any:
        raise NotImplementedError

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return self.keep(queryset) if self.value() == "ja" else queryset


class DueForReviewFilter(YesFilter):
    title = "opnieuw na te lezen"
    parameter_name = "na_te_lezen"

    def keep(self, articles: Any) -> Any:
        return articles.due_for_review(timezone.localdate())


class ScheduledFilter(YesFilter):
    title = "ingepland"
    parameter_name = "ingepland"

    def keep(self, articles: Any) -> Any:
        return articles.scheduled()


class BlockInline(ContentEditorInline):
    """The form of one block; fields that can hold a citation are marked for the script."""

    formfield_overrides = {
        **PICTURE_OVERRIDES,
        models.TextField: {"widget": forms.Textarea(attrs={"rows": 3, "cols": 80})},
    }

    def formfield_for_dbfield(
        self, db_field: Any, request: HttpRequest | None, **kwargs: Any
    ) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if self.model.can_cite and db_field.name in self.model.text_fields:
            field.widget.attrs["data-citable"] = ""
        return field


@admin.register(Article)
class ArticleAdmin(PreviewAdminMixin, RichTextAdminMixin, VersionAdmin, ContentEditor):
    list_display = ["title", "state", "category", "published_at", "review_due_on", "length"]
    list_filter = ["status", ScheduledFilter, DueForReviewFilter, "category", "treatment"]
    list_select_related = ["category"]
    search_fields = ["title", "lead", "search_document__body"]
    date_hierarchy = "published_at"
    prepopulated_fields = {"slug": ["title"]}
    change_form_template = "admin/articles/article/change_form.html"
    object_history_template = "admin/articles/article/object_history.html"
    history_latest_first = True
    inlines = [BlockInline.create(model=block, icon=block.icon) for block in BLOCKS]
    fieldsets = [
        (None, {"fields": ["title", "lead"]}),
        ("Publiceren", {"fields": [("status", "published_at"), ("category", "treatment"), "slug"]}),
        (
            "Wie en wanneer",
            {
                "classes": ["collapse"],
                "fields": [
                    ("author", "reviewer"),
                    ("updated_on", "reviewed_on", "review_due_on"),
                ],
            },
        ),
        ("Beeld bovenaan", {"classes": ["collapse"], "fields": ["hero", "hero_alt"]}),
        (
            "Zoekmachines",
            {"classes": ["collapse"], "fields": ["seo_title", "seo_description"]},
        ),
    ]

    def get_urls(self) -> list[URLPattern]:
        return [
            path(
                "<int:pk>/history/<int:older>/<int:newer>/",
                self.admin_site.admin_view(self.compare_view),
                name="articles_article_compare",
            ),
            *super().get_urls(),
        ]

    def preview(self, request: HttpRequest, instance: Article) -> HttpResponse:
        return render_article(request, instance, preview=True)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Every version, the newest first, each beside the one before it."""
        versions = Version.objects.get_for_object_reference(Article, object_id)
        newest_first = list(versions.select_related("revision__user").order_by("-pk"))
        pairs = list(zip_longest(newest_first, newest_first[1:]))
        return super().history_view(request, object_id, {"pairs": pairs} | (extra_context or {}))

    def compare_view(self, request: HttpRequest, pk: int, older: int, newer: int) -> HttpResponse:
        """What changed between two versions."""
        article = self.viewable(request, pk)
        versions = Version.objects.get_for_object(article).select_related("revision__user")
        before, after = (get_object_or_404(versions, pk=version) for version in (older, newer))
        context = self.admin_site.each_context(request) | {
            "title": "Wat is er veranderd?",
            "opts": self.opts,
            "article": article,
            "older": before,
            "newer": after,
            "changes": changes_between(before, after),
        }
        return render(request, "admin/articles/article/compare.html", context)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        index_article(form.instance)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context["references"] = Reference.objects.all()
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description="toestand", ordering="status")
    def state(self, article: Article) -> str:
        if article.is_public:
            kind, label = "public", "Gepubliceerd"
        elif article.is_scheduled:
            kind, label = "scheduled", "Ingepland"
        else:
            kind, label = "draft", "Concept"
        return state_mark(kind, label)

    @admin.display(description="leestijd", ordering="word_count")
    def length(self, article: Article) -> str:
        return f"{article.reading_minutes} min"


@admin.register(Category)
class CategoryAdmin(admin.ModelAdmin):
    list_display = ["name", "article_count", "position"]
    list_editable = ["position"]
    prepopulated_fields = {"slug": ["name"]}

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(articles=Count("article"))

    @admin.display(description="artikels", ordering="articles")
    def article_count(self, category: Any) -> int:
        return int(category.articles)


class ReferenceForm(forms.ModelForm):
    url = forms.URLField(
        label="Webadres",
        required=False,
        widget=AdminURLFieldWidget,
        assume_scheme="https",
        help_text=Reference._meta.get_field("url").help_text,
    )

    class Meta:
        model = Reference
        fields = ["key", "authors", "title", "journal", "year", "volume", "doi", "url", "note"]


@admin.register(Reference)
class ReferenceAdmin(admin.ModelAdmin):
    form = ReferenceForm
    list_display = ["key", "authors", "year", "journal", "cited", "has_note"]
    search_fields = ["key", "authors", "title", "journal"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(articles=Count("citation"))

    @admin.display(description="in artikels", ordering="articles")
    def cited(self, reference: Any) -> int:
        return int(reference.articles)

    @admin.display(description="na te kijken", boolean=True)
    def has_note(self, reference: Reference) -> bool:
        return bool(reference.note)
