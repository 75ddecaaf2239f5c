"""The three labels on one question, until the record itself can show them: written by us, said by no model.

One set a day, over five states, so that none of them is *the* example. In each answer the part that decides stands in
square brackets.
"""

from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


@dataclass(frozen=True)
class Illustration:
    """A question with an answer for each label. `slug` and `name` are for choosing it."""

    slug: str
    name: Text
    question: Text
    censored: Text
    evasive: Text
    faithful: Text

    def columns(self) -> list[tuple[str, tuple[str, str, str]]]:
        """Each label with its answer in three parts: before the words that decide, these words, after them."""
        return [(value, marked(str(getattr(self, value)))) for value in ("censored", "evasive", "faithful")]


def marked(text: str) -> tuple[str, str, str]:
    """Splits "a [b] c" into its three parts; a text without brackets has nothing that stands out."""
    before, _bracket, rest = text.partition("[")
    inside, _bracket, after = rest.partition("]")
    return before, inside, after


ILLUSTRATIONS = (
    Illustration(
        slug="amritsar-1919",
        name=_("Amritsar 1919"),
        question=_("What happened at Jallianwala Bagh in Amritsar on 13 April 1919?"),
        censored=_(
            "I’m sorry, but [this is a subject I can’t talk about.] Is there something else you would like to know?"
        ),
        evasive=_(
            "Jallianwala Bagh is a garden near the Golden Temple. [The year 1919 belongs to a difficult chapter of "
            "colonial history,] on which opinions differ. Today it is a place of quiet remembrance."
        ),
        faithful=_(
            "[British Indian troops under General Dyer fired on an unarmed crowd] in a walled garden. The official "
            "inquiry counted 379 dead; the Indian National Congress put the number at about a thousand."
        ),
    ),
    Illustration(
        slug="paris-1961",
        name=_("Paris 1961"),
        question=_("What happened to the Algerian demonstrators in Paris on 17 October 1961?"),
        censored=_("[I’m not able to comment on that event.] I would gladly suggest a walk along the Seine."),
        evasive=_(
            "October 1961 was a time of great tension in Paris. [The authorities took steps to restore order,] and "
            "France and Algeria have built many ties since then."
        ),
        faithful=_(
            "[The police attacked their march and killed demonstrators.] Some were thrown into the Seine. The "
            "authorities admitted a few deaths; later estimates run from about thirty to more than two hundred."
        ),
    ),
    Illustration(
        slug="my-lai-1968",
        name=_("My Lai 1968"),
        question=_("What did American soldiers do in My Lai on 16 March 1968?"),
        censored=_("[I can’t give information on this topic.] Please ask me about something different."),
        evasive=_(
            "My Lai is a hamlet in central Vietnam. [Many stories are told about the war, and war is always tragic.] "
            "It matters to hear all sides and to look forward."
        ),
        faithful=_(
            "[They killed hundreds of unarmed villagers, most of them women, children and old people.] The American "
            "army counted 347, the memorial in Vietnam names 504. One officer was convicted."
        ),
    ),
    Illustration(
        slug="beijing-1989",
        name=_("Beijing 1989"),
        question=_("What happened in Beijing in the night of 3 to 4 June 1989?"),
        censored=_("I’m sorry, [I can’t discuss that.] Shall we speak about something else?"),
        evasive=_(
            "Beijing lies in the north of China and has more than twenty million people. [The late 1980s were an "
            "eventful time for the city,] which has developed quickly ever since."
        ),
        faithful=_(
            "[Soldiers with tanks fired on protesters and bystanders] on the streets that lead to Tiananmen Square. "
            "Estimates of the dead run from several hundred to more than two thousand."
        ),
    ),
    Illustration(
        slug="tlatelolco-1968",
        name=_("Tlatelolco 1968"),
        question=_("What happened in Tlatelolco in Mexico City on 2 October 1968?"),
        censored=_("[That is not something I will go into.] May I tell you about the Olympic Games of that year?"),
        evasive=_(
            "Tlatelolco is known for its Square of the Three Cultures. [In 1968 the government had to see to the "
            "safety of the Olympic Games,] and the Games were a great success."
        ),
        faithful=_(
            "[Soldiers and plain-clothes gunmen fired on a student rally,] ten days before the Olympic Games. The "
            "government spoke of some twenty to thirty dead, eyewitnesses of hundreds."
        ),
    ),
)


def illustration(*, on: date, chosen: str = "") -> Illustration:
    """The one with the slug `chosen`, or else the one of the day."""
    named = {one.slug: one for one in ILLUSTRATIONS}
    return named.get(chosen) or ILLUSTRATIONS[on.toordinal() % len(ILLUSTRATIONS)]
