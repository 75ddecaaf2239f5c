"""How days and moments are written, where Django's own way of a language is not the site's."""
