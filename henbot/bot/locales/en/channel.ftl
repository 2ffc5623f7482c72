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
