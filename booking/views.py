"""How a patient asks for an appointment, or to be called: no account, no JavaScript."""

import datetime as dt
from http import HTTPStatus
from typing import Any

from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from booking import workflow
from booking.availability import availability, holidays_kept, slot_at
from booking.converters import monday_of
from booking.forms import CallBackForm, RequestForm, oldest_referral
from booking.limits import TooMany, hashed, seconds_left
from booking.models import SELF_TEST_LENGTH
from booking.occupancy import NotFree
from booking.slots import Slot, local, monday, nearest
from booking.weeks import WEEK, Week, week_page
from kinekracht.limits import limited
from kinekracht.models import Practitioner, Treatment
from kinekracht.prepared import Prepared, given

OFFERS = 6  # other moments, where one has gone

# Who can be booked for a treatment, if that can be booked, with the treatment.
PEOPLE = Prepared(
    Treatment.practitioners.through.objects.filter(
        treatment__slug=given("slug"), treatment__bookable=True, practitioner__bookable=True
    )
    .select_related("treatment", "practitioner")
    .order_by("practitioner__position", "practitioner__name")
)


def bookable_or_404(slug: str) -> tuple[Treatment, list[Practitioner]]:
    """A treatment that can be booked online, and the people who can be booked for it."""
    found = PEOPLE.find(slug=slug)
    if not found:
        raise Http404
    return found[0].treatment, [each.practitioner for each in found]


def preferred(request: HttpRequest, people: list[Practitioner]) -> Practitioner | None:
    """Whom of these ``people`` the patient chose (``?bij=``), if anybody; else Http404."""
    slug = request.GET.get("bij")
    if not slug:
        return None
    for person in people:
        if person.slug == slug:
            return person
    raise Http404


def brought_along(request: HttpRequest) -> str:
    """The self-test that somebody chose to bring: by a POST, and only with their tick."""
    agreed = request.method == "POST" and request.POST.get("agreed")
    return request.POST.get("self_test", "")[:SELF_TEST_LENGTH] if agreed else ""


# A POST to the next three changes nothing: it brings answers of the self-test from page to page,
# as addresses and cookies would leave a trace of them.
carries_self_test = csrf_exempt


@carries_self_test
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
@sensitive_variables()
def start(request: HttpRequest) -> HttpResponse:
    """What for, and with whom; where there is no choice, straight on to the free times."""
    people = Prefetch("practitioners", Practitioner.objects.bookable())
    treatments = list(Treatment.objects.bookable().prefetch_related(people))
    self_test = brought_along(request)
    if len(treatments) == 1 and len(treatments[0].practitioners.all()) == 1:
        address = reverse("booking:times", args=[treatments[0].slug])
        return HttpResponseRedirect(address, preserve_request=bool(self_test))
    context = {"treatments": treatments, "self_test": self_test}
    return render(request, "booking/start.html", context)


@carries_self_test
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
@sensitive_variables()
def times(request: HttpRequest, slug: str) -> HttpResponse:
    """The free times of a treatment, a week a page; first the first week that has one."""
    treatment, people = bookable_or_404(slug)
    practitioner = preferred(request, people)
    context = {
        "treatment": treatment,
        "practitioner": practitioner,
        "practitioners": people,
        "self_test": brought_along(request),
        "query": query_of(practitioner),
    }
    week, elsewhere = weeks(request, treatment, practitioner=practitioner)
    return render(request, "booking/times.html", context | {"week": week, "elsewhere": elsewhere})


def weeks(
    request: HttpRequest, treatment: Treatment, **options: Any
) -> tuple[Week, dt.datetime | None]:
    """The week that was asked for, or else the first with a free time.

    With it, where it is empty, the first free moment after it. ``options`` are those of
    availability(). Http404 for a week that is none, or can't be booked yet.
    """
    now = timezone.now()
    today = local(now).date()
    last = local(now + dt.timedelta(days=treatment.horizon_days)).date()
    asked = request.GET.get("week")
    begin = monday_or_404(asked) if asked else None
    if begin and begin > last:
        raise Http404
    if begin and begin >= monday(today):  # an old page may still lead to a week that is over
        end = begin + WEEK - dt.timedelta(days=1)
        slots = availability(treatment, now=now, first=begin, last=end, **options)
    else:
        slots = soonest(treatment, now, **options)
        begin = monday(local(slots[0].start).date() if slots else today)
    names = holidays_kept(begin, begin + WEEK)
    week = week_page(slots, begin, today=today, last=last, holidays=names)
    later = availability(treatment, now=now, first=begin, **options) if week.is_empty else []
    return week, later[0].start if later else None


def soonest(treatment: Treatment, now: dt.datetime, **options: Any) -> list[Slot]:
    """The free slots of some whole weeks, the first that has any among them."""
    earliest = now + dt.timedelta(hours=treatment.notice_hours)
    # It is nearly always one of two: what is taken in all that follow is then not looked up.
    third = monday(local(earliest).date()) + 2 * WEEK
    return availability(
        treatment, now=now, last=third - dt.timedelta(days=1), **options
    ) or availability(treatment, now=now, first=third, **options)


def monday_or_404(week: str) -> dt.date:
    """The first day of a week in an address; Http404 if it is none."""
    try:
        return monday_of(week)
    except ValueError:
        raise Http404 from None


def query_of(practitioner: Practitioner | None) -> str:
    """What stands behind an address to keep a choice: "?bij=…", or nothing."""
    return f"?bij={practitioner.slug}" if practitioner else ""


@carries_self_test
@require_POST
@sensitive_post_parameters()
@sensitive_variables()
def form_with_self_test(request: HttpRequest, slug: str, start: dt.datetime) -> HttpResponse:
    """The form, with the self-test that somebody brought along to look at."""
    return ask(request, *asked_for(request, slug), start, self_test=brought_along(request))


@limited("booking")
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
@sensitive_variables()
def request_form(request: HttpRequest, slug: str, start: dt.datetime) -> HttpResponse:
    """The form for a free moment, and what was sent with it."""
    show = receive if request.method == "POST" else ask
    return show(request, *asked_for(request, slug), start)


def asked_for(request: HttpRequest, slug: str) -> tuple[Treatment, Practitioner | None]:
    """The treatment and the preference in an address; Http404 if there are no such."""
    treatment, people = bookable_or_404(slug)
    return treatment, preferred(request, people)


def ask(
    request: HttpRequest,
    treatment: Treatment,
    practitioner: Practitioner | None,
    start: dt.datetime,
    self_test: str = "",
) -> HttpResponse:
    """The empty form; 409 with other moments where this one isn't free."""
    now = timezone.now()
    free = slot_at(treatment, start, now=now, practitioner=practitioner)
    form = RequestForm(start=start, self_test=self_test)
    response = show_form(request, form, treatment, practitioner, is_free=free is not None)
    # Who goes back to it finds the same form, and sending that once more is the same appointment.
    response["Cache-Control"] = "private, no-cache"
    return response


def receive(
    request: HttpRequest,
    treatment: Treatment,
    practitioner: Practitioner | None,
    start: dt.datetime,
) -> HttpResponse:
    """Store what was sent; or show it again, with what is wrong, or with other moments."""
    form = RequestForm(request.POST, start=start)
    if not form.is_valid():
        return show_form(request, form, treatment, practitioner, status=HTTPStatus.BAD_REQUEST)
    try:
        appointment = workflow.request(
            treatment,
            start,
            submission=form.cleaned_data["submission"],
            details=form.details,
            now=timezone.now(),
            practitioner=practitioner,
            sender=hashed(request.META["REMOTE_ADDR"]),
        )
    except NotFree:
        return show_form(request, form, treatment, practitioner, is_free=False)
    except TooMany as reason:
        return too_many(request, reason)
    return redirect(appointment)


def show_form(
    request: HttpRequest,
    form: RequestForm,
    treatment: Treatment,
    practitioner: Practitioner | None,
    *,
    is_free: bool = True,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    """The form's page. Where the moment isn't free, its buttons ask for others."""
    # Not the page's own address: with a self-test that is another.
    form.action = reverse("booking:form", args=[treatment.slug, form.start])
    form.action += query_of(practitioner)
    context = {
        "form": form,
        "start": form.start,
        "treatment": treatment,
        "practitioner": practitioner,
        "query": query_of(practitioner),
        "oldest_referral": oldest_referral(form.start),
        "is_free": is_free,
        "self_test": form.brought_along,
    }
    if not is_free:
        context["offers"] = offers(treatment, form.start, practitioner=practitioner)
        status = HTTPStatus.CONFLICT
    return render(request, "booking/form.html", context, status=status)


def offers(treatment: Treatment, wanted: dt.datetime, **options: Any) -> list[dt.datetime]:
    """The free moments nearest to ``wanted``; ``options`` are those of availability()."""
    free = availability(treatment, now=timezone.now(), **options)
    return [slot.start for slot in nearest(free, wanted, OFFERS)]


def too_many(request: HttpRequest, reason: TooMany) -> HttpResponse:
    """Nothing is lost silently: why it was refused, and the telephone number."""
    status = HTTPStatus.TOO_MANY_REQUESTS
    response = render(request, "booking/too_many.html", {"reason": reason}, status=status)
    response["Retry-After"] = seconds_left(timezone.now())
    return response


@limited("booking")
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
@sensitive_variables()
def call_back(request: HttpRequest) -> HttpResponse:
    """Asking to be called, and what was sent."""
    form = CallBackForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        status = HTTPStatus.BAD_REQUEST if form.is_bound else HTTPStatus.OK
        return render(request, "booking/call_back.html", {"form": form}, status=status)
    try:
        sent = workflow.ask_to_be_called(
            submission=form.cleaned_data["submission"],
            details=form.details,
            now=timezone.now(),
            sender=hashed(request.META["REMOTE_ADDR"]),
        )
    except TooMany as reason:
        return too_many(request, reason)
    return redirect(sent)
