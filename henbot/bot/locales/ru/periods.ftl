period-title = <b>{ $span }</b>
period-title-all = <b>С { $date }</b>
eggs-sure = { $number } { $number ->
    [one] яйцо
    [few] яйца
   *[other] яиц
}
eggs-probable = { $number } { $number ->
    [one] вероятное яйцо
    [few] вероятных яйца
   *[other] вероятных яиц
}
eggs-both = { $sure } и { $probable }
eggs-on = { $eggs } ({ $days })
days-more = раньше: { $number }
hen-eggs = 🥚 <b>{ $hen }</b> – { $eggs }
eggs-total = 🥚 <b>{ $eggs }</b>
eggs-unsure = 🤔 { $number } { $number ->
    [one] яйцо
    [few] яйца
   *[other] яиц
}, { $number ->
    [one] про которое неизвестно, чьё оно
   *[other] про которые неизвестно, чьи они
}.
eggs-unsure-between = 🤔 { $number } { $number ->
    [one] яйцо
    [few] яйца
   *[other] яиц
}, неясно { $number ->
    [one] чьё
   *[other] чьи
}: { $hens }.
no-egg-of = Чьих яиц за время наблюдения не видно: { $hens }.
no-egg-of-named = За время наблюдения не узнаны среди снёсшихся: { $hens }. Но снеслась и курица, которую не удалось узнать.
no-egg = За время наблюдения яиц не было видно.
no-egg-hen = { $hen }: за время наблюдения яиц не было видно.
no-egg-hen-unsure = { $hen }: за время наблюдения яиц не узнано. Но снеслась курица, которую не удалось узнать; возможно, это она.
period-share = 👁 Наблюдение шло { $percent } % этого времени; об остальном ничего не утверждается.
period-share-fair = Наблюдение шло { $percent } % этого времени.
period-unwatched = 👁 { $span }: наблюдения не было, поэтому об этом времени сказать нечего.
nothing-known = 👁 Наблюдения ещё не было, поэтому сказать нечего.

last-egg = 🥚 <b>{ $hen }</b> – последнее яйцо: { $date }, { $at }
last-egg-probable = 🥚 <b>{ $hen }</b> – вероятно, снеслась: { $date }, { $at }
last-egg-none = { $hen }: с начала наблюдения ({ $date }) яиц не было видно.
last-egg-none-all = С начала наблюдения ({ $date }) яиц не было видно.
last-egg-since = С тех пор наблюдение шло { $percent } % времени; могло быть и ещё одно яйцо.

visits-hen = 🐾 <b>{ $hen }</b> – { $number } { $number ->
    [one] визит
    [few] визита
   *[other] визитов
}
visits-none = За время наблюдения никто не приходил.
visits-none-hen = За время наблюдения { $nests ->
    [one] в гнезде
   *[other] в гнёздах
} не была узнана { $hen }.
visit-line = { $times } <b>{ $hen }</b> – { $words }
visit-times = { $came }–{ $left }
visit-times-open = { $came }–…

nest-empty = 🪺 { $nest }: пусто, видно было в { $at }.
nest-taken = 🐔 { $nest }: { $hens }.
nest-unseen = 👁 { $nest }: сейчас не видно; последний раз было видно в { $at }.
nest-never-seen = 👁 { $nest }: ещё ни разу не было видно.
nest-hen-since = { $hen }, в гнезде с { $at }
nest-hen-sitting = { $hen }, сидит с { $at }
nest-hen-not = { $hen }: ни в одном из видимых гнёзд её нет.
nest-hen-not-sure = Курица, которую не удалось узнать, может быть и ею: { $hen }.

flock-title = <b>Стадо</b>: { $number } { $number ->
    [one] курица
    [few] курицы
   *[other] кур
}
flock-line = 🐔 <b>{ $hen }</b> – { $words }
flock-last-egg = последнее яйцо: { $date }
flock-last-probable = вероятно, снеслась: { $date }
flock-no-egg = яиц пока не было видно
flock-empty = Пока ни одной курицы не знаю. Их имена стоят в coop.yaml.

coverage-day = 👁 <b>{ $date }</b>: наблюдение шло { $percent } % времени.
coverage-period = 👁 <b>{ $span }</b>: наблюдение шло { $percent } % времени.
coverage-gaps = Не было видно { $nests ->
    [one] гнездо
   *[other] какое-то из гнёзд
}: { $stretches }.

why-title = <b>{ $hen }</b> – { $words }
why-laid = После её визита яиц стало больше, чем было.
why-probably = Она сидела { $minutes } { $minutes ->
    [one] минуту
    [few] минуты
   *[other] минут
}: этого хватает для яйца, но само яйцо не сосчитано.
why-not-laid = { $minutes ->
    [0] Она только заглянула.
    [one] Она просидела { $minutes } минуту, и яйца не было видно.
    [few] Она просидела { $minutes } минуты, и яйца не было видно.
   *[other] Она просидела { $minutes } минут, и яйца не было видно.
}
why-unsure = Увиденного не хватает для вывода.
why-who-sure = Узнана по внешности на снимках: { $visits } { $visits ->
    [one] визит
    [few] визита
   *[other] визитов
}.
why-who-unknown = Узнать её не удалось: ни на одну курицу стада она не была похожа достаточно.
why-nothing = Пока нет ни одного вывода, который можно было бы объяснить.

which-hen = Какая курица имеется в виду: { $hens }?
no-such-hen = Курицы по имени { $name } я не знаю. Знаю таких: { $hens }.
whose-question = О какой курице речь? Знаю таких: { $hens }.
no-such-date = Такой даты нет. Спросите ещё раз с другой.
off-topic = Это не ко мне: я знаю только об этих курах и их яйцах. Может быть, одно из этого?

rate = За { $days } { $days ->
    [one] день
    [few] дня
   *[other] дней
}: { $eggs }, наблюдение шло { $percent } % времени
rate-unwatched = За { $days } { $days ->
    [one] день
    [few] дня
   *[other] дней
}: наблюдения не было
rate-weekly = За { $days } { $days ->
    [one] день
    [few] дня
   *[other] дней
}: { $eggs }; около { $rate } в неделю за время наблюдения ({ $percent } %)

last-egg-found = 🥚 <b>{ $hen }</b> – найдено яйцо: { $date }, { $place }
last-egg-maybe = 🤔 Было яйцо, но неясно, её ли: { $date }.
hen-no-egg = Её яиц пока не было видно.
hen-streak = 🔥 { $days } { $days ->
    [one] день
    [few] дня
   *[other] дней
} подряд с яйцом
hen-streak-at-least = 🔥 Не меньше { $days } { $days ->
    [one] дня
    [few] дней
   *[other] дней
} подряд с яйцом
hen-hour = 🕙 несётся около { $at }
hen-interval = ⏳ от яйца до яйца около { $hours } { $hours ->
    [one] часа
    [few] часов
   *[other] часов
}
hen-nest = 🪺 любимое место: { $nest } ({ $percent } %)
hen-sitting = 🐾 { $number } { $number ->
    [one] визит
    [few] визита
   *[other] визитов
} за 30 дней, каждый раз сидит { $minutes } { $minutes ->
    [one] минуту
    [few] минуты
   *[other] минут
}

next-line = 🐣 <b>{ $hen }</b> – { $date } около { $at } (от { $start } до { $end })
next-may-skip = – но может и пропустить день.
next-unknown = Ничего не скажу про таких кур: { $hens }. Известно слишком мало их яиц, или последнее было слишком давно.

suspect-line = { $mark } <b>{ $hen }</b> – { $words }
suspects-laying = 🥚 Несутся как обычно: { $hens }.
standing-laying = несётся как обычно
standing-new = известна слишком недавно, чтобы судить
standing-little-seen = наблюдения было слишком мало, чтобы судить
standing-young = ещё молода, ей рано нестись
standing-broody = похоже, насиживает; стоит взглянуть
standing-moulting = возможно, линяет: осенью большинство кур делает перерыв
standing-short-days = дни коротки, многие куры делают перерыв
standing-elsewhere = возможно, несётся в другом месте; стоит поискать
standing-maybe-laid = возможно, снеслась: есть яйца, про которые неясно, чьи они
standing-old = стара, многого от неё не ждут
standing-not-laying = не несётся, и оправдания не видно; стоит взглянуть
sign-late = последнее яйцо было { $number } { $number ->
    [one] день
    [few] дня
   *[other] дней
} наблюдения назад
sign-no-egg = за { $number } { $number ->
    [one] день
    [few] дня
   *[other] дней
} наблюдения её яиц не было видно
sign-visits = в гнездо по-прежнему ходит: { $number } % обычного
sign-few-visits = в гнездо ходит реже: { $number } % обычного
sign-no-visits = уже { $number } { $number ->
    [one] день
    [few] дня
   *[other] дней
} не заходила ни в одно гнездо
sign-sits-long = { $number } { $number ->
    [one] час
    [few] часа
   *[other] часов
} в день сидит в гнезде, а яйца нет
sign-days-shorten = дни становятся короче: { $number } { $number ->
    [one] час
    [few] часа
   *[other] часов
} света
sign-others-stopped = перестали нестись и другие куры: { $number }
sign-maybe-hers = с тех пор { $number } { $number ->
    [one] яйцо, возможно, её
    [few] яйца, возможно, её
   *[other] яиц, возможно, её
}
sign-found-outside = вне гнёзд найдено { $number } { $number ->
    [one] яйцо
    [few] яйца
   *[other] яиц
}
sign-age = возраст: { $number } { $number ->
    [one] неделя
    [few] недели
   *[other] недель
}
sign-blind = { $number } % времени с тех пор наблюдения не было
sign-within-usual = раньше она уже делала перерыв в { $number } { $number ->
    [one] день
    [few] дня
   *[other] дней
}

ledger-before = Было: { $number }
ledger-appeared = { $probably ->
    [0] Появилось: { $number }
   *[other] Появилось: { $number }, из них только вероятно: { $probably }
}
ledger-collected = Собрано: { $number }
ledger-there = Лежит: { $number }
ledger-not-collected = Ещё не собрано, насколько известно: { $number }
ledger-missing = ❓ Не хватает: { $number }. Кто-нибудь собирал?
ledger-surplus = ❓ Лежит больше, чем появилось на глазах: на { $number }.
ledger-found = Найдено вне гнёзд: { $number }
ledger-withdrawal = ⚠️ { $hen }: яйца не едят до { $date } ({ $what }).
ledger-all-hens = все куры
no-egg-rate = яиц не видно
hen-visits = 🐾 { $number } { $number ->
    [one] визит
    [few] визита
   *[other] визитов
} за 30 дней
