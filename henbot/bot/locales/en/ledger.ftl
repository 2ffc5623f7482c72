# What people tell of eggs and treatments, and what they take with them.

ledger-there-at = { $nests ->
    [one] At the last count ({ $at })
   *[several] At the last counts (the oldest { $at })
}: { $number }
ledger-dummies = Dummy eggs, not counted: { $number }
ledger-not-eaten = ⚠️ { $number } of them { $number ->
    [one] is
   *[other] are
} not for eating: { $hens }.
ledger-maybe-not-eaten = ⚠️ { $number } { $number ->
    [one] egg is
   *[other] eggs are
} perhaps not for eating: it is not known whose.
eggs-number = { $number } { $number ->
    [one] egg
   *[other] eggs
}

collected-noted = 🧺 Noted: { $eggs } collected ({ $when }).
collected-left = As far as I know, { $eggs } { $number ->
    [one] is
   *[other] are
} still there.
collected-more = That is more than I knew of: { $known ->
    [0] I saw none there.
   *[other] I saw { $eggs } there.
}
collected-same = { $who } told me of { $eggs } at { $at }. If those are the same, press the button.
collected-somebody = Somebody
collected-nothing = As far as I know, no egg is left to take. If you took some, tell me how many: <code>/collected 5</code>
collected-how = How many eggs did you take? Write the number, <code>/collected 5</code>, or <code>/collected all</code>.
egg-noted = 🥚 Noted: { $eggs } of { $hen }, { $place } ({ $when }).
egg-noted-unknown = 🥚 Noted: { $eggs }, { $place } ({ $when }). Whose is not known.
egg-outside = outside the nests
egg-how = Where was the egg, and whose is it, if you know? For example: <code>/egg { $hen } under the bush</code>
treated-noted = 💊 Noted: { $hen }, { $what }. Her eggs are not for eating before { $date } ({ $days } { $days ->
    [one] day
   *[other] days
}).
treated-noted-all = 💊 Noted: all hens, { $what }. Eggs are not for eating before { $date } ({ $days } { $days ->
    [one] day
   *[other] days
}).
treated-what = treatment
treated-how = Which hen (or <i>all</i>), what she was given, and for how many days her eggs are not eaten? The leaflet or the vet tells the days. For example: <code>/treated { $hen } wormer 7</code>
treated-none = No treatment is noted because of which eggs are not eaten now.
undone = ↩️ Taken back: { $what }
undone-collected = { $eggs } collected
undone-found = { $eggs } found outside the nests
undone-treated = { $hen }, { $what }
nothing-to-undo = This was taken back already.
may-not-tell = Only the coop's family can tell me that. Ask the keeper to let you in.

button-all-taken = 🧺 All taken ({ $number })
button-undo = ↩️ Undo
button-undo-treated = ↩️ { $hen }: { $what }

command-collected = tell that eggs were taken
command-egg = tell of an egg outside the nests
command-treated = eggs not eaten after a treatment
command-export = eggs as files: CSV and calendar

export-caption = { $span }: { $eggs }.
export-none = Nothing is known of that time, so there is nothing to write down.
export-how = Write <code>/export</code> for all that is known, or add a hen, days, or <code>csv</code> or <code>ics</code>.
export-days = Days, with how much of each was watched: 0 eggs of a day that was not watched say nothing.
export-calendar = Egg days for a calendar.
export-event = 🥚 { $number }: { $hens }
export-probably = { $hen } (probably)
export-somebody = somebody
export-watched = Watched { $percent } % of the day.
