"""Words of headings that say nothing of what is asked, and words that say it is about something else."""

from __future__ import annotations


def _phrases(text: str) -> tuple[str, ...]:
    return tuple(" ".join(phrase.split()) for phrase in text.split(",") if phrase.strip())


# in the languages of the forms, without accents
_FILLERS = """
baseline start starting initial enrolment enrollment inclusion admission
a an and any are at been by current currently diagnosed did do does ever for form from had has have history how
hx in is item known last level
levels now of on or patient patients person please pt q question result results subject participant respondent s serum blood
plasma
suffer that the these this to told value values was were what when which with you your often many much today usual usually
der die das des dem den ein eine ist sind haben hat sie ihr ihre wie oft von im in und oder fur mit wert patientin
el la los las un una es son tiene usted su sus de del en y o con por que cual valor paciente al
le les du une est sont avez vous votre vos dans et ou avec pour quel quelle valeur
il lo i gli della nel ha e os as um uma voce sua seu no com qual do da dos das nao
"""
_CONTRADICTING = """
end final followup follow discharge post change
mother mothers father fathers maternal paternal parent parents family sibling siblings brother sister child children son
daughter
partner spouse husband wife relative caregiver carer proxy doctor physician nurse interviewer rater
madre padre mere pere mutter vater familie familia famille famiglia
menarche menopause onset diagnosis first previous prior former death died started stopped since until planned
urine urinary urin orina urina dietary diet intake csf sweat saliva stool faecal fecal supplement supplements tablet tablets
dose
ionised ionized intracellular
abdomen abdominal stomach belly menstrual menstruation uterine back neck hand hands arm arms finger fingers jaw eye eyelid
writer
bauch vientre ventre
target goal normal reference range limit lower upper flag abnormal delta change difference percentile zscore
date day time unit units comment comments note notes remark remarks specify describe explain method assay kit batch operator
datum fecha data einheit unidad unite commentaire kommentar
score sum total count number index ratio
without risk screening prevention test
"""
_VISITED = """
date of visit, visit date, visit, date of interview, interview date, date of survey, survey date, date of enrolment, enrolment
date, enrollment date, date of consultation, consultation date, assessment date, date of assessment, date of examination,
examination date, exam date, date completed, completion date, date of completion, today, intake date, date of intake, date,
admission date, date of admission, timestamp, submission date, recorded date, untersuchungsdatum, besuchsdatum, datum, fecha
de visita, fecha de la visita, fecha, fecha de consulta, date de visite, date de consultation, date de la visite, data da
visita, data da consulta, data, data della visita, data visita, visitdate, start date,
date of inclusion, date enrolled, date of start
"""
_MEDICINES = """
medicines, medicine, medication, medications, current medication, current medications, current medicines, meds, drugs, drug
list, medication list, list of medications, regular medication, prescriptions, prescribed medication, other medication, other
medications, other medicines, medikamente, medikation, arzneimittel, medicamentos, medicacion, medicacion actual, farmacos,
medicaments, traitement, traitements, traitement actuel, medicacao, remedios, farmaci, terapia, terapia in corso, treatment,
current treatment, medicinas, medicamento, medicinali, medicacoes
"""
# beside the fillers: of a question for medicines
_TAKING = """
take taking takes taken use using regularly regular daily every list all nehmen nimmst einnehmen eingenommen regelmassig taglich
welche welches toma tomas tomando tome utiliza usa diario diariamente regularmente cuales todos prenez prend prends prendre
regulierement quels quelles tous prende prendi assume assumi assumendo regolarmente che quali quais etes come presently right
other weitere andere otros autres altri outros vos ses sus suoi seus jeden tag zurzeit derzeit momentan aktuell aktuelle aktuellen
actualmente actuellement atualmente attualmente
"""
FILLERS = frozenset(_FILLERS.split())
TAKING = frozenset(_TAKING.split())
# a heading with one of these is about something else, unless the variable's own names have the word
CONTRADICTING = frozenset(_CONTRADICTING.split())
# short, and yet words of their own rather than abbreviations
SHORT_WORDS = frozenset(("age", "sex", "bmi", "eta", "imc"))
# by themselves these may be about anything
_VAGUE = """
duration date visit site time treatment therapy severity intensity frequency side where when score class centre center clinic
hospital provider physician doctor observer interviewer practice encounter appointment traitement terapia tratamiento datum fecha
data location region place position other exercise pain
"""
VAGUE = frozenset(_VAGUE.split())
WINDOWS = frozenset(("ever", "week", "month", "year"))
# units that are as often words of a question ("cramps by day", "hours of sleep")
SPANS = frozenset(("months", "weeks", "days", "hours", "minutes", "seconds", "hours/day", "minutes/week"))
UNIT_WORDS = frozenset((
    "unit", "units", "uom", "einheit", "einheiten", "unidad", "unidades", "unite", "unites", "unita", "unidade",
))
VISITED = _phrases(_VISITED)
MEDICINES = _phrases(_MEDICINES)
