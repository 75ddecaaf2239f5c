"""Static files under hashed names."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    """ES modules import each other by plain names, so those names are rewritten too; a missing file never fails a page."""

    support_js_module_import_aggregation = True
    manifest_strict = False
