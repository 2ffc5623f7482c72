# What is said of one bout, in the channel and in answers. Hens are "she".

hen-unknown = a hen I could not name
hen-unknown-like = a hen I could not name (looks most like { $hen })

bout-came = 🐔 { $hen } came to the nest
bout-back = 🐔 { $hen } is back in the nest
bout-sitting = 🐔 { $hen } · sitting since { $since }
bout-over = { $verdict ->
    [laid] 🥚
    [probably] 🥚
   *[other] 🐔
} { $hen } – { $words }
bout-withdrawn = I was mistaken here: this belongs to another visit.

time-came = came { $at }
time-settled = settled { $at }
time-left = left { $at }
time-last-seen = last seen { $at }
time-in-nest = in the nest since { $at }
time-sitting = sitting since { $at }

verdict-laid = laid
verdict-probably = probably laid
verdict-not-laid-short = only looked in
verdict-not-laid-settled = sat, but no egg
verdict-unsure = not sure whether she laid
verdict-unsure-between = an egg, but not sure whose: { $hens }
