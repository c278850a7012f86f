"""Names under which people write medicines down: substances, spellings of other countries and common brands, by class.

Classes follow the WHO ATC index (https://atcddd.fhi.no): C03C loop diuretics, C03A and C03B thiazides and thiazide-like
diuretics, C03D potassium-sparing diuretics, C10AA statins, R03AC and R03AK beta-agonists, P01BC quinine, G03C oestrogens, G03XC01
raloxifene, M01AE02 naproxen, H05AA02 teriparatide, B03AC iron into the vein, A12CC magnesium. Iron into the vein, conjugated
oestrogens, raloxifene, naproxen and teriparatide are the medicines Allen & Kirby, Am Fam Physician 2012;86:350-355, name as
associated with cramps; the others are those of `codebook.medicines`. Brands are those of the United States, the United Kingdom,
Germany, France, Spain, Italy and Portugal; a combination counts for each of its parts. The substances U.S. surveys name are taken
from `codebook.medicines`, so that a class means the same in both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from crampstats.codebook.medicines import (
    LONG_ACTING_BETA_AGONISTS,
    LOOP,
    POTASSIUM_SPARING,
    QUININE,
    STATINS,
    THIAZIDE,
)
from crampstats.core.errors import DataError


@dataclass(frozen=True)
class MedicineClass:
    """A class of medicines, and the yes/no variables it fills.

    Parameters
    ----------
    name
        As printed.
    variables
        Yes/no variables that are true of whoever takes one of the class.
    substances
        Generic names, lower case.
    """

    name: str
    variables: tuple[str, ...]
    substances: tuple[str, ...]


def _lower(*names: str) -> tuple[str, ...]:
    return tuple(name.lower() for name in names)


ANY_DIURETIC = "takes_any_diuretic"
LOOP_CLASS = MedicineClass(
    "loop diuretic", ("takes_loop_diuretic", ANY_DIURETIC), _lower(*LOOP, "torasemide", "piretanide", "azosemide"),
)
THIAZIDE_CLASS = MedicineClass(
    "thiazide or thiazide-like diuretic", ("takes_thiazide_diuretic", ANY_DIURETIC),
    _lower(*THIAZIDE, "chlortalidone", "cyclopenthiazide", "xipamide", "clopamide", "altizide", "butizide", "cicletanine"),
)
POTASSIUM_SPARING_CLASS = MedicineClass(
    "potassium-sparing diuretic", ("takes_potassium_sparing_diuretic", ANY_DIURETIC),
    _lower(*POTASSIUM_SPARING, "canrenone", "potassium canrenoate", "finerenone"),
)
STATIN_CLASS = MedicineClass("statin", ("takes_statin",), _lower(*STATINS, "pitavastatin", "cerivastatin"))
LONG_ACTING_CLASS = MedicineClass(
    "long-acting beta-agonist", ("takes_long_acting_beta_agonist",),
    _lower(*LONG_ACTING_BETA_AGONISTS, "eformoterol", "indacaterol", "olodaterol", "vilanterol"),
)
SHORT_ACTING_CLASS = MedicineClass(
    "short-acting beta-agonist", ("takes_short_acting_beta_agonist",),
    (
        "salbutamol", "albuterol", "levalbuterol", "terbutaline", "fenoterol", "pirbuterol", "reproterol", "metaproterenol",
        "orciprenaline",
    ),
)
INHALED_STEROIDS = ("fluticasone", "budesonide", "beclometasone", "beclomethasone", "mometasone", "ciclesonide")
CLASSES: tuple[MedicineClass, ...] = (
    LOOP_CLASS, THIAZIDE_CLASS, POTASSIUM_SPARING_CLASS, STATIN_CLASS, LONG_ACTING_CLASS, SHORT_ACTING_CLASS,
    MedicineClass("quinine", ("takes_quinine",), _lower(*QUININE)),
    MedicineClass(
        "oestrogen", ("takes_oestrogen",),
        ("conjugated estrogens", "estradiol", "estriol", "esterified estrogens", "estropipate", "estrogen"),
    ),
    MedicineClass("raloxifene", ("takes_raloxifene",), ("raloxifene",)),
    MedicineClass("naproxen", ("takes_naproxen",), ("naproxen",)),
    MedicineClass("teriparatide", ("takes_teriparatide",), ("teriparatide",)),
    MedicineClass(
        "iron into the vein", ("takes_intravenous_iron",),
        (
            "iron sucrose", "ferric carboxymaltose", "iron dextran", "ferric derisomaltose", "ferumoxytol", "ferric gluconate",
            "iv iron",
        ),
    ),
    MedicineClass("magnesium", ("takes_magnesium",), ("magnesium",)),
)
WITH_STEROID_VARIABLE = "takes_beta_agonist_with_steroid"
CLASS_OF: Mapping[str, MedicineClass] = MappingProxyType({name: one for one in CLASSES for name in one.substances})

# substance or substances (a + b): other names and brands; "=" before a name: only as it stands, for it is near an ordinary word
_NAMES = """
furosemide: frusemide, =furo, Lasix, Lasilix, Seguril, Furorese
bumetanide: Bumex, Burinex, Fordiuran
torasemide: torsemide, Demadex, Soaanz, Torem, =Unat, Dilutol, Sutril, Isodiur
ethacrynic acid: etacrynic acid, etacrynsäure, acido etacrinico, acide etacrynique, Edecrin
piretanide: Arelix, Eurelix
hydrochlorothiazide: hctz, hct, Esidrix, Microzide, Hidrosaluretil
chlorothiazide: Diuril
bendroflumethiazide: bendrofluazide, =bendro, Neo-Naclex
chlortalidone: chlorthalidone, Hygroton, Higrotona, Thalitone
metolazone: Zaroxolyn, Metenix
indapamide: Natrilix, Lozol, Fludex, Tertensif
xipamide: Diurexan
clopamide: Brinaldix
cyclopenthiazide: Navidrex
spironolactone: =spiro, Aldactone, CaroSpir, Verospiron
eplerenone: Inspra
amiloride: Midamor
triamterene: Dyrenium
canrenone: Luvion
potassium canrenoate: kaliumcanrenoat, canrenoato de potasio, Kanrenol, Soludactone
finerenone: Kerendia
atorvastatin: =atorva, Lipitor, Sortis, Tahor, Cardyl, Zarator, Prevencor, Torvast, Totalip
simvastatin: =simva, sinvastatina, Zocor, Sinvacor, Sivastin, Lodales
lovastatin: Mevacor, Mevinacor, Altoprev
pravastatin: Pravachol, Lipostat, Pravasin, Elisor, =Vasten, Lipemol, Liplat
rosuvastatin: =rosuva, Crestor, Provisacor
fluvastatin: Lescol, =Locol, Cranoc
pitavastatin: Livalo, Alipza
salmeterol: Serevent
formoterol: eformoterol, Foradil, Formatris, =Oxis, Atimos, Perforomist
arformoterol: Brovana
indacaterol: Onbrez, Arcapta
olodaterol: Striverdi
salbutamol: albuterol, Ventolin, Ventoline, Proventil, ProAir, Sultanol, Salamol, Airomir, SalbuHexal, Apsomol
levalbuterol: Xopenex
terbutaline: Bricanyl
fenoterol: Berotec
quinine: chinin, quinina, chinina, chinino, quinine sulfate, quinine bisulfate, chininsulfat, Qualaquin, Limptar, Hexaquine,
 Okimus, Quinimax
conjugated estrogens: conjugated oestrogens, konjugierte östrogene, Premarin, Presomen
conjugated estrogens + medroxyprogesterone: Prempro, Premphase
estradiol: oestradiol, östradiol, Estrace, Climara, Vivelle, Estraderm, Evorel, Estrofem, Progynova, Estring, Vagifem, Elleste,
 Gynokadin, Estrogel, Oestrogel, Oestrodose, Estreva, Lenzetto, Sandrena, Femoston, Kliogest, Activella, Activelle
estriol: oestriol, östriol, Ovestin
esterified estrogens: Menest
estrogen: oestrogen, estrogens, oestrogens, estrogeno, estrogenos, oestrogene, östrogen, östrogene, estrogeni, estrogenio
raloxifene: Evista, Optruma
naproxen: naproxen sodium, Naprosyn, Naprosyne, Aleve, Anaprox, Naprelan, Apranax, Synflex, Momendol, =Proxen
naproxen + esomeprazole: Vimovo
naproxen + sumatriptan: Treximet
teriparatide: Forteo, Forsteo, Movymia, Terrosa, Bonsity
iron sucrose: eisensaccharose, hierro sacarosa, fer saccharose, Venofer
ferric carboxymaltose: iron carboxymaltose, eisencarboxymaltose, Ferinject, Injectafer
iron dextran: CosmoFer, INFeD
ferric derisomaltose: iron isomaltoside, Monofer, Monoferric
ferumoxytol: Feraheme
ferric gluconate: sodium ferric gluconate, Ferrlecit
iv iron: intravenous iron, iron infusion, iron infusions, iron iv, eiseninfusion, eiseninfusionen, hierro intravenoso, hierro iv,
 fer intraveineux, ferro endovena
magnesium: magnesio, =mag, Magnesiocard, Magnetrans, Biolectra, Magnerot, Slow-Mag, Mag-Ox, Magnesioboi, Magnesona,
 Magnogene, MagneB6, Magne B6, magnesiumcitrat, magnesiumoxid, magnesiumverla, magnesiumsulfat
amiloride + furosemide: co-amilofruse, amilofruse, Frumil, Logirene
spironolactone + furosemide: Lasilactone, Aldalix, Lasitone, Osyrol-Lasix, spiro comp
amiloride + hydrochlorothiazide: co-amilozide, amilozide, Moduretic, Moduretik, Moduret, Ameride, amilorid comp
triamterene + hydrochlorothiazide: co-triamterzide, triamterzide, Dyazide, Maxzide, Dytide, triamteren comp, Triampur
spironolactone + hydrochlorothiazide: Aldactazide
spironolactone + hydroflumethiazide: co-flumactone, flumactone
spironolactone + altizide: Aldactazine
atenolol + chlortalidone: co-tenidone, tenidone, Tenoretic
losartan + hydrochlorothiazide: Hyzaar, Lorzaar plus, Cozaar plus, Cozaar comp
lisinopril + hydrochlorothiazide: Zestoretic, Prinzide
enalapril + hydrochlorothiazide: Vaseretic, Innozide, Co-Renitec, Co-Renitek
quinapril + hydrochlorothiazide: Accuretic, Accuzide
ramipril + hydrochlorothiazide: Delix plus, Triatec HCT
valsartan + hydrochlorothiazide: Co-Diovan, Cotareg, Diovan HCT
irbesartan + hydrochlorothiazide: CoAprovel, Avalide, Karvezide
telmisartan + hydrochlorothiazide: MicardisPlus, Micardis HCT
olmesartan + hydrochlorothiazide: Olmetec plus, Votum plus, Benicar HCT
candesartan + hydrochlorothiazide: Atacand plus, Atacand HCT, Blopress plus, Parapres plus
bisoprolol + hydrochlorothiazide: Concor plus
azilsartan + chlortalidone: Edarbyclor
benazepril + hydrochlorothiazide: Lotensin HCT, Cibadrex
nebivolol + hydrochlorothiazide: Nebilet plus
perindopril + indapamide: Preterax, Bipreterax, Coversyl plus, Coversum combi
perindopril + indapamide + amlodipine: Triplixam
amlodipine + valsartan + hydrochlorothiazide: Exforge HCT
amlodipine + olmesartan + hydrochlorothiazide: Tribenzor, Sevikar HCT
atorvastatin + amlodipine: Caduet
atorvastatin + ezetimibe: Atozet, Liptruzet
simvastatin + ezetimibe: Vytorin, Inegy
rosuvastatin + ezetimibe: Roszet
salmeterol + fluticasone: Advair, Seretide, Viani, Atmadisc, AirFluSal, Wixela, Sirdupla, AirDuo, Anasma, Plusvent, Aliflus
formoterol + budesonide: Symbicort, DuoResp, Bufomix, Rilast, Breyna
formoterol + beclometasone: Fostair, =Foster, Formodual, Innovair, Inuvair, =Kantos
formoterol + mometasone: Dulera, Zenhale
formoterol + fluticasone: Flutiform
vilanterol + fluticasone: Relvar, Breo, Revinty
indacaterol + mometasone: Atectura
vilanterol + fluticasone + umeclidinium: Trelegy
formoterol + beclometasone + glycopyrronium: Trimbow
formoterol + budesonide + glycopyrronium: Trixeo, Breztri
indacaterol + mometasone + glycopyrronium: Enerzair
vilanterol + umeclidinium: =Anoro, Laventair
olodaterol + tiotropium: Spiolto, Stiolto
indacaterol + glycopyrronium: Ultibro, Xoterna, Ulunar
formoterol + aclidinium: Duaklir, Brimica
formoterol + glycopyrronium: Bevespi
salbutamol + ipratropium: Combivent, DuoNeb
fenoterol + ipratropium: Berodual, Duovent
"""

# other medicines people take, so that they are known and not mistaken for one of a class
_OTHERS = """
paracetamol acetaminophen tylenol panadol calpol doliprane dafalgan efferalgan gelocatil tachipirina benuron ibuprofen advil
nurofen motrin brufen aspirin ass acetylsalicylic acetylsalicylsäure acetilsalicilico acetylsalicylique aspirina adiro kardegic
cardioaspirina cardioaspirin clopidogrel plavix iscover ticagrelor brilique brilinta prasugrel efient dipyridamole diclofenac
voltaren voltarol celecoxib celebrex etoricoxib arcoxia meloxicam mobic piroxicam indometacin indomethacin ketoprofen
dexketoprofen enantyum aceclofenac metamizole metamizol novalgin nolotil novaminsulfon codeine cocodamol dihydrocodeine tramadol
ultram tramal tilidine tilidin valoron oxycodone oxycontin targin morphine hydrocodone vicodin norco fentanyl durogesic
buprenorphine hydromorphone tapentadol palexia gabapentin neurontin pregabalin lyrica carbamazepine tegretol valproate valproic
depakote depakine lamotrigine lamictal levetiracetam keppra topiramate topamax phenytoin dilantin phenobarbital primidone
mysoline oxcarbazepine lacosamide amitriptyline elavil saroten nortriptyline doxepin mirtazapine remeron sertraline zoloft
citalopram celexa cipramil escitalopram lexapro cipralex fluoxetine prozac paroxetine paxil seroxat venlafaxine effexor
duloxetine cymbalta bupropion wellbutrin zyban trazodone lithium lithiumcarbonat priadel quilonum quetiapine seroquel olanzapine
zyprexa risperidone risperdal aripiprazole abilify haloperidol haldol clozapine promethazine buspirone diazepam valium lorazepam
ativan tavor alprazolam xanax clonazepam klonopin rivotril temazepam oxazepam bromazepam lexotanil zolpidem ambien stilnox
zopiclone imovane melatonin hydroxyzine atarax ropinirole requip pramipexole mirapex sifrol rotigotine neupro levodopa carbidopa
sinemet madopar benserazide rasagiline azilect donepezil aricept memantine rivastigmine galantamine baclofen lioresal tizanidine
zanaflex sirdalud cyclobenzaprine flexeril methocarbamol orphenadrine norflex carisoprodol soma tolperisone pridinol dantrolene
amlodipine norvasc istin nifedipine adalat felodipine plendil lercanidipine nitrendipine isradipine nicardipine diltiazem
cardizem tildiem verapamil isoptin calan lisinopril zestril prinivil enalapril vasotec renitec captopril capoten ramipril altace
tritace delix perindopril prestarium coversyl coversum aceon
quinapril accupril accupro fosinopril benazepril lotensin trandolapril
moexipril cilazapril losartan cozaar lorzaar valsartan diovan irbesartan avapro aprovel karvea candesartan atacand blopress
telmisartan micardis olmesartan benicar olmetec eprosartan azilsartan edarbi sacubitril entresto atenolol tenormin bisoprolol
concor zebeta emconcor metoprolol lopressor toprol beloc propranolol inderal nebivolol bystolic nebilet carvedilol coreg
dilatrend sotalol betapace labetalol timolol doxazosin cardura terazosin prazosin clonidine catapres moxonidine methyldopa
hydralazine minoxidil aliskiren amiodarone cordarone pacerone dronedarone multaq flecainide tambocor propafenone quinidine
chinidin quinidina digoxin lanoxin digitoxin ivabradine procoralan corlanor ranolazine ranexa isosorbide mononitrate dinitrate
imdur nitroglycerin glyceryl trinitrate nitro molsidomine trimetazidine pentoxifylline trental cilostazol naftidrofuryl warfarin
coumadin phenprocoumon marcumar falithrom acenocoumarol sintrom rivaroxaban xarelto apixaban eliquis dabigatran pradaxa edoxaban
lixiana savaysa heparin enoxaparin clexane lovenox ezetimibe zetia ezetrol fenofibrate tricor bezafibrate gemfibrozil lopid
niacin colestyramine cholestyramine colesevelam evolocumab repatha alirocumab praluent bempedoic nexletol nilemdo inclisiran
leqvio acetazolamide diamox mannitol tolvaptan empagliflozin jardiance dapagliflozin farxiga forxiga canagliflozin invokana
metformin glucophage siofor gliclazide diamicron glimepiride amaryl glipizide glucotrol glibenclamide glyburide repaglinide
pioglitazone actos sitagliptin januvia vildagliptin galvus linagliptin trajenta tradjenta saxagliptin onglyza janumet eucreas
acarbose semaglutide ozempic rybelsus wegovy liraglutide victoza saxenda dulaglutide trulicity exenatide tirzepatide mounjaro
insulin lantus toujeo levemir tresiba humalog novorapid novolog apidra glargine detemir degludec lispro aspart levothyroxine
thyroxine levothroid synthroid euthyrox eutirox levothyrox eltroxin thyronajod thyroxin carbimazole thiamazole methimazole
propylthiouracil liothyronine prednisone prednisolone decortin prednison methylprednisolone medrol hydrocortisone cortisone
dexamethasone fludrocortisone betamethasone triamcinolone testosterone progesterone utrogestan medroxyprogesterone provera
dydrogesterone tibolone livial tamoxifen anastrozole arimidex letrozole femara exemestane bicalutamide leuprolide goserelin
zoladex levonorgestrel desogestrel drospirenone ethinylestradiol yasmin mirena finasteride proscar propecia dutasteride avodart
tamsulosin flomax alfuzosin uroxatral silodosin solifenacin vesicare tolterodine detrol oxybutynin trospium mirabegron betmiga
myrbetriq sildenafil viagra tadalafil cialis vardenafil desmopressin omeprazole losec prilosec esomeprazole nexium nexiam
pantoprazole protonix pantozol lansoprazole prevacid rabeprazole ranitidine zantac famotidine pepcid cimetidine sucralfate
gaviscon rennie maalox domperidone motilium metoclopramide reglan ondansetron zofran loperamide imodium macrogol movicol laxido
miralax lactulose bisacodyl dulcolax senna simeticone simethicone mesalazine mesalamine asacol pentasa sulfasalazine ursodiol
ursodeoxycholic hyoscine buscopan mebeverine rifaximin pancreatin creon kreon nystatin alendronate alendronic fosamax
risedronate risedronic actonel ibandronate ibandronic boniva bonviva zoledronic aclasta zometa denosumab prolia romosozumab
evenity calcitonin strontium cinacalcet mimpara sevelamer renvela allopurinol zyloprim zyloric febuxostat uloric adenuric
colchicine probenecid methotrexate hydroxychloroquine plaquenil chloroquine leflunomide arava azathioprine imuran mycophenolate
tacrolimus ciclosporin cyclosporine adalimumab humira etanercept enbrel infliximab remicade rituximab tocilizumab tofacitinib
apremilast penicillamine glucosamine chondroitin amoxicillin amoxil augmentin clavulanic penicillin flucloxacillin cefalexin
cephalexin cefuroxime ciprofloxacin levofloxacin moxifloxacin azithromycin clarithromycin erythromycin doxycycline minocycline
tetracycline clindamycin metronidazole trimethoprim sulfamethoxazole cotrimoxazole bactrim nitrofurantoin fosfomycin fluconazole
diflucan itraconazole terbinafine aciclovir acyclovir valaciclovir valacyclovir oseltamivir mefloquine primaquine atovaquone
proguanil ivermectin tiotropium spiriva ipratropium atrovent aclidinium umeclidinium glycopyrronium montelukast singulair
theophylline aminophylline fluticasone flovent flixotide flonase budesonide pulmicort beclometasone beclomethasone qvar clenil
mometasone nasonex asmanex ciclesonide alvesco cromoglicate omalizumab roflumilast acetylcysteine fluimucil ambroxol mucosolvan
carbocisteine guaifenesin cetirizine zyrtec levocetirizine xyzal loratadine claritin clarityn desloratadine fexofenadine allegra
telfast ebastine diphenhydramine benadryl chlorphenamine pseudoephedrine sumatriptan imitrex imigran rizatriptan maxalt
zolmitriptan eletriptan betahistine cinnarizine dimenhydrinate flunarizine latanoprost xalatan dorzolamide brinzolamide
bimatoprost travoprost brimonidine calcium potassium kalium kalinor sodium natrium zinc zink iron ferrous ferric ferro
feroglobin eisen hierro selenium selen iodine iodide manganese chromium copper folic folate folsäure folsan acidofolico
cyanocobalamin cobalamin hydroxocobalamin thiamine benfotiamine pyridoxine riboflavin biotin niacinamide ascorbic vitamin
vitamine vitamina vitamins vitamines vitaminas multivitamin multivitamins multivitamine cholecalciferol colecalciferol
ergocalciferol calcifediol calcitriol alfacalcidol dekristol vigantol hidroferol omega probiotic probiotics turmeric curcumin
curcuma ginkgo ginseng garlic cranberry valerian baldrian wort hypericum echinacea collagen coenzyme ubiquinone creatine
carnitine taurine lecithin glutamine protein psyllium fybogel metamucil mucofalk cannabis cannabidiol cbd nicotine methadone
naltrexone naloxone disulfiram acamprosate varenicline champix chantix imatinib hydroxyurea hydroxycarbamide capecitabine
interferon vaccine epoetin erythropoietin darbepoetin aranesp botulinum botox midodrine pyridostigmine mestinon riluzole
tetrabenazine propantheline glycopyrrolate pilocarpine modafinil methylphenidate ritalin concerta atomoxetine lisdexamfetamine
dextroamphetamine adderall vortioxetine trintellix agomelatine doxylamine diosmin hesperidin daflon venoruton troxerutin aescin
tonic contraceptive contraceptives pille anticonceptivo anticonceptivos contraception pilule natecal ferrograd bretaris eklira
novopulmon coq votum lidocaine capsaicin menthol glycerin paraffin ketoconazole clotrimazole
"""

# words for a class as a whole
CLASS_WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "takes_statin": ("statin", "statins", "statine", "statina", "estatina", "estatinas", "statines", "statinen", "statinas"),
    ANY_DIURETIC: (
        "diuretic", "diuretics", "diuretico", "diureticos", "diuretici", "diuretique", "diuretiques", "diuretikum",
        "diuretika", "water pill", "water pills", "water tablet", "water tablets", "wassertablette", "wassertabletten",
        "entwässerungstablette", "entwässerungstabletten", "entwässerungsmittel", "fluid tablet", "fluid tablets", "fluid pill",
        "fluid pills",
    ),
    "takes_loop_diuretic": ("loop diuretic", "schleifendiuretikum", "diuretico de asa", "diuretique de l'anse"),
    "takes_thiazide_diuretic": ("thiazide", "thiazides", "thiazid", "thiazide diuretic", "tiazida", "tiazidico"),
    "takes_potassium_sparing_diuretic": ("potassium sparing diuretic", "kaliumsparendes diuretikum"),
    "takes_long_acting_beta_agonist": ("laba", "long acting beta agonist"),
    "takes_short_acting_beta_agonist": ("saba", "short acting beta agonist"),
    "takes_oestrogen": ("hrt", "hormone replacement", "hormone replacement therapy"),
})
DIURETICS = ("takes_loop_diuretic", "takes_thiazide_diuretic", "takes_potassium_sparing_diuretic", ANY_DIURETIC)
INHALED = ("takes_long_acting_beta_agonist", WITH_STEROID_VARIABLE, "takes_short_acting_beta_agonist")
# words for what a medicine is for, or its form: which classes it may hide
VAGUE: Mapping[tuple[str, ...], tuple[str, ...]] = MappingProxyType({
    DIURETICS: (
        "blood pressure", "bp", "antihypertensive", "antihypertensives", "hypertension", "blutdruck", "blutdrucktablette",
        "blutdrucktabletten", "blutdruckmittel", "blutdrucksenker", "tension", "presion", "pressao", "pressione", "ipertensione",
        "hipertension", "antihipertensivo", "antihipertensivos", "antihypertenseur", "heart", "herz", "herztabletten", "corazon",
        "coeur", "cuore", "coracao",
    ),
    ("takes_statin",): (
        "cholesterol", "cholesterin", "cholesterinsenker", "colesterol", "colesterolo", "lipid", "lipids", "blutfett",
        "blutfettsenker",
    ),
    INHALED: (
        "inhaler", "inhalers", "puffer", "asthma", "asthmaspray", "spray", "inhalator", "inhalador", "inhalateur", "inalatore",
        "copd", "epoc", "bpco", "inalador",
    ),
    ("takes_oestrogen",): ("hormone", "hormones", "hormonas", "hormone tablets", "menopause", "wechseljahre"),
    ("takes_naproxen",): (
        "painkiller", "painkillers", "schmerzmittel", "antiinflammatory", "nsaid", "nsaids", "analgesico", "antalgique",
    ),
})


@dataclass(frozen=True)
class MedicineName:
    """A name as people write it.

    Parameters
    ----------
    name
        As written, lower case.
    substances
        Generic names of what it holds; empty for a medicine of none of the classes that is its own name.
    exact
        Whether it counts only as it stands, for it is near an ordinary word.
    """

    name: str
    substances: tuple[str, ...]
    exact: bool = False


def _listed() -> tuple[MedicineName, ...]:
    found = [MedicineName(name, (name,)) for name in CLASS_OF]
    for line in _NAMES.strip().replace("\n ", " ").splitlines():
        left, right = line.split(":")
        substances = tuple(part.strip() for part in left.split("+"))
        if not any(name in CLASS_OF for name in substances):
            raise DataError(f"{left!r} is of none of the classes.")
        found += [
            MedicineName(name.strip().lstrip("=").lower(), substances, name.strip().startswith("=")) for name in right.split(",")
        ]
    return tuple({one.name: one for one in found}.values())


NAMES: tuple[MedicineName, ...] = _listed()
OTHERS: tuple[str, ...] = tuple(dict.fromkeys(_OTHERS.split()))


def find_classes(substance: str) -> tuple[str, ...]:
    """Names of the classes of a substance; empty where it is of none.

    Examples
    --------
    >>> find_classes("furosemide"), find_classes("amlodipine")
    (('loop diuretic',), ())
    """
    return (CLASS_OF[substance].name,) if substance in CLASS_OF else ()
