"""The page's first minute: four answers, and what to do on Monday."""

from __future__ import annotations

from crampstats.audit.triage import LEVELS
from crampstats.core.estimates import Estimates
from crampstats.estimate.observed_expected import UNTOLD
from crampstats.present.page import Answer, Answers, Paragraph, Section, Ticks
from crampstats.present.wording import first_upper, format_outcome, format_sentence, format_share_with_interval
from crampstats.reports.audit_results import View
from crampstats.reports.audit_sections import (
    HIDDEN,
    Setting,
    everybody,
    is_hidden,
    share_at_most,
    share_yes,
    shown_count,
    shown_text,
)
from crampstats.reports.audit_wording import (
    FEW_LACKING,
    LEVEL_TITLES,
    MANY_LACKING,
    NO_QUESTION,
    NOT_EXPECTED,
    PROFILE_NONE,
    TRUST_RULE,
    TRUST_WORDS,
)

ACTED_ON = {"urgent": "to be seen urgently", "see soon": "to be seen soon", "ask": "with an open safety question"}


def summary_section(view: View, setting: Setting) -> Section:
    """Four questions, each with an answer of a few words."""
    return Section("In one minute", (
        Answers((_trust(view, setting), _triage(view), _how_common(view, setting), _publishing(view, setting))),
        Paragraph(TRUST_RULE),
    ))


def monday_section(setting: Setting) -> Section:
    """What to do next, in plain words."""
    more = "The triage list (clinic_only/triage.html) and the work list (clinic_only/work_list.xlsx) name the rows."
    return Section("What to do on Monday", (Ticks(setting.monday), Paragraph(more)))


def judge_trust(view: View, outcome: str = "") -> str:
    """Whether the data can be trusted: "Yes", "With care" or "Not yet", by the rule that the page states."""
    asked = [("any error", "yes"), *([(outcome, "not known")] if outcome else [])]
    shown = [shown_count(view, table, **{table: level}) is not None for table, level in asked]
    most = [share_at_most(view, table, level) for table, level in asked]
    if any(is_shown and share is not None and share > MANY_LACKING for is_shown, share in zip(shown, most, strict=True)):
        return "Not yet"
    return "Yes" if all(share is not None and share < FEW_LACKING for share in most) else "With care"


def headline(view: View, setting: Setting) -> str:
    """The answer in two sentences."""
    first = setting.outcomes[0] if setting.outcomes else None
    word = judge_trust(view, first.name if first else "").lower()
    said = {"yes": "The data can be trusted.", "with care": "The data can be used, with care.", "not yet":
            "The data should not be relied on yet."}[word]
    return f"{said} {_seen_sentence(view)}"


def _trust(view: View, setting: Setting) -> Answer:
    first = setting.outcomes[0] if setting.outcomes else None
    word = judge_trust(view, first.name if first else "")
    facts = [_lacking("any error", "yes", "no", view, "an error in their row")]
    if first:
        facts.append(_lacking(first.name, "not known", "yes, no", view, "no answer on cramps"))
    return Answer("Can the data be trusted?", word, f"{' '.join(filter(None, facts))} {TRUST_WORDS[word]}".strip())


def _lacking(table: str, level: str, others: str, view: View, what: str) -> str:
    count = shown_text(view, table, **{table: level})
    if not count:
        return ""
    if count == HIDDEN:
        return f"The number of patients with {what} is hidden."
    share = share_yes(view, table, level, others.split(", "))
    return f"{count} patients have {what}" + ("." if share is None else f" ({100 * share:.1f} in 100).")


def _triage(view: View) -> Answer:
    counts = {level: shown_text(view, "triage", level=level) for level in LEVELS}
    rest = "; ".join(f"{LEVEL_TITLES[level].lower()}: {counts[level]}" for level in LEVELS[2:] if counts[level])
    return Answer("Who needs to be seen?", _seen(counts), format_sentence(f"{rest}. Screening, not diagnosis" if rest else ""))


def _seen(counts: dict[str, str]) -> str:
    told = [f"{LEVEL_TITLES[level].lower()}: {counts[level]}" for level in ("urgent", "see soon") if counts[level]]
    return format_sentence("; ".join(told)).rstrip(".") or "Not sorted"


def _seen_sentence(view: View) -> str:
    counts = {level: shown_text(view, "triage", level=level) for level in LEVELS}
    if not counts["urgent"]:
        return ""
    return f"Patients {'; '.join(f'{words}: {counts[level]}' for level, words in ACTED_ON.items())}."


def _how_common(view: View, setting: Setting) -> Answer:
    question = "How common are cramps among these patients?"
    if not setting.outcomes or setting.outcomes[0].name not in view.prevalence:
        return Answer(question, "Not known", view.refused.get("prevalence", NO_QUESTION))
    outcome = setting.outcomes[0]
    row = everybody(view.prevalence[outcome.name])
    if is_hidden(row):
        return Answer(question, "Hidden", "The numbers are too small to be shown.")
    share = format_share_with_interval(row["estimate"], row["conf_low"], row["conf_high"])
    said = (first_upper(format_outcome(outcome)), expected_sentence(view), "Patients are not the population")
    return Answer(question, share, " ".join(map(format_sentence, said)))


def expected_sentence(view: View) -> str:
    """Observed over expected in a sentence, or why there is none."""
    found = view.expected
    if not isinstance(found, Estimates) or not len(found):
        why = view.refused.get("expected", "").strip()
        return format_sentence(f"{NOT_EXPECTED}: {why[:1].lower() + why[1:]}" if why else NOT_EXPECTED)
    row = everybody(found)
    if is_hidden(row):
        told = str(row["caution"]) == UNTOLD
        why = UNTOLD.removeprefix("suppressed: ") if told else "the numbers are too small to be shown"
        return format_sentence(f"{NOT_EXPECTED}: {why}")
    ratio = f"{row['estimate']:.2f} times the expected number (95 % CI {row['conf_low']:.2f} to {row['conf_high']:.2f})"
    if row["conf_low"] > 1:
        return f"That is more than expected: {ratio}."
    return f"That is {'fewer than expected' if row['conf_high'] < 1 else 'about what is expected'}: {ratio}."


def _publishing(view: View, setting: Setting) -> Answer:
    question = "What may be published?"
    if not view.is_shareable:
        return Answer(question, "Nothing of this page", PROFILE_NONE)
    return Answer(
        question, "This page, its tables and figures",
        f"Small counts are hidden ({setting.profile}). Nothing in the folder clinic_only leaves the clinic.",
    )
