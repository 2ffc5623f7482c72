day-today = { $date }, к { $time }
day-past = { $date }
title = <b>{ $day }</b>

entry = { $mark } <b>{ $hen }</b> – { $words }
entry-list = 🐾 { $words }: { $hens }
entries-more = … и ещё { $number } { $number ->
    [one] визит
    [few] визита
   *[other] визитов
}
listed-at = { $hen } { $at }

nobody-came = За время наблюдения { $nests ->
    [one] в гнездо
   *[other] в гнёзда
} никто не приходил.
hen-not-seen = За время наблюдения { $nests ->
    [one] в гнезде
   *[other] в гнёздах
} не было курицы по имени { $hen }.
hen-not-recognised = За время наблюдения { $nests ->
    [one] в гнезде
   *[other] в гнёздах
} не была узнана { $hen }. Но была курица, которую не удалось узнать; возможно, это она.
not-seen = За время наблюдения { $nests ->
    [one] в гнезде
   *[other] в гнёздах
} не было: { $hens }.
not-recognised = За время наблюдения не были узнаны: { $hens }. Курица, которую не удалось узнать, может быть одной из них.

watched-share = Наблюдение шло { $percent } % времени с { $opening }.
watched-share-past = Наблюдение шло { $percent } % дня.
blind = 👁 Не было видно { $nests ->
    [one] гнездо
   *[other] какое-то из гнёзд
}: { $stretches }; об этом времени ничего не утверждается.
blind-more = { $stretches } и ещё { $number } { $number ->
    [one] раз
    [few] раза
   *[other] раз
} короче
stretch = { $start }–{ $end }
never-watched-today = 👁 Сегодня { $nests ->
    [one] гнезда
   *[other] гнёзд
} не было видно, поэтому о сегодняшнем дне сказать нечего.
never-watched = 👁 { $date }: наблюдения не было, поэтому об этом дне сказать нечего.

not-begun = 🌅 День ещё не начался: наблюдение идёт с { $opening }. Спросите позже.
future = 🐣 { $date }: этот день ещё впереди. Спросите тогда.
