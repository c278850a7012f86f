"""Words that stand beside the names of medicines in six languages: none, no longer, doses, forms, times, salts and makers."""

from __future__ import annotations

from crampstats.ingest.parsing.folding import fold_words


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


NONE = fold_words(
    "none,nil,no,nothing,keine,kein,keines,nein,nichts,ninguno,ninguna,ningun,nada,aucun,aucune,rien,non,nessuno",
    "nessuna,nessun,niente,nenhum,nenhuma,nao,n,never,zero,0,not any,no meds,no medication,no medications",
    "no medicines,no drugs,nil of note,nil regular,nil else,none regular,none known",
)
# beside these a medicine is not taken
NOT_TAKEN = _words(
    """
    no not never without stopped stop ceased discontinued off former formerly previous previously past allergic allergy
    intolerant intolerance keine kein keinen nicht ohne abgesetzt fruher allergie allergisch unvertraglichkeit sin suspendido
    suspendida alergia alergico alergica sans arrete arretee allergique pas senza sospeso sospesa allergia allergico sem parou
    suspenso
    """,
)
# what follows one of these is not taken, and what stands before it only where nothing follows
NEGATIONS = _words(
    """
    no not never without none nil keine kein keinen nein nicht ohne nie sin ninguno ninguna nunca pas sans aucun aucune
    jamais senza nessuno nessuna sem nenhum nenhuma nao non
    """,
)
ALLERGIES = _words(
    """
    allergic allergy intolerant intolerance allergie allergisch alergia alergico alergica allergique allergia
    """,
)
# never the name of a medicine
NOISE = _words(
    """
    now then note water infusion infusions zok sure which unsure maybe probably perhaps brand name unknown mrs herr frau mg
    mcg ug g gr gm ml l iu ie ui meq mmol units unit einheiten mikrogramm microgram micrograms milligram milligrams gram grams
    tab tabs tablet tablets tbl tabl tablette tabletten tableta tabletas comprimido comprimidos comprime comprimes compressa
    compresse cp cpr comp cap caps capsule capsules kapsel kapseln capsula capsulas gelule gelules drg dragee dragees
    filmtabletten filmtablette tropfen drops gotas gouttes gocce syrup saft injection injections inj spritze iv im sc po oral
    orally spray inhaler inhal puff puffs hub hube sprays nebs nebuliser patch patches pflaster parche cream creme gel salbe
    ointment eye ear nasal nase powder pulver sachet sachets beutel sobres retard ret er sr xr xl la mr cr dr xt cd lp depot
    prolonged release slow modified forte mite plus daily day days week weekly month monthly once twice thrice times time od
    bd bid tid tds qid qd qds qod qhs hs prn sos mane nocte am pm morning evening night nightly bedtime noon midday mornings
    evenings every each other alternate needed required when as if taglich tgl morgens mittags abends nachts nacht tag tage
    woche pro mal bei bedarf b jeden alle taglichen diario diaria dia dias noche manana tarde cada hora horas vez veces semana
    al si precisa por el un una de del jour jours matin soir midi nuit fois par le les des du une besoin giorno giorni mattina
    sera notte volta volte die di il lo mezzo ogni manha noite a o da do ao i take takes taking took is are on in the of to my
    at and or also currently still sometimes occasionally regular regularly low high dose doses dosis half halbe halb media
    demi mezza quarter full small x ca approx about only since seit depuis desde nehme nimmt nimm ich sie tomo toma prendo
    prende prends je sodium natrium sodico sodique hydrochloride hydrochlorid hcl clorhidrato chlorhydrate cloridrato fumarate
    fumarat maleate maleat mesylate mesilate besylate besilate besilat succinate succinat tartrate tartrat sulfate sulphate
    sulfat sulfato bisulfate citrate citrat acetate acetat phosphate phosphat carbonate carbonat oxide oxid chloride chlorid
    gluconate gluconat lactate aspartate aspartat medoxomil cilexetil axetil erbumine arginine tosylate bromide bromid
    hemihydrate xinafoate propionate furoate dipropionate acid acido acide saure salt glycinate bisglycinate malate taurate
    threonate direkt hexal ratiopharm stada abz pharma teva sandoz mylan viatris biogaran arrow cinfa normon kern zentiva
    accord aristo heumann winthrop actavis aurobindo ranbaxy zydus lupin krka sanofi pfizer bayer novartis doc eg almus beta
    basics mepha spirig verla rx otc generic generico generika supplement supplements pill pills tabletta medicine medicines
    medication medications meds drug drugs medikament medikamente medicamento medicamentos medicament medicaments farmaco
    farmaci thing something stuff etc various prescription diskus turbohaler accuhaler evohaler respimat breezhaler ellipta
    nexthaler easyhaler spiromax novolizer handihaler hfa any medicacion medicacao medicazione medikation traitement
    traitements terapia terapie cura trattamento tratamiento tratamento nkda known allergies faible diasporal supremo
    turbuhaler prolib dur last year years weeks months started restarted again increased reduced jahr jahre jahren monat monaten
    letztem letzten ano anos mes meses anno anni mese mesi ans annee annees mois semaine semaines settimana settimane his her bed
    advised recommended prescribed yes ja oui
    """,
)
# words near the name of a medicine that are none, and beta-agonists of which it is not settled how long they act
ORDINARY = _words(
    """
    prevent prevents primary presume seventh closest prefers strokes trader remains remain beine fumatore steve strasse
    locales presumed prevented alive altitude america basis bizarre business chronic commoner creator decades diabetic
    diabetics directive divide effort eleve elevee exist exists extern external extract extras extreme first forest forget
    forty fourth fuller halve indeed infer lasts natively nitrogen nivel photo premature preparing prise renal renale restore
    rival selected sharing short soreness sorts southern spring stack stanza starke states static stating statuses storing
    strange strata stray street stress strike string strings stroke strong strongly terms thrice thyroid tiroides totally
    totals trace track tried tries trois trying valid wished worst worse basal severe better tension pension patient patients
    swelling legs cramps cramp pain muscle muscles magnet nitrogeno muller mulher prevenir zeros wisely streak estatura
    bambuterol clenbuterol tulobuterol
    """,
)
