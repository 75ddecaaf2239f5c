# ruff: noqa: E501 -- tables of words read best one entry a line
"""How an answer says who wrote it, in many languages.

Patterns look at a sentence in which every name has become one sign: ◆ for a model or its maker, ◇ for a big firm, ◈ for
a name that is also a word. They are folded like texts, and every gap in them is bounded.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from probes.identity.folding import fold
from probes.identity.names import Kind

SIGNS = {Kind.MODEL: "◆", Kind.FIRM: "◇", Kind.WORD: "◈"}
SIGN = re.compile("[◆◇◈]")

N = "[◆◇◈]"
SURE = "[◆◇]"
# Quotes, brackets and emphasis before a name.
G = r"[\s\"'*_`(\[{「『【《<:,\-]{0,5}"
END = re.compile(r"[!?。。;؟۔।\n]+|\.(?=[\s\"')\]*_]|$|[^\x00-\x7f])")


@dataclass(frozen=True)
class Tongue:
    """The words a language that puts the name last uses of itself, as alternatives of a pattern.

    be: I am, my name is. fill: small words between that and the name. noun: what it is. made: by whom it was. by: of,
    from. called: named. was: I was. self_: I, my, me. did_me: after the name, "created me". maker: "my developer".
    as_: as.
    """

    be: str
    fill: str
    noun: str
    made: str
    by: str
    called: str
    was: str
    did_me: str
    maker: str
    as_: str
    self_: str


# Small words before the maker's name: "the company", "researchers at".
OF = r"(?:[\w'’.-]{1,16}\s{1,2}){0,5}?"

TONGUES = (
    Tongue(
        be=r"\bi am|\bi'm|\bi m|\bim|\bmy name is|\bmy name's|\bcall me|\bi go by|\bi identify as|\bi was named|\bknown to you as",
        fill=r"not|actually|really|just|simply|also|indeed|still|currently|called|named|known as|based on|built on|powered by|running on"
        r"|part of|a version of|the name|made by|created by|developed by|from|one of|your|your friendly|friendly|here as|of course",
        noun=r"\bai\b|\ba\.i\.|artificial intelligence|language model|\bllm\b|\bmodel\b|\bassistant\b|\bchatbot\b|\bbot\b|\bsystem\b|\bprogram\b",
        made=r"developed|created|made|built|trained|designed|produced|provided|powered|released|launched|owned|operated|maintained|offered"
        r"|published|fine-?tuned|deployed|engineered|hosted|based|supported",
        by=r"\bby\b|\bfrom\b|\bof\b|\bon\b|\bat\b",
        called=r"\bcalled\b|\bnamed\b|\bknown as\b",
        was=r"\bi(?:'ve| was| am|'m| have been| were)\b",
        did_me=r"(?:created|developed|made|trained|built|designed|programmed|released) me\b",
        maker=r"\bmy (?:developers?|creators?|makers?|parent company|provider|manufacturer|training|trainers|underlying model|identity"
        r"|real name|designers?|engineers?)",
        as_=r"\bas",
        self_=r"\bi\b|\bmy\b",
    ),
    Tongue(
        be=r"\bje suis|\bje m'appelle|\bmon nom est|\bje me nomme|\bappelez-moi|\bc'est moi",
        fill=r"pas|bien|en fait|aussi|simplement|appele|nomme|une version de|base sur|votre|l'ia|l'assistant|le modele|developpe par|cree par",
        noun=r"\bia\b|intelligence artificielle|\bmodele|\bassistant|\bchatbot|\bagent conversationnel|\brobot",
        made=r"developpe|cree|concu|entraine|fabrique|propose|mis au point|forme|fourni|elabore|lance",
        by=r"\bpar\b|\bde\b|\bchez\b|\bd'",
        called=r"\bappele|\bnomme|\bdu nom de",
        was=r"\bj'ai ete|\bje suis|\bje fus",
        did_me=r"(?:m'a|m'ont) (?:cree|developpe|concu|entraine|forme)",
        maker=r"\bm(?:on|es) (?:developpeurs?|createurs?|concepteurs?|entraineurs?|editeur|fabricant)|\bma societe mere|\bmon entrainement",
        as_=r"\ben tant que|\ben tant qu'",
        self_=r"\bje\b|\bj'",
    ),
    Tongue(
        be=r"\bich bin|\bich heisse|\bmein name ist|\bman nennt mich|\bnennen sie mich|\bnenn mich",
        fill=r"nicht|eigentlich|auch|nur|genannt|namens|eine version von|ihr|dein|der|die|das",
        noun=r"\bki\b|\bki-|kunstliche intelligenz|\bsprachmodell|\bmodell|\bassistent|\bchatbot",
        made=r"entwickelt|erstellt|geschaffen|trainiert|gebaut|programmiert|entworfen|bereitgestellt|veroffentlicht",
        by=r"\bvon\b|\bdurch\b|\bbei\b|\baus\b",
        called=r"\bnamens\b|\bgenannt\b|\bmit (?:dem )?namen\b",
        was=r"\bich (?:wurde|bin)|\bwurde ich",
        did_me=r"(?:hat|haben) mich (?:entwickelt|erstellt|geschaffen|trainiert|erschaffen)",
        maker=r"\bmeine?r? (?:entwickler(?:in|firma)?|schopfer|hersteller|erfinder|ersteller|muttergesellschaft)",
        as_=r"\bals",
        self_=r"\bich\b|\bmein",
    ),
    Tongue(
        be=r"\bsoy|\byo soy|\bme llamo|\bmi nombre es|\bllamame|\beu sou|\bsou|\bmeu nome e|\bo meu nome e|\bme chamo|\bchamo-me|\bsono|\bio sono|\bmi chiamo|\bil mio nome e",
        fill=r"no|nao|non|en realidad|tambien|llamado|una version de|um|uma|chamado|una versione di|o|a|el|la|il|tu|su|seu|in realta",
        noun=r"\bia\b|inteligencia artificial|intelligenza artificiale|\bmodelo|\bmodello|\basistente|\bassistente|\bchatbot",
        made=r"desarrollad|cread|entrenad|disenad|hech|desenvolvid|criad|treinad|projetad|feit|sviluppat|creat|addestrat|progettat|realizzat",
        by=r"\bpor\b|\bpela\b|\bpelo\b|\bda\b|\bdalla\b|\bdall'|\bde\b|\bdi\b",
        called=r"\bllamad[oa]\b|\bchamad[oa]\b|\bchiamat[oa]\b|\bde nombre\b",
        was=r"\bfui\b|\bhe sido|\bsono stat[oa]|\bsoy\b|\bsou\b|\bsono\b",
        did_me=r"(?:me (?:creo|desarrollo|entreno|ha creado|ha desarrollado|criou|desenvolveu|treinou)|mi ha (?:creato|sviluppato|addestrato))",
        maker=r"\bmis? (?:desarrollador(?:es)?|creador(?:es)?|empresa matriz)|\bmeus? (?:criador(?:es)?|desenvolvedor(?:es)?)|\b(?:mio creatore|miei (?:creatori|sviluppatori))",
        as_=r"\bcomo|\bcome|\bin qualita di|\benquanto",
        self_=r"\byo\b|\bmi\b|\beu\b|\bio\b|\bno puedo|\bnao posso|\bnon posso",
    ),
    Tongue(
        be=r"\bя(?:\s*-+)?|\bменя зовут|\bмое имя|\bя называюсь|\bмене звати|\bя є|\bjestem|\bnazywam sie|\bmam na imie|\bik ben|\bmijn naam is|\bik heet",
        fill=r"не|это|просто|всего лишь|именно|ваш|версия|модель|ассистент|помощник|нейросеть|чат-бот|ии|называюсь|по имени|языковая|nie|niet|een|de",
        noun=r"\bии\b|\bші\b|искусственн\w{0,6} интеллект|штучн\w{0,6} интелект|модел|ассистент|помощник|нейросет|чат-?бот|\bбот\b|sztuczn\w{0,4} inteligencj|\bmodel|\basystent|\bchatbot|\bai\b|taalmodel|\bassistent",
        made=r"разработан|создан|обучен|сделан|тренирован|розроблен|створен|навчен|opracowan|stworzon|wytrenowan|ontwikkeld|gemaakt|getraind|предоставлен",
        by=r"компани\w{1,4}|командой|\bот\b|\bв\b|\bиз\b|\bвiд\b|\bкомпанією|\bprzez\b|\bfirm\w{1,3}|\bdoor\b|\bvan\b|специалистами|инженерами|исследователями",
        called=r"по имени|под названием|котор\w{1,3} зовут|на имя|с именем|o nazwie|genaamd",
        was=r"\bменя\b|\bя (?:был[ао]?)\b|\bмене\b|\bя був\b|\bzostal[ea]m\b|\bik ben\b",
        did_me=r"(?:(?:,\s?)?(?:которая|который|которые)?\s?(?:меня )?(?:создал|разработал|обучил)[аи]?(?: меня)?)",
        maker=r"\bмо(?:й|и|я|их|его) (?:разработчик|создател|компани|родительск)\w{0,8}|\bмене створи\w{0,4}|\bмо[ії] розробник\w{0,3}|\bmoi twórcy|\bmijn makers?",
        as_=r"\bкак|\bбудучи|\bв качестве|\bяк|\bjako|\bals",
        self_=r"\bя\b|\bмне\b|\bменя\b|\bнемогу|\bне могу",
    ),
    Tongue(
        be=r"انا|أنا|اسمي|إسمي|يمكنك مناداتي|אני|שמי|קוראים לי",
        fill=r"لست|هو|مجرد|نموذج|مساعد|النموذج|المساعد|من|לא|בעצם|רק",
        noun=r"ذكاء|الذكاء|نموذج|نموذجا|مساعد|روبوت|برنامج|בינה|מודל|עוזר|צ'אטבוט|בוט",
        made=r"طورت|تطوير|مطور|انشا|صمم|تدريب|دربت|صنع|انتاج|אומן|פותח|נוצר|אומנתי|פותחתי|נוצרתי|שפותח|שנוצר|שאומן",
        by=r"من قبل|بواسطة|شركة|على يد|من|لدى|על ידי|של|מבית|מאת|חברת",
        called=r"يدعى|اسمه|يسمى|بشמ|בשם|ששמו",
        was=r"تم|جرى|لقد تم|אומנתי|פותחתי|נוצרתי",
        did_me=r"(?:طورتني|صممتني|انشاتني|دربتني|طورني|صنعتني|יצרה אותי|פיתחה אותי)",
        maker=r"مطوري|مطوريي|الشركة المطورة لي|المطورون لدي|منشئي|היוצרים שלי|המפתחים שלי",
        as_=r"بصفتي|بوصفي|باعتباري|كوني|בתור|כ",
        self_=r"انا|لا استطيع|لا يمكنني|اני|אני",
    ),
    Tongue(
        be=r"\btoi la|\bminh la|\bten toi la|\btoi ten la|\bem la|\bsaya adalah|\bsaya ialah|\bsaya ini|\bnama saya(?: adalah)?|\bsaya bernama|\baku adalah|\bako si|\bako ay si|\bmimi ni",
        fill=r"khong phai la|mot|bukan|adalah|sebuah|hanya|ten|model|asisten|tro ly",
        noun=r"tri tue nhan tao|mo hinh|tro ly|chatbot|\bai\b|kecerdasan buatan|\bmodel|\basisten|\bpembantu",
        made=r"phat trien|tao ra|huan luyen|xay dung|dao tao|dikembangkan|dibuat|dilatih|diciptakan|dibangun",
        by=r"\bboi\b|\bcua\b|\btu\b|\boleh\b|\bdari\b",
        called=r"\bten la\b|\bco ten\b|\bbernama\b|\byang disebut\b",
        was=r"\btoi (?:da )?(?:duoc|do)|\bminh duoc|\bsaya",
        did_me=r"(?:da )?(?:tao ra toi|phat trien toi|mengembangkan saya|menciptakan saya|melatih saya)",
        maker=r"\bnha phat trien cua toi|\bnguoi tao ra toi|\bpengembang saya|\bpencipta saya",
        as_=r"\bla|\bvoi tu cach la|\bsebagai",
        self_=r"\btoi\b|\bsaya\b",
    ),
)


def patterns_of(tongue: Tongue) -> Iterator[str]:
    t = tongue
    fill = rf"(?:\s{{0,2}}(?:{t.fill})\b)"
    article = r"(?:\s{0,2}(?:an?|the|une?|le|la|l'|der|die|das|eine?|un|una|el|il|lo|um|uma|o|een|het|de)\b)"
    gap = r",?\s?(?:(?!\bi\b)[^\n,◆◇◈]){0,30}?"
    # I am Claude. I am Claude's assistant, I am a ChatGPT model
    yield rf"(?:{t.be}){fill}{{0,4}}{G}{N}"
    yield rf"(?:{t.be}){fill}{{0,3}}{article}{fill}{{0,2}}{G}(?:{SURE}|◈(?=[^\n◆◇◈]{{0,25}}(?:{t.noun})))"
    # I am an AI assistant (freely) developed by the company OpenAI, as an AI made by …
    yield rf"(?:{t.be}|{t.as_}\b)[^\n◆◇◈]{{0,60}}?(?:{t.noun})\w{{0,4}}{gap}(?:{t.made})\w{{0,4}}[^\n,◆◇◈]{{0,30}}?(?:(?:{t.by})\s{{0,2}})?{OF}{G}{N}"
    # I am an AI assistant from OpenAI
    yield rf"(?:{t.be}|{t.as_}\b)[^\n◆◇◈.]{{0,60}}?(?:{t.noun})\w{{0,4}}\s(?:{t.by})\s{{0,2}}(?:[\w'-]{{1,12}}\s){{0,2}}{G}{N}"
    # I am an AI model named Claude; I am an AI assistant, Claude
    yield rf"(?:{t.be}|{t.as_}\b)[^\n◆◇◈]{{0,60}}?(?:{t.noun})[^\n◆◇◈]{{0,20}}?(?:{t.called})\w{{0,3}}{G}{N}"
    yield rf"(?:{t.be})[^\n◆◇◈,.]{{0,60}}?(?:{t.noun})\w{{0,3}}\s{{0,2}}[,(:\-]\s{{0,2}}{G}{N}"
    # I was trained by OpenAI; ich wurde von OpenAI entwickelt; I am a model that OpenAI made
    yield rf"(?:{t.was})[^\n,◆◇◈]{{0,40}}?(?:{t.made})\w{{0,5}}[^\n,◆◇◈]{{0,40}}?(?:{t.by})\s{{0,2}}{OF}{G}{N}"
    yield rf"(?:{t.was}|{t.be}|{t.as_}\b)[^\n◆◇◈]{{0,50}}?(?:(?:{t.by})\s){OF}{G}{N}[^\n,◆◇◈]{{0,15}}?(?:{t.made})"
    yield rf"(?:{t.was})\s{{0,2}}(?:{t.made})\w{{0,5}}\s{{0,2}}{OF}{G}{N}"
    # OpenAI, who created me; my developer, OpenAI; my creators at Anthropic
    yield rf"{N}[^\n.◆◇◈]{{0,30}}?{t.did_me}"
    yield rf"(?:{t.maker})\w{{0,4}}\s{{0,2}}(?:,|:|\(|is|are|was|were|at|by|from|est|sont|ist|sind|bei|es|son|e|sao|en|na|в|из|-|هي|هو|adalah|la)?\s{{0,2}}(?:an?\s|the\s)?{OF}{G}{N}"
    # As Claude, I; as an OpenAI model
    yield rf"(?:{t.as_})\s{{0,2}}{G}{N}[\s*_\"')]{{0,3}},?\s{{0,2}}(?:{t.self_})"
    yield rf"(?:{t.as_}){article}{{0,1}}\s{{0,2}}{N}(?:'s)?[ \-][^\n,◆◇◈]{{0,25}}?(?:{t.noun})"


CHINESE_FILL = (
    r"(?:一个|一款|一名|一位|由|名为|名叫|叫做|叫|称为|来自|基于|的|不是|并不是|其实|就是|正是|是|,|、|中国|最新|版本?|官方|智能|助手|ai|"
    r"人工智能|大|语言|模型|公司|团队|所|旗下|杭州|北京|深圳|上海|聊天|机器人|对话|虚拟|您|你|位|个|和|技术|超大规模|知名|互联网|科技|企业|产品|系列|专属|\s){0,14}?"
)
CHINESE_MADE = r"(?:独立|自主|共同|倾力|精心|公司|团队|及其|相关|集团|旗下|的)*(?:开发|训练|研发|创建|创造|打造|推出|提供|设计|制作|构建|研制|研究|发布|运营)"
CHINESE_I = r"(?:我是|我叫|我的名字|我的身份|我乃|我为|我就|我并|我其实|我,|本人是|本模型|本助手|本ai|本系统|本机器人|您?正在使用的?是|你正在使用的?是|在下|俺是|人家是|我由|我基于|我来自|我属于|我使用的|我背后|我被)"

OTHERS = (
    rf"{CHINESE_I}{CHINESE_FILL}{G}{N}",
    rf"(?:作为|身为){CHINESE_FILL}{G}{N}(?={CHINESE_MADE}|[\s,]{{0,3}}我|(?:公司|团队|集团)?(?:的|旗下的?)?(?:一[个款名])?(?:智能|对话|聊天|语言|人工智能|ai|大|模型|助手|机器人))",
    r"(?:作为|身为)◆(?=,)",
    rf"我{CHINESE_FILL}{N}{CHINESE_MADE}",
    rf"{N}[^\n◆◇◈]{{0,12}}?(?:开发|训练|创造|研发|创建|打造)(?:了|的|出)我",
    rf"我(?:的|们的)?(?:开发者|创造者|研发团队|开发公司|开发团队|开发商|训练者|创建者|母公司|研发公司|研发者|制造商|主人)(?:是|为|:|,|叫|来自)?{CHINESE_FILL}{G}{N}",
    rf"由{G}{N}[^\n◆◇◈,]{{0,10}}?{CHINESE_MADE}的我",
    rf"{N}(?:很高兴|竭诚|在此|将)?为[您你](?:服务|解答|效劳)",
    rf"(?:欢迎|感谢您?|感谢你?)使用{G}{N}",
    # Japanese
    rf"(?:私|わたし|僕|ぼく|当モデル|本モデル|こちら|我々|弊モデル)(?:の名前)?(?:は|が|も)?[^\n◆◇◈。]{{0,12}}?{G}{N}[」』)\s]{{0,3}}(?=です|ではな|でも|と申し|といい|と言い|という|である|だ|によって|により|が開発|が作|が提供|が訓練|が構築|社?の(?:ai|人工知能|言語モデル|大規模|モデル|アシスタント|チャット)|社(?:が|に)|に(?:よって|より)|,)",
    rf"{N}[」』)\s]{{0,3}}(?:と申します|といいます)",
    rf"{N}として,?(?:私|わたし|僕|お答え)",
    rf"{N}[^\n◆◇◈]{{0,12}}?(?:開発|作成|訓練|トレーニング|作)(?:された|した|られた)?[^\n◆◇◈]{{0,40}}?(?:です|アシスタントとして|モデルとして|aiとして)(?=。|$|,)",
    # Korean
    rf"(?:저는|나는|제 이름은|저의 이름은|전|제가)\s?[^\n◆◇◈]{{0,12}}?{G}{N}[\s'\")]{{0,3}}(?=입니다|이에요|예요|이라고|라고 합|라고 불|라는|이라는|에서|에 의해|가 (?:개발|만든|훈련|제작)|이 (?:개발|만든|훈련|제작)|의 (?:ai|인공지능|언어|대규모|챗봇)|사가|로서|으로서|은 아|는 아|가 아)",
    rf"{N}(?:로서|으로서)\s?,?(?:저|나)",
    rf"{N}[^\n◆◇◈]{{0,8}}?(?:개발|만든|만들|훈련|제작)[^\n◆◇◈]{{0,40}}?입니다",
    # Turkish
    rf"\bben,?\s(?:bir\s)?{G}{N}(?='?[iu]m\b|[\s*\"')]{{0,3}}(?:[.,!(]|$|tarafindan|adli|isimli|adinda))",
    rf"\b(?:benim )?(?:adim|ismim)\s{G}{N}",
    rf"{N}[^\n◆◇◈]{{0,12}}?tarafindan\s(?:gelistiril|egitil|olusturul|uretil|tasarlan|yaratil|yapil)\w{{0,12}}[^\n◆◇◈]{{0,60}}?(?:modeliyim|asistaniyim|\w{{1,12}}(?:yim|yum|uyum)|\w{{2,14}}(?:ndim|ldim))\b",
    rf"{N} olarak,? (?:ben|size)",
    # Hindi, Urdu, Bengali
    rf"(?:मैं|मेरा नाम|میں|میرا نام|আমি|আমার নাম)\s?[^\n◆◇◈]{{0,25}}?{G}{N}\s?(?=हूं|हूँ|है|द्वारा|नामक|नाम का|का (?:एक|ai|एआई)|ہوں|ہے|کی طرف سے|کا (?:ایک|تیار)|نے|দ্বারা|এর তৈরি|,|।|$)",
    rf"(?:मुझे|مجھے|আমাকে)\s?[^\n◆◇◈]{{0,12}}?{N}\s?(?:ने|द्वारा|نے|দ্বারা|তৈরি)",
    # Persian
    rf"(?:من|نام من|اسم من)\s(?:یک\s)?{G}{N}\s?(?=هستم|ام|است|نیستم|،|,|$)",
    rf"من[^\n◆◇◈]{{0,60}}?(?:توسط|از سوی|بوسیله|به وسیله|ساخته|محصول)\s?(?:شرکت |تیم )?{G}{N}",
    rf"من[^\n◆◇◈]{{0,50}}?(?:به نام|با نام)\s?{G}{N}",
    rf"به عنوان\s{G}{N}",
    # Thai
    rf"(?:ฉัน|ผม|ดิฉัน|เรา)(?:คือ|ชื่อ|เป็น)[^\n◆◇◈]{{0,40}}?{G}{N}",
    # English: rules of the maker that bind the speaker, and other ways to be somebody
    rf"\bi (?:must |have to |need to |always )?(?:follow|comply with|adhere to|abide by) {G}{N}",
    rf"{N}(?:'s)? [^\n◆◇◈.]{{0,30}}?(?:guidelines|polic(?:y|ies)|rules|terms)[^\n◆◇◈.]{{0,40}}?(?:prevent|prohibit|require|forbid|restrict|do not allow|don't allow|stop) me\b",
    rf"\b(?:speaking|responding|answering|talking to you|chatting with you) as {G}{N}",
    rf"\b(?:this is|it's|you(?:'re| are) (?:talking|speaking|chatting|interacting) (?:to|with)) {G}{N}(?= here| speaking|,? (?:your|an?|the) (?:ai|assistant|helpful|friendly)|[.!]?$)",
    rf"(?:^|[\"'(*]){G}{N} here\b",
    rf"\bwe at {G}{N}|\bhere at {G}{N}",
    rf"\bi (?:run|am running|operate) on {G}{N}",
    rf"\bi(?:'m| am) (?:not )?(?:affiliated|associated|connected) with {G}{N}",
)


# How far from a name the words may stand that make it the speaker's own: more than any pattern reaches.
REACH = 240


@lru_cache(maxsize=1)
def compiled() -> tuple[tuple[re.Pattern[str], ...], tuple[re.Pattern[str], ...]]:
    """All patterns, and those that a sentence without letters beyond ASCII can meet."""
    every = [fold(one) for one in (*(each for tongue in TONGUES for each in patterns_of(tongue)), *OTHERS)]
    latin = [one for one in every if all(char.isascii() for char in one if char.isalpha())]
    mixed = [fold(one) for tongue in TONGUES for one in patterns_of(tongue) if r"\bchatbot" in tongue.noun]
    return (
        tuple(re.compile(one) for one in dict.fromkeys(every)),
        tuple(re.compile(one) for one in dict.fromkeys([*latin, *mixed])),
    )


def self_named(sentence: str) -> set[int]:
    """Which of the signs of a sentence, counted from 0, the answer says it is or comes from."""
    signs = [match.start() for match in SIGN.finditer(sentence)]
    spoken: set[int] = set()
    first = 0
    while first < len(signs):
        last = first
        while last + 1 < len(signs) and signs[last + 1] - signs[last] <= 2 * REACH:
            last += 1
        near = sentence[max(0, signs[first] - REACH) : signs[last] + REACH]
        spoken.update(first + which for which in spoken_near(near))
        first = last + 1
    return spoken


@lru_cache(maxsize=4096)
def spoken_near(words: str) -> tuple[int, ...]:
    """The same for a stretch of a sentence."""
    every, latin = compiled()
    spoken: set[int] = set()
    for each in latin if SIGN.sub("", words).isascii() else every:
        for match in each.finditer(words):
            before = len(SIGN.findall(words, 0, match.start()))
            spoken.update(range(before, before + len(SIGN.findall(match.group()))))
    return tuple(sorted(spoken))
