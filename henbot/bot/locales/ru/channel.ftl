# Что пишется в канал и подписчикам, кроме визитов: увиденные яйца, доска дня, сводки.

egg-laid = 🥚 { $number ->
    [one] { $hens } снеслась
    [few] { $hens }: { $number } яйца
   *[other] { $hens }: { $number } яиц
}
egg-probably = 🥚 { $number ->
    [one] Яйцо
    [few] { $number } яйца
   *[other] { $number } яиц
}, вероятно – { $hens }
egg-of-one-of = 🥚 { $number ->
    [one] Яйцо
    [few] { $number } яйца
   *[other] { $number } яиц
}, но неясно чьё: { $hens }
egg-of-unknown = 🥚 { $number ->
    [one] Яйцо
    [few] { $number } яйца
   *[other] { $number } яиц
} от курицы, которую не удалось узнать
egg-of-nobody = 🥚 { $number ->
    [one] Яйцо
    [few] { $number } яйца
   *[other] { $number } яиц
}; кто снёсся, не было видно
egg-on-nest = на гнезде { $came }–{ $left }
egg-seen = увидено в { $at }
eggs-seen = <b>{ $number ->
    [one] Яйцо
    [few] { $number } яйца
   *[other] { $number } яиц
}</b>

board-title = 📋 <b>{ $date }</b>
board-in = 🐔 В гнезде: { $hens }
board-in-nobody = 🐔 В гнезде никого не видно
board-laid = 🥚 Снеслись: { $hens }
board-egg = { $hen } в { $at }
board-egg-probable = { $hen } в { $at } (вероятно)
board-no-egg = 🥚 Яиц пока не видно
board-awaited = 🐣 Ждём: { $hens }
board-due = { $hen } около { $at }

digest-title = 🌙 <b>{ $days }: { $eggs }</b>
digest-no-egg = яиц не видно
digest-awaited = 🐣 Завтра ждём: { $hens }
week-title = 📅 <b>Неделя, { $days }: { $eggs }</b>
week-hens = 🥚 { $hens }
week-hen = { $hen } – { $eggs }
week-hen-probable = { $hen } – { $eggs } (вероятных { $probable })

missed-title = 💤 <b>Пока меня не было</b>
missed-egg = { $at } { $egg }
missed-looks = И ещё { $number } { $number ->
    [one] короткий визит
    [few] коротких визита
   *[other] коротких визитов
} в гнездо.
