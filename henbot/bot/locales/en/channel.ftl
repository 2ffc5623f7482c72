# What the channel and subscribers are told besides bouts: eggs that were seen, the day's board, digests.

egg-laid = 🥚 { $hens } laid { $number ->
    [one] an egg
   *[other] { $number } eggs
}
egg-probably = 🥚 { $number ->
    [one] An egg
   *[other] { $number } eggs
}, probably by { $hens }
egg-of-one-of = 🥚 { $number ->
    [one] An egg
   *[other] { $number } eggs
}, but I am not sure whose: { $hens }
egg-of-unknown = 🥚 { $number ->
    [one] An egg
   *[other] { $number } eggs
} by a hen I could not name
egg-of-nobody = 🥚 { $number ->
    [one] An egg
   *[other] { $number } eggs
}; I did not see who laid { $number ->
    [one] it
   *[other] them
}
egg-on-nest = on the nest { $came }–{ $left }
egg-seen = seen { $at }
eggs-seen = <b>{ $number ->
    [one] An egg
   *[other] { $number } eggs
}</b>

board-title = 📋 <b>{ $date }</b>
board-in = 🐔 In the nest: { $hens }
board-in-nobody = 🐔 In the nest: nobody that I see
board-laid = 🥚 Laid: { $hens }
board-egg = { $hen } { $at }
board-egg-probable = { $hen } { $at } (probably)
board-no-egg = 🥚 No egg seen yet
board-awaited = 🐣 Awaited: { $hens }
board-due = { $hen } about { $at }

digest-title = 🌙 <b>{ $days }: { $eggs }</b>
digest-no-egg = no egg seen
digest-awaited = 🐣 Awaited tomorrow: { $hens }
week-title = 📅 <b>The week, { $days }: { $eggs }</b>
week-hens = 🥚 { $hens }
week-hen = { $hen } { $eggs }
week-hen-probable = { $hen } { $eggs } ({ $probable } probable)

missed-title = 💤 <b>While I was away</b>
missed-egg = { $at } { $egg }
missed-looks = Besides, { $number } short { $number ->
    [one] look
   *[other] looks
} into the nest.
