"""What staff publish is on the pages that are kept, in every process, on the next request."""

import datetime as dt

import pytest
from django.db import connection, transaction
from django.utils import timezone

from articles.models import Article
from kinekracht.release import release
from tests.factories import (
    ArticleFactory,
    CategoryFactory,
    PracticeFactory,
    PractitionerFactory,
    QuestionFactory,
    QuestionnaireFactory,
    ReferenceFactory,
    TreatmentFactory,
)
from tests.kinekracht.page_cache.situation import (
    HIT,
    NOON,
    PATH,
    STORED,
    failing,
    pages,
    version_cannot_go,
)

pytestmark = pytest.mark.django_db


def test_what_is_published_in_one_process_is_seen_by_all_on_the_next_request(
    article, here, there, publish
):
    for process in (here, there):
        process.get(PATH)
        process.get("/artikels/")
    article.title = "Nieuwe titel"
    publish(article.save)
    for process in (there, here):
        assert "Nieuwe titel" in process.get(PATH).content.decode()
        assert "Nieuwe titel" in process.get("/artikels/").content.decode()


@pytest.mark.parametrize(
    "factory",
    [
        ArticleFactory,
        CategoryFactory,
        PracticeFactory,
        PractitionerFactory,
        QuestionnaireFactory,
        ReferenceFactory,
        TreatmentFactory,
    ],
)
def test_whatever_is_added_changed_or_deleted_pages_are_made_anew(here, publish, factory):
    made = []
    for change in (
        lambda: made.append(factory()),
        lambda: made[0].save(),  # noqa: PLW0108  it isn't there yet
        lambda: made[0].delete(),  # noqa: PLW0108
    ):
        here.get("/contact/")
        assert here.state("/contact/") == HIT
        publish(change)
        assert here.state("/contact/") == STORED


def test_so_are_they_when_a_part_or_a_tie_changes(here, publish):
    treatment, questionnaire = TreatmentFactory(), QuestionnaireFactory()
    for change in (
        lambda: treatment.practitioners.add(PractitionerFactory()),
        treatment.practitioners.clear,
        lambda: QuestionFactory(questionnaire=questionnaire),
    ):
        here.get("/contact/")
        publish(change)
        assert here.state("/contact/") == STORED


def test_a_cache_that_fails_is_asked_once_for_all_that_was_saved(article, here, publish, caplog):
    here.get(PATH)
    with version_cannot_go():
        publish(lambda: ArticleFactory.create_batch(3))
    assert caplog.messages == ["IsADirectoryError: pages may stay as they were for minutes"]


def test_what_is_undone_was_never_published(article, here, django_capture_on_commit_callbacks):
    here.get(PATH)
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        article.save()
        transaction.set_rollback(True)
    assert here.state(PATH) == HIT


def test_a_page_that_was_taken_back_is_gone_even_in_an_outage(article, here, there, publish):
    for process in (here, there):
        process.get(PATH)
    article.status = Article.Status.DRAFT
    publish(article.save)
    for process in (here, there):
        with failing():
            assert process.get(PATH).status_code == 503
        assert process.get(PATH).status_code == 404


def test_what_was_taken_back_is_left_in_no_file(article, here, folder, publish):
    here.get(PATH)
    assert pages(folder) == 1
    article.status = Article.Status.DRAFT
    publish(article.save)
    assert list(folder.glob("*.djcache")) == []


def test_a_page_that_was_begun_before_is_not_kept_after(article, here, publish):
    """It may hold what was there before."""
    published = []

    def in_between(execute, *arguments):
        result = execute(*arguments)
        if not published:
            published.append(True)
            publish(article.save)
        return result

    with connection.execute_wrapper(in_between):
        here.get(PATH)
    assert published
    assert here.state(PATH) == STORED


def test_a_scheduled_article_appears_on_time(article, here, there, time_machine):
    time_machine.move_to(NOON, tick=False)
    at = timezone.now() + dt.timedelta(seconds=70)
    ArticleFactory(title="Nieuw artikel", published_at=at)
    ArticleFactory(title="Later", published_at=at + dt.timedelta(days=1))
    for process in (here, there):
        assert "Nieuw artikel" not in process.get("/artikels/").content.decode()
    time_machine.shift(69)
    assert here.state("/artikels/") == HIT
    time_machine.shift(1)
    for process in (here, there):
        text = process.get("/artikels/").content.decode()
        assert "Nieuw artikel" in text
        assert "Later" not in text


def test_a_page_that_is_rendered_while_an_article_appears_is_rendered_anew(
    article, here, time_machine
):
    time_machine.move_to(NOON, tick=False)
    ArticleFactory(title="Nieuw artikel", published_at=timezone.now() + dt.timedelta(seconds=1))
    asked = []

    def slowly(execute, *arguments):
        result = execute(*arguments)
        if not asked:
            asked.append(True)
            time_machine.shift(2)
        return result

    with connection.execute_wrapper(slowly):
        here.get("/artikels/")
    assert asked
    assert "Nieuw artikel" in here.get("/artikels/").content.decode()


def test_clocks_that_were_wrong_leave_no_page_for_ever(article, here, time_machine):
    time_machine.move_to("2027-11-20T12:00:00+01:00", tick=False)
    here.get(PATH)
    time_machine.move_to(NOON, tick=False)
    assert here.state(PATH) == STORED


def test_after_five_minutes_a_page_is_rendered_anew(article, here, there, time_machine):
    """So what was changed past Django shows as well."""
    time_machine.move_to(NOON, tick=False)
    for process in (here, there):
        process.get(PATH)
    Article.objects.update(title="Nieuwe titel")
    time_machine.shift(299)
    assert here.state(PATH) == HIT
    time_machine.shift(2)
    assert here.state(PATH) == STORED
    for process in (there, here):
        assert process.state(PATH) == HIT
        assert "Nieuwe titel" in process.get(PATH).content.decode()


def test_another_version_of_the_site_makes_its_own_pages(article, here, settings):
    here.get(PATH)
    release.cache_clear()
    settings.LINK_DAYS += 1
    assert here.state(PATH) == STORED
    release.cache_clear()


def test_two_machines_with_the_same_version_share_their_pages(settings, tmp_path):
    release.cache_clear()
    before = release()
    settings.VAR_DIR = settings.SHARED_DIR = settings.MEDIA_ROOT = tmp_path
    release.cache_clear()
    assert release() == before


def test_wherever_the_static_files_are(settings, tmp_path):
    settings.BASE_DIR = tmp_path / "m"
    (settings.BASE_DIR / "articles").mkdir(parents=True)
    (settings.BASE_DIR / "articles" / "code.py").write_text("1")
    names = set()
    for folder in (tmp_path / "a", tmp_path / "z"):  # in the alphabet on either side of the code
        folder.mkdir()
        (folder / "staticfiles.json").write_text("{}")
        settings.STATIC_ROOT = folder
        release.cache_clear()
        names.add(release())
    release.cache_clear()
    assert len(names) == 1
