"""Countries as people write them: ISO 3166 codes, and names in English, Spanish, French, German and at home.

Source: ISO 3166-1; the names of Unicode CLDR.
"""

import re
from functools import lru_cache

from tieout.core.text import folded

_NOISE = re.compile(r"[^\w&]+")


@lru_cache(maxsize=4096)
def code(text: str) -> str:
    """The ISO 3166 alpha-2 code, in small letters, of a country's code or name; empty where it is not known."""
    return _CODES.get(_plain(text), "")


def _plain(text: str) -> str:
    return " ".join(_NOISE.sub(" ", folded(text).replace(".", "")).split())


NAMES = """
ad|and|andorra|andorre
ae|are|united arab emirates|emiratos árabes unidos|émirats arabes unis|vereinigte arabische emirate|uae
af|afg|afghanistan|afganistán
ag|atg|antigua & barbuda|antigua y barbuda|antigua et barbuda|antigua und barbuda
ai|aia|anguilla|anguila
al|alb|albania|albanie|albanien
am|arm|armenia|arménie|armenien
ao|ago|angola
aq|ata|antarctica|antártida|antarctique|antarktis
ar|arg|argentina|argentine|argentinien
as|asm|american samoa|samoa americana|samoa américaines|amerikanisch samoa
at|aut|austria|autriche|österreich
au|aus|australia|australie|australien
aw|abw|aruba
ax|ala|åland islands|islas aland|îles åland|ålandinseln
az|aze|azerbaijan|azerbaiyán|azerbaïdjan|aserbaidschan
ba|bih|bosnia & herzegovina|bosnia y herzegovina|bosnie herzégovine|bosnien und herzegowina
bb|brb|barbados|barbade
bd|bgd|bangladesh|bangladés|bangladesch
be|bel|belgium|bélgica|belgique|belgien|belgië
bf|bfa|burkina faso
bg|bgr|bulgaria|bulgarie|bulgarien
bh|bhr|bahrain|baréin|bahreïn
bi|bdi|burundi
bj|ben|benin|benín|bénin
bl|blm|st barthélemy|san bartolomé|saint barthélemy
bm|bmu|bermuda|bermudas|bermudes
bn|brn|brunei|brunéi|brunei darussalam
bo|bol|bolivia|bolivie|bolivien
bq|bes|caribbean netherlands|caribe neerlandés|pays bas caribéens|karibische niederlande
br|bra|brazil|brasil|brésil|brasilien
bs|bhs|bahamas
bt|btn|bhutan|bután|bhoutan
bv|bvt|bouvet island|isla bouvet|île bouvet|bouvetinsel
bw|bwa|botswana|botsuana
by|blr|belarus|bielorrusia|biélorussie
bz|blz|belize|belice
ca|can|canada|canadá|kanada
cc|cck|cocos keeling islands|islas cocos|îles cocos|kokosinseln
cd|cod|congo kinshasa|república democrática del congo|kongo kinshasa
cf|caf|central african republic|república centroafricana|république centrafricaine|zentralafrikanische republik
cg|cog|congo brazzaville|congo|kongo brazzaville
ch|che|switzerland|suiza|suisse|schweiz
ci|civ|côte d ivoire
ck|cok|cook islands|islas cook|îles cook|cookinseln
cl|chl|chile|chili
cm|cmr|cameroon|camerún|cameroun|kamerun
cn|chn|china|chine|中国|people s republic of china
co|col|colombia|colombie|kolumbien
cr|cri|costa rica
cu|cub|cuba|kuba
cv|cpv|cape verde|cabo verde|cap vert
cw|cuw|curaçao|curazao
cx|cxr|christmas island|isla de navidad|île christmas|weihnachtsinsel
cy|cyp|cyprus|chipre|chypre|zypern
cz|cze|czechia|chequia|tchéquie|tschechien|česko|czech republic
de|ddr|germany|alemania|allemagne|deutschland
dj|dji|djibouti|yibuti|dschibuti
dk|dnk|denmark|dinamarca|danemark|dänemark|danmark
dm|dma|dominica|dominique
do|dom|dominican republic|república dominicana|république dominicaine|dominikanische republik
dz|dza|algeria|argelia|algérie|algerien
ec|ecu|ecuador|équateur
ee|est|estonia|estonie|estland
eg|egy|egypt|egipto|égypte|ägypten
eh|esh|western sahara|sáhara occidental|sahara occidental|westsahara
er|eri|eritrea|érythrée
es|esp|spain|españa|espagne|spanien
et|eth|ethiopia|etiopía|éthiopie|äthiopien
fi|fin|finland|finlandia|finlande|finnland|suomi
fj|fji|fiji|fiyi|fidji|fidschi
fk|flk|falkland islands|islas malvinas|îles malouines|falklandinseln
fm|fsm|micronesia|micronésie|mikronesien
fo|fro|faroe islands|islas feroe|îles féroé|färöer
fr|fra|france|francia|frankreich
ga|gab|gabon|gabón|gabun
gb|gbr|united kingdom|reino unido|royaume uni|vereinigtes königreich|uk|great britain|england|scotland|wales
gd|grd|grenada|granada|grenade
ge|geo|georgia|géorgie|georgien
gf|guf|french guiana|guayana francesa|guyane française|französisch guayana
gg|ggy|guernsey|guernesey
gh|gha|ghana
gi|gib|gibraltar
gl|grl|greenland|groenlandia|groenland|grönland
gm|gmb|gambia|gambie
gn|gin|guinea|guinée
gp|glp|guadeloupe|guadalupe
gq|gnq|equatorial guinea|guinea ecuatorial|guinée équatoriale|äquatorialguinea
gr|grc|greece|grecia|grèce|griechenland|ελλάδα
gs|sgs|south georgia & south sandwich islands|islas georgia del sur y sandwich del sur
gt|gtm|guatemala
gu|gum|guam
gw|gnb|guinea bissau|guinea bisáu|guinée bissau
gy|guy|guyana
hk|hkg|hong kong sar china|rae de hong kong china|ras chinoise de hong kong|sonderverwaltungsregion hongkong
hm|hmd|heard & mcdonald islands|islas heard y mcdonald|îles heard et macdonald|heard und mcdonaldinseln
hn|hnd|honduras
hr|hrv|croatia|croacia|croatie|kroatien
ht|hti|haiti|haití|haïti
hu|hun|hungary|hungría|hongrie|ungarn|magyarország
id|idn|indonesia|indonésie|indonesien
ie|irl|ireland|irlanda|irlande|irland|republic of ireland
il|isr|israel|israël
im|imn|isle of man|isla de man|île de man
in|ind|india|inde|indien
io|iot|british indian ocean territory|territorio británico del océano índico|territoire britannique de l océan indien
iq|irq|iraq|irak
ir|irn|iran|irán
is|isl|iceland|islandia|islande|island
it|ita|italy|italia|italie|italien
je|jey|jersey
jm|jam|jamaica|jamaïque|jamaika
jo|jor|jordan|jordania|jordanie|jordanien
jp|jpn|japan|japón|japon|日本
ke|ken|kenya|kenia
kg|kgz|kyrgyzstan|kirguistán|kirghizstan|kirgisistan
kh|khm|cambodia|camboya|cambodge|kambodscha
ki|kir|kiribati
km|com|comoros|comoras|comores|komoren
kn|kna|st kitts & nevis|san cristóbal y nieves|saint christophe et niévès|st kitts und nevis
kp|prk|north korea|corea del norte|corée du nord|nordkorea
kr|kor|south korea|corea del sur|corée du sud|südkorea|대한민국|korea|republic of korea
kw|kwt|kuwait|koweït
ky|cym|cayman islands|islas caimán|îles caïmans|kaimaninseln
kz|kaz|kazakhstan|kazajistán|kasachstan
la|lao|laos
lb|lbn|lebanon|líbano|liban|libanon
lc|lca|st lucia|santa lucía|sainte lucie
li|lie|liechtenstein
lk|lka|sri lanka
lr|lbr|liberia
ls|lso|lesotho|lesoto
lt|ltu|lithuania|lituania|lituanie|litauen
lu|lux|luxembourg|luxemburgo|luxemburg
lv|lva|latvia|letonia|lettonie|lettland
ly|lby|libya|libia|libye|libyen
ma|mar|morocco|marruecos|maroc|marokko
mc|mco|monaco|mónaco
md|mda|moldova|moldavia|moldavie|republik moldau
me|mne|montenegro|monténégro
mf|maf|st martin|san martín|saint martin
mg|mdg|madagascar|madagaskar
mh|mhl|marshall islands|islas marshall|îles marshall|marshallinseln
mk|mkd|north macedonia|macedonia del norte|macédoine du nord|nordmazedonien
ml|mli|mali
mm|bur|myanmar burma|myanmar birmania|myanmar birmanie|myanmar
mn|mng|mongolia|mongolie|mongolei
mo|mac|macao sar china|rae de macao china|ras chinoise de macao|sonderverwaltungsregion macau
mp|mnp|northern mariana islands|islas marianas del norte|îles mariannes du nord|nördliche marianen
mq|mtq|martinique|martinica
mr|mrt|mauritania|mauritanie|mauretanien
ms|msr|montserrat
mt|mlt|malta|malte
mu|mus|mauritius|mauricio|maurice
mv|mdv|maldives|maldivas|malediven
mw|mwi|malawi|malaui
mx|mex|mexico|méxico|mexique|mexiko
my|mys|malaysia|malasia|malaisie
mz|moz|mozambique|mosambik
na|nam|namibia|namibie
nc|ncl|new caledonia|nueva caledonia|nouvelle calédonie|neukaledonien
ne|ner|niger|níger
nf|nfk|norfolk island|isla norfolk|île norfolk|norfolkinsel
ng|nga|nigeria
ni|nic|nicaragua
nl|nld|netherlands|países bajos|pays bas|niederlande|nederland|holland|the netherlands
no|nor|norway|noruega|norvège|norwegen|norge
np|npl|nepal|népal
nr|nru|nauru
nu|niu|niue
nz|nzl|new zealand|nueva zelanda|nouvelle zélande|neuseeland
om|omn|oman|omán
pa|pan|panama|panamá
pe|per|peru|perú|pérou
pf|pyf|french polynesia|polinesia francesa|polynésie française|französisch polynesien
pg|png|papua new guinea|papúa nueva guinea|papouasie nouvelle guinée|papua neuguinea
ph|phl|philippines|filipinas|philippinen
pk|pak|pakistan|pakistán
pl|pol|poland|polonia|pologne|polen|polska
pm|spm|st pierre & miquelon|san pedro y miquelón|saint pierre et miquelon|st pierre und miquelon
pn|pcn|pitcairn islands|islas pitcairn|îles pitcairn|pitcairninseln
pr|pri|puerto rico|porto rico
ps|pse|palestinian territories|territorios palestinos|territoires palestiniens|palästinensische autonomiegebiete
pt|prt|portugal
pw|plw|palau|palaos
py|pry|paraguay
qa|qat|qatar|catar|katar
re|reu|réunion|reunión|la réunion
ro|rou|romania|rumanía|roumanie|rumänien|românia
rs|srb|serbia|serbie|serbien
ru|rus|russia|rusia|russie|russland|россия|russian federation
rw|rwa|rwanda|ruanda
sa|sau|saudi arabia|arabia saudí|arabie saoudite|saudi arabien
sb|slb|solomon islands|islas salomón|îles salomon|salomonen
sc|syc|seychelles|seychellen
sd|sdn|sudan|sudán|soudan
se|swe|sweden|suecia|suède|schweden|sverige
sg|sgp|singapore|singapur|singapour
sh|shn|st helena|santa elena|sainte hélène
si|svn|slovenia|eslovenia|slovénie|slowenien
sj|sjm|svalbard & jan mayen|svalbard y jan mayen|svalbard et jan mayen|spitzbergen und jan mayen
sk|svk|slovakia|eslovaquia|slovaquie|slowakei
sl|sle|sierra leone|sierra leona
sm|smr|san marino|saint marin
sn|sen|senegal|sénégal
so|som|somalia|somalie
sr|sur|suriname|surinam
ss|ssd|south sudan|sudán del sur|soudan du sud|südsudan
st|stp|são tomé & príncipe|santo tomé y príncipe|sao tomé et principe|são tomé und príncipe
sv|slv|el salvador|salvador
sx|sxm|sint maarten|saint martin partie néerlandaise
sy|syr|syria|siria|syrie|syrien
sz|swz|eswatini|esuatini
tc|tca|turks & caicos islands|islas turcas y caicos|îles turques et caïques|turks und caicosinseln
td|tcd|chad|tchad|tschad
tf|atf|french southern territories|territorios australes franceses|terres australes françaises
tg|tgo|togo
th|tha|thailand|tailandia|thaïlande
tj|tjk|tajikistan|tayikistán|tadjikistan|tadschikistan
tk|tkl|tokelau
tl|tls|timor leste|timor oriental
tm|tkm|turkmenistan|turkmenistán|turkménistan
tn|tun|tunisia|túnez|tunisie|tunesien
to|ton|tonga
tr|tur|türkiye|turquía|turquie|türkei|turkey
tt|tto|trinidad & tobago|trinidad y tobago|trinité et tobago|trinidad und tobago
tv|tuv|tuvalu
tw|twn|taiwan|taiwán|taïwan
tz|tza|tanzania|tanzanie|tansania
ua|ukr|ukraine|ucrania
ug|uga|uganda|ouganda
um|umi|us outlying islands|islas menores alejadas de ee uu|îles mineures éloignées des états unis
us|usa|united states|estados unidos|états unis|vereinigte staaten|united states of america|us of a
uy|ury|uruguay
uz|uzb|uzbekistan|uzbekistán|ouzbékistan|usbekistan
va|vat|vatican city|ciudad del vaticano|état de la cité du vatican|vatikanstadt
vc|vct|st vincent & grenadines|san vicente y las granadinas|saint vincent et les grenadines
ve|ven|venezuela
vg|vgb|british virgin islands|islas vírgenes británicas|îles vierges britanniques|britische jungferninseln
vi|vir|us virgin islands|islas vírgenes de ee uu|îles vierges des états unis|amerikanische jungferninseln
vn|vnm|vietnam|viêt nam|viet nam
vu|vut|vanuatu
wf|wlf|wallis & futuna|wallis y futuna|wallis et futuna|wallis und futuna
ws|wsm|samoa
ye|ymd|yemen|yémen|jemen
yt|myt|mayotte
za|zaf|south africa|sudáfrica|afrique du sud|südafrika
zm|zmb|zambia|zambie|sambia
zw|zwe|zimbabwe|zimbabue|simbabwe
"""
_CODES = {name: row.partition("|")[0] for row in NAMES.split("\n") for name in row.split("|") if name}
