"""The words that say what a company is in law, and not which one it is."""

# Written as `company_names` writes words: ASCII, without dots, ae/oe/ue and aa as one vowel. What is a country, a place
# or an everyday word in some language (UK, AT, PRIVATE, SON) is left out on purpose: it may tell two companies apart.
ENGLISH = (
    "inc incorporated corp corporation co company ltd limited llc llp lp lllp pllc plc cic pty proprietary pte pvt bhd"
)
GERMAN = "gmbh ggmbh mbh ag se kg kga ohg ug gbr ek ekfm ev eg haftungsbeschrankt partg partgmbb gesmbh og"
FRENCH = "sa sas sasu sarl eurl sci snc scop sca selarl ltee limitee srl sprl bvba scrl asbl vzw"
DUTCH = "bv nv vof cv"
SPANISH_AND_PORTUGUESE = "sl slu sau sll eirl ltda lda sapi sab spa eireli"
ITALIAN = "srls snc sas scarl scpa sapa"
NORDIC = "ab hb kb oy oyj as asa aps ans ks ehf hf abp"
CENTRAL_AND_EASTERN = (
    "sro doo dooel dd spj spk kft zrt nyrt bt rt ood eood ad ead zao oao ooo pao tov uab sia mb ou jsc ojsc pjsc shpk"
)
SOUTH_AND_EAST = "kk gk yk tbk sdn pt sti berhad fzco fze fzc dmcc wll"

WESTERN = (ENGLISH, GERMAN, FRENCH, DUTCH, SPANISH_AND_PORTUGUESE, ITALIAN, NORDIC)
AT_THE_END = frozenset(" ".join((*WESTERN, CENTRAL_AND_EASTERN, SOUTH_AND_EAST)).split())
KABUSHIKI_KAISHA = ("kabushiki", "kaisha")
PHRASES_AT_THE_END = (
    ("spolka", "z", "ograniczona", "odpowiedzialnoscia"),
    ("sp", "z", "oo"),
    ("spolka", "akcyjna"),
    ("sp", "k"),
    ("sp", "j"),
    ("s", "de", "rl", "de", "cv"),
    ("s", "de", "rl"),
    ("sa", "de", "cv"),
    ("sapi", "de", "cv"),
    ("spol", "s", "ro"),
    ("a", "s"),
    KABUSHIKI_KAISHA,
    ("ltd", "sti"),
    ("pvt", "ltd"),
)
FIRST_WORDS = "ab oy ooo zao oao pao tov uab sia pt kk as ou sarl sas sasu eurl sci sc firma the"
AT_THE_FRONT = frozenset(FIRST_WORDS.split())
"""Where custom puts the form first, as in Swedish, Russian, Baltic, Indonesian and French names; and the article."""
PHRASES_AT_THE_FRONT = (KABUSHIKI_KAISHA,)

EAST_ASIAN = (
    "株式会社 有限会社 合同会社 股份有限公司 有限责任公司 有限責任公司 有限公司 주식회사 유한회사 (株) ㈱ ㈲ (주) ㈜"
)
WITHOUT_SPACES = tuple(EAST_ASIAN.split())
"""Japanese, Chinese and Korean write the form into the name, before or behind."""
