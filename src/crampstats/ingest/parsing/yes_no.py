"""Yes and no, as words of six languages, ticks and codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crampstats.core.findings import Finding
from crampstats.ingest.parsing.folding import Declared, fold, fold_words, same_number
from crampstats.ingest.parsing.missing import read_missing
from crampstats.ingest.parsing.readings import NOT_READ, Reading, Readings, collect

YES = fold_words(
    "yes,y,yeah,yep,ye,true,checked,ticked,marked,selected,on,present,positive,pos,affirmative",
    "sí,si,oui,ja,j,jawohl,sim,sì,vrai,wahr,verdadero,verdadera,verdadeiro,verdadeira,vero,vera,richtig",
    "coché,cochée,marcado,marcada,angekreuzt,selezionato,assinalado,seleccionado,presente,présent,présente,vorhanden",
    "trifft zu,positivo,positiva,positif,positiv,✓,✔,☑,☒,🗹,🗸,✅",
)
NO = fold_words(
    "no,n,nope,not,false,unchecked,unticked,unmarked,not checked,not selected,off,absent,negative,neg,none,nil",
    "non,nein,não,nao,faux,falsch,falso,falsa,trifft nicht zu,keine,kein,keiner,ninguno,ninguna,aucun,aucune",
    "nessuno,nessuna,nenhum,nenhuma,ausente,absente,assente,negativo,negativa,négatif,negativ,non coché,nicht angekreuzt",
    "no marcado,não marcado,non selezionato,nicht vorhanden,☐,□,[ ],[],( )",
)
# Single letters and signs that mean yes or no only beside their counterpart: "f" is female as well, "o" a nought.
BESIDE = {
    "o": (True, fold_words("n,non,oui,no")), "s": (True, fold_words("n,no,si,sim,nao")), "t": (True, fold_words("f")),
    "v": (True, fold_words("f,vero,falso,vrai,faux")), "w": (True, fold_words("f,wahr,falsch")),
    "f": (False, fold_words("t,v,w")),
    "+": (True, fold_words("-,neg,negative,no")), "-": (False, fold_words("+")), "(+)": (True, fold_words("-,(-)")),
    "(-)": (False, fold_words("+,(+)")), "✗": (False, fold_words("✓,✔,☑")), "✘": (False, fold_words("✓,✔,☑")),
}
ASSUMED = "1 taken for yes and 2 for no, as most forms code it"
_CODES = {
    frozenset("1"): {"1": (True, "1 for yes")},
    frozenset("0"): {"0": (False, "0 for no")},
    frozenset("01"): {"1": (True, "1 for yes"), "0": (False, "0 for no")},
    frozenset("12"): {"1": (True, ASSUMED), "2": (False, ASSUMED)},
    frozenset(("-1", "0")): {"-1": (True, "-1 for yes, as database programs store it"), "0": (False, "0 for no")},
}


def read_yes_no(
    texts: Sequence[str], *, codes: Mapping[str, bool] | None = None, missing: Mapping[str, str] | None = None
) -> Readings:
    """Yes and no of a column, read jointly: what one cell may mean can depend on the others.

    Codes 1 and 0 are yes and no. A column whose figures are 1 and 2 alone is read as 1 yes, 2 no, with a warning that says so;
    one with any other figures is not read until the mapping states them.

    Parameters
    ----------
    texts
        Distinct texts of the column, stripped, none empty.
    codes
        Text to True or False, as the file or the mapping states it; tried first, and figures it does not list are not guessed.
    missing
        Text to the reason why there is no answer; tried first.

    Returns
    -------
    Readings
        Of bool, in the order of `texts`.

    Examples
    --------
    >>> read_yes_no(["Sí", "no", "n.d.", "perhaps"]).values.tolist()
    [True, False, None, None]
    >>> read_yes_no(["1", "2"]).values.tolist(), read_yes_no(["0", "1", "2"]).values.tolist()
    ([True, False], [None, None, None])
    """
    declared, absent = Declared(codes), Declared(missing)
    rest = [text for text in texts if text not in absent and text not in declared]
    words = {fold(text) for text in rest}
    figures = frozenset(same_number(word) for word in words if _is_figure(word))
    known = _CODES.get(figures, {}) if not declared else {}
    found = [_read_one(text, declared, absent, words, known) for text in texts]
    return collect(found, _findings(figures, known, declared))


def _is_figure(word: str) -> bool:
    return same_number(word).lstrip("-").isdigit()


def _read_one(
    text: str, declared: Declared, absent: Declared, words: set[str], known: Mapping[str, tuple[bool, str]]
) -> Reading:
    if text in declared:
        return Reading(declared[text], rule="code as stated")
    if text in absent:
        return Reading(reason=absent[text], rule="declared missing")
    word = fold(text)
    if same_number(word) in known:
        value, rule = known[same_number(word)]
        return Reading(value, rule=rule)
    return _read_word(word, text, words)


def _read_word(word: str, text: str, words: set[str]) -> Reading:
    for candidate in (word, word.strip(".!;, "), word.strip("()[].!;, ")):
        if candidate in ("yes", "no"):
            return Reading(candidate == "yes")
        if candidate in ("x", "xx"):
            # a cross beside a tick says no on some forms and yes on others
            return NOT_READ if words & {"✓", "✔", "☑"} else Reading(True, rule="a cross for yes")
        if candidate in BESIDE and words & BESIDE[candidate][1]:
            return Reading(BESIDE[candidate][0], rule=f"{candidate} for {'yes' if BESIDE[candidate][0] else 'no'}")
        if candidate in YES or candidate in NO:
            return Reading(candidate in YES, rule=f"a word or sign for {'yes' if candidate in YES else 'no'}")
    reason = read_missing(text)
    return Reading(reason=reason, rule="a word or sign for missing") if reason else NOT_READ


def _findings(figures: frozenset[str], known: Mapping[str, tuple[bool, str]], declared: Declared) -> list[Finding]:
    listed = ", ".join(sorted(figures))
    if known and "2" in known:
        return [Finding("", "codes assumed", "warning", f"The codes 1 and 2 are not explained in the file; {ASSUMED}.",
                        'Check the form, and state the codes in the mapping: codes = {"1" = true, "2" = false}.')]
    if figures and not known:
        what = "not among the codes stated" if declared else "not explained in the file, and cannot be told to be yes or no"
        return [Finding("", "codes unknown", "error", f"The figures {listed} are {what}; they were not read.",
                        'State each code in the mapping, under codes ("1" = true) or under missing ("9" = "did not know").')]
    return []


