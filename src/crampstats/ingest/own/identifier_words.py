"""Words that tell an identifier: of headings, of addresses and forms of address, and common first names.

The kinds follow what U.S. rules have removed before a file counts as free of identifiers (names, places smaller than a state,
dates of birth, telephone, e-mail, social security, record, insurance and account numbers, licences, devices, web and IP
addresses, photographs): 45 CFR 164.514(b)(2). Headings are compared in lower case, without accents, word by word.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


DIRECT = "direct"
BIRTH = "date of birth"
RECORD = "record number"
PLACE = "place"
FREE_TEXT = "free text"

# heading words that are enough wherever they stand, by what they mean
PHRASES: dict[str, tuple[str, tuple[str, ...]]] = {
    "name": (DIRECT, (
        "surname", "last name", "first name", "middle name", "given name", "family name", "maiden name", "forename",
        "full name", "user name", "fname", "lname", "mothers name", "fathers name", "name and surname", "nachname",
        "vorname", "familienname", "geburtsname", "apellido", "apellidos", "nombre completo", "nombre de pila", "prenom",
        "prenoms", "nom de famille", "nom et prenom", "nom prenom", "cognome", "sobrenome", "apelido", "nome completo",
        "p name", "pt name", "pat name", "nome e cognome", "voornaam", "achternaam",
    )),
    "e-mail address": (DIRECT, (
        "e mail", "mail address", "email address", "mailadresse", "emailadresse", "courriel", "correo electronico",
        "adresse mail", "posta elettronica", "correio eletronico",
    )),
    "telephone number": (DIRECT, (
        "phone number", "phone no", "telephone number", "telephone no", "mobile number", "mobile no", "cell number",
        "cell phone", "mobile phone number", "home phone", "work phone", "fax number", "whatsapp", "telefonnummer",
        "telefon nr", "tel nr", "rufnummer", "handynummer", "mobilnummer", "numero de telephone", "numero de telefono",
        "numero di telefono", "numero de telefone", "telemovel", "subscriber id", "sim serial",
    )),
    "address": (DIRECT, (
        "street address", "home address", "postal address", "mailing address", "house number", "address line", "anschrift",
        "wohnadresse", "hausnummer", "strasse und hausnummer", "street and number", "adresse postale",
    )),
    "number of an identity card, insurance or account": (DIRECT, (
        "ssn", "social security", "nhs number", "nhs no", "chi number", "national insurance", "national id",
        "identity card", "medicare number", "medicare id", "medicaid number", "medicaid id", "insurance number",
        "insurance no", "insurance id", "policy number", "member id", "health card", "passport", "driver license",
        "drivers license", "driving licence", "license plate", "account number", "credit card", "iban",
        "versichertennummer", "versicherungsnummer", "versicherten nr", "krankenkassennummer", "sozialversicherungsnummer",
        "personalausweis", "reisepass", "ausweisnummer", "dni", "seguridad social", "tarjeta sanitaria", "pasaporte",
        "securite sociale", "carte vitale", "passeport", "codice fiscale", "tessera sanitaria", "carta di identita",
        "passaporto", "cpf", "cartao de cidadao", "numero de utente", "passaporte",
    )),
    "network address or device": (DIRECT, (
        "ip address", "ip adresse", "mac address", "device id", "device identifier", "device serial", "imei", "user agent",
    )),
    "position on the map": (DIRECT, ("latitude", "longitude", "geolocation", "geopoint", "gps coordinates")),
    "photograph or signature": (DIRECT, (
        "photograph", "photo", "selfie", "signature", "fingerprint", "face scan", "unterschrift", "assinatura",
    )),
    "relative or contact person": (DIRECT, (
        "next of kin", "emergency contact", "contact person", "kontaktperson", "angehoriger", "persona de contacto",
        "personne a prevenir", "personne de confiance",
    )),
    "account or code that leads to a person": (DIRECT, (
        "redcap survey identifier", "external reference", "external data reference", "twitter handle", "facebook",
        "instagram", "worker id", "prolific pid", "prolific id", "submitted by",
    )),
    "date of birth": (BIRTH, (
        "dob", "d o b", "date of birth", "birth date", "birthday", "date born", "born on", "geburtsdatum", "geb datum",
        "geburtstag", "geb am", "geboren am", "gebdat", "date de naissance", "date naissance", "ddn", "ne le", "nee le",
        "fecha de nacimiento", "fecha nacimiento", "fec nac", "fecha nac", "f nac", "data de nascimento", "data nascimento",
        "dt nasc", "data nasc", "data di nascita", "data nascita", "nato il", "nata il", "geboortedatum",
    )),
    "record number": (RECORD, (
        "record id", "record number", "record no", "record nr", "mrn", "medical record", "patient id", "patient number",
        "patient no", "patient nr", "patient code", "patient num", "pat id", "pat nr", "pat no", "subject id",
        "subject number", "subject no", "subject code", "participant id", "participant number", "participant no",
        "participant code", "study id", "study number", "study no", "case id", "case number", "case no", "chart number",
        "chart no", "hospital number", "hospital no", "file number", "file no", "client id", "client number",
        "respondent id", "response id", "person id", "enrolment number", "enrollment number", "screening number",
        "identification number", "id number", "id no", "id nr", "uuid", "instance id", "seqn", "patientennummer",
        "patienten id", "patienten nr", "fallnummer", "fall nr", "aktenzeichen", "aktennummer", "historia clinica",
        "numero de historia", "nhc", "expediente", "id paciente", "numero de paciente", "codigo paciente",
        "codigo de paciente", "numero de dossier", "numero dossier", "numero patient", "numero de patient", "id patient",
        "ipp", "prontuario", "numero do processo", "cartella clinica", "numero cartella", "codice paziente", "id paziente",
    )),
    "place of residence or birth": (PLACE, (
        "postcode", "post code", "postal code", "zip code", "postleitzahl", "code postal", "codigo postal",
        "codice postale", "cidade de residencia", "wohnort", "geburtsort", "place of birth", "birth place",
        "lieu de naissance", "lugar de nacimiento", "luogo di nascita", "local de nascimento", "home town",
        "place of residence", "city of residence", "address city",
    )),
}

# words that only tell when all else in the heading is one of QUALIFIERS: "name" of the patient, but not of the drug
WEAK: dict[str, tuple[str, frozenset[str]]] = {
    "name": (DIRECT, _words(
        "name names initials nombre nom nome naam initialen iniciales initiales iniziali username login nickname",
    )),
    "e-mail address": (DIRECT, _words("email emails mail correo mel")),
    "telephone number": (DIRECT, _words(
        "phone phones telephone tel mobile cell cellphone fax telefon handy mobil telefono movil celular portable cellulare "
        "telefone gsm",
    )),
    "address": (DIRECT, _words(
        "address street adresse strasse direccion domicilio calle indirizzo endereco morada rua rue adres",
    )),
    "network address": (DIRECT, _words("ip")),
    "photograph or signature": (DIRECT, _words("picture firma")),
    "relative or contact person": (DIRECT, _words("contact kin guardian kontakt contacto")),
    "place of residence or birth": (PLACE, _words(
        "city town village zip zipcode plz ort stadt ville ciudad localidad municipio cidade citta comune commune county cep "
        "birthplace",
    )),
    "record number": (RECORD, _words("id ids identifier pid uid mrn patnr")),
}
# words that tell only where the cells bear them out: dates, positions, numbers of which no two rows share one
BORN = _words("birth born birthdate geboren geb geburt naissance nacimiento nascimento nascita")
PEOPLE = _words(
    """
    clinician doctor gp physician nurse interviewer examiner assessor rater surgeon consultant caregiver carer guardian arzt
    arztin hausarzt hausarztin behandler behandlerin untersucher bezugsperson pfleger betreuer betreuerin medico medica medecin
    infirmier infirmiere enfermera enfermero infermiere cuidador cuidadora entrevistador encuestador tuteur
    """,
)
POSITIONS = _words("lat lon lng latitud longitud gps")
POLICIES = _words("insurance krankenkasse nif nie nss nhs chi medicare medicaid versicherung aseguradora mutuelle")
COUNTING = _words(
    "number no nr num case n nummer numero patient subject participant respondent paciente paziente record folio dossier code "
    "akte",
)
QUALIFIERS = _words(
    """
    patient patients participant subject person persons client respondent your you my the of for full complete legal preferred
    main primary secondary other alternative home work daytime evening current permanent mailing contact emergency relative
    family mother father husband wife spouse guardian parent carer caregiver doctor gp physician nurse interviewer examiner
    rater surgeon staff child next kin what is s please enter give write number no nr num fake made up first last middle and
    or in letters block optional required line text here at on recipient registered unique demographics info personal private
    proxy friend best to reach nummer numero el la los las le les l d de del della di da do dos du des der die das den dem
    ihr ihre sein su sus tu sua seu il lo votre vos mein meine paciente pacientes patienten patientin patiente paziente
    pazienti doente utente arzt hausarzt medico medecin und y e et o a n
    """,
)
OF_RECORDS = _words("study medical pseudo anonymous case survey record redcap code chart file enrolment key screening")
OF_BIRTH = _words("date day fecha data datum jour dia am le il")

# headings of the person a row is about; beside QUALIFIERS and PEOPLE only
PERSONS = _words(
    """
    patient patients participant participants subject person persons client respondent recipient paciente pacientes patientin
    patiente paziente pazienti doente utente
    """,
)
# headings of what is written in capitals and is no person
THINGS = _words(
    """
    diagnosis diagnoses diagnose diagnosen diagnostico diagnosi diagnostic disease diseases condition conditions comorbidity
    comorbidities medicine medicines medication medications drug drugs medikament medikamente medikation medicamento
    medicamentos medicament medicaments farmaco farmaci occupation job profession beruf profesion ocupacion professione ethnicity
    race ethnic education treatment treatments therapy procedure symptom symptoms allergy allergies site ward department
    laboratory test brand product location locations lokalisation ort ubicacion localizacion localisation localizzazione sede
    localizacao local sites stelle sitio muscle muscles muskel muskeln musculo musculos muscolo muscoli trigger triggers ausloser
    desencadenante desencadenantes declencheur declencheurs fattore fattori scatenante scatenanti desencadeante gatilho cause
    causes ursache ursachen causa causas surgery surgeries operation operationen cirugia chirurgie chirurgia cirurgia problem
    problems probleme problema problemas problemi complaint complaints beschwerde beschwerden queja motivo plainte disturbo queixa
    reason reasons grund motif razon raison ragione motivi motivos time times uhrzeit tageszeit zeit hora momento heure moment
    tempo clinic clinics klinik clinica clinique hospital krankenhaus hopital ospedale helps help hilft hilfe ayuda aide aiuta
    ajuda krampfort
    """,
)

# headings of free text
FREE = _words(
    """
    comment comments commentary note notes remark remarks describe description details specify explain freetext narrative
    history kommentar kommentare bemerkung bemerkungen anmerkung anmerkungen notiz notizen freitext observaciones comentario
    comentarios notas anotaciones commentaire commentaires remarque remarques observation observations precisez observacoes
    anotacoes commento commenti annotazioni osservazioni
    """,
)

TITLES = (
    "Mr", "Mrs", "Ms", "Miss", "Dr", "Prof", "Professor", "Doctor", "Sister", "Herr", "Herrn", "Frau", "Señor", "Señora", "Senor",
    "Senora", "Señorita", "Sr", "Sra", "Srta", "Don", "Doña", "Dña", "Monsieur", "Madame", "Mademoiselle", "Mme", "Mlle", "Dott",
    "Dottor", "Dottoressa", "Sig", "Signor", "Signora", "Senhor", "Senhora", "Dona", "Dra",
)
INTRODUCTIONS = (
    "my name is", "name is", "patient name", "name of patient", "the name", "full name", "name", "surname", "called", "signed",
    "next of kin", "mein name ist", "ich heisse", "ich heiße", "nachname", "vorname", "me llamo", "mi nombre es", "nombre",
    "je m'appelle", "je m’appelle", "mon nom est", "nom", "mi chiamo", "il mio nome è", "nome", "meu nome é", "chamo-me",
)
STREETS = tuple(
    form
    for word in ("street", "road", "avenue", "lane", "drive", "close", "court", "boulevard", "terrace", "crescent", "square",
                 "gardens", "st", "rd", "ave", "blvd", "ln")
    for form in (word, word.title(), word.upper())
)
STREETS_BEFORE = (
    "calle", "avenida", "avda", "plaza", "paseo", "rue", "boulevard", "avenue", "via", "viale", "piazza", "rua", "travessa",
)

# common first names of the six languages, without those that are words of their own (Rose, Mark, Will, April, Sol, Pilar ...)
FIRST_NAMES = _words(
    """
    james robert john michael david william richard joseph thomas charles christopher daniel matthew anthony steven paul
    andrew joshua kenneth kevin brian george timothy ronald edward jason jeffrey ryan jacob gary nicholas eric jonathan
    stephen larry justin scott brandon benjamin samuel gregory alexander patrick raymond dennis jerry tyler aaron jose adam
    nathan henry zachary douglas peter kyle noah ethan jeremy walter keith roger terry austin sean gerald carl harold dylan
    arthur lawrence jordan jesse bryan bruce gabriel logan alan juan albert willie elijah wayne randy vincent mason philip
    ralph roy bobby russell louis johnny simon graham nigel mary patricia jennifer linda elizabeth barbara susan jessica sarah
    karen lisa nancy betty sandra margaret ashley kimberly emily michelle carol amanda melissa deborah stephanie rebecca
    sharon laura cynthia dorothy amy kathleen angela shirley emma brenda pamela nicole anna samantha katherine christine helen
    debra rachel carolyn janet maria catherine heather diane olivia julie joyce victoria ruth virginia lauren kelly christina
    joan evelyn judith andrea hannah megan cheryl jacqueline martha madison teresa gloria sara janice ann kathryn abigail
    sophia frances jean alice judy isabella julia denise beverly charlotte marie diana jane anne lucy sheila tracy gillian
    hilary hans wolfgang klaus juergen jurgen jürgen dieter manfred uwe guenter günter horst bernd karl heinz helmut gerhard
    werner stefan andreas christian rainer joerg jörg frank joachim matthias ulrich thorsten torsten sven jens lukas felix
    jonas ursula monika petra sabine renate helga karin brigitte ingrid erika gisela susanne claudia elke heike birgit martina
    angelika gabriele christa gerda waltraud hannelore ilse katrin anke silke sonja johanna antonio manuel francisco javier
    carlos jesus miguel luis rafael angel fernando alejandro alberto jorge ramon raul sergio enrique vicente andres joaquin
    diego ignacio pablo alvaro jaime eduardo ruben ivan oscar adrian carmen josefa isabel dolores ana francisca antonia
    mercedes concepcion rosario juana encarnacion cristina lucia marta raquel elena montserrat beatriz silvia yolanda ines
    guadalupe alejandra pierre michel andre philippe alain bernard jacques rene claude christophe nicolas laurent frederic
    sebastien thierry olivier guillaume julien francois gerard dominique didier pascal stephane jeanne francoise monique
    nathalie isabelle sylvie martine madeleine suzanne helene christiane valerie veronique chantal simone yvonne therese
    celine camille aurelie giuseppe giovanni mario luigi francesco angelo vincenzo pietro salvatore carlo franco domenico
    bruno paolo michele giorgio aldo roberto stefano marco luca alessandro matteo davide giuseppina rosa giovanna francesca
    caterina antonietta assunta margherita maddalena chiara giulia paola elisa federica joao joaquim pedro rui paulo tiago
    goncalo duarte nuno helder vasco manuela fatima conceicao catarina sofia mariana joana margarida leonor matilde rita
    marcin piotr krzysztof agnieszka katarzyna magdalena malgorzata olga natalia svetlana dmitri mohammed mohamed muhammad
    ahmed ali aisha hassan hussein ibrahim yusuf mehmet mustafa ayse wei ming raj priya anil sunita nguyen ellen bob tom jim
    joe mike dave steve chris alex nick greg jeff doug phil fred alfred ernest edith florence irene doris marjorie edna gladys
    mildred agnes bernice rosemary eileen maureen pauline lorraine wendy tina beth kate katie jenny molly chloe zoe lucas
    oliver harry isaac friedrich wilhelm rolf rudolf herbert siegfried gertrud hildegard irmgard erna anneliese lieselotte
    maximilian leonie zbigniew stanislaw andrzej tomasz pawel jerzy ewa krystyna danuta jadwiga wojciech jakub pavel jiri petr
    milan goran zoran dragan vladimir sergei alexei nikolai tatiana irina ekaterina fatma zeynep emine hatice osman murat
    khaled omar youssef mariam layla rahul sanjay rajesh deepak anita lakshmi mei ling hiroshi kenji yuki keiko bjorn lars
    ingeborg astrid pekka jukka caroline amelia isla freya poppy alfie archie maeve siobhan niamh aoife declan liam seamus
    bridget rodrigo gonzalo esteban hector arturo ernesto gustavo leticia veronica lorena marisol consuelo rocio noelia susana
    giacomo filippo tommaso lorenzo emanuele claudio maurizio fabrizio ornella donatella loredana antonella simona valentina
    ilaria henrique thiago felipe luiza raimunda aparecida marcia vera maite benoit antoine baptiste thibault mathilde
    clemence manon lea amandine sandrine laetitia
    """
) - _words(
    "ann will mark rose april may june frank angel jesus mason logan jordan don rosario dolores mercedes page close grace hope",
)
