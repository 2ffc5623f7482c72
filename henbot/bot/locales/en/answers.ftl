# Answers about a day. Nothing is claimed about a time that was not watched.

day-today = { $date }, by { $time }
day-past = { $date }
title = <b>{ $day }</b>

entry = { $mark } <b>{ $hen }</b> – { $words }
entry-list = 🐾 { $words }: { $hens }
entries-more = … and { $number } more { $number ->
    [one] visit
   *[other] visits
}
listed-at = { $hen } { $at }

nobody-came = While I watched, nobody came to { $nests ->
    [one] the nest
   *[other] the nests
}.
hen-not-seen = While I watched, { $hen } was not in { $nests ->
    [one] the nest
   *[other] any nest
}.
hen-not-recognised = I did not recognise { $hen } in { $nests ->
    [one] the nest
   *[other] the nests
} while I watched. But there was a hen I could not name; it may have been her.
not-seen = Not seen in { $nests ->
    [one] the nest
   *[other] the nests
} while I watched: { $hens }.
not-recognised = Not recognised while I watched: { $hens }. A hen that I could not name may be one of them.

watched-share = I watched { $percent } % of the time since { $opening }.
watched-share-past = I watched { $percent } % of the day.
blind = 👁 I did not see { $nests ->
    [one] the nest
   *[other] every nest
} { $stretches }; nothing is claimed about that time.
blind-more = { $stretches } and { $number } shorter { $number ->
    [one] time
   *[other] times
}
stretch = { $start }–{ $end }
never-watched-today = 👁 I have not seen { $nests ->
    [one] the nest
   *[other] the nests
} today, so I cannot say anything about today.
never-watched = 👁 I did not watch on { $date }, so I cannot say anything about that day.

not-begun = 🌅 My day has not begun yet: I watch from { $opening }. Ask me later.
future = 🐣 { $date } is still to come. Ask me then.
