# Подсказки хозяевам: что было видно, без диагнозов; ничего весёлого там, где курице может быть плохо.

care-long-sitting = <b>{ $hen }</b> сидит в гнезде уже { $length }, а яйца не видно. Стоит взглянуть.
care-sitting-since = Сидит с { $at } ({ $nest }).
care-usual-sitting = Когда несётся, обычно сидит около { $length }.
care-usual-unknown = Сколько она сидит обычно, пока не известно.
care-vet = Если она кажется вам нездоровой, поможет ветеринар.
care-broody = <b>{ $hen }</b>: { $number } { $number ->
    [one] вечер и ночь
    [few] вечера и ночи подряд
   *[other] вечеров и ночей подряд
} в гнезде, а яйца не видно. Возможно, хочет насиживать.
care-broody-maybe = <b>{ $hen }</b>: { $number } { $number ->
    [one] день
    [few] дня подряд
   *[other] дней подряд
} после полудня сидит в гнезде по { $hours } ч и дольше, а яйца не видно. Возможно, хочет насиживать; ночью гнезда не видно, так что это менее точно.
care-stopped = <b>{ $hen }</b>: { $number } { $number ->
    [one] день
    [few] дня
   *[other] дней
} наблюдения яиц не видно. Раньше она обычно пропускала не больше { $usual } { $usual ->
    [one] дня
   *[other] дней
}. Стоит взглянуть.
care-moult = <b>{ $hen }</b>: { $number } { $number ->
    [one] день
    [few] дня
   *[other] дней
} наблюдения яиц не видно, а дни становятся короче ({ $hours } ч света). Возможно, линяет: не лежат ли перья? Пока она не снесётся снова, яиц от неё не жду.
care-visits = В гнёзда заходит на { $percent } % обычного.
care-others = Перестали нестись и другие: { $number }.
care-found-outside = С тех пор вне гнёзд найдено яиц: { $number }.
care-unaccounted = ❓ <b>{ $date }</b>: не хватает { $number } { $number ->
    [one] яйца
   *[other] яиц
}. Кто-нибудь собирал?
care-unaccounted-sum = Было: { $before }, появилось: { $appeared }, собрано: { $collected }, лежит: { $there }.
care-not-seen = <b>{ $hen }</b> не появлялась в гнёздах ({ $date } была последний раз), а вечером удалось насчитать { $counted } из { $flock } кур. Стоит её поискать.
care-not-seen-some = Вечером удалось насчитать { $counted } из { $flock } кур. В гнёздах не появлялись с { $date } или дольше: { $hens }. Стоит их поискать.
care-length = { $hours ->
    [0] { $minutes } мин
   *[other] { $hours } ч { $minutes } мин
}

button-care-seen = 👁 Вижу
button-care-no = Это не так
button-care-later = ⏰ Позже
button-care-sit = 🪺 Пусть сидит
button-care-took = 🧺 Да, собрали ({ $number })
button-care-ended = Больше не сидит

care-answered-seen = ✓ Просмотрено ({ $who })
care-answered-no = ✗ Это не так ({ $who }). Об этом молчу до { $date }.
care-answered-later = ⏰ Позже ({ $who }): спрошу снова { $date }, { $at }.
care-answered-sit = 🪺 Пусть сидит ({ $who }), до { $date }. До тех пор яиц от неё не жду.
care-answered-took = 🧺 Собрано ({ $who }).
care-answered-ended = ✓ Больше не сидит ({ $who }).
care-noted = Записано.
care-sit-how = Какую курицу оставить насиживать? Например: <code>/sit { $hen }</code>
care-sit-list = 🪺 <b>{ $hen }</b>: пусть сидит до { $date }.
button-care-ended-hen = { $hen }: больше не сидит

command-sit = оставить наседку в покое

next-resting = 🪺 Сейчас не ждём (насиживают или линяют): { $hens }.

care-drift = <b>{ $hen }</b>: узнаю её хуже, чем раньше. За последние { $number } { $number ->
        [one] день
        [few] дня
       *[many] дней
    } уверенность около { $lately } %, а была { $before } %. Может быть, новое перо, другой свет или камеру сдвинули. Если назовёте её на новых снимках, я выучу её заново.
button-care-label = 🏷 Показать её снимки
