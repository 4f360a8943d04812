import io

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command

pytestmark = pytest.mark.django_db


@pytest.fixture
def first_login(settings, tmp_path):
    """Run the command; what it said."""
    settings.VAR_DIR = tmp_path

    def run():
        output = io.StringIO()
        call_command("first_login", stdout=output)
        return output.getvalue()

    return run


def kept(tmp_path):
    return (tmp_path / "staff-login").read_text().split()


def test_it_makes_a_superuser_and_says_the_password(first_login, tmp_path, client):
    said = first_login()
    name, password = kept(tmp_path)
    assert f"{name}, password {password}" in said
    assert client.login(username=name, password=password)
    assert User.objects.get().is_superuser
    assert (tmp_path / "staff-login").stat().st_mode & 0o777 == 0o600


def test_a_second_time_it_says_the_same_and_changes_nothing(first_login):
    said = first_login()
    before = User.objects.values().get()
    assert first_login() == said
    assert User.objects.values().get() == before


def test_a_changed_password_stays_and_the_old_one_is_not_shown(first_login, tmp_path, client):
    first_login()
    name, password = kept(tmp_path)
    user = User.objects.get()
    user.set_password("zelf gekozen")
    user.save()
    said = first_login()
    assert password not in said
    assert "the password that was chosen" in said
    assert client.login(username=name, password="zelf gekozen")


def test_a_removed_user_stays_removed(first_login, tmp_path):
    first_login()
    User.objects.all().delete()
    said = first_login()
    assert "there is no user beheer" in said
    assert kept(tmp_path)[1] not in said
    assert not User.objects.exists()


def test_a_user_that_was_switched_off_stays_so(first_login):
    first_login()
    User.objects.update(is_active=False)
    assert "may no longer log in" in first_login()
    assert not User.objects.get().is_active


def test_a_database_with_users_gets_none_from_us(first_login, tmp_path):
    User.objects.create_user("greet")
    assert "use your own" in first_login()
    assert not (tmp_path / "staff-login").exists()


def test_a_new_database_beside_an_old_login_takes_that_login(first_login, tmp_path, client):
    (tmp_path / "staff-login").write_text("beheer van-vroeger\n")
    assert "van-vroeger" in first_login()
    assert client.login(username="beheer", password="van-vroeger")


def test_a_lost_file_is_not_made_up_for(first_login, tmp_path):
    first_login()
    (tmp_path / "staff-login").unlink()
    assert "the password that was chosen" in first_login()
    assert not (tmp_path / "staff-login").exists()
