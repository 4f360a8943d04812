"""What is derived from an article's texts, and kept beside it: call after every change."""

from django.db import transaction

from articles.body import blocks_of
from articles.models import Article, Citation, Reference, SearchDocument
from articles.plain_text import without_tags
from articles.references import fold, keys_in, without_citations
from articles.search import normalise


def words_of(texts: list[str]) -> str:
    """The words of ``texts`` (HTML) as running text, citations left out."""
    return " ".join(" ".join(without_tags(without_citations(text)) for text in texts).split())


@transaction.atomic
def index_article(article: Article) -> None:
    """Bring word count, search document and citations in line with the stored texts."""
    blocks = blocks_of(article)
    texts = [text for block in blocks for text in block.texts.values()]
    body = words_of(texts)
    article.word_count = len(body.split()) + len(article.lead.split())
    Article.objects.filter(pk=article.pk).update(word_count=article.word_count)
    SearchDocument.objects.update_or_create(
        article=article,
        defaults={
            "title": normalise(article.title),
            "lead": normalise(article.lead),
            "body": normalise(body),
        },
    )
    cited = {key for text in texts for key in keys_in(text)}
    references = [r for r in Reference.objects.all() if fold(r.key) in cited]
    Citation.objects.filter(article=article).exclude(reference__in=references).delete()
    Citation.objects.bulk_create(
        [Citation(article=article, reference=reference) for reference in references],
        ignore_conflicts=True,
    )
