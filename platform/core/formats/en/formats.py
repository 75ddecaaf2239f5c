"""Day, month, year, and 24 hours: Django's English is American, and its months are shortened in part."""

DATE_FORMAT = "j F Y"
MONTH_DAY_FORMAT = "j F"
DATETIME_FORMAT = "j F Y, H:i"
