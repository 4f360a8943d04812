"""Who is told of a change of rights: whom it is about, and who runs the site."""

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.utils import timezone
from post_office.models import Email

from booking.worker import Stop, run
from kinekracht.staff import rights_log
from kinekracht.staff.models import RightsChange
from kinekracht.storage import mails as kept
from tests.factories import PracticeFactory, PractitionerFactory
from tests.smtp_server import smtp_server, words_of
from tests.staff import make_staff

pytestmark = pytest.mark.django_db


def account(name, *groups, **fields):
    user = make_staff(*groups, name=name)
    User.objects.filter(pk=user.pk).update(**{"email": f"{name}@example.com"} | fields)
    user.refresh_from_db()
    return user


@pytest.fixture
def boss(db):
    PracticeFactory()
    return account("jan", "beheerder")


@pytest.fixture
def els(db):
    return account("els", "therapeut")


@pytest.fixture
def told(boss, els):
    """What each address is told of what happens from here on."""
    account("weg", "beheerder", is_active=False)
    account("stil", "beheerder", email="")
    RightsChange.objects.all().delete()

    def tell():
        Email.objects.all().delete()
        rights_log.tell(timezone.now())
        return {email.to[0]: kept.words_of(email) for email in Email.objects.all()}

    return tell


def test_whom_it_is_about_and_each_beheerder_get_a_mail(told, els):
    els.groups.add(Group.objects.get(name="onthaal"))
    mails = told()
    assert set(mails) == {"jan@example.com", "els@example.com"}
    for words in mails.values():
        assert "els: groepen: therapeut → onthaal, therapeut" in words
        assert "door beheer op de server" in words


def test_each_is_told_once_and_of_all_in_one_mail(told, els):
    els.groups.clear()
    els.is_active = False
    els.save()
    mails = told()
    assert mails["els@example.com"].count("els: ") == 2
    assert told() == {}


def test_a_therapist_is_told_that_somebody_takes_their_place(told, els, boss):
    therapist = PractitionerFactory(name="Els Maes", user=els)
    told()
    therapist.user = boss
    therapist.save()
    assert "Els Maes: account van de therapeut: els → jan" in told()["els@example.com"]


def test_a_therapist_is_told_at_the_address_of_before_as_well(told, els):
    els.email = "ander@example.com"
    els.save()
    assert set(told()) == {"jan@example.com", "els@example.com", "ander@example.com"}


def test_who_is_deleted_meanwhile_is_told_all_the_same(told, els, boss):
    els.groups.clear()
    els.delete()
    boss.delete()
    mails = told()
    assert set(mails) == {"jan@example.com", "els@example.com"}
    assert "els: account verwijderd" in mails["els@example.com"]


def test_each_of_a_group_is_told_what_it_may(told):
    account("mia", "therapeut")
    RightsChange.objects.all().delete()
    Group.objects.get(name="therapeut").permissions.add(
        Permission.objects.get(codename="erase_person")
    )
    assert set(told()) == {"jan@example.com", "els@example.com", "mia@example.com"}


def test_a_superuser_counts_as_a_beheerder(told, els):
    account("root", is_superuser=True)
    els.groups.clear()
    assert "root@example.com" in told()


@pytest.mark.parametrize("said", ["geen adres", '"<a@b.c>"@example.be', '"a,b"@example.be'])
def test_what_is_no_address_stops_nothing(told, els, said):
    User.objects.filter(pk=els.pk).update(email=said)
    els.refresh_from_db()
    els.groups.clear()
    assert set(told()) == {"jan@example.com"}
    assert not RightsChange.objects.exclude(to_tell=[]).exists()


def test_a_mail_that_cannot_be_made_is_logged_and_not_tried_for_ever(told, els, settings, caplog):
    els.groups.clear()
    keys, settings.ENCRYPTION_KEYS = settings.ENCRYPTION_KEYS, ["geen sleutel"]
    assert told() == {}
    assert caplog.messages == ["ValueError: no mail rights_changed could be made"] * 2
    settings.ENCRYPTION_KEYS = keys
    assert told() == {}
    els.is_active = False
    els.save()
    assert set(told()) == {"jan@example.com", "els@example.com"}


def test_no_address_is_kept_once_it_was_told(told, els):
    els.groups.clear()
    assert RightsChange.objects.get().to_tell == ["els@example.com", "jan@example.com"]
    told()
    assert RightsChange.objects.get().to_tell == []


def test_a_subject_tells_nothing_of_anybody(told, els):
    els.groups.clear()
    told()
    assert set(Email.objects.values_list("subject", flat=True)) == {"Rechten gewijzigd"}


@pytest.fixture
def server(settings):
    with smtp_server() as server:
        server.receive_from(settings)
        yield server


def test_the_worker_tells_and_takes_no_name_for_a_template(told, els, server):
    told()
    PractitionerFactory(name="{{ 1|add:41 }}<b>", user=els)
    run(Stop(), once=True)
    assert {mail.recipients[0] for mail in server.mails} == {"jan@example.com", "els@example.com"}
    for mail in server.mails:
        text, html = words_of(mail)
        assert "{{ 1|add:41 }}<b>: account van de therapeut: – → els" in text
        assert "{{ 1|add:41 }}&lt;b&gt;: account van de therapeut: – → els" in html
        assert "http://testserver/beheer/" in text
        assert html.startswith('<!DOCTYPE html>\n<html lang="nl-BE">')
        assert mail["Auto-Submitted"] == "auto-generated"
