"""For all tests. Their settings: tests/settings.py."""

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

from tests import chromium

# No example is timed: that a machine was busy proves nothing.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


@pytest.fixture
def admin_client(admin_user):
    """pytest-django's, which has given a code as well: a password alone opens nothing."""
    from django.test import Client  # noqa: PLC0415  the settings are not there yet

    from tests.staff import sign_in  # noqa: PLC0415

    return sign_in(Client(), admin_user)


class ByFile(LoadScopeScheduling):
    """A worker takes a whole file, so that what the file shares is made once.

    All browser tests go to one worker, as they share a site. (--dist loadgroup would say the
    same, but pytest-xdist 3.8 marks its groups in a way that pytest 9.2 no longer sees.)
    """

    def _split_scope(self, nodeid):
        return "browser" if nodeid.startswith("tests/browser/") else nodeid.partition("::")[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return ByFile(config, log)


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.parent.name == "browser":
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.site)
    # What takes longest begins first, or the last worker finishes long after the others.
    items.sort(key=lambda item: item.get_closest_marker("site") is None)


def pytest_terminal_summary(terminalreporter):
    """The last thing a run says: that it was not all there is to run."""
    if not chromium.find():
        terminalreporter.write_sep("!", chromium.MISSING, red=True, bold=True)
