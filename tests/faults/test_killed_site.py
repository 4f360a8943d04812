"""``kill -9`` of gunicorn's master and workers, half-way through two hundred requests."""

import pytest

from tests.faults.site import Site, kill, send_all, serving, wishes

pytestmark = pytest.mark.site

MANY = 200


@pytest.fixture
def make_site(database, tmp_path):
    """Makes a site that isn't served yet."""
    return lambda **options: Site(database, tmp_path / "var", **options)


def killed_half_way(site, wanted):
    """What those were answered who were answered, before gunicorn was killed: their addresses."""
    with serving(site) as master:
        acknowledged = {}

        def heard(wish, answer):
            acknowledged[wish] = answer
            if len(acknowledged) >= len(wanted) // 2:
                kill(master)

        send_all(site, wanted, heard=heard)
    assert len(wanted) // 2 <= len(acknowledged) < len(wanted)
    assert {status for status, _ in acknowledged.values()} == {302}
    return {wish: address for wish, (_, address) in acknowledged.items()}


def test_what_was_acknowledged_is_there_and_sending_all_again_adds_nothing_twice(
    database, make_site
):
    wanted = wishes(0, MANY)
    acknowledged = killed_half_way(make_site(), wanted)
    assert set(acknowledged.values()) <= {f"/afspraak/a/{key}/" for key in database.keys}
    assert database.half_written == []
    site = make_site()
    with serving(site):
        answers = dict(zip(wanted, send_all(site, wanted), strict=True))
    assert {status for status, _ in answers.values()} == {302}
    assert acknowledged.items() <= {w: address for w, (_, address) in answers.items()}.items()
    assert {f"/afspraak/a/{key}/" for key in database.keys} == {a for _, a in answers.values()}
    assert len(database.keys) == MANY
    assert database.half_written == []


def test_without_transactions_some_would_be_half_written(database, make_site):
    for begin in range(0, MANY, 40):  # at the moment of one kill all might be between two
        killed_half_way(make_site(without="transactions"), wishes(begin, begin + 40))
        if database.half_written:
            return
    pytest.fail("nothing was half-written")
