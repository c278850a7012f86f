"""Headings and answers of a typed sheet in six languages, in the order English, Spanish, French, German, Portuguese, Italian."""

from __future__ import annotations

ORDER = ("en", "es", "fr", "de", "pt", "it")
HEADINGS: dict[str, tuple[str, ...]] = {
    "record": ("Patient no.", "Nº de paciente", "Numéro patient", "Patientennummer", "Número do processo", "Codice paziente"),
    "name": ("Name", "Nombre y apellidos", "Nom et prénom", "Name, Vorname", "Nome do paciente", "Nome e cognome"),
    "date_of_birth": (
        "Date of birth", "Fecha de nacimiento", "Date de naissance", "Geburtsdatum", "Data de nascimento", "Data di nascita",
    ),
    "visit_date": (
        "Date of visit", "Fecha de la consulta", "Date de consultation", "Besuchsdatum", "Data da consulta", "Data della visita",
    ),
    "clinic_site": ("Clinic site", "Centro", "Cabinet", "Standort", "Clínica", "Sede"),
    "clinician": (
        "Clinician code", "Código del médico", "Code du médecin", "Untersucher (Kürzel)", "Código do médico",
        "Codice del medico",
    ),
    "form_given_to": (
        "Form given to", "Formulario dado a", "Questionnaire remis à", "Bogen erhielt", "Formulário dado a", "Modulo dato a",
    ),
    "age_years": ("Age", "Edad", "Âge", "Alter", "Idade", "Età"),
    "sex": ("Sex", "Sexo", "Sexe", "Geschlecht", "Sexo", "Sesso"),
    "pregnant": ("Pregnant", "Embarazada", "Enceinte", "Schwanger", "Grávida", "Incinta"),
    "complains_of_cramps": (
        "Came for cramps", "Viene por calambres", "Vient pour des crampes", "Kommt wegen Krämpfen", "Vem por cãibras",
        "Viene per crampi",
    ),
    "cramps_ever": (
        "Leg cramps ever", "Calambres alguna vez", "Crampes un jour", "Jemals Wadenkrämpfe", "Cãibras alguma vez",
        "Crampi nella vita",
    ),
    "cramp_frequency": (
        "Leg cramps at night, past month", "Calambres nocturnos, último mes", "Crampes nocturnes, dernier mois",
        "Nächtliche Wadenkrämpfe, letzter Monat", "Cãibras noturnas, último mês", "Crampi notturni, ultimo mese",
    ),
    "cramp_nights_past_week": (
        "Cramp nights, past week", "Noches con calambres, última semana", "Nuits avec crampes, semaine passée",
        "Nächte mit Krämpfen, letzte Woche", "Noites com cãibras, última semana", "Notti con crampi, ultima settimana",
    ),
    "cramp_main_site": (
        "Site of cramp", "Localización del calambre", "Localisation de la crampe", "Ort des Krampfs", "Local da cãibra",
        "Sede del crampo",
    ),
    "cramp_severity": ("Pain 0-10", "Dolor 0-10", "Douleur 0-10", "Schmerz 0-10", "Dor 0-10", "Dolore 0-10"),
    "woken_by_cramps": (
        "Woken by cramps, past month", "Le despiertan, último mes", "Réveil par crampe, dernier mois",
        "Aufgewacht durch Krämpfe, letzter Monat", "Acorda com cãibras, último mês", "Svegliato dai crampi, ultimo mese",
    ),
    "cramps_disturb_sleep": (
        "Cramps disturb sleep, past month", "Alteran el sueño, último mes", "Troublent le sommeil, dernier mois",
        "Stören den Schlaf, letzter Monat", "Perturbam o sono, último mês", "Disturbano il sonno, ultimo mese",
    ),
    "cramps_since_years": (
        "Cramps since (years)", "Calambres desde (años)", "Crampes depuis (années)", "Krämpfe seit (Jahre)", "Cãibras há (anos)",
        "Crampi da (anni)",
    ),
    "calf_hot_or_tender": (
        "Hot or tender calf", "Pantorrilla caliente o dolorosa", "Mollet chaud ou sensible", "Wade heiß oder empfindlich",
        "Panturrilha quente ou dolorosa", "Polpaccio caldo o dolente",
    ),
    "one_leg_swollen": (
        "One leg swollen", "Una pierna hinchada", "Une jambe gonflée", "Ein Bein geschwollen", "Uma perna inchada",
        "Una gamba gonfia",
    ),
    "both_legs_swollen": (
        "Both legs swollen", "Ambas piernas hinchadas", "Deux jambes gonflées", "Beide Beine geschwollen",
        "Ambas as pernas inchadas", "Gambe gonfie entrambe",
    ),
    "chest_pain_or_breathless": (
        "Chest pain or breathless", "Dolor de pecho o falta de aire", "Douleur thoracique ou essoufflement",
        "Brustschmerz oder Atemnot", "Dor no peito ou falta de ar", "Dolore al petto o affanno",
    ),
    "leg_cold_or_pale": (
        "Cold or pale leg", "Pierna fría o pálida", "Jambe froide ou pâle", "Bein kalt oder blass", "Perna fria ou pálida",
        "Gamba fredda o pallida",
    ),
    "leg_pain_at_rest": (
        "Leg pain at rest", "Dolor de pierna en reposo", "Douleur de jambe au repos", "Beinschmerz in Ruhe",
        "Dor na perna em repouso", "Dolore alla gamba a riposo",
    ),
    "saddle_numbness": (
        "Saddle numbness", "Entumecimiento en silla de montar", "Anesthésie en selle", "Taubheit im Reithosenbereich",
        "Dormência em sela", "Anestesia a sella",
    ),
    "bladder_or_bowel_change": (
        "Bladder or bowel change", "Cambio de vejiga o intestino", "Trouble urinaire ou fécal", "Blase oder Darm verändert",
        "Alteração da bexiga ou intestino", "Disturbi di vescica o intestino",
    ),
    "cramp_not_easing": (
        "Cramp over 10 min, not easing", "Calambre de más de 10 min sin ceder", "Crampe de plus de 10 min sans céder",
        "Krampf über 10 min, löst sich nicht", "Cãibra de mais de 10 min sem ceder", "Crampo oltre 10 min, non cede",
    ),
    "tetanus_risk": (
        "Tetanus possible", "Tétanos posible", "Tétanos possible", "Tetanus möglich", "Tétano possível", "Tetano possibile",
    ),
    "toxin_contact": (
        "Contact with poison", "Contacto con tóxicos", "Contact avec un toxique", "Kontakt mit Gift", "Contacto com tóxicos",
        "Contatto con tossici",
    ),
    "dark_urine_muscle_pain": (
        "Dark urine and muscle pain", "Orina oscura y dolor muscular", "Urines foncées et myalgies",
        "Dunkler Urin und Muskelschmerz", "Urina escura e dor muscular", "Urine scure e dolore muscolare",
    ),
    "weakness_or_wasting": (
        "Leg weakness or wasting", "Debilidad o atrofia", "Faiblesse ou fonte musculaire", "Schwäche oder Muskelschwund",
        "Fraqueza ou atrofia", "Debolezza o atrofia",
    ),
    "numbness_or_tingling": (
        "Numbness or tingling", "Entumecimiento u hormigueo", "Engourdissement ou fourmillements", "Taubheit oder Kribbeln",
        "Dormência ou formigamento", "Intorpidimento o formicolio",
    ),
    "skin_change": (
        "Skin changes", "Cambios en la piel", "Peau modifiée", "Hautveränderung", "Alterações da pele",
        "Alterazioni della pelle",
    ),
    "cramps_in_other_muscles": (
        "Cramps in other muscles", "Calambres en otros músculos", "Crampes ailleurs", "Krämpfe anderswo",
        "Cãibras noutros músculos", "Crampi in altri muscoli",
    ),
    "varicose_veins": ("Varicose veins", "Varices", "Varices des jambes", "Krampfadern", "Varizes", "Vene varicose"),
    "hypertension": ("High blood pressure", "Hipertensión", "Hypertension", "Bluthochdruck", "Hipertensão", "Ipertensione"),
    "heart_failure": (
        "Heart failure", "Insuficiencia cardíaca", "Insuffisance cardiaque", "Herzinsuffizienz", "Insuficiência cardíaca",
        "Scompenso cardiaco",
    ),
    "diabetes": ("Diabetes", "Diabetes", "Diabète", "Diabetes", "Diabetes", "Diabete"),
    "thyroid_disease": (
        "Thyroid problem", "Problema de tiroides", "Trouble de la thyroïde", "Schilddrüse", "Problema da tiroide",
        "Problema di tiroide",
    ),
    "liver_disease": (
        "Liver disease", "Enfermedad hepática", "Maladie du foie", "Lebererkrankung", "Doença do fígado", "Malattia del fegato",
    ),
    "cirrhosis": ("Cirrhosis", "Cirrosis", "Cirrhose", "Zirrhose", "Cirrose", "Cirrosi"),
    "kidney_disease": (
        "Kidney disease", "Enfermedad renal", "Maladie rénale", "Nierenerkrankung", "Doença renal", "Malattia renale",
    ),
    "dialysis": ("Dialysis", "Diálisis", "Dialyse", "Dialyse", "Diálise", "Dialisi"),
    "neuropathy": ("Neuropathy", "Neuropatía", "Neuropathie", "Polyneuropathie", "Neuropatia", "Neuropatia"),
    "exercise_minutes_week": (
        "Exercise (minutes/week)", "Ejercicio (minutos/semana)", "Activité physique (minutes/semaine)", "Sport (Minuten/Woche)",
        "Exercício (minutos/semana)", "Esercizio (minuti/settimana)",
    ),
    "smoking": ("Smoking", "Tabaquismo", "Tabac", "Rauchen", "Tabagismo", "Fumo"),
    "medicines": ("Medicines", "Medicamentos", "Médicaments", "Medikamente", "Medicações", "Farmaci"),
    "body_weight_kg": ("Weight (kg)", "Peso (kg)", "Poids (kg)", "Gewicht (kg)", "Peso (kg)", "Peso (kg)"),
    "height_cm": ("Height (cm)", "Talla (cm)", "Taille (cm)", "Größe (cm)", "Altura (cm)", "Altezza (cm)"),
    "blood_sample_date": (
        "Date of blood test", "Fecha de analítica", "Date de prise de sang", "Datum der Blutentnahme", "Data da coleta",
        "Data del prelievo",
    ),
    "serum_sodium_mmol_l": (
        "Sodium (mmol/L)", "Sodio (mmol/L)", "Sodium (mmol/L)", "Natrium (mmol/L)", "Sódio (mmol/L)", "Sodio (mmol/L)",
    ),
    "serum_potassium_mmol_l": (
        "Potassium (mmol/L)", "Potasio (mmol/L)", "Potassium (mmol/L)", "Kalium (mmol/L)", "Potássio (mmol/L)",
        "Potassio (mmol/L)",
    ),
    "serum_chloride_mmol_l": (
        "Chloride (mmol/L)", "Cloruro (mmol/L)", "Chlore (mmol/L)", "Chlorid (mmol/L)", "Cloreto (mmol/L)", "Cloro (mmol/L)",
    ),
    "serum_bicarbonate_mmol_l": (
        "Bicarbonate (mmol/L)", "Bicarbonato (mmol/L)", "Bicarbonates (mmol/L)", "Bikarbonat (mmol/L)", "Bicarbonato (mmol/L)",
        "Bicarbonato (mmol/L)",
    ),
    "serum_calcium_mmol_l": (
        "Calcium (mmol/L)", "Calcio (mmol/L)", "Calcium (mmol/L)", "Kalzium (mmol/L)", "Cálcio (mmol/L)", "Calcio (mmol/L)",
    ),
    "serum_albumin_g_l": (
        "Albumin (g/L)", "Albúmina (g/L)", "Albumine (g/L)", "Albumin (g/L)", "Albumina (g/L)", "Albumina (g/L)",
    ),
    "serum_magnesium_mmol_l": (
        "Magnesium (mmol/L)", "Magnesio (mmol/L)", "Magnésium (mmol/L)", "Magnesium (mmol/L)", "Magnésio (mmol/L)",
        "Magnesio (mmol/L)",
    ),
    "serum_phosphorus_mmol_l": (
        "Phosphate (mmol/L)", "Fosfato (mmol/L)", "Phosphate (mmol/L)", "Phosphat (mmol/L)", "Fosfato (mmol/L)",
        "Fosfato (mmol/L)",
    ),
    "serum_creatinine_umol_l": (
        "Creatinine (µmol/L)", "Creatinina (µmol/L)", "Créatinine (µmol/L)", "Kreatinin (µmol/L)", "Creatinina (µmol/L)",
        "Creatinina (µmol/L)",
    ),
    "glucose_mmol_l": (
        "Glucose (mmol/L)", "Glucosa (mmol/L)", "Glycémie (mmol/L)", "Glukose (mmol/L)", "Glicose (mmol/L)", "Glicemia (mmol/L)",
    ),
    "hba1c_percent": ("HbA1c (%)", "HbA1c (%)", "HbA1c (%)", "HbA1c (%)", "HbA1c (%)", "HbA1c (%)"),
    "remarks": ("Remarks", "Observaciones", "Remarques", "Bemerkungen", "Observações", "Note"),
}
YES = (
    ("yes", "Yes", "Y"), ("sí", "Sí", "si"), ("oui", "Oui", "oui"), ("ja", "Ja", "J"), ("sim", "Sim", "sim"), ("sì", "Sì", "si"),
)
NO = (
    ("no", "No", "N"), ("no", "No", "no"), ("non", "Non", "non"), ("nein", "Nein", "N"), ("não", "Não", "nao"),
    ("no", "No", "no"),
)
DO_NOT_KNOW = ("don't know", "no sabe", "ne sait pas", "weiß nicht", "não sabe", "non sa")
PERHAPS = ("perhaps", "quizás", "peut-être", "vielleicht", "talvez", "forse")
SEX = {
    "female": ("F", "mujer", "femme", "w", "feminino", "femmina"),
    "male": ("M", "hombre", "homme", "m", "masculino", "maschio"),
}
FREQUENCY = {
    "never": ("never", "nunca", "jamais", "nie", "nunca", "mai"),
    "rarely": ("rarely", "raramente", "rarement", "selten", "raramente", "raramente"),
    "sometimes": ("sometimes", "a veces", "parfois", "manchmal", "às vezes", "a volte"),
    "often": ("often", "a menudo", "souvent", "oft", "muitas vezes", "spesso"),
    "almost always": ("almost always", "casi siempre", "presque toujours", "fast immer", "quase sempre", "quasi sempre"),
}
MAIN_SITE = {
    "calf": ("calf", "pantorrilla", "mollet", "Wade", "panturrilha", "polpaccio"),
    "foot": ("foot", "pie", "pied", "Fuß", "pé", "piede"),
    "thigh": ("thigh", "muslo", "cuisse", "Oberschenkel", "coxa", "coscia"),
    "hamstring": ("hamstring", "isquiotibiales", "ischio-jambiers", "hamstring", "hamstring", "hamstring"),
    "other": ("other", "otro", "autre", "andere", "outro", "altro"),
}
SMOKING = {
    "never": ("never", "nunca", "jamais", "nie", "nunca fumou", "mai"),
    "former": ("ex-smoker", "exfumador", "ex-fumeur", "Exraucher", "ex-fumante", "ex fumatore"),
    "current": ("smoker", "fumador", "fumeur", "Raucher", "fumante", "fumatore"),
}
GIVEN_TO = {"every patient": ("every patient",) * 6}
NO_MEDICINES = ("none", "ninguno", "aucun", "keine", "nenhum", "nessuno")
NONSENSE = ("zzz", "zzz", "zzz", "zzz", "zzz", "zzz")
DAYS = ("%Y-%m-%d", "%d/%m/%Y", "%d/%m/%Y", "%d.%m.%Y", "%d/%m/%Y", "%d/%m/%Y")
COMMA = (False, True, True, True, True, True)
