"""Names people read for the codes the record keeps: languages (BCP 47) and states (ISO 3166-1).

A language is named in itself, so that whoever reads it finds it whatever the page is in. Django knows most of those
names. A state is named in the reader's language. An unknown code is shown as it is: a new code never breaks a page.
"""

from django.utils.functional import Promise
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

# Languages that Django does not name, or names with a script nobody asked for.
OWN_NAMES = {
    "am": "አማርኛ",
    "bo": "བོད་སྐད",
    "ha": "Hausa",
    "fil": "Filipino",
    "om": "Afaan Oromoo",
    "ps": "پښتو",
    "rw": "Ikinyarwanda",
    "ti": "ትግርኛ",
    "tl": "Tagalog",
    "yo": "Yorùbá",
    "yue": "粵語",
    "zh": "中文",
    "zu": "isiZulu",
}

STATES: dict[str, Promise] = {
    "AE": _("United Arab Emirates"),
    "AF": _("Afghanistan"),
    "AR": _("Argentina"),
    "AU": _("Australia"),
    "BD": _("Bangladesh"),
    "BE": _("Belgium"),
    "BR": _("Brazil"),
    "BY": _("Belarus"),
    "CA": _("Canada"),
    "CD": _("Democratic Republic of the Congo"),
    "CH": _("Switzerland"),
    "CL": _("Chile"),
    "CM": _("Cameroon"),
    "CN": _("China"),
    "CO": _("Colombia"),
    "CU": _("Cuba"),
    "DE": _("Germany"),
    "DZ": _("Algeria"),
    "EG": _("Egypt"),
    "ES": _("Spain"),
    "ET": _("Ethiopia"),
    "FR": _("France"),
    "GB": _("United Kingdom"),
    "HK": _("Hong Kong"),
    "HU": _("Hungary"),
    "ID": _("Indonesia"),
    "IE": _("Ireland"),
    "IL": _("Israel"),
    "IN": _("India"),
    "IQ": _("Iraq"),
    "IR": _("Iran"),
    "IT": _("Italy"),
    "JP": _("Japan"),
    "KE": _("Kenya"),
    "KH": _("Cambodia"),
    "KP": _("North Korea"),
    "KR": _("South Korea"),
    "KZ": _("Kazakhstan"),
    "LA": _("Laos"),
    "LK": _("Sri Lanka"),
    "MA": _("Morocco"),
    "MM": _("Myanmar"),
    "MX": _("Mexico"),
    "MY": _("Malaysia"),
    "NG": _("Nigeria"),
    "NI": _("Nicaragua"),
    "NL": _("Netherlands"),
    "PH": _("Philippines"),
    "PK": _("Pakistan"),
    "PL": _("Poland"),
    "PS": _("Palestine"),
    "PT": _("Portugal"),
    "QA": _("Qatar"),
    "RS": _("Serbia"),
    "RU": _("Russia"),
    "RW": _("Rwanda"),
    "SA": _("Saudi Arabia"),
    "SE": _("Sweden"),
    "SG": _("Singapore"),
    "SY": _("Syria"),
    "TH": _("Thailand"),
    "TR": _("Turkey"),
    "TW": _("Taiwan"),
    "UA": _("Ukraine"),
    "UG": _("Uganda"),
    "US": _("United States"),
    "VE": _("Venezuela"),
    "VN": _("Vietnam"),
    "ZA": _("South Africa"),
    "ZW": _("Zimbabwe"),
}


def language_name(code: str) -> str:
    """The language's name in itself: "fr" gives "Français", "zh-Hans" "简体中文". An unknown code comes back."""
    key = code.strip().lower()
    if key in OWN_NAMES:
        return OWN_NAMES[key]
    try:
        local = str(get_language_info(key)["name_local"])
    except KeyError:
        return OWN_NAMES.get(key.split("-")[0], code)
    return local[:1].upper() + local[1:]


def state_name(code: str) -> str:
    """The state's name in the reader's language; "" gives "No state", an unknown code comes back unchanged."""
    if not code:
        return str(_("No state"))
    return str(STATES.get(code.strip().upper(), code))
