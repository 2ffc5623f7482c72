# Слова на графиках и о них.
chart-eggs-day = Яйца по дням
chart-eggs-week = Яйца по неделям
chart-eggs-month = Яйца по месяцам
chart-hours = Часы кладки
chart-known-hours = { $eggs }, чей час известен
chart-nest-time = Время в гнезде за день
chart-calendar = Календарь яиц
chart-no-eggs = яиц не было
chart-unwatched = не наблюдалось
chart-nobody = неизвестно чьё
chart-minutes = { $number } мин
chart-none = без яйца
chart-probably = вероятно
chart-egg = яйцо
chart-eggs = яиц за день
charts-missing = Я могу и нарисовать это, если установить графики: <code>pip install 'henbot[charts]'</code>
charts-failed = Картинка в этот раз не получилась, но числа выше полные.
