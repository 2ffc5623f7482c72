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
days-more = … и ещё { $number }
hen-eggs = 🥚 <b>{ $hen }</b> – { $eggs }
eggs-total = 🥚 <b>{ $eggs }</b>
eggs-unsure = 🤔 { $number } { $number ->
    [one] визит, после которого
    [few] визита, после которых
   *[other] визитов, после которых
} неясно, было ли яйцо.
no-egg-of = За время наблюдения не было видно яиц, которые снесли бы: { $hens }.
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
coverage-now = Сегодня наблюдение шло { $percent } % времени с { $opening }.
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
cannot-yet = Этого пока не могу сказать: знаю слишком мало.
