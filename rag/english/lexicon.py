"""Words of English by what they name or do: people, places, institutions, verbs.

Whoever asks whether a word is one of these reads it here. Closed classes, and words that deny, hedge or rule one
another out, stand in :mod:`rag.english.vocabulary`.
"""

# People

TITLES = frozenset(
    """
    president minister secretary chancellor senator governor mayor general admiral colonel captain judge justice
    pope bishop cardinal ambassador king queen prince princess lord lady sir dame mr mrs ms miss dr doctor professor
    congressman congresswoman representative leader chief director chairman chairwoman spokesman spokeswoman
    dictator premier ceo actor actress singer author writer coach emperor sheikh ayatollah commander lawyer analyst
    """.split()
)
"""Titles and offices, as they stand before a name."""
MEN = frozenset(
    """
    mr sir king prince lord pope bishop cardinal emperor congressman chairman spokesman husband father brother son
    actor uncle grandfather nephew boy man businessman adam alan albert alejandro alex alexander alfred ali andrew
    anthony antonio arthur barack ben benjamin bernard bill bob boris brian bruce bruno carlos charles chris
    christian christopher chuck daniel david dennis diego dmitri donald douglas dwight edward elon emmanuel eric
    ernest eugene felipe fernando fidel francis francisco frank franz fred gary george gerald giovanni gordon graham
    gustavo hans harold harry hassan henry herbert howard hugo ian igor ivan jack jacob james jason javier jean jeff
    jeffrey jeremy jerry jim jimmy joe john jonathan jorge jose joseph joshua juan julian justin karl keith ken
    kenneth kevin larry lee leo leonard lewis louis luis luke marco mario mark martin matthew max michael miguel
    mike mohammed muhammad neil nicholas nick nicolas norman oliver oscar patrick paul pedro peter philip pierre
    rafael ralph raul raymond ricardo richard rob robert roberto roger ronald roy russell ryan salvador sam samuel
    scott sean sergei simon stanley stephen steve steven stuart ted terry theodore thomas tim timothy tom tony
    victor vincent vladimir volodymyr walter wayne william winston wolfgang xi anders gabriel keir lars luiz narendra
    olaf pablo rishi sven viktor
    """.split()
)
"""First names of men, and words for them."""
WOMEN = frozenset(
    """
    mrs ms miss queen princess lady dame congresswoman chairwoman spokeswoman wife mother sister daughter actress
    aunt grandmother niece girl woman businesswoman alice amanda amy ana andrea angela ann anna anne annie audrey
    barbara beth betty camilla carla carmen carol caroline catherine charlotte christina christine cilia claire
    claudia deborah delcy diana diane donna dorothy elena eleanor elizabeth ella emily emma eva evelyn frances
    giorgia gloria grace greta hannah heather helen hillary ingrid irene isabel jacqueline jane janet jennifer
    jessica joan joyce judith judy julia julie kamala karen kate katherine kathleen kathryn katie kim laura lauren
    leah linda lisa lucy madonna margaret maria marie marilyn martha mary melania melissa michelle monica nancy
    natalia nicole nina olga olivia pamela patricia paula rachel rebecca rosa rose ruth sandra sara sarah serena
    sharon sheila sofia sonia sophia stephanie susan sylvia taylor teresa theresa tina ursula valentina vanessa vera
    veronica victoria virginia wendy yoko yvonne jenny giulia
    """.split()
)
"""First names of women, and words for them."""
WORDS_AND_NAMES = frozenset(
    """
    amber april archer art august autumn baker banks bell best bill black blunt bond book booth bright brook brooks
    brown bush carter case cash chance chase christian church cliff close cook cross crystal daisy dawn day dean
    drew duke earl early faith field fields first fish flowers ford forest fox frank frost gates gene glass good grace
    grant gray green guy hall harmony heath heather hill holly hope hunter hunt ivy jobs joy june king knight lance
    land lane law little long lord love low major march marks mark marsh mason may miles miller mills moon moss nick
    noble olive page park parks pat pearl penny pierce poole pope porter potter pound powers power price pride prince
    ray read reed rich rob robin rock roman rose rowan ruby rush sage sharp shields short silver singer skip small
    smith snow star stone strange street strong sue summer summers swift taylor temple terry town tracy trump turner
    victor violet wade walker wall walls ward waters weeks wells west white will winter winters wise wolf wood woods
    wright young
    """.split()
)
"""English words that are given names or surnames too."""
OCCUPATIONS = frozenset(
    """
    president minister secretary chancellor premier governor mayor senator ambassador king queen prince princess leader
    politician lawyer judge general officer soldier economist historian scientist physicist chemist biologist
    mathematician engineer inventor doctor surgeon nurse writer author novelist poet playwright journalist editor
    philosopher theologian actor actress singer musician composer painter sculptor artist architect director producer
    comedian dancer player footballer cricketer golfer boxer swimmer runner coach manager founder co-founder
    entrepreneur businessman businesswoman businessperson executive chairman chairwoman ceo activist spokesman
    spokeswoman spokesperson analyst professor teacher researcher psychologist linguist explorer astronaut pilot
    missionary bishop pope saint emperor empress monarch duke noble statesman revolutionary dictator broadcaster
    presenter model chef designer programmer
    """.split()
)
"""What somebody is, as it stands behind "was a"."""

# Places and institutions

PLACES = frozenset(
    """
    afghanistan africa america argentina asia athens australia austria baghdad beijing belgium berlin bolivia brazil
    britain brussels cairo california canada caracas chile china colombia cuba damascus denmark egypt england europe
    finland florida france gaza geneva germany greece havana hungary india indonesia iran iraq ireland israel italy
    japan jerusalem kenya korea kyiv lebanon london madrid mexico miami moscow netherlands nicaragua nigeria norway
    pakistan palestine panama paris peru poland portugal rome russia scotland spain sweden switzerland syria taiwan
    tehran texas tokyo turkey uk ukraine us usa venezuela vietnam washington
    """.split()
)
DEMONYMS = dict(
    pair.split(":")
    for pair in """
    Afghan:Afghanistan Algerian:Algeria American:America Argentine:Argentina Australian:Australia Austrian:Austria
    Belarusian:Belarus Belgian:Belgium Bolivian:Bolivia Brazilian:Brazil British:Britain Bulgarian:Bulgaria
    Canadian:Canada Chilean:Chile Chinese:China Colombian:Colombia Croatian:Croatia Cuban:Cuba Czech:Czechia
    Danish:Denmark Dutch:the_Netherlands Ecuadorian:Ecuador Egyptian:Egypt Estonian:Estonia Ethiopian:Ethiopia
    Finnish:Finland French:France Georgian:Georgia German:Germany Greek:Greece Haitian:Haiti Hungarian:Hungary
    Indian:India Indonesian:Indonesia Iranian:Iran Iraqi:Iraq Irish:Ireland Israeli:Israel Italian:Italy
    Jamaican:Jamaica Japanese:Japan Jordanian:Jordan Kenyan:Kenya Latvian:Latvia Lebanese:Lebanon Libyan:Libya
    Lithuanian:Lithuania Malaysian:Malaysia Mexican:Mexico Moroccan:Morocco Nicaraguan:Nicaragua Nigerian:Nigeria
    Norwegian:Norway Pakistani:Pakistan Panamanian:Panama Paraguayan:Paraguay Peruvian:Peru Polish:Poland
    Portuguese:Portugal Romanian:Romania Russian:Russia Saudi:Saudi_Arabia Scottish:Scotland Serbian:Serbia
    Slovak:Slovakia Spanish:Spain Sudanese:Sudan Swedish:Sweden Swiss:Switzerland Syrian:Syria Thai:Thailand
    Tunisian:Tunisia Turkish:Turkey Ukrainian:Ukraine Uruguayan:Uruguay Venezuelan:Venezuela Vietnamese:Vietnam
    Welsh:Wales
    """.split()
)
"""What is of a country to its name, with ``_`` for a space."""
INSTITUTIONS = frozenset(
    """
    academy act agency airlines album army association award awards bank book bridge bureau center centre
    championship championships church club college committee company congress council country court cup department
    district express federation festival force forces games hall hospital house institute island journal league
    library museum music news orchestra organisation organization park party post press prize records revolution
    river school series service show society song stadium street studio studios team theater theatre times
    tour treaty trophy union university war week world
    """.split()
)
"""Last words of names that no person has."""

# Verbs

VERBS = frozenset(
    """
    accept accuse achieve act add admit affect agree allow announce appear apologise apologize apply appoint argue
    arrest arrive ask assert attend avoid ban base become begin believe belong blame bomb break bring build buy call
    capture carry cause change choose claim come commit compare complain condemn confirm consider contain continue
    control cost create criticise criticize cut deal decide declare defend demand deny depend describe destroy die
    differ discover discuss do draw drive earn emerge end enter escape establish evacuate exist expect explain
    express face fail fall feel fight fill find fire follow force found get give go grow happen have hear help hire
    hit hold hope hurt import include increase indicate insist intend invade invest involve join keep kill know land
    last launch lead learn leave let like live look lose love make manage mark marry mean meet mention move name
    need negotiate offer open oppose order own pay perform place plan play post praise prepare prevent produce
    promise propose protect provide publish pull put reach react read receive refer refuse regard reject release
    remain remove replace reply report require resign respond return reveal rule run say see seem seize sell send
    serve set shoot show sign sing speak spend stand start stay steal stop strike study succeed suffer suggest
    support suspect take talk teach tell thank think threaten tour trade train transfer travel try turn understand
    use visit vote wait want warn watch win work worry write yield benefit estimate reinforce protest object
    retaliate surrender collapse recover rise crash explode negotiate rain snow
    """.split()
)
"""In the infinitive."""
NOUNS_TOO = frozenset(
    """
    act ban base call cause change claim control cost cut deal demand end face fall fight fire force help hit hope
    land last launch lead like look love mark mean move name need offer order own pay place plan play post promise
    reach release reply report return rule run set show sign stand start stay stop strike study support suspect talk
    tour trade train transfer travel try turn use visit vote wait watch win work worry protest object collapse rise
    crash
    """.split()
)
"""Verbs that are nouns, too."""
LIKE_VERBS = frozenset(
    """
    united during including according speed hundred breed indeed building meeting evening morning spring string nothing
    anything something everything ceiling housing funding hearing wedding painting mourning
    training spending parking warning ruling
    """.split()
)
"""Words that end as a verb does, and are none."""
