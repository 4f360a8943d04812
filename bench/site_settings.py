"""The settings of a live site, with one address more."""

from kinekracht.settings import *  # noqa: F403  what is measured

ROOT_URLCONF = "bench.site_urls"
