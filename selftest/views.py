"""The self-test. An answer lives as long as the request that brought it, and in memory only."""

from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from kinekracht.caching import page, public
from kinekracht.limits import limited
from selftest.forms import AnswersForm, HandOverForm
from selftest.models import Questionnaire
from selftest.results import result_of


@require_safe
@public
def start(request: HttpRequest) -> HttpResponse:
    """The self-tests there are; where there is one, straight to it."""
    questionnaires = list(Questionnaire.objects.published())
    if len(questionnaires) == 1:
        return redirect(questionnaires[0])
    return render(request, "selftest/list.html", {"questionnaires": questionnaires})


# Without CSRF token: another site that makes a browser send this form changes nothing, as nothing
# is kept, and can't read what comes back. A token would set a cookie, and make each page different.
@limited("self_test")
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@page()
def questionnaire(request: HttpRequest, slug: str) -> HttpResponse:
    """A self-test: its questions, or what the answers sent to it lead to."""
    asked = get_object_or_404(Questionnaire.objects.published().select_related("source"), slug=slug)
    return answer(request, asked) if request.method == "POST" else public(ask)(request, asked)


def refuse_answers_in_address(request: HttpRequest, form: AnswersForm) -> None:
    """BadRequest for an address that holds answers: histories and logs would keep them."""
    if form.fields.keys() & request.GET.keys():
        raise BadRequest("answers in the address")


def ask(request: HttpRequest, questionnaire: Questionnaire, **extra: Any) -> HttpResponse:
    """The questions."""
    form = AnswersForm(questionnaire.questions.all())
    refuse_answers_in_address(request, form)
    context = {"questionnaire": questionnaire, "form": form}
    return render(request, "selftest/questions.html", context | extra)


@sensitive_post_parameters()
@sensitive_variables()
def answer(request: HttpRequest, questionnaire: Questionnaire, **extra: Any) -> HttpResponse:
    """What the answers lead to, or the questions once more with what is missing."""
    form = AnswersForm(questionnaire.questions.with_symptoms(), request.POST)
    refuse_answers_in_address(request, form)
    context = {"questionnaire": questionnaire, "form": form} | extra
    if form.is_valid():
        result = result_of(questionnaire, form.answers)
        context |= {"result": result, "hand_over": HandOverForm(initial={"self_test": str(result)})}
        response = render(request, "selftest/result.html", context)
    else:
        response = render(request, "selftest/questions.html", context, status=400)
    response["X-Robots-Tag"] = "noindex"
    return response
