"""Languages a text of the record may be in: BCP 47 code, its own name, its name in English."""

LANGUAGES = {
    "en": ("English", "English"),
    "fr": ("Français", "French"),
    "zh-Hans": ("简体中文", "Simplified Chinese"),
    "zh-Hant": ("繁體中文", "Traditional Chinese"),
    "ar": ("العربية", "Arabic"),
    "de": ("Deutsch", "German"),
    "es": ("Español", "Spanish"),
    "fa": ("فارسی", "Persian"),
    "he": ("עברית", "Hebrew"),
    "hi": ("हिन्दी", "Hindi"),
    "id": ("Bahasa Indonesia", "Indonesian"),
    "ja": ("日本語", "Japanese"),
    "ko": ("한국어", "Korean"),
    "pt": ("Português", "Portuguese"),
    "ru": ("Русский", "Russian"),
    "th": ("ไทย", "Thai"),
    "tr": ("Türkçe", "Turkish"),
    "uk": ("Українська", "Ukrainian"),
    "ur": ("اردو", "Urdu"),
    "vi": ("Tiếng Việt", "Vietnamese"),
}
