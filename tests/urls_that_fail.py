"""The site map, with a page that fails."""

from django.urls import path

from kinekracht import urls

handler400 = urls.handler400
handler500 = urls.handler500


def fail(request):
    raise RuntimeError("KANARIE")


urlpatterns = [path("fout/", fail), *urls.urlpatterns]
