"""What the Hub says of the head of a dataset's README.md."""

import re

import yaml

LICENCES = {"apache-2.0", "mit", "cc0-1.0", "cc-by-4.0", "cc-by-sa-4.0", "odc-by", "odbl", "unknown", "other"}
SIZES = {
    "n<1K", "1K<n<10K", "10K<n<100K", "100K<n<1M", "1M<n<10M", "10M<n<100M", "100M<n<1B", "1B<n<10B",
}  # fmt: skip
LISTS = (
    "annotations_creators", "language_creators", "source_datasets", "task_categories", "task_ids", "tags",
    "size_categories", "multilinguality",
)  # fmt: skip
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*|multilingual|code")


def faults_of_card(text: str) -> tuple[list[str], list[str]]:
    """Errors, for which the Hub refuses the file, and warnings, with which it takes it."""
    head = re.match(r"---\r?\n(.*?)\r?\n---(\r?\n|$)", text, re.DOTALL)
    if head is None:
        return [], ["empty or missing yaml metadata in repo card"]
    try:
        card = yaml.safe_load(head.group(1))
    except yaml.YAMLError as error:
        return [f"bad indentation or other fault of YAML: {error}"], []
    if not isinstance(card, dict):
        return ["the metadata has to be a mapping"], []
    errors = [f'"{name}" must be an array' for name in LISTS if name in card and not is_texts(card[name])]
    licences = card.get("license", [])
    for licence in licences if isinstance(licences, list) else [licences]:
        if licence not in LICENCES:
            errors.append(f'"license" must be one of {sorted(LICENCES)}')
    if "license_link" in card and card.get("license") != "other":
        errors.append('"license_link" wants "license" to be "other"')
    languages = card.get("language", [])
    for language in languages if isinstance(languages, list) else [languages]:
        # YAML reads `no` as false: it has to be in quotes
        if not isinstance(language, str) or not LANGUAGE.fullmatch(language):
            errors.append(f'"language" must only contain lowercase ISO 639 codes: {language!r}')
    if not isinstance(card.get("pretty_name", ""), str):
        errors.append('"pretty_name" must be a string')
    if is_texts(sizes := card.get("size_categories", [])) and set(sizes) - SIZES:
        errors.append(f'"size_categories" must be of {sorted(SIZES)}')
    if "configs" in card:
        errors += faults_of_configs(card["configs"])
    return errors, []


def faults_of_configs(configs: object) -> list[str]:
    if not isinstance(configs, list) or not all(isinstance(one, dict) for one in configs):
        return ['"configs" must be an array of mappings']
    errors = []
    names = [one.get("config_name") for one in configs]
    if len(set(map(str, names))) != len(names) or not all(isinstance(name, str) and name for name in names):
        errors.append('each of "configs" needs a "config_name" of its own')
    if sum(one.get("default") is True for one in configs) > 1:
        errors.append('only one of "configs" can be the default')
    for one in configs:
        files = one.get("data_files")
        splits = files if isinstance(files, list) else []
        written = isinstance(files, str) or (is_texts(files) and bool(files))
        split = bool(splits) and all(
            isinstance(part, dict)
            and set(part) == {"split", "path"}
            and re.fullmatch(r"\w+(\.\w+)*", str(part["split"]))
            and (isinstance(part["path"], str) or is_texts(part["path"]))
            for part in splits
        )
        if not written and not split:
            errors.append(f'"data_files" of {one.get("config_name")} must be a path, or a split and a path each')
    return errors


def is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)
