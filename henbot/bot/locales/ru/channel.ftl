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
