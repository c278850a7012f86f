"""Numbers written as words, 0 to 100, in English, German, Spanish, French, Italian and Portuguese."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache

from crampstats.ingest.parsing.folding import fold

_ENGLISH = (
    "zero,one,two,three,four,five,six,seven,eight,nine,ten,eleven,twelve,thirteen,fourteen,fifteen,sixteen,seventeen,eighteen,"
    "nineteen", "twenty,thirty,forty|fourty,fifty,sixty,seventy,eighty,ninety", "hundred|one hundred|a hundred",
)
# "null" alone is left out: in half of all exports it is the word of a database for missing
_GERMAN = (
    ",eins|ein|eine|einen|einer|einem,zwei|zwo,drei,vier,fünf,sechs,sieben,acht,neun,zehn,elf,zwölf,dreizehn,vierzehn,fünfzehn,"
    "sechzehn,siebzehn,achtzehn,neunzehn", "zwanzig,dreißig,vierzig,fünfzig,sechzig,siebzig,achtzig,neunzig",
    "hundert|einhundert",
)
_SPANISH = (
    "cero,uno|un|una,dos,tres,cuatro,cinco,seis,siete,ocho,nueve,diez,once,doce,trece,catorce,quince,dieciséis,diecisiete,"
    "dieciocho,diecinueve", "veinte,treinta,cuarenta,cincuenta,sesenta,setenta,ochenta,noventa", "cien|ciento",
)
_FRENCH = (
    "zéro,un|une,deux,trois,quatre,cinq,six,sept,huit,neuf,dix,onze,douze,treize,quatorze,quinze,seize,dix-sept,dix-huit,"
    "dix-neuf", "vingt,trente,quarante,cinquante,soixante,septante,quatre-vingt|huitante|octante,nonante", "cent",
)
_ITALIAN = (
    "zero,uno|un|una,due,tre,quattro,cinque,sei,sette,otto,nove,dieci,undici,dodici,tredici,quattordici,quindici,sedici,"
    "diciassette,diciotto,diciannove", "venti,trenta,quaranta,cinquanta,sessanta,settanta,ottanta,novanta", "cento",
)
_PORTUGUESE = (
    "zero,um|uma,dois|duas,três,quatro,cinco,seis,sete,oito,nove,dez,onze,doze,treze,catorze|quatorze,quinze,"
    "dezesseis|dezasseis,dezessete|dezassete,dezoito,dezenove|dezanove",
    "vinte,trinta,quarenta,cinquenta,sessenta,setenta,oitenta,noventa", "cem|cento",
)
_OTHERS = {
    "English": {"once": 1, "twice": 2, "thrice": 3, "a dozen": 12, "dozen": 12, "half": 0.5, "a half": 0.5, "one half": 0.5,
                "one and a half": 1.5, "two and a half": 2.5, "half a dozen": 6},
    "German": {"einmal": 1, "zweimal": 2, "dreimal": 3, "ein dutzend": 12, "halb": 0.5, "halbe": 0.5, "ein halb": 0.5,
               "eine halbe": 0.5, "einhalb": 0.5, "eineinhalb": 1.5, "anderthalb": 1.5, "zweieinhalb": 2.5},
    "Spanish": {"media": 0.5, "medio": 0.5, "uno y medio": 1.5, "una y media": 1.5, "una docena": 12, "una vez": 1},
    "French": {"demi": 0.5, "demie": 0.5, "un demi": 0.5, "un et demi": 1.5, "une et demie": 1.5, "une douzaine": 12,
               "une fois": 1},
    "Italian": {"mezzo": 0.5, "mezza": 0.5, "uno e mezzo": 1.5, "una dozzina": 12, "una volta": 1},
    "Portuguese": {"meio": 0.5, "um e meio": 1.5, "uma dúzia": 12, "uma vez": 1},
}
_TIMES = {"English": "{} times", "German": "{}mal", "Spanish": "{} veces", "French": "{} fois", "Italian": "{} volte",
          "Portuguese": "{} vezes"}
# said of how many, not of how much is in the blood: the number that stands for them is listed with its row
NOTHING = frozenset(map(fold, ("none", "nil", "keine", "kein", "keinen", "ninguno", "ninguna", "aucun", "aucune", "nessuno",
                               "nessuna", "nenhum", "nenhuma")))

Words = dict[str, float]


def read_number_words(texts: Sequence[str]) -> dict[str, float]:
    """The numbers that words stand for, read jointly: "once" is 1 in English and 11 in Spanish.

    Parameters
    ----------
    texts
        Distinct texts of one column; those that are no number words are passed over.

    Returns
    -------
    dict
        Text to its number. A word that means different numbers in different languages is read only where the other words of
        the column leave one of these languages.

    Examples
    --------
    >>> read_number_words(["twenty-one", "einundzwanzig", "quatre-vingts", "a few"])
    {'twenty-one': 21.0, 'einundzwanzig': 21.0, 'quatre-vingts': 80.0}
    >>> read_number_words(["once", "twice"]), read_number_words(["once", "doce"]), read_number_words(["once"])
    ({'once': 1.0, 'twice': 2.0}, {'once': 11.0, 'doce': 12.0}, {})
    """
    found = {text: meanings for text in texts if len(text) < 40 and (meanings := _words().get(_spelling(text)))}
    settled = {text: meanings for text, meanings in found.items() if len(set(meanings.values())) == 1}
    spoken = {language for meanings in settled.values() for language in meanings}
    possible = {text: {number for language, number in meanings.items() if text in settled or language in spoken}
                for text, meanings in found.items()}
    return {text: numbers.pop() for text, numbers in possible.items() if len(numbers) == 1}


def _spelling(text: str) -> str:
    return fold(text).replace("-", " ").strip(" .")


@cache
def _words() -> dict[str, dict[str, float]]:
    """Each word to its number by language."""
    words: dict[str, dict[str, float]] = {}
    for language, build in _BUILDERS.items():
        for word, number in (*build(), *_times(language, build), *_OTHERS[language].items()):
            for spelling in (_spelling(word), _spelling(_without_umlauts(word))):
                words.setdefault(spelling, {})[language] = float(number)
    return words


def _without_umlauts(word: str) -> str:
    return word.replace("ü", "ue").replace("ö", "oe").replace("ä", "ae")


def _times(language: str, build: Callable[[], Iterator[tuple[str, int]]]) -> Iterator[tuple[str, float]]:
    return ((_TIMES[language].format(word), number) for word, number in build() if 2 <= number <= 12)


def _basic(language: tuple[str, str, str]) -> Iterator[tuple[str, int]]:
    below_twenty, tens, hundred = language
    yield from ((word, number) for number, some in enumerate(below_twenty.split(",")) for word in some.split("|") if word)
    yield from ((word, 10 * number) for number, some in enumerate(tens.split(","), start=2) for word in some.split("|"))
    yield from ((word, 100) for word in hundred.split("|"))


def _parts(language: tuple[str, str, str]) -> Iterator[tuple[str, str, int]]:
    """Every word for a ten with every word for a unit, and their sum."""
    units = [(word, number) for word, number in _basic(language) if 1 <= number <= 9]
    for ten, number in _basic(language):
        if 20 <= number <= 90:
            yield from ((ten, unit, number + value) for unit, value in units)


def _english() -> Iterator[tuple[str, int]]:
    yield from _basic(_ENGLISH)
    for ten, unit, number in _parts(_ENGLISH):
        yield from ((f"{ten} {unit}", number), (f"{ten}{unit}", number))


def _german() -> Iterator[tuple[str, int]]:
    yield from _basic(_GERMAN)
    yield from ((f"{unit}und{ten}", number) for ten, unit, number in _parts(_GERMAN))


def _spanish() -> Iterator[tuple[str, int]]:
    yield from _basic(_SPANISH)
    for ten, unit, number in _parts(_SPANISH):
        yield f"{ten} y {unit}", number
        if number < 30:
            yield f"veinti{unit}", number


def _french() -> Iterator[tuple[str, int]]:
    yield from (*_basic(_FRENCH), ("quatre vingts", 80))
    above_ten = [(word, number) for word, number in _basic(_FRENCH) if 1 <= number <= 19]
    for ten, number in _basic(_FRENCH):
        for unit, value in above_ten if number in (60, 80) else above_ten[:10]:
            if 20 <= number <= 90:
                yield from ((f"{ten} {unit}", number + value), (f"{ten} et {unit}", number + value))
    yield from (("soixante dix", 70), ("quatre vingt dix", 90))


def _italian() -> Iterator[tuple[str, int]]:
    yield from _basic(_ITALIAN)
    for ten, unit, number in _parts(_ITALIAN):
        # ventuno, ventotto: the ten gives its last letter to a vowel
        joined = ten[:-1] if unit[0] in "uo" else ten
        yield from ((f"{joined}{unit}", number), (f"{ten}{unit}", number), (f"{ten} {unit}", number))


def _portuguese() -> Iterator[tuple[str, int]]:
    yield from _basic(_PORTUGUESE)
    yield from ((f"{ten} e {unit}", number) for ten, unit, number in _parts(_PORTUGUESE))


_BUILDERS = {"English": _english, "German": _german, "Spanish": _spanish, "French": _french, "Italian": _italian,
             "Portuguese": _portuguese}
