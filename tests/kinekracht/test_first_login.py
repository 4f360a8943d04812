import io
import os
import re
import subprocess
import sys

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command

from kinekracht import second_factor
from kinekracht.staff.models import CodeApp
from kinekracht.staff_code import code_of

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


def opens(name, password):
    return User.objects.get(username=name).check_password(password)


def test_it_makes_a_superuser_and_says_the_password(first_login, tmp_path):
    said = first_login()
    name, password, _ = kept(tmp_path)
    assert f"{name}, password {password}" in said
    assert opens(name, password)
    assert User.objects.get().is_superuser
    assert (tmp_path / "staff-login").stat().st_mode & 0o777 == 0o600


def test_its_app_is_kept_beside_the_password(first_login, tmp_path):
    said = first_login()
    key = kept(tmp_path)[2]
    assert f"make code (or an app with the key {key})" in said
    assert second_factor.check_code(User.objects.get(), code_of(key)).confirmed


def test_who_took_another_app_is_not_told_the_key_of_the_first(first_login, tmp_path):
    first_login()
    CodeApp.objects.update(key="00" * 20)
    said = first_login()
    assert "from the app that was set up" in said
    assert kept(tmp_path)[2] not in said


def test_it_says_when_the_key_of_the_app_can_not_be_read(first_login, tmp_path, settings):
    first_login()
    settings.ENCRYPTION_KEYS = ["E" * 43 + "="]
    assert "a recovery code: the key of the app belongs to no key" in first_login()


def test_a_login_from_before_there_were_codes_sets_up_an_app(first_login, tmp_path):
    first_login()
    CodeApp.objects.all().delete()
    old = " ".join(kept(tmp_path)[:2]) + "\n"
    (tmp_path / "staff-login").write_text(old)
    assert "you set up an app" in first_login()
    assert (tmp_path / "staff-login").read_text() == old
    assert not CodeApp.objects.exists()


def test_a_second_time_it_says_the_same_and_changes_nothing(first_login):
    said = first_login()
    before = User.objects.values().get()
    assert first_login() == said
    assert User.objects.values().get() == before


def test_a_changed_password_stays_and_the_old_one_is_not_shown(first_login, tmp_path):
    first_login()
    name, password, _ = kept(tmp_path)
    user = User.objects.get()
    user.set_password("zelf gekozen")
    user.save()
    said = first_login()
    assert password not in said
    assert "the password that was chosen" in said
    assert opens(name, "zelf gekozen")


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


def test_a_new_database_beside_an_old_login_takes_that_login(first_login, tmp_path):
    (tmp_path / "staff-login").write_text("beheer van-vroeger\n")
    assert "van-vroeger" in first_login()
    assert opens("beheer", "van-vroeger")
    assert kept(tmp_path)[:2] == ["beheer", "van-vroeger"]
    assert len(kept(tmp_path)) == 3


def test_a_lost_file_is_not_made_up_for(first_login, tmp_path):
    first_login()
    (tmp_path / "staff-login").unlink()
    assert "the password that was chosen" in first_login()
    assert not (tmp_path / "staff-login").exists()


def make_code(var_dir):
    """``make code``, by somebody who has set nothing but where the data are."""
    return subprocess.run(
        [sys.executable, "-m", "kinekracht.staff_code"],
        env={"PATH": os.environ["PATH"], "VAR_DIR": str(var_dir)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_make_code_says_a_code_that_opens(first_login, tmp_path):
    first_login()
    done = make_code(tmp_path)
    code = re.match(r"(\d{6})  \(for \d+ more seconds, and once only\)\n$", done.stdout)[1]
    assert second_factor.check_code(User.objects.get(), code)
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("content", "said"), [(None, "Start the site first"), ("beheer oud\n", "older than codes are")]
)
def test_make_code_says_why_there_is_none(tmp_path, content, said):
    if content:
        (tmp_path / "staff-login").write_text(content)
    done = make_code(tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr
