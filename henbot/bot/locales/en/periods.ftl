# Answers about several days, one hen, and this moment. Nothing is claimed about a time that was not watched.

period-title = <b>{ $span }</b>
period-title-all = <b>Since { $date }</b>
eggs-sure = { $number } { $number ->
    [one] egg
   *[other] eggs
}
eggs-probable = { $number } probable { $number ->
    [one] egg
   *[other] eggs
}
eggs-both = { $sure } and { $probable }
eggs-on = { $eggs } ({ $days })
days-more = … and { $number } more
hen-eggs = 🥚 <b>{ $hen }</b> – { $eggs }
eggs-total = 🥚 <b>{ $eggs }</b>
eggs-unsure = 🤔 { $number } { $number ->
    [one] visit
   *[other] visits
} of which I am not sure whether they gave an egg.
no-egg-of = No egg seen while I watched: { $hens }.
no-egg-of-named = No egg recognised while I watched: { $hens }. An egg of a hen that I could not name may be theirs.
no-egg = While I watched, I saw no egg.
no-egg-hen = While I watched, I saw no egg of { $hen }.
no-egg-hen-unsure = While I watched, I recognised no egg of { $hen }. But a hen that I could not name laid; it may have been her.
period-share = 👁 I watched { $percent } % of that time; nothing is claimed about the rest.
period-share-fair = I watched { $percent } % of that time.
period-unwatched = 👁 { $span }: I did not watch, so I cannot say anything about that time.
nothing-known = 👁 I have not watched yet, so I cannot say anything.

last-egg = 🥚 <b>{ $hen }</b> – last egg { $date }, { $at }
last-egg-probable = 🥚 <b>{ $hen }</b> – probably laid { $date }, { $at }
last-egg-none = I have seen no egg of { $hen } since I began to watch on { $date }.
last-egg-none-all = I have seen no egg since I began to watch on { $date }.
last-egg-since = Of the time since then I watched { $percent } %; there may have been another egg.

visits-hen = 🐾 <b>{ $hen }</b> – { $number } { $number ->
    [one] visit
   *[other] visits
}
visits-none = While I watched, nobody came.
visits-none-hen = While I watched, I did not recognise { $hen } in { $nests ->
    [one] the nest
   *[other] any nest
}.
visit-line = { $times } <b>{ $hen }</b> – { $words }
visit-times = { $came }–{ $left }
visit-times-open = { $came }–…

nest-empty = 🪺 { $nest }: empty, seen { $at }.
nest-taken = 🐔 { $nest }: { $hens }.
nest-unseen = 👁 { $nest }: I do not see it at the moment; last seen { $at }.
nest-never-seen = 👁 { $nest }: I have not seen it yet.
nest-hen-since = { $hen }, in the nest since { $at }
nest-hen-sitting = { $hen }, sitting since { $at }
nest-hen-not = { $hen } is in no nest that I see.
nest-hen-not-sure = A hen that I could not name may be { $hen }.

flock-title = <b>The flock</b>: { $number } { $number ->
    [one] hen
   *[other] hens
}
flock-line = 🐔 <b>{ $hen }</b> – { $words }
flock-last-egg = last egg { $date }
flock-last-probable = probably laid { $date }
flock-no-egg = no egg seen yet
flock-empty = I know no hens yet. They are named in coop.yaml.

coverage-day = 👁 <b>{ $date }</b>: I watched { $percent } % of my hours.
coverage-period = 👁 <b>{ $span }</b>: I watched { $percent } % of my hours.
coverage-now = So far today I watched { $percent } % of the time since { $opening }.
coverage-gaps = I did not see { $nests ->
    [one] the nest
   *[other] every nest
} { $stretches }.

why-title = <b>{ $hen }</b> – { $words }
why-laid = There were more eggs after her visit than before.
why-probably = She sat for { $minutes } { $minutes ->
    [one] minute
   *[other] minutes
}, which is long enough for an egg; the egg itself was not counted.
why-not-laid = { $minutes ->
    [0] She only looked in.
    [one] She sat for a minute, and no egg was seen.
   *[other] She sat for { $minutes } minutes, and no egg was seen.
}
why-unsure = What I saw does not suffice for a verdict.
why-who-sure = I recognised her by her looks in the pictures of { $visits } { $visits ->
    [one] visit
   *[other] visits
}.
why-who-unknown = I could not name her: no hen of the flock was likely enough.
why-nothing = I have given no verdict that I could explain.

which-hen = Which hen do you mean: { $hens }?
no-such-hen = I know no hen called { $name }. I know { $hens }.
whose-question = Which hen do you mean? I know { $hens }.
no-such-date = There is no such date. Please ask again with another.
off-topic = That is beyond me: I know only about these hens and their eggs. Perhaps one of these?

rate = Last { $days } days: { $eggs }, { $percent } % of the time watched
rate-unwatched = Last { $days } days: not watched
cannot-yet = I cannot tell that yet: I know too little.
