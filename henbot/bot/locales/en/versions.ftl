# Versions in shadow, compared, explained, and what befell them by themselves. Only admins see these.

model-facts-labels = { $pictures } { $pictures ->
    [one] label
   *[other] labels
}
model-facts-right = { $what } { $percent } %
model-superseded = Another version was asked for since.
model-not-switched-shipped = ⚠️ It could not serve, so what I came with goes on: { $reason }
model-fell-back = ⚠️ The version of { $when }, { $time } serves no more: { $reason }. The one before looks at the pictures again.
model-fell-back-shipped = ⚠️ The version of { $when }, { $time } serves no more: { $reason }. What I came with looks at the pictures again.
model-shadow-dropped = ⚠️ The version of { $when }, { $time } looks on no more: { $reason }. The one that serves was not disturbed.
model-serves-already = It serves already.
shadow-since = 👥 In shadow since { $since }:
shadow-was = 👥 Was in shadow from { $since } to { $until }:
shadow-nothing-yet = no pictures yet.
shadow-counts = { $pictures } { $pictures ->
    [one] picture
   *[other] pictures
}, { $differing ->
    [0] it said the same of all
   *[other] { $differing } said otherwise
}
shadow-begun = It looks on from now, without posting anything.
shadow-ended = It looks on no more.
compare-title = <b>Compared with the one that serves</b>
compare-held-out = On { $days }, which it had not seen:
compare-on-fresh = On { $pictures } labelled { $pictures ->
    [one] picture
   *[other] pictures
} that neither of the two has learned:
compare-nothing = There is nothing to compare them on yet: one of the two has learned every picture that you labelled. Label new ones with /label and ask again.
compare-split = • { $what }: better in { $better } of { $pictures } { $pictures ->
    [one] picture
   *[other] pictures
}, worse in { $worse };
compare-no-luck = that is no luck.
compare-luck = that may be luck.
compare-alike = • { $what }: no difference in { $pictures } { $pictures ->
    [one] picture
   *[other] pictures
}.
job-compare-asked = ⚖️ I will compare them as soon as the detector is free.
job-compare-running = ⚖️ I am comparing it with the one that serves.
job-compare-done = ⚖️ Version <b>{ $version }</b>, compared with the one that serves
job-compare-failed = ⚖️ I could not compare them: { $reason }
job-compare-cancelled = ⚖️ Comparing was stopped.
job-explain-asked = 🔎 I will look into it as soon as the detector is free.
job-explain-running = 🔎 I am looking for what its answers rest on.
job-explain-done = 🔎 What the answers of version <b>{ $version }</b> rest on
job-explain-failed = 🔎 I could not find out: { $reason }
job-explain-cancelled = 🔎 Stopped.
phase-explaining = looking at the newest hens
explain-none = No picture of a hen has been kept yet.
explain-title = The brighter, the more a spot speaks for what version <b>{ $version }</b> says:
explain-line = { $number }. { $nest }, { $moment }: { $who }, { $percent } %
explain-any-hen = a hen
explain-told-as = told as { $who }
button-model-shadow = 👥 Let it look on
button-model-unshadow = 👥 Look on no more
button-model-compare = ⚖️ Compare
button-model-why = 🔎 Why?
button-model-back = ↩️ Roll back
rollback-sure-shipped = No version of this coop served before. Shall what I came with look at the pictures again?
