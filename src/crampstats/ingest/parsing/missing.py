"""Words and signs for "there is no answer", with what they say of why."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from crampstats.codebook.columns import DID_NOT_KNOW, NO_ANSWER, NOT_APPLICABLE, NOT_DONE, REFUSED
from crampstats.core.findings import Finding
from crampstats.ingest.parsing.folding import fold, fold_words

# "no", "none", "nil", "keine" and figures are answers and never stand here; nor does "trifft nicht zu", by which Germans say no.
# "NA" and "N/A" are "not available" as often as "not applicable", so they give no reason.
WORDS = {
    NO_ANSWER: fold_words(
        "na,n/a,n.a.,n.a,<na>,nan,nat,missing,blank,empty,no answer,no response,no reply,not answered,unanswered",
        "none given,not given,not stated,not reported,not recorded,not documented,not available,unavailable",
        "no data,no value,no record,not provided,not specified,unspecified,not entered,left blank,skipped",
        "illegible,unreadable,not legible",
        "#n/a,#na,#nv,#n/d,#nd,\\n,sysmis,<null>,(null),[null]",
        "sin dato,sin datos,s/d,no contesta,no contestado,sin respuesta,no consta,n/c,nc,ns/nc,vacio,en blanco,no disponible",
        "ilegible,sin informacion,no informado",
        "non renseigne,non renseignee,nr,n.r.,pas de reponse,sans reponse,vide,manquant,manquante,donnee manquante,non precise",
        "non disponible,illisible",
        "keine angabe,keine angaben,k.a.,k. a.,ka,k.a,o.a.,ohne angabe,keine antwort,fehlt,fehlend,leer,nicht angegeben",
        "nicht verfügbar,unleserlich,nicht lesbar,keine daten",
        "sem dados,sem resposta,nao respondeu,nao informado,nao informada,em branco,vazio,nao disponivel,faltando,ilegivel",
        "sem informacao,nao consta,n/i",
        "mancante,nessuna risposta,non risponde,non indicato,non disponibile,vuoto,dato mancante,illeggibile,non riportato",
        "non pervenuto",
    ),
    DID_NOT_KNOW: fold_words(
        "unknown,unk,unkn,ukn,not known,don't know,dont know,do not know,does not know,doesn't know,didn't know,did not know,dk",
        "d/k,idk,i don't know,not sure,unsure,uncertain,can't remember,cannot remember,don't remember,does not remember",
        "no sabe,no lo sabe,no se,no lo se,desconocido,desconocida,se desconoce,no recuerda,no me acuerdo",
        "ne sait pas,je ne sais pas,ne sais pas,nsp,inconnu,inconnue,pas sur,pas sure,ne se souvient pas",
        "weiß nicht,weiss nicht,weiß ich nicht,ich weiß nicht,ich weiß es nicht,weiß es nicht,unbekannt,unklar,nicht bekannt",
        "nicht sicher,unsicher",
        "não sabe,não sei,desconhecido,desconhecida,não lembra,não se lembra,ignorado,ignorada",
        "non so,non lo so,non sa,sconosciuto,sconosciuta,non ricorda,non noto",
    ),
    REFUSED: fold_words(
        "refused,refuses,refuse,refusal,declined,declines,declined to answer,decline to answer,prefer not to say",
        "prefer not to answer,prefers not to say,prefers not to answer,would rather not say,rather not say",
        "prefiere no contestar,prefiero no contestar,prefiere no responder,prefiero no responder,prefiere no decirlo",
        "rehúsa,rehusó,se niega,no quiere contestar,se rehúsa",
        "refus,refuse de répondre,ne souhaite pas répondre,préfère ne pas répondre,ne veut pas répondre",
        "je préfère ne pas répondre",
        "verweigert,antwort verweigert,möchte nicht antworten,möchte ich nicht beantworten,will nicht antworten,abgelehnt",
        "recusa,recusou,recusou-se,prefiro não responder,prefere não responder,não quis responder,prefere não dizer",
        "rifiuta,rifiutato,rifiuto,preferisco non rispondere,preferisce non rispondere,non vuole rispondere",
    ),
    NOT_DONE: fold_words(
        "not done,nd,n.d.,n.d,n/d,not measured,not taken,not performed,not collected,not tested,not obtained,not determined",
        "not examined,not assessed,unable to obtain,test not done",
        "no hecho,no hecha,no realizado,no realizada,no medido,no medida,no se hizo,no se realizó,no determinado",
        "non fait,non faite,pas fait,non réalisé,non réalisée,non mesuré,non mesurée,pas mesuré,non effectué,non dosé",
        "nicht gemacht,nicht durchgeführt,nicht gemessen,nicht erhoben,nicht bestimmt,nicht untersucht,n. d.,n.b.",
        "não feito,não feita,não realizado,não realizada,não medido,não medida,não coletado,não foi feito",
        "non fatto,non fatta,non eseguito,non eseguita,non misurato,non misurata,non effettuato",
    ),
    NOT_APPLICABLE: fold_words(
        "not applicable,does not apply,doesn't apply,inapplicable,not relevant,no aplica,no aplicable,no procede",
        "sans objet,non applicable,ne s'applique pas,nicht anwendbar,entfällt,nicht zutreffend,não se aplica,não aplicável",
        "non applicabile,non pertinente,non si applica",
    ),
}
LONGEST = 60
_REASONS = {word: reason for reason, words in WORDS.items() for word in words}
_SIGNS = frozenset("-.?_/~…")
# in this case only: "Null" is also German for zero
_AS_WRITTEN = ("NULL", "null")


def read_missing(text: str) -> str:
    """Why there is no answer, by a word or sign for it in English, Spanish, French, German, Portuguese or Italian.

    Parameters
    ----------
    text
        A cell, not empty.

    Returns
    -------
    str
        A reason of `codebook.columns`; "" where the text is no such word. Figures (-99, 9, 999) never are: they are declared.

    Examples
    --------
    >>> read_missing("k.A."), read_missing("Prefiere no contestar"), read_missing("n.d."), read_missing("--")
    ('missing', 'refused', 'not done', 'missing')
    >>> read_missing("none"), read_missing("-99")
    ('', '')
    """
    if text in _AS_WRITTEN:
        return NO_ANSWER
    if len(text) > LONGEST:
        return ""
    if not any(letter not in _SIGNS and letter not in " –—−" for letter in text):
        return NO_ANSWER if text.strip() else ""
    word = fold(text)
    if word not in _REASONS:
        word = word.strip("()[]<>*\"'!.;: ")
    return _REASONS.get(word, "")


# Codes that forms and statistics programs use for "no answer"; digits repeated, so that no measurement looks like them.
CODES = tuple(sign * int(digit * times) for sign in (-1, 1) for digit in "789" for times in (1, 2, 3, 4))


def suspect_codes(texts: Sequence[str], counts: Sequence[int]) -> tuple[Finding, ...]:
    """Numbers in a column that are probably codes for "no answer", for the user to declare; nothing is changed.

    A code of repeated 7, 8 or 9 is named when it is the only kind of negative number, or when the gap between it and the largest
    other number is wider than all the others lie apart (with at least two different others).

    Parameters
    ----------
    texts, counts
        Distinct texts of a column and how many rows hold each; what is no plain number does not count.

    Returns
    -------
    tuple of Finding
        One per code, with an empty column name; severity warning.

    Examples
    --------
    >>> [finding.value for finding in suspect_codes(["137", "141", "145", "-99"], [9, 12, 4, 2])]
    ['-99']
    >>> suspect_codes(["18", "64", "99"], [3, 4, 1])
    ()
    """
    numbers = np.array([_plain_number(text) for text in texts], dtype=float)
    codes = np.isin(numbers, CODES)
    others = numbers[~codes & np.isfinite(numbers)]
    return tuple(_name_code(texts[i], int(counts[i])) for i in np.flatnonzero(codes) if _stands_apart(numbers[i], others))


def _plain_number(text: str) -> float:
    try:
        return float(text) if len(text) < 20 else float("nan")
    except ValueError:
        return float("nan")


def _stands_apart(code: float, others: np.ndarray) -> bool:
    if code < 0:
        return bool(len(others)) and bool((others >= 0).all())
    if len(np.unique(others)) < 2:
        return False
    return bool(code - others.max() > others.max() - others.min())


def _name_code(text: str, n: int) -> Finding:
    return Finding(
        column="", rule="probable code for missing", severity="warning", value=text,
        message=f"{text} stands in {n} {'row' if n == 1 else 'rows'}, far from all other values: probably a code for missing.",
        suggestion=f'If it is one, declare it in the mapping: missing = {{"{text}" = "{NO_ANSWER}"}} (or another reason).',
    )
