"""When we work, and when we don't."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from kinekracht.models import Practitioner, Treatment


class Weekday(models.IntegerChoices):
    MONDAY = 0, "maandag"
    TUESDAY = 1, "dinsdag"
    WEDNESDAY = 2, "woensdag"
    THURSDAY = 3, "donderdag"
    FRIDAY = 4, "vrijdag"
    SATURDAY = 5, "zaterdag"
    SUNDAY = 6, "zondag"


class WorkingHours(models.Model):
    """From when to when somebody works on a weekday. A break is the gap between two of these."""

    practitioner = models.ForeignKey(
        Practitioner, models.CASCADE, verbose_name="therapeut", related_name="working_hours"
    )
    weekday = models.PositiveSmallIntegerField("dag", choices=Weekday)
    starts = models.TimeField("van")
    ends = models.TimeField("tot")
    every_weeks = models.PositiveSmallIntegerField(
        "om de hoeveel weken",
        default=1,
        db_default=1,
        validators=[MinValueValidator(1), MaxValueValidator(52)],
        help_text="1 is elke week. We tellen vanaf de week van “geldig vanaf”.",
    )
    valid_from = models.DateField("geldig vanaf", default=timezone.localdate)
    valid_until = models.DateField("geldig tot en met", null=True, blank=True)
    treatments = models.ManyToManyField(
        Treatment,
        verbose_name="alleen voor",
        related_name="+",
        blank=True,
        help_text="Niets gekozen betekent: voor alles wat deze therapeut behandelt.",
    )

    class Meta:
        verbose_name = verbose_name_plural = "werkuren"
        ordering = ["practitioner", "weekday", "starts"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__gt=F("starts")),
                name="working_hours_end_after_start",
                violation_error_message="Het einde moet na het begin komen, op dezelfde dag.",
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                name="working_hours_valid_in_order",
                violation_error_message="“Geldig tot en met” ligt voor “geldig vanaf”.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.starts:%-H.%M}–{self.ends:%-H.%M} uur"


class Closure(models.Model):
    """When somebody, or the whole practice, is away."""

    practitioner = models.ForeignKey(
        Practitioner,
        models.CASCADE,
        verbose_name="therapeut",
        related_name="closures",
        null=True,
        blank=True,
        help_text="Niemand gekozen betekent: de hele praktijk.",
    )
    starts_at = models.DateTimeField("van")
    ends_at = models.DateTimeField("tot")
    reason = models.CharField(
        "reden",
        max_length=120,
        blank=True,
        help_text="Alleen voor jullie. Patiënten zien dit nooit.",
    )

    class Meta:
        verbose_name = "sluiting"
        verbose_name_plural = "sluitingen"
        ordering = ["starts_at"]
        indexes = [models.Index(fields=["ends_at"], name="closure_ends_at")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="closure_ends_after_start",
                violation_error_message="Het einde moet na het begin komen.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.practitioner or 'Hele praktijk'} afwezig"
