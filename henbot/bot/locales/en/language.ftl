# How this language is called, which Babel locale it uses, and how it writes times (CLDR patterns).
locale = en_GB
language-name = English
time-pattern = H:mm
date-pattern = EEEE, d MMMM
date-pattern-year = EEEE, d MMMM y
date-pattern-short = d MMM
date-pattern-day = d MMMM
date-pattern-day-year = d MMMM y
day-name-today = today
day-name-yesterday = yesterday
day-name-tomorrow = tomorrow
