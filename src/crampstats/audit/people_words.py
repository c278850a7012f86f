"""Words about people's names: first names in six languages, short forms, and what is no part of a name."""

from __future__ import annotations

from crampstats.ingest.own.identifier_words import FIRST_NAMES


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Common first names (English, Spanish, French, German, Portuguese, Italian), beside those that masking knows: two of them are
# two names, never one misspelt ("Maria" and "Mario", "Marta" and "Maria").
_MORE = """
abel ada adela adele adolfo adriana adriano agatha agostino agustin aida aitana albertina albina alda alessandra alessia
alexandra alexandre alexandrine alexis alfonso alfredo alicia alina aline alison alma aloisio alonso amadeu amaia amalia amelie
ana anabela anais andrej angel angele angeles angelica angelina angelique anja annabel annalisa annamaria anneke annette annika
ansgar anton antonella antonin ariadna ariane arianna arlette armand armando armin arnaud arnold asuncion audrey august augusta
augusto aurora axel barbora bastian beata beate beatrice begona belen benedetta benedict benedikt benita benito berenice berit
berta bertha bertrand bettina bianca blanca bonifacio boris brigida brunella cameron candida carina carla carlota carolin
carolina cassandra catalina cayetano cecile cecilia celeste celestino celia cesar cesare chiara christel christoph cintia clara
clare clarissa claudette claus clemens clementine clotilde colette colin concetta conrad constance constanza coralie corina
corinna corinne cornelia cosimo craig cristian cristiano cristobal damian damien dana daniela daniele danielle danilo dario
debora delphine denis desire detlef diogo dirk dolores domingo dominic dominik don dora dorothea duncan edgar edgardo edmund
edoardo edouard elaine eleanor eleonora elfriede elia eliana elias elise elsa elvira emanuel emil emilia emilie emilio enrico
enzo erica erich erik erin ernst erwin esmeralda esperanza estela estelle esther eugen eugene eugenia eugenio eva evangelina eve
fabian fabiana fabien fabienne fabio fabiola fanny faustino federico felicia felicitas ferdinand filipa filipe fiona flavia
flavio flora florian franz franziska fraser frauke frederik frida frieda fritz gabriela gabriella gaelle gail gaston genevieve
genoveva georg georges georgina geraldine germain german giancarlo gianni gilbert gilberto gina ginette gino giuliana giuliano
giulio gladis gordon grace gregor gregorio greta grete gudrun guido guillermo gunther gustav hanna hanne harald hartmut hector
hedwig heidi heidrun heiko heiner heinrich helena heloise henri henriette hermann hermine herve hilda hilde holger hortense
hubert hugo humberto ian ida ignazio ilona imma inge inigo ioana irena iris irma isabela isidoro isidro ismael ivo ivonne jan
jana jared jasmin jerome joanna joanne jocelyn joelle johann johannes jordi josee josef josefina josephine josette juergen jule
julian juliana juliane juliette julio julius jutta kai karina karla karolina karoline karsten katharina kathrin katja kerstin
kirsten konrad konstantin kristin kurt ladislao lara larissa laurence laurentino laurie lavinia leandro leila lena leo leon
leonard leonardo leonel leopold leopoldo leslie letizia lia lidia lieselotte lilian liliana lina lino livia lorella lothar
louise lourdes luciana luciano lucie lucien lucienne lucinda ludovic ludwig luis luisa luise lukasz lydia magali maik maja malte
manolo mara marc marcel marcela marcella marcelle marcello marcelo marcos mareike margarete margarita margot margrit marguerite
marianne mariano maribel marielle marika marilena marilia marina marine marino marion marisa mark markus marlene marta martha
marthe martin martina martine martinho mary massimo mateo mathias mathieu mathilde matilde matteo matthew matthias maura maurice
mauricio maurits maurizio max maxime maximilian mechthild melanie melchior mercedes michael michaela michel michela michele
michelle miguel mila milena mireille miriam mirko moises monica monika monique montserrat muriel myriam nadia nadine nancy
natalia natalie nathalie nelson nestor nicola nicolas nicole nicoletta nicolo nieves nikolaus nina noel noemi nora norbert norma
nuno octavio odete odette olga oliver olivia olivier orlando orsola oscar oskar otto pablo pamela paola paolo pascal pascale
patrice patricia patricio patrick patrizia patrizio paul paula paulina pauline paulo pedro peggy penelope peter petra philip
philipp philippe pierre pierrette pietro pilar rafael rafaela raffaele raffaella raimund raimundo rainer ralf ralph ramon ramona
raoul raquel raul raymond rebecca regina regine reinhard reinhold remedios remi remo renata renate renato rene renee ricardo
riccardo richard rita robert roberta roberto rocio rodolfo rodrigo roger roland rolando rolf roman romana romina ronald rosa
rosalia rosana rosanna rosaria rosario rosemarie rosina rosita roswitha ruben rudi rudolf ruediger rufino rui ruth sabina sabine
sabrina salvador salvatore samuel samuele sandra sandrine sandro sara sarah sebastian sebastiao sebastien selina serena serge
sergio severin severine sibylle siegfried sigrid silke silvana silvano silvia silvio simon simona simone sofia sonia sonja
sophia sophie stefan stefania stefanie stefano steffen stella stephane stephanie stephen steven susana susanna susanne suzanne
svenja sylvain sylvia sylvie tamara tania tanja tatiana teodoro teresa teresina thea theo theodor theodora theresa therese
thierry thomas thorsten tiago tiziana tiziano tobias tomas tommaso torsten trinidad udo ugo ulrich ulrike umberto ursula ute uwe
valentin valentina valentine valeria valerie valerio vanessa vera verena veronica veronika veronique vicente victor victoria
viktor viktoria vincent vincente vincenza vincenzo viola violeta virginia virginie virginio vito vittoria vittorio viviana
viviane volker walter waltraud wendy wenzel werner wilfried wilhelm wilhelmine william wolfgang xavier yannick yolanda yolande
yves yvette yvonne zita
"""
NAMES = FIRST_NAMES | _words(_MORE)

# Short forms and the names they stand for; each group is one name
SHORT_FORMS = tuple(_words(names) for names in (
    "robert bob bobby rob robbie", "william bill billy will", "richard dick rick richie", "james jim jimmy jamie",
    "john jack johnny", "thomas tom tommy", "michael mike mick", "david dave", "daniel dan danny", "edward ed eddie ted",
    "charles charlie chuck", "joseph joe joey", "anthony tony", "andrew andy", "christopher chris", "matthew matt",
    "steven stephen steve", "kenneth ken", "ronald ron", "donald don", "samuel sam", "benjamin ben", "gregory greg",
    "elizabeth liz betty beth eliza lizzie", "margaret maggie peggy meg", "catherine kate cathy kathy katie", "susan sue susie",
    "patricia pat patty trish", "jennifer jen jenny", "deborah debbie deb", "barbara barb babs", "dorothy dot dottie",
    "rebecca becky", "victoria vicky", "jacqueline jackie", "josephine josie", "pamela pam", "judith judy",
    "francisco paco pancho", "jose pepe", "ignacio nacho", "enrique quique", "guadalupe lupe", "dolores lola",
    "concepcion concha", "rosario charo", "mercedes merche", "isabel isa", "manuel manolo", "guillermo memo",
    "johannes hans hannes", "josef sepp", "friedrich fritz", "heinrich heinz heiner", "elisabeth elsbeth lisbeth sissi",
    "katharina kathi kaethe", "margarete grete gretel", "wilhelm willi", "maximilian max", "alexander alex sascha",
    "giuseppe beppe pino", "francesco franco", "giovanni gianni", "luigi gino", "salvatore toto", "antonio tonino toni",
    "frederic fred", "jeanpierre jp", "jacques jacky",
))
TITLES = _words("""
mr mrs ms miss dr prof sir herr frau sr sra srta don dona senor senora mme mlle monsieur madame sig signor signora dott dottssa
dra phd md jr ii iii
""")
PARTICLES = _words("""
de del della delle degli di da do dos das du des la las los le van von zu zum zur der den ten ter el al e y und et bin ibn d l o
""")
# headings of the parts of a name, in plain letters
GIVEN_HEADINGS = _words("first given forename fname vorname rufname prenom prenoms pila nombre nome voornaam middle")
FAMILY_HEADINGS = _words("""
last surname family lname nachname familienname apellido apellidos cognome sobrenome apelido apelidos nom achternaam zuname
""")
# names of somebody else, and names somebody no longer has
OTHERS_HEADINGS = _words("""
mother mothers father fathers mutter vater madre padre mere pere mae pai maiden geburtsname user username login spouse partner
""")
