"""Whether the persons of a diary are those a claim speaks of; what is not stated plainly is not assumed."""

from __future__ import annotations

import re

from crampstats.core.claims import Claim
from crampstats.core.diary import DiaryPanel

# how persons were sampled, and "all", narrow nothing
LEAD = re.compile(r"^(?:(?:an? )?(?:simple |random |probability |representative )*sample of )?(?:all |the )*", re.IGNORECASE)
SAMPLED = re.compile(r",? (?:randomly )?(?:sampled|drawn|chosen)(?: at random)?(?: whether or not they cramp)?$", re.IGNORECASE)
MADE_UP = re.compile(r"\b(?:an? )?made-up\b", re.IGNORECASE)
AGE = re.compile(
    r",? \(?(?:aged )?(?P<low>\d{1,3})(?: years)?(?:\+| (?:and|or) (?:over|older|above))\)?(?=[ ,]|$)",
    re.IGNORECASE,
)
PLACE = re.compile(r"^(?:living |resident |residing )?(?:of|in|from) (?P<name>\D+)$")
PLACE_WORDS = re.compile(
    r"an?|and|the|of|in|on|one|whole|entire|city|town|village|county|state|province|region|district|canton|municipality|area|country|"
    r"islands?|(?:north|south|east|west)(?:ern)?|central"
)
# what a proper name may hide: adults of the Springfield Running Club
NARROW = re.compile(
    r"patient|clini|klinik|hospi|hôpi|spital|practice|praxis|surgery|ward$|cent(?:er|re)s?$|club|verein|team|league|gym|universit|"
    r"college|school|academy|institut|compan|factory|army|navy|force|church|parish|regist|cohort|study|trial|panel|forum|app$|"
    r"associat|societ|union$|foundation|network|group|service|care$|homes?$|prison|wom[ae]n|^m[ae]n$|^(?:fe)?males?$|member|user|"
    r"volunteer|student|worker|nurse|athlet|runner|running|veteran|retire|pension|pregnan|cramp|anonym",
    re.IGNORECASE,
)
SAME = {"adults": ("adults", "adult population", "adult residents", "adult inhabitants", "adult general population")}
ADVICE = "a diary is judged where its population is stated as {0}, or {0} of a place, and nothing narrower"


def other_population(claim: Claim, panel: DiaryPanel) -> str:
    """Why the persons of a diary are not those of a claim; "" where they are.

    Parameters
    ----------
    claim
        A reading.
    panel
        The diary, with the population it states.

    Returns
    -------
    str
        Empty only if the diary states the claim's population word for word, alone, or with a place ("adults of one town"), an age
        from which on people are adults (18 to 20, as the claim says), or how they were sampled. Any other word may narrow it
        (patients, women, runners, "aged 65 and over") and is a reason. Of made-up diaries the words "made-up" are passed over:
        they never get a verdict.
    """
    stated = MADE_UP.sub("", panel.population) if panel.source.made_up else panel.population
    if _plain(stated) == _plain(claim.population) or _is_whole(" ".join(stated.split()), claim):
        return ""
    told = f"the claim speaks of {claim.population}, the diary of {panel.population or 'a population not stated'}"
    return f"{told}; {ADVICE.format(claim.population)}"


def _plain(words: str) -> str:
    return " ".join(words.lower().split())


def _is_whole(stated: str, claim: Claim) -> bool:
    """Whether words state the claim's population and nothing that narrows it."""
    asked = _plain(claim.population)
    bare = SAMPLED.sub("", LEAD.sub("", stated))
    head = next((one for one in SAME.get(asked, (asked,)) if re.match(rf"{re.escape(one)}(?=[ ,(]|$)", bare.lower())), "")
    if not head:
        return False
    rest = bare[len(head):]
    if age := AGE.search(rest):
        if claim.youngest is None or not claim.youngest[0] <= int(age["low"]) <= claim.youngest[1]:
            return False
        rest = rest[:age.start()] + rest[age.end():]
    rest = rest.strip(" ,")
    return not rest or _is_place(rest)


def _is_place(words: str) -> bool:
    """Whether words are a place: of, in or from, then proper names and words such as town or region, no word of a group."""
    found = PLACE.match(words)
    if not found or "(" in words:
        return False
    parts = re.findall(r"[^\W\d_]+", found["name"])
    return bool(parts) and all(not NARROW.search(part) and (part[0].isupper() or PLACE_WORDS.fullmatch(part)) for part in parts)
