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
days-more = { $number } earlier
hen-eggs = 🥚 <b>{ $hen }</b> – { $eggs }
eggs-total = 🥚 <b>{ $eggs }</b>
eggs-unsure = 🤔 { $number } { $number ->
    [one] egg
   *[other] eggs
} of which I do not know whose { $number ->
    [one] it is
   *[other] they are
}.
eggs-unsure-between = 🤔 { $number } { $number ->
    [one] egg
   *[other] eggs
} of which I am not sure whose: { $hens }.
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
rate-weekly = Last { $days } days: { $eggs }; about { $rate } a week of the time watched ({ $percent } %)

last-egg-found = 🥚 <b>{ $hen }</b> – egg found { $date }: { $place }
last-egg-maybe = 🤔 There was an egg { $date } that may be hers or another's.
hen-no-egg = No egg of hers seen yet.
hen-streak = 🔥 { $days } { $days ->
    [one] day
   *[other] days
} in a row with an egg
hen-streak-at-least = 🔥 At least { $days } { $days ->
    [one] day
   *[other] days
} in a row with an egg
hen-hour = 🕙 lays at about { $at }
hen-interval = ⏳ some { $hours } { $hours ->
    [one] hour
   *[other] hours
} from egg to egg
hen-nest = 🪺 prefers { $nest } ({ $percent } %)
hen-sitting = 🐾 { $number } { $number ->
    [one] visit
   *[other] visits
} in 30 days, { $minutes } { $minutes ->
    [one] minute
   *[other] minutes
} of sitting each

next-line = 🐣 <b>{ $hen }</b> – { $date } at about { $at } ({ $start } to { $end })
next-may-skip = – but she may skip a day.
next-unknown = Nothing can be said of { $hens }: I know too few eggs of theirs, or the last is too long ago.

suspect-line = { $mark } <b>{ $hen }</b> – { $words }
suspects-laying = 🥚 Laying as usual: { $hens }.
standing-laying = laying as usual
standing-new = not known long enough to say
standing-little-seen = too little was watched to say
standing-young = still young; she need not lay yet
standing-broody = looks broody; worth a look
standing-moulting = may be moulting: in autumn most hens pause
standing-short-days = the days are short; many hens pause
standing-elsewhere = may be laying elsewhere; worth a search
standing-maybe-laid = may have laid: there are eggs of which I am not sure whose they are
standing-old = old; little is expected of her
standing-not-laying = does not lay, and I see no excuse; worth a look
sign-late = { $number } watched { $number ->
    [one] day
   *[other] days
} since her last egg
sign-no-egg = no egg of hers in { $number } watched { $number ->
    [one] day
   *[other] days
}
sign-visits = she still goes to the nest: { $number } % of her usual visits
sign-few-visits = she goes to the nest less: { $number } % of her usual visits
sign-no-visits = not in any nest for { $number } { $number ->
    [one] day
   *[other] days
}
sign-sits-long = { $number } { $number ->
    [one] hour
   *[other] hours
} a day on the nest without an egg
sign-days-shorten = the days grow shorter: { $number } { $number ->
    [one] hour
   *[other] hours
} of light
sign-others-stopped = { $number } other { $number ->
    [one] hen has
   *[other] hens have
} stopped too
sign-maybe-hers = { $number } { $number ->
    [one] egg
   *[other] eggs
} since may be hers
sign-found-outside = { $number } { $number ->
    [one] egg was
   *[other] eggs were
} found outside the nests
sign-age = { $number } { $number ->
    [one] week
   *[other] weeks
} old
sign-blind = { $number } % of the time since was not watched
sign-within-usual = she has paused for { $number } { $number ->
    [one] day
   *[other] days
} before

ledger-before = There before: { $number }
ledger-appeared = { $probably ->
    [0] Appeared: { $number }
   *[other] Appeared: { $number }, of which { $probably } only probably
}
ledger-collected = Collected: { $number }
ledger-there = There: { $number }
ledger-not-collected = Not collected yet, as far as I know: { $number }
ledger-missing = ❓ Not accounted for: { $number }. Did someone collect?
ledger-surplus = ❓ { $number } more there than I saw appear.
ledger-found = Found outside the nests: { $number }
ledger-withdrawal = ⚠️ { $hen }: eggs are not to be eaten before { $date } ({ $what }).
ledger-all-hens = all hens
no-egg-rate = no egg seen
hen-visits = 🐾 { $number } { $number ->
    [one] visit
   *[other] visits
} in 30 days
