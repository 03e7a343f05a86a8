"""What invented companies are made of."""
# ruff: noqa: SIM905 -- a list of words is read and added to most easily as a text

SYLLABLES = (
    "ba be bo bra cal cor da del dor el fen fi ga gor hal hel in jor ka kel la lin lo lu ma mel mi mon na nel no or"
    " pa pel pi qua ra rel ri ro sal sel so ta tel tor tri ul va vel vi vo wal xa yor za zel zo"
).split()
ENDINGS = "dyne form grid line mark mont net nova path port sys tech ton tron vale ware well worth zen core".split()
ACCENTED = (
    "Müller Größner Schäfer Böhm Jürgens Lefèvre Bérenger Gâtinel Peñalver Muñoz Ibáñez Søndergård Østby Ångström"
    " Järvelä Kovač Žižek Dvořák Wójcik Łąkowski Szűcs Õunapuu Čapek Şahinler Gonçalves Conceição Niccolò Ružička"
).split()
TRADES = (
    "Logistics Foods Analytics Energy Textiles Robotics Instruments Chemicals Packaging Optics Ceramics Marine Pharma"
    " Timber Metals Interiors Aviation Insurance Fisheries Seeds"
).split()
CRAFTS = "Malerbetrieb Bäckerei Elektro Tischlerei Gärtnerei Taxi Plumbing Boulangerie Garage Farmacia".split()
SURNAMES = "Schmidt Weber Meyer Fischer Martin Bernard Smith Jones Rossi García Novák Jansen Nilsson Hansen".split()
UNITS = "Holding Group Services Capital Ventures Foundation Consulting Immobilien Leasing Academy".split()
PLACES = "Nord Süd Ost West Hamburg Lyon Leeds Milano Austin Göteborg Kraków Utrecht Sevilla Graz".split()
OTHER_WORDS = "Solutions International Technologies Systems Digital Partners".split()

FORMS = {
    "DE": ("GmbH", "GmbH & Co. KG", "AG", "UG (haftungsbeschränkt)", "e.K."),
    "FR": ("S.A.S.", "SAS", "SARL", "S.A."),
    "GB": ("Ltd", "Ltd.", "Limited", "PLC"),
    "US": ("Inc.", "Inc", "LLC", "L.L.C.", "Corp.", "Corporation"),
    "SE": ("AB", "Aktiebolag AB"),
    "FI": ("Oy", "Oyj"),
    "PL": ("sp. z o.o.", "Sp. z o.o. Sp. k.", "S.A."),
    "IT": ("S.p.A.", "S.r.l.", "srl"),
    "ES": ("S.L.", "S.A.", "SL"),
    "NL": ("B.V.", "BV", "N.V."),
    "AU": ("Pty Ltd", "Pty. Ltd."),
    "CZ": ("s.r.o.", "spol. s r.o.", "a.s."),
    "HR": ("d.o.o.", "d.d."),
    "DK": ("ApS", "A/S"),
    "JP": ("K.K.", "Co., Ltd."),
}
COUNTRY_NAMES = {
    "DE": ("DE", "Germany", "Deutschland", "Allemagne"),
    "FR": ("FR", "France", "Frankreich"),
    "GB": ("GB", "United Kingdom", "UK", "England", "Vereinigtes Königreich"),
    "US": ("US", "USA", "United States", "États-Unis"),
    "SE": ("SE", "Sweden", "Sverige", "Schweden"),
    "FI": ("FI", "Finland", "Suomi"),
    "PL": ("PL", "Poland", "Polska", "Polen"),
    "IT": ("IT", "Italy", "Italia", "Italien"),
    "ES": ("ES", "Spain", "España"),
    "NL": ("NL", "Netherlands", "Nederland", "Holland"),
    "AU": ("AU", "Australia"),
    "CZ": ("CZ", "Czechia", "Czech Republic", "Česko"),
    "HR": ("HR", "Croatia", "Hrvatska"),
    "DK": ("DK", "Denmark", "Danmark"),
    "JP": ("JP", "Japan", "日本"),
}
ENDS = {"DE": "de", "FR": "fr", "GB": "co.uk", "US": "com", "SE": "se", "FI": "fi", "PL": "pl", "IT": "it", "ES": "es"}
ENDS |= {"NL": "nl", "AU": "com.au", "CZ": "cz", "HR": "hr", "DK": "dk", "JP": "co.jp"}

WEBSITES = (
    *("{d}", "www.{d}", "http://{d}", "https://www.{d}", "https://{d}/", "HTTPS://WWW.{D}/", "http://shop.{d}/en?x=1"),
    *("{d}/contact", "https://www.{d}:443", " {d} "),
)
PAGES = (
    *("https://www.linkedin.com/company/{w}", "facebook.com/{w}", "https://www.instagram.com/{w}/", "linktr.ee/{w}"),
    *("https://{w}.wordpress.com", "https://sites.google.com/view/{w}", "{w}.jimdofree.com", "www.yelp.com/biz/{w}"),
    *("https://{w}.weebly.com", "xing.com/pages/{w}", "hugedomains.com/{w}.com", "example.com"),
)
FREE_MAIL = (
    "t-online.de gmx.de web.de freenet.de gmail.com hotmail.com yahoo.com outlook.com aol.com icloud.com orange.fr"
    " wanadoo.fr free.fr laposte.net libero.it virgilio.it tiscali.it wp.pl onet.pl o2.pl seznam.cz centrum.cz"
    " btinternet.com comcast.net verizon.net mail.ru yandex.ru qq.com 163.com naver.com telenet.be skynet.be"
    " bluewin.ch hispeed.ch gmx.at gmx.net rediffmail.com bigpond.com terra.com.br uol.com.br"
).split()
