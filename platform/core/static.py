"""Static files under hashed names."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # WhiteNoise carries no types
    """Modules import each other by plain names, so those are rewritten too; a missing file never fails a page."""

    support_js_module_import_aggregation = True
    manifest_strict = False
