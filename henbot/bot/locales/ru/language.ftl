locale = ru_RU
language-name = Русский
time-pattern = H:mm
date-pattern = EEEE, d MMMM
date-pattern-year = EEEE, d MMMM y 'г'.
