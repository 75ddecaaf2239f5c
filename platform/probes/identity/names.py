# ruff: noqa: E501 -- tables of words read best one entry a line
"""Makers, families of models and assistants, with their spellings in all scripts.

A space in a spelling stands for any small gap or none ("Deep Seek" is DeepSeek and Deep-Seek). Versions and sizes that
follow a name need no entry: they go with it. Spellings are folded before they are compared, so neither case nor accents
nor traditional characters need one either.
"""

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from probes.identity.folding import fold


class Kind(Enum):
    """How much a name tells by itself."""

    # Nothing else bears this name.
    MODEL = "model"
    # A big firm, which may be what the answer is about.
    FIRM = "firm"
    # Also a word, a person or a place: only where an answer speaks of itself, and written like a name.
    WORD = "word"


MODEL, FIRM, WORD = Kind.MODEL, Kind.FIRM, Kind.WORD

# Maker, kind, spellings. What shares a maker gives each other away.
TABLE: tuple[tuple[str, Kind, str], ...] = (
    (
        "deepseek",
        MODEL,
        "Deep Seek|深度求索|ДипСик|Дип Сик|ДипСек|ديب سيك|ديبسيك|دیپ سیک|ディープシーク|딥시크|डीपसीक|דיפסיק",
    ),
    ("deepseek", WORD, "High-Flyer|幻方"),
    ("alibaba", MODEL, "Qwen|QwQ|QVQ|Tongyi Qianwen|Tongyi|Qianwen|通义千问|千问|通义实验室|通义|Alibaba Cloud|Aliyun"),
    (
        "alibaba",
        MODEL,
        "阿里云|阿里达摩院|达摩院|Квен|كوين|كيوين|کوئن|큐웬|クウェン|क्वेन|קוון|علي بابا كلاود|阿里巴巴通义",
    ),
    ("alibaba", FIRM, "Alibaba|阿里巴巴|Алибаба|علي بابا|علیبابا|アリババ|알리바바|अलीबाबा|עליבאבא"),
    ("alibaba", WORD, "阿里"),
    (
        "baidu",
        MODEL,
        "ERNIE Bot|ERNIE|Wenxin Yiyan|Wenxin|文心一言|文心大模型|文小言|文心|Эрни Бот|アーニーボット|어니봇",
    ),
    ("baidu", FIRM, "Baidu|百度|Байду|بايدو|バイドゥ|바이두|बायडू"),
    ("moonshot", MODEL, "Moonshot AI|Kimi Chat|Kimi K2|月之暗面|Кими Чат"),
    ("moonshot", WORD, "Kimi|Moonshot|Кими|キミ|키미"),
    ("zhipu", MODEL, "Chat GLM|GLM|智谱清言|智谱华章|智谱|清言|Zhipu AI|Zhipu|Z.ai|BigModel|智普|ЧатГЛМ|Чжипу"),
    ("bytedance", MODEL, "Doubao|Дубао|豆包大模型|دوباو|더우바오|ドウバオ|云雀大模型|火山引擎|Volcengine|Skylark"),
    ("bytedance", WORD, "字节|豆包|云雀|Coze|扣子|Seed"),
    ("bytedance", FIRM, "Byte Dance|字节跳动|БайтДэнс|Байтдэнс|بايت دانس|バイトダンス|바이트댄스"),
    ("tencent", MODEL, "Hunyuan|腾讯混元|混元大模型|Yuanbao|腾讯元宝|Хуньюань"),
    ("tencent", WORD, "混元|元宝"),
    ("tencent", FIRM, "Tencent|腾讯|Тенсент|تينسنت|テンセント|텐센트"),
    ("minimax", MODEL, "MiniMax|海螺AI|Hailuo AI|Hailuo|稀宇科技|稀宇|МиниМакс"),
    ("minimax", WORD, "海螺|Talkie|星野"),
    ("01ai", MODEL, "01.AI|零一万物|01-ai|Lingyiwanwu|万知|Yi-Lightning|Yi-Large|Yi-34B|Yi-6B|Yi-1.5"),
    ("01ai", WORD, "Yi"),
    ("iflytek", MODEL, "iFlytek Spark|iFlytek|iFLYTEK|讯飞星火|科大讯飞|讯飞|Spark Desk|Xunfei|星火认知|Xinghuo"),
    ("iflytek", WORD, "Spark|星火"),
    ("baichuan", MODEL, "Baichuan|百川智能|百川大模型|Байчуань"),
    ("baichuan", WORD, "百川"),
    (
        "shanghai",
        MODEL,
        "InternLM|InternVL|Intern LM|书生浦语|书生·浦语|浦语|上海人工智能实验室|Shanghai AI Laboratory|Shanghai AI Lab",
    ),
    ("shanghai", WORD, "书生"),
    ("sensetime", MODEL, "SenseNova|SenseChat|Sense Time|商汤科技|日日新|商量大模型"),
    ("sensetime", WORD, "商汤|商量"),
    ("huawei", MODEL, "Pangu|盘古大模型|PanGu-α"),
    ("huawei", WORD, "盘古|小艺"),
    ("huawei", FIRM, "Huawei|华为|Хуавэй|هواوي|ファーウェイ|화웨이"),
    ("stepfun", MODEL, "StepFun|阶跃星辰|阶跃|跃问|Step-1|Step-2"),
    ("360", MODEL, "360智脑|360GPT|Zhinao|智脑"),
    ("kunlun", MODEL, "Skywork|昆仑万维|天工AI|天工大模型"),
    ("kunlun", WORD, "天工"),
    ("telecom", MODEL, "TeleChat|星辰大模型|中国电信人工智能"),
    ("xiaomi", MODEL, "MiMo|MiLM|小爱同学"),
    ("xiaomi", FIRM, "Xiaomi|小米"),
    ("ant", MODEL, "百灵大模型|Ant Ling|BaiLing|支小宝|Ling-1T"),
    ("ant", FIRM, "Ant Group|蚂蚁集团"),
    ("taichu", MODEL, "紫东太初|Zidong Taichu"),
    ("meituan", MODEL, "LongCat"),
    ("kuaishou", MODEL, "Kwaipilot|快意大模型|KwaiYii"),
    ("modelbest", MODEL, "MiniCPM|面壁智能|面壁露卡"),
    (
        "openai",
        MODEL,
        "ChatGPT|Chat GPT|Open AI|GPT|InstructGPT|Davinci-003|gpt-oss|ЧатГПТ|Чат ГПТ|ЧатДжиПиТи|ОпенЭйАй|ОпенАИ",
    ),
    (
        "openai",
        MODEL,
        "تشات جي بي تي|شات جي بي تي|چت جی پی تی|اوبن اي اي|أوبن إيه آي|チャットGPT|オープンAI|챗GPT|챗지피티|오픈AI|오픈에이아이",
    ),
    ("openai", MODEL, "चैटजीपीटी|चैट जीपीटी|ओपनएआई|צ'אט ג'יפיטי|אופן איי איי|开放人工智能研究中心|ГПТ"),
    ("openai", WORD, "o1|o3|o4|Codex|Davinci"),
    (
        "anthropic",
        MODEL,
        "Anthropic|Антропик|Энтропик|أنثروبيك|アンソロピック|앤트로픽|एंथ्रोपिक|אנתרופיק|Claude AI|Claude Code",
    ),
    ("anthropic", WORD, "Claude|Клод|كلود|کلود|クロード|클로드|क्लॉड|קלוד|克劳德"),
    (
        "google",
        MODEL,
        "Google Gemini|Google Bard|Google DeepMind|Deep Mind|Gemma|LaMDA|PaLM 2|谷歌深度思维|Google AI|Google Assistant",
    ),
    ("google", WORD, "Gemini|Bard|PaLM|Джемини|Гемини|جيميني|جمینی|ジェミニ|제미나이|제미니|जेमिनी|ג'מיני|双子座|Барда"),
    ("google", FIRM, "Google|谷歌|Гугл|غوغل|جوجل|گوگل|グーグル|구글|गूगल|גוגל|Alphabet"),
    ("meta", MODEL, "LLaMA-2|Llama 3|Llama 4|Llama 2|Code Llama|Meta Llama|Meta AI"),
    ("meta", WORD, "Llama|Лама|لاما|ラマ|라마|लामा"),
    ("meta", FIRM, "Meta|Facebook|Мета|ميتا|متا|メタ|메타|मेटा|מטא|脸书"),
    (
        "mistral",
        MODEL,
        "Mistral AI|Mixtral|Le Chat Mistral|Ministral|Codestral|Magistral|Pixtral|Mistral-7B|Mistral Large|Mistral Small",
    ),
    ("mistral", WORD, "Mistral|Le Chat|Мистраль|ميسترال|ミストラル|미스트랄"),
    ("xai", MODEL, "x.AI|xAI|Grok-1|Grok 2|Grok 3|Grok 4"),
    ("xai", WORD, "Grok|Грок|غروك|جروك|グロック|그록|ग्रोक"),
    ("microsoft", MODEL, "Microsoft Copilot|GitHub Copilot|Bing Chat|Phi-2|Phi-3|Phi-4|WizardLM|Microsoft Phi|小冰"),
    ("microsoft", WORD, "Copilot|Phi|Cortana|Orca|Sydney|Копилот|Bing"),
    (
        "microsoft",
        FIRM,
        "Microsoft|微软|Майкрософт|مايكروسوفت|マイクロソフト|마이크로소프트|माइक्रोसॉफ्ट|מיקרוסופט|Azure",
    ),
    ("cohere", MODEL, "Command R+|Command R|Command A|Cohere|Coral AI|Aya Expanse|Aya 23|C4AI"),
    ("cohere", WORD, "Aya|Command|Coral"),
    ("amazon", MODEL, "Amazon Nova|Amazon Titan|Amazon Bedrock|Nova Lite|Nova Pro|Nova Micro|Nova Premier|Amazon Q"),
    ("amazon", WORD, "Nova|Titan|Alexa|Bedrock"),
    ("amazon", FIRM, "Amazon|AWS|亚马逊|Амазон|أمازون|アマゾン|아마존|अमेज़न|אמזון"),
    (
        "tii",
        MODEL,
        "Falcon-7B|Falcon-40B|Falcon-180B|Falcon LLM|Technology Innovation Institute|معهد الابتكار التكنولوجي|Falcon H1",
    ),
    ("tii", WORD, "Falcon|TII|فالكون"),
    ("g42", MODEL, "Inception G42|G42|K2 Think|MBZUAI|JAIS Chat"),
    ("g42", WORD, "Jais|جيس"),
    ("aleph", MODEL, "Aleph Alpha"),
    ("aleph", WORD, "Luminous|Pharia"),
    ("yandex", MODEL, "YandexGPT|Yandex GPT|ЯндексGPT|YaLM|ЯндексГПТ|Яндекс ГПТ|Алиса Про"),
    ("yandex", WORD, "Алиса|Alice"),
    ("yandex", FIRM, "Yandex|Яндекс|ياندكس|ヤンデックス"),
    ("sber", MODEL, "GigaChat|Giga Chat|ГигаЧат|Гига Чат|ruGPT|Kandinsky AI|SberDevices|СберДевайсес"),
    ("sber", FIRM, "Sberbank|Сбербанк|Сбер|Sber"),
    ("tbank", MODEL, "T-Pro|T-Lite|Т-Банк"),
    (
        "huggingface",
        MODEL,
        "SmolLM|Smol LM|SmolVLM|Hugging Face|HuggingFace|HuggingChat|Zephyr-7B|StarCoder|BigScience|BigCode",
    ),
    ("huggingface", WORD, "Zephyr|Bloom|BLOOMZ"),
    ("naver", MODEL, "HyperCLOVA|HyperCLOVA X|CLOVA X|하이퍼클로바|클로바X|클로바"),
    ("naver", FIRM, "Naver|네이버"),
    ("lg", MODEL, "EXAONE|엑사원|LG AI Research|LG AI연구원"),
    ("lg", FIRM, "LG|엘지"),
    ("upstage", MODEL, "Upstage|업스테이지|Solar Pro|Solar Mini|SOLAR-10.7B"),
    ("upstage", WORD, "Solar|솔라"),
    ("kakao", MODEL, "Kanana|KoGPT"),
    ("kakao", FIRM, "Kakao|카카오"),
    ("samsung", MODEL, "Samsung Gauss"),
    ("samsung", FIRM, "Samsung|삼성"),
    ("sktelecom", MODEL, "A.X 4|SK Telecom AX|에이닷"),
    ("sakana", MODEL, "Sakana AI|サカナAI|EvoLLM"),
    ("sakana", WORD, "Sakana"),
    ("preferred", MODEL, "PLaMo|Preferred Networks|プリファードネットワークス"),
    ("rinna", MODEL, "rinna株式会社|りんな"),
    ("elyza", MODEL, "ELYZA|イライザ"),
    ("ntt", MODEL, "tsuzumi"),
    ("swallow", MODEL, "Swallow LLM|LLM-jp"),
    ("stockmark", MODEL, "Stockmark"),
    ("krutrim", MODEL, "Krutrim|कृत्रिम AI|Ola Krutrim"),
    ("sarvam", MODEL, "Sarvam AI|Sarvam-1|Sarvam-M|सर्वम AI|OpenHathi"),
    ("sarvam", WORD, "Sarvam"),
    ("bharatgpt", MODEL, "BharatGPT|Hanooman|BharatGen"),
    ("swissai", MODEL, "Swiss AI Initiative|Apertus-8B|Apertus-70B|Apertus LLM"),
    ("swissai", WORD, "Apertus"),
    ("ibm", MODEL, "IBM Granite|IBM Watson|watsonx|Granite-3|Granite-4"),
    ("ibm", WORD, "Granite|Watson"),
    ("ibm", FIRM, "IBM|АйБиЭм"),
    ("nvidia", MODEL, "Nemotron|NVLM"),
    ("nvidia", FIRM, "NVIDIA|英伟达|Нвидиа"),
    (
        "ai2",
        MODEL,
        "OLMo|OLMoE|Ai2|AI2|Allen Institute for AI|Allen Institute for Artificial Intelligence|Molmo|Tülu 3",
    ),
    ("ai2", WORD, "Tülu"),
    ("apple", MODEL, "OpenELM|Apple Intelligence"),
    ("apple", WORD, "Siri"),
    ("apple", FIRM, "Apple|苹果公司"),
    ("inflection", MODEL, "Inflection AI|Inflection-2|Inflection-3"),
    ("inflection", WORD, "Pi"),
    ("perplexity", MODEL, "Perplexity AI|pplx"),
    ("perplexity", WORD, "Perplexity|Sonar"),
    ("databricks", MODEL, "DBRX|Dolly 2|MosaicML|MPT-7B|MPT-30B"),
    ("databricks", WORD, "Dolly"),
    ("databricks", FIRM, "Databricks"),
    ("ai21", MODEL, "AI21 Labs|AI21|Jamba|Jurassic-2"),
    ("reka", MODEL, "Reka AI|Reka Core|Reka Flash|Reka Edge"),
    ("reka", WORD, "Reka"),
    ("writer", MODEL, "Palmyra X|Palmyra-X"),
    ("snowflake", MODEL, "Snowflake Arctic"),
    ("salesforce", MODEL, "XGen"),
    ("salesforce", FIRM, "Salesforce"),
    ("adept", MODEL, "Adept AI|Fuyu-8B"),
    ("stability", MODEL, "StableLM|Stable LM|Stability AI|StableBeluga"),
    ("together", MODEL, "Together AI|RedPajama"),
    ("nous", MODEL, "Nous Research|NousHermes|Nous Hermes|Hermes 2|Hermes 3|Hermes 4"),
    ("nous", WORD, "Hermes"),
    ("lmsys", MODEL, "Vicuna-13B|Vicuna-7B|LMSYS"),
    ("lmsys", WORD, "Vicuna"),
    ("stanford", WORD, "Alpaca"),
    ("liquid", MODEL, "Liquid AI|LFM2|LFM-40B"),
    ("arcee", MODEL, "Arcee AI|Arcee|SuperNova Medius"),
    ("cerebras", MODEL, "Cerebras"),
    ("groq", MODEL, "Groq"),
    ("utter", MODEL, "EuroLLM|Teuken|OpenGPT-X|OpenEuroLLM"),
    ("salamandra", MODEL, "Salamandra-7B|ALIA-40b"),
    ("silo", MODEL, "Poro 34B|Silo AI|Viking-33B"),
    ("speakleash", MODEL, "Bielik|SpeakLeash|PLLuM"),
    ("gptsw3", MODEL, "GPT-SW3"),
    ("lightricks", MODEL, "DictaLM"),
    ("vinai", MODEL, "PhoGPT|VinAI|VinBigdata|ViGPT|Zalo AI|KiLM"),
    ("indosat", MODEL, "Sahabat-AI|SEA-LION|AI Singapore|Komodo-7B|SeaLLM|Sailor2"),
    ("scb", MODEL, "OpenThaiGPT|SCB 10X"),
    ("scb", WORD, "Typhoon"),
    ("allam", MODEL, "ALLaM|SDAIA|سدايا|علّام|HUMAIN"),
    ("fanar", MODEL, "Fanar|فنار"),
    ("silma", MODEL, "SILMA"),
    ("ace", MODEL, "AceGPT"),
    ("phind", MODEL, "Phind"),
    ("poe", MODEL, "Quora Poe"),
    ("you", MODEL, "You.com|YouChat"),
    ("character", MODEL, "Character.AI"),
    ("duck", MODEL, "Duck.ai|DuckAssist"),
    ("lumo", MODEL, "Proton Lumo"),
    ("prime", MODEL, "INTELLECT-1|INTELLECT-2|Prime Intellect"),
    ("eleuther", MODEL, "EleutherAI|GPT-NeoX|GPT-J|GPT-Neo|Pythia-12B"),
    ("tinyllama", MODEL, "TinyLlama|OpenLLaMA|OpenHermes|OpenChat-3.5|Starling-LM"),
    ("openassistant", MODEL, "Open Assistant|LAION"),
)


@dataclass(frozen=True)
class Name:
    """One spelling, folded; `parts` are what stands between its small gaps."""

    maker: str
    kind: Kind
    folded: str
    parts: tuple[str, ...]

    @property
    def letters(self) -> str:
        return "".join(self.parts)


def name(spelling: str, maker: str, kind: Kind) -> Name:
    plain = fold(spelling)
    return Name(maker, kind, plain, tuple(plain.split()))


@lru_cache(maxsize=1)
def table() -> dict[str, Name]:
    """Every spelling of the table by its letters; what comes first wins."""
    found: dict[str, Name] = {}
    for maker, kind, spellings in TABLE:
        for spelling in spellings.split("|"):
            one = name(spelling, maker, kind)
            found.setdefault(one.letters, one)
    return found


@lru_cache(maxsize=16)
def with_more(more: tuple[tuple[str, ...], ...]) -> dict[str, Name]:
    """The table and more names; what belongs together has one maker, the table's where it knows one of them."""
    found = dict(table())
    for group in more:
        new = [each for each in (name(spelling, "", Kind.WORD) for spelling in group) if len(each.letters) > 1]
        known = [found[each.letters].maker for each in new if each.letters in found]
        begun = [one.maker for each in new for one in table().values() if each.letters.startswith(one.letters)]
        maker = next(iter([*known, *begun]), "also " + (group[0] if group else ""))
        for each in new:
            # A word alone may be any word; with a figure or a second word it is a name.
            kind = Kind.MODEL if len(each.parts) > 1 or not each.letters.isalpha() else Kind.WORD
            found.setdefault(each.letters, Name(maker, kind, each.folded, each.parts))
    return found
