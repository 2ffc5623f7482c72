# Куры – женского рода: «пришла», «села», «ушла», «снеслась». Имена стоят в именительном падеже.

hen-unknown = неузнанная курица
hen-unknown-like = неузнанная курица (больше всего похоже, что это { $hen })

bout-came = 🐔 { $hen }: пришла в гнездо
bout-back = 🐔 { $hen }: снова в гнезде
bout-sitting = 🐔 { $hen } · сидит с { $since }
bout-over = { $verdict ->
    [laid] 🥚
    [probably] 🥚
   *[other] 🐔
} { $hen } – { $words }
bout-withdrawn = Здесь вышла ошибка: это часть другого визита.

time-came = пришла в { $at }
time-settled = села в { $at }
time-left = ушла в { $at }
time-last-seen = последний раз была видна в { $at }
time-in-nest = в гнезде с { $at }
time-sitting = сидит с { $at }

verdict-laid = снеслась
verdict-probably = вероятно, снеслась
verdict-not-laid-short = только заглянула
verdict-not-laid-settled = сидела, но яйца нет
verdict-unsure = неясно, снеслась ли
verdict-unsure-between = яйцо есть, но неясно чьё: { $hens }
